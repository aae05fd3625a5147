"""Arista AVD's golden files: a structured configuration, and the EOS text that it must become.

What our view has a home for is rendered by our template and held against the golden text in effect, by the
engine's comparison. What has no home is counted apart: kinds of line that our template never writes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from tests.config.samples import folder
from tests.config.test_truth import places
from tests.platforms.avdcase import Data, Secrets, view_of
from tests.platforms.richcase import written

from netwright.base.secret import Secret
from netwright.config.engine import list_changes
from netwright.config.meaning import meaning
from netwright.config.schema import schema
from netwright.intent.render import Renderer

pytestmark = pytest.mark.slow

RULES = schema("arista_eos")
HEADS = {
    "hostname": ("hostname",),
    "interface Ethernet": ("ethernet_interfaces",),
    "interface Port-Channel": ("port_channel_interfaces",),
    "interface Loopback": ("loopback_interfaces",),
    "interface Vlan": ("vlan_interfaces",),
    "interface Management": ("management_interfaces",),
    "vlan ": ("vlans",),
    "vrf instance": ("vrfs",),
    "ip routing": ("ip_routing", "vrfs"),
    "ip route": ("static_routes",),
    "ipv6 route": ("ipv6_static_routes",),
    "ip prefix-list": ("prefix_lists",),
    "router bgp": ("router_bgp",),
    "ntp ": ("ntp",),
    "ip name-server": ("ip_name_servers",),
    "username": ("local_users",),
    "logging": ("logging",),
    "snmp-server": ("snmp_server",),
    "banner": ("banners",),
    "ip access-list": ("ip_access_lists",),
    "management api http": ("management_api_http",),
    "management api gnmi": ("management_api_gnmi",),
    "clock": ("clock",),
    "dns": ("dns_domain",),
}
"""Statements that the view has a home for, with AVD's keys for them."""
_WORD = re.compile(r"[a-z][a-z0-9+-]*")
BOUND = 0.87
"""Of the lines with a home."""


class _Store:
    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def get(self, name: str) -> Secret:
        return Secret(self._secrets[name])


def _cases() -> Iterator[tuple[Path, Data, str]]:
    place = folder() / "avd"
    for file in sorted(place.glob("**/structured_configs/*.yml")):
        yield file, _data(file), (file.parents[1] / "configs" / f"{file.stem}.cfg").read_text()
    features = place / "molecule/eos_cli_config_gen"
    for file in sorted(features.glob("inventory/host_vars/*.y*ml")):
        golden = features / "intended/configs" / f"{file.stem}.cfg"
        if golden.exists():
            yield file, _data(file), golden.read_text()


def _data(file: Path) -> Data:
    return yaml.safe_load(file.read_text()) or {}


def _head(line: str, data: Data) -> str:
    """The claimed head of a statement, empty without one."""
    return next(
        (head for head, keys in HEADS.items() if line.startswith(head) and any(key in data for key in keys)),
        "",
    )


def _kind(path: tuple[str, ...], line: str) -> tuple[str, ...]:
    """What a line is about, without its values: the words of its block's head and of itself that are no
    names or numbers."""
    plain = line.removeprefix("no ").split()
    words = [word for word in plain if _WORD.fullmatch(word)]
    where = tuple(part.split()[0] for part in path)
    if plain[:1] == ["neighbor"]:
        words = ["address" if plain[1][0].isdecimal() or ":" in plain[1] else "group", *plain[2:3]]
    return (*where, *words[:2])


@cache
def _ours() -> frozenset[tuple[str, ...]]:
    """The kinds of line that our template writes at all."""
    return frozenset(
        _kind(path, line) for path, line in places(meaning(written("arista_eos"), RULES).block, ())
    )


def test_golden_files_in_effect() -> None:
    total: Counter[str] = Counter()
    homeless: Counter[str] = Counter()
    missed: dict[str, Counter[str]] = defaultdict(Counter)
    extra: dict[str, Counter[str]] = defaultdict(Counter)
    files = 0
    for _, data, golden in _cases():
        secrets = Secrets()
        text = Renderer().render(view_of(data, secrets), _Store(secrets))
        files += 1
        known = _ours() | {_kind(path, line) for path, line in places(meaning(text, RULES).block, ())}
        for path, line in places(meaning(golden, RULES).block, ()):
            head = _head((*path, line)[0], data)
            if head and not RULES.is_hidden(path, line):
                (total if _kind(path, line) in known else homeless)[head] += 1
        for change in list_changes(text, golden, RULES):
            head = _head((*change.path, change.line)[0], data)
            if RULES.is_hidden(change.path, change.line):
                continue
            if head and change.mark == "+" and _kind(change.path, change.line) in known:
                missed[head][" ".join(change.line.split()[:4])] += 1
            elif head and change.mark == "-":
                extra[head][" ".join(change.line.split()[:4])] += 1
    passed = {head: total[head] - missed[head].total() for head in HEADS}
    for head in HEADS:
        print(f"avd: {head} {passed[head]}/{total[head]}, {homeless[head]} without a home", end="")
        print(f"; missing {dict(missed[head].most_common(6))}; ours alone {dict(extra[head].most_common(6))}")
    lines = f"{sum(passed.values())}/{total.total()} lines of {files} files"
    print(f"avd: {lines}, {homeless.total()} without a home")
    assert sum(passed.values()) >= BOUND * total.total()
