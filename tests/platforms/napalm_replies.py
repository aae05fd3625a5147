"""Raw replies of NAPALM's own tests: which question each file answers, and what we make of it.

``PLATFORM/mocked_data/test_GETTER/CASE/`` holds reply files named after the question, and
``expected_result.json``. They are samples, not part of this repository.
"""

from __future__ import annotations

import gzip
import importlib
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from netwright.platforms.facts import Found, joined
from netwright.platforms.show import Show, read

PLATFORMS = {
    "eos": "arista_eos", "ios": "cisco_ios", "iosxr_netconf": "cisco_xr", "junos": "juniper_junos",
    "nxos": "cisco_nxos", "nxos_ssh": "cisco_nxos",
}  # fmt: skip
_WITH_ARGUMENT = (
    (r"show_ip_route_.*", "show_ip_route_vrf_all"),
    (r"show_ip_route_.*", "show_ip_route_vrf"),
    (r"show_ip_bgp_(vpnv4_)?(vrf_\w+?_)?\d[\d_]+", "show_bgp_ipv4_unicast_detail"),
    (r"show_ip_bgp_(vpnv4_)?(vrf_\w+?_)?\d[\d_]+", "show_bgp_ipv4_unicast_detail_vrf_all"),
    (r"show_ip_bgp_[\d_]+.*vrf.*", "show_ip_bgp_vrf_all"),
    (r"show_users_accounts", "show_user_account"),
    (r"show_arp_vrf_test.*|show_arp_exclude.*", "show_arp"),
    (r"show_ip_arp_vrf_all.*", "show_ip_arp_vrf_all"),
    (r"get_lldp_interface_neighbors_information", "get_lldp_interface_neighbors"),
    (r"get_bgp_neighbor_information.*", "get_bgp_neighbor_information"),
    (r"get_bgp_summary_information.*", "get_bgp_summary_information"),
    (r"configuration_system_login_user.*", "configuration_system_login"),
    (r"configuration_system_configuration", "configuration_system_root_authentication"),
    (r"configuration_system_ntp.*", "configuration_system_ntp"),
    (r"show_vlan_id_.*", "show_vlan"),
    (r"show_int_te.*", "show_interfaces"),
    (r"show_run(ning_config)?_include_ntp.*", "show_running_config_include_ntp"),
)
"""Questions for one thing, whose answer has the shape of that for all."""


def word(text: str) -> str:
    return re.sub(r"_+", "_", re.sub(r"[^A-Za-z0-9]", "_", text)).strip("_").lower()


def shows(platform: str) -> tuple[Show, ...]:
    """None for a platform whose answers we don't read yet."""
    try:
        module = importlib.import_module(f"netwright.platforms.{PLATFORMS[platform]}.shows")
    except ModuleNotFoundError:
        return ()
    found: tuple[Show, ...] = module.SHOWS
    return found


def text_of(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "replace")


def question(name: str, answer: str, every: tuple[Show, ...]) -> Show | None:
    stem = word(re.sub(r"(\.(json|txt|text|xml|gz))+$", "", name)).removesuffix("_json")
    known = {word(show.api_command) for show in every}
    for rule, stands_for in _WITH_ARGUMENT:
        if re.fullmatch(rule, stem) and stands_for in known:
            stem = stands_for
            break
    fitting = [show for show in every if word(show.api_command) == stem]
    structured = answer.lstrip()[:1] in {"{", "[", "<"}
    fitting.sort(key=lambda show: (show.api_command != show.command or show.via != "cli") != structured)
    return fitting[0] if fitting else None


def cases(samples: Path) -> Iterator[tuple[str, str, str, Path]]:
    for folder in sorted(samples.glob("napalm/*/mocked_data/test_*/*")):
        platform, _, getter, case = folder.parts[-4:]
        if platform in PLATFORMS:
            yield platform, getter.removeprefix("test_"), case, folder


def replies(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("expected_result") and path.suffix not in {".md", ".yml"}:
            yield path.name, text_of(path)


def understood(folder: Path, every: tuple[Show, ...], missing: list[str]) -> Found:
    parts = []
    names = {path.name for path in folder.iterdir()}
    for name, answer in replies(folder):
        show = question(name, answer, every)
        if name == "get-bgp-neighbor-information.xml" and "get-bgp-neighbor-informationmaster.xml" in names:
            continue  # the same again, of no instance
        if show is None:
            missing.append(name)
        elif answer.strip():
            parts.append(_in_instance(name, read(show, answer)))
    if any(name.startswith("get-lldp-interface-neighbors") for name in names):
        parts = _at_each_port(parts)
    return joined(parts)


def _at_each_port(parts: list[Found]) -> list[Found]:
    """Junos is asked for one port after the other; the recording holds one answer for all of them."""
    ports = list(
        dict.fromkeys(one.interface for part in parts for one in part.neighbors if not one.capabilities)
    )
    long = [one for part in parts for one in part.neighbors if one.capabilities]
    if not ports or not long:
        return parts
    every = tuple(replace(one, interface=port) for port in ports for one in long)
    return [*(replace(part, neighbors=()) for part in parts), Found(neighbors=every)]


def _in_instance(name: str, found: Found) -> Found:
    """Junos is asked for one instance after the other, whose name stands behind the question's."""
    match = re.fullmatch(r"get-bgp-(?:neighbor|summary)-information(\w+)\.xml", name)
    if match is None:
        return found
    return replace(
        found, bgp_sessions=tuple(replace(one, routing_instance=match[1]) for one in found.bgp_sessions)
    )


def spoilt(answer: str, rng: random.Random) -> str:
    """Cut off, lines lost, columns lost, garbage among them, or characters replaced."""
    lines = answer.splitlines()
    match rng.randrange(5):
        case 0:
            return answer[: rng.randrange(len(answer) + 1)]
        case 1:
            return "\n".join(line for line in lines if rng.random() > 0.1)
        case 2:
            return "\n".join(" ".join(line.split()[:-1]) if rng.random() < 0.2 else line for line in lines)
        case 3:
            return "\n".join(f"{line}\n%% 7~garbage <x> {{" if rng.random() < 0.1 else line for line in lines)
        case _:
            return "".join(rng.choice('x0"{}<>\n ') if rng.random() < 0.01 else one for one in answer)
