"""The configuration engine: compare and check a changed device, patch large configurations. CPU time.

``NETWRIGHT_PEERS`` names a Python interpreter that has hier_config, netutils and annet; they then run beside
the engine on the same texts. Without it the peers' values are those measured in November 2026 on two shared
cores, for 1,500 lines; a patch of 5,000 lines is compared only when the peers run.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.figure import figure

from netwright.config.compare import same
from netwright.config.compliance import SectionRule, View, compare
from netwright.config.engine import list_changes, make_patch
from netwright.config.schema import schema

_ROUNDS = 7
_MEASURED = {"netutils compliance, 40 rules": 525.0, "hier_config remediation": 62.0, "annet patch": 106.0}
_PATCHERS = ("hier_config remediation", "annet patch")
_HEADS = (
    "interface ",
    "router bgp",
    "ip prefix-list ",
    "route-map ",
    "hostname ",
    "ntp ",
    "logging ",
    "line ",
)

_PEERS = """
import json, sys, time
old, new = open(sys.argv[1]).read(), open(sys.argv[2]).read()
def best(work):
    found = 9e9
    for _ in range(3):
        start = time.process_time(); work(); found = min(found, time.process_time() - start)
    return found * 1000
result = {}
try:
    from hier_config import Platform, WorkflowRemediation, get_hconfig
    def hier():
        pair = get_hconfig(Platform.CISCO_IOS, old), get_hconfig(Platform.CISCO_IOS, new)
        list(WorkflowRemediation(*pair).remediation_config.all_children())
    result["hier_config remediation"] = best(hier)
except ImportError:
    pass
try:
    from netutils.config.compliance import compliance
    heads = json.loads(sys.argv[3])
    features = [
        {"name": f"s{i}", "ordered": False, "section": [heads[i % len(heads)]]} for i in range(40)
    ]
    if len(old) < 100_000:
        paths = sys.argv[1:3]
        result["netutils compliance, 40 rules"] = best(lambda: compliance(features, *paths, "cisco_ios"))
except ImportError:
    pass
try:
    from annet import rulebook
    from annet.annlib.netdev.views.hardware import HardwareView
    from annet.annlib.patching import make_diff, make_patch, make_pre
    from annet.rulebook import DefaultRulebookProvider, rulebook_provider_connector
    from annet.hardware import AnnetHardwareProvider, hardware_connector
    from annet.vendors import registry_connector, tabparser
    hardware_connector.set(AnnetHardwareProvider)
    rulebook_provider_connector.set(DefaultRulebookProvider)
    hw = HardwareView("Cisco ASR1000")
    book = rulebook.get_rulebook(hw)
    formatter = registry_connector.get().match(hw).make_formatter()
    def annet(patch):
        before, after = (tabparser.parse_to_tree(text, formatter.split) for text in (old, new))
        found = make_diff(before, after, book, [])
        if patch:
            formatter.cmd_paths(make_patch(pre=make_pre(found), rb=book, hw=hw, add_comments=False))
    result["annet diff"] = best(lambda: annet(False))
    result["annet patch"] = best(lambda: annet(True))
except ImportError:
    pass
print(json.dumps(result))
"""


def figures() -> Iterator[dict[str, Any]]:
    """Each figure as a line of JSON."""
    rules = schema("cisco_ios")
    with tempfile.TemporaryDirectory() as folder:
        yield from _changed_device(Path(folder))
        running, intended = _pair(5_000, 0.02)
        value = _best(lambda: make_patch(running, intended, rules))
        peers = _peers(Path(folder), running, intended) or {}
        line = figure("config: patch of 5,000 lines, 2 % changed", value, "ms", _ROUNDS, value / 1000)
        yield from (_beside(line, peer, peers.get(peer)) for peer in _PATCHERS)


def _changed_device(folder: Path) -> Iterator[dict[str, Any]]:
    rules = schema("cisco_ios")
    running, intended = _pair(1_500, 8 / 1_500)
    sections = [SectionRule(f"s{index}", (_HEADS[index % len(_HEADS)],)) for index in range(40)]
    wanted = View(intended, rules)
    value = _best(lambda: compare(View(running, rules), wanted, sections))
    ran = _peers(folder, running, intended)
    peers = ran or _MEASURED
    line = figure(
        "config: compare and 40 rules, changed device of 1,500 lines", value, "ms", _ROUNDS, value / 1000
    )
    yield _beside(line, "netutils compliance, 40 rules", peers.get("netutils compliance, 40 rules"))
    if ran:
        value = _best(lambda: list_changes(running, intended, rules))
        line = figure("config: changes of 1,500 lines, 8 changed", value, "ms", _ROUNDS, value / 1000)
        yield _beside(line, "annet diff", ran.get("annet diff"))
    value = _best(lambda: same(running, running, rules.dialect))
    yield figure("config: unchanged device of 1,500 lines", value, "ms", _ROUNDS, value / 1000)
    value = _best(lambda: make_patch(running, intended, rules))
    line = figure("config: patch of 1,500 lines, 8 changes", value, "ms", _ROUNDS, value / 1000)
    yield from (_beside(line, peer, peers.get(peer)) for peer in _PATCHERS)


def _beside(line: dict[str, Any], peer: str, value: float | None) -> dict[str, Any]:
    if value is None:
        return line
    return {
        **line,
        "peer": peer,
        "peer_value": float(f"{value:.3g}"),
        "ratio": float(f"{value / line['value']:.3g}"),
    }


def _best(work: Callable[[], object]) -> float:
    """Milliseconds of CPU of the best round."""
    found = float("inf")
    for _ in range(_ROUNDS):
        start = time.process_time()
        work()
        found = min(found, time.process_time() - start)
    return found * 1000


def _peers(folder: Path, running: str, intended: str) -> dict[str, float] | None:
    python = os.environ.get("NETWRIGHT_PEERS")
    if not python:
        return None
    old, new = folder / "running.cfg", folder / "intended.cfg"
    old.write_text(running)
    new.write_text(intended)
    done = subprocess.run(
        [python, "-c", _PEERS, str(old), str(new), json.dumps(_HEADS)],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _pair(lines: int, changed: float) -> tuple[str, str]:
    """A router's configuration and the same with a share of its lines changed."""
    rng = random.Random(1)
    text = ["hostname r1", "ntp server 10.0.0.1", "logging host 10.0.0.1"]
    port = 0
    while len(text) < lines * 0.9:
        port += 1
        text += [
            f"interface Ethernet{port}/1",
            f" description link {port} to somewhere",
            f" ip address 10.{port // 250}.{port % 250}.1 255.255.255.0",
            " ip ospf cost 10",
        ]
        if port % 10 == 0:
            text += [f"ip prefix-list P{port} seq {5 * n} permit 10.{n}.0.0/16" for n in range(1, 20)]
            text += [f"route-map RM{port} permit 10", f" match ip address prefix-list P{port}"]
    text.append("router bgp 65000")
    peer = 0
    while len(text) < lines:
        peer += 1
        text += [f" neighbor 10.200.{peer // 250}.{peer % 250} remote-as {65001 + peer}"]
    other = list(text)
    for index in rng.sample(range(len(other)), int(len(other) * changed)):
        line = other[index]
        if "description" in line:
            other[index] = line + " changed"
        elif "ospf cost" in line:
            other[index] = " ip ospf cost 20"
        elif line.startswith("ip prefix-list"):
            other[index] = line.replace("/16", "/17")
        elif "remote-as" in line:
            other[index] = line + "0"
    return "\n".join(text) + "\n", "\n".join(other) + "\n"
