"""The platforms, and what FRR's declares about secrets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netwright.base.errors import NotFoundError
from netwright.base.secret import Secret
from netwright.config.dialect import dialect
from netwright.platforms.catalog import PLATFORMS, catalog, platform
from netwright.platforms.frr import commands
from netwright.platforms.frr.secrets import hide

SECRETS = """\
router bgp 65001
 neighbor 10.0.0.1 password hush one
 neighbor 10.0.0.1 description no password here
 no neighbor 10.0.0.2 password hush
interface swp1
 ip ospf message-digest-key 1 md5 hush
 ip ospf authentication-key hush
 isis password md5 hush
 ip rip authentication string hush
router ospf
 area 0.0.0.1 virtual-link 1.1.1.1 authentication message-digest message-digest-key 1 md5 hush
key chain X
 key 1
  key-string hush
password hush
enable password 8 hush
"""


def test_every_platform_is_found_and_has_a_dialect() -> None:
    for known in PLATFORMS:
        assert platform(known.name) is known
        assert dialect(known.dialect).name == known.dialect
        assert known.rules.name == known.name
        assert all("(?P<secret>" in pattern for pattern in known.rules.secrets)
        assert all(platform(alias) is known for alias in known.screen.aliases)


def test_many_folders_of_ones_own_do_not_replace_the_packaged_platforms(tmp_path: Path) -> None:
    for number in range(10):
        folder = tmp_path / str(number)
        folder.mkdir()
        catalog(folder)
    assert platform("frr") is next(known for known in PLATFORMS if known.name == "frr")


def test_an_unknown_platform_names_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="frr, hp_comware"):
        platform("plan9")


def test_frr_secrets_are_masked_and_nothing_else() -> None:
    masked = platform("frr").scrub(SECRETS, Secret("key"))
    assert "hush" not in masked
    assert "description no password here" in masked
    plain = re.sub(r"<secret:[0-9a-f]{16}>", "hush", masked)
    assert plain == SECRETS.replace("hush one", "hush")
    assert "hush" not in hide(SECRETS)


def test_the_guard_knows_its_version() -> None:
    assert commands.GUARD_VERSION.encode() in commands.GUARD_SCRIPT
    assert b"@VERSION@" not in commands.GUARD_SCRIPT
    assert commands.guard("revert", "t1", "it's wrong; rm -rf /").endswith("""'it'"'"'s wrong; rm -rf /'""")
