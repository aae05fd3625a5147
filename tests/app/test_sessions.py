"""Which jump host and which limits a device has, in the order of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwright.app.conditions import Placed
from netwright.app.home import create_home
from netwright.app.sessions import JumpHost, SessionRules, SessionSettings
from netwright.base.errors import InputError
from netwright.device.endpoint import Credentials, Share

JUMPS = {
    "lab": {"devices": ["lab-*"]},
    "bastion": {"regions": ["emea"], "host": "192.0.2.1", "ssh_port": 2222, "credentials": "ops"},
}
SESSIONS = {
    "per_device": 4,
    "per_site": 20,
    "limits": {
        "old": {"platforms": ["ios"], "per_device": 1},
        "thin": {"sites": ["tok1"], "per_site": 2},
        "free": {"sites": ["fra1"], "per_site": 0, "per_device": 0},
    },
}


def session_rules(jumps: dict[str, dict[str, object]] | None = None, sessions: object = None) -> SessionRules:
    given = JUMPS if jumps is None else jumps
    return SessionRules(
        {name: JumpHost.model_validate(one) for name, one in given.items()},
        SessionSettings.model_validate(SESSIONS if sessions is None else sessions),
        Credentials,
    )


def device(name: str, site: str = "ams1", platform: str = "eos", *regions: str) -> Placed:
    return Placed(name=name, platform=platform, site=site, role="edge", regions=frozenset(regions))


def test_the_jump_host_is_reached_with_its_own_credentials() -> None:
    found = session_rules().jump(device("ams1-edge1", "ams1", "eos", "nl", "emea"))
    assert found is not None
    assert (found.device, found.host, found.ssh_port) == ("bastion", "192.0.2.1", 2222)
    assert found.credentials == Credentials("ops")


@pytest.mark.parametrize("name", ["lab-1", "tok1-edge1"])
def test_directly(name: str) -> None:
    """One by a part without a host, one because nothing fits."""
    placed = device(name, "tok1", "eos", *(["emea"] if name.startswith("lab") else ["apac"]))
    assert session_rules().jump(placed) is None
    assert session_rules().jump_for(placed) is None


@pytest.mark.parametrize(
    ("placed", "share"),
    [
        (device("a"), Share("site ams1", 4, 20)),
        (device("b", "ams1", "ios"), Share("site ams1", 1, 20)),
        (device("c", "tok1"), Share("thin at site tok1", 4, 2)),
        (device("d", "tok1", "ios"), Share("site tok1", 1, 20)),
        (device("e", "fra1"), Share("free at site fra1", 0, 0)),
        (None, Share("", 4, 0)),
    ],
)
def test_limits(placed: Placed | None, share: Share) -> None:
    assert session_rules().share(placed) == share


@pytest.mark.parametrize(
    ("jumps", "sessions", "matter"),
    [
        ({}, {}, False),
        ({}, {"at_once": 5, "per_device": 2}, False),
        ({}, {"per_site": 2}, True),
        ({}, {"limits": {"x": {"sites": ["a"]}}}, True),
        ({"x": {"sites": ["a"]}}, {}, True),
    ],
)
def test_where_devices_are_is_asked_only_where_it_matters(
    jumps: dict[str, dict[str, object]], sessions: dict[str, object], matter: bool
) -> None:
    assert session_rules(jumps, sessions).placed_matter is matter


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[jump.x]\nhost = "192.0.2.1"', "setting jump.x: Value error, is for no device"),
        ("[sessions.limits.x]\nper_device = 1", "is for no device"),
        ('[jump.x]\ndevices = ["*"]\nssh_port = 70000', "jump.x.ssh_port"),
        ("[sessions]\nat_once = -1", "sessions.at_once"),
        ("[sessions]\nper_rack = 1", "sessions.per_rack"),
    ],
)
def test_bad_settings_are_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        create_home(tmp_path, text)
