"""Loss, rate and delay on a cable, made in the patch panel.

With netem in the kernel one queue discipline does all of it. Without it (probed, never assumed): loss by a
random verdict of nftables, rate by tbf, delay by the relay program ``node/relay.py``, which then also loses.
Each direction is impaired alike.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass

from netwright.lab import system, wiring
from netwright.lab.state import LabState, write_atomic
from netwright.lab.system import LabError
from netwright.lab.topology import Cable

_BURST_BYTES = 16_384
_QUEUE_MS = 100
_FILE = "impairments.json"


@dataclass(frozen=True, slots=True)
class Impairment:
    """What a cable does to frames. All zero: nothing."""

    loss_percent: float = 0.0
    rate_bps: int = 0
    delay_ms: float = 0.0
    jitter_ms: float = 0.0

    def __bool__(self) -> bool:
        return any((self.loss_percent, self.rate_bps, self.delay_ms, self.jitter_ms))

    def __str__(self) -> str:
        words = []
        if self.loss_percent:
            words.append(f"loss {self.loss_percent:g} %")
        if self.rate_bps:
            words.append(f"rate {self.rate_bps / 1e6:g} Mbit/s")
        if self.delay_ms or self.jitter_ms:
            words.append(f"delay {self.delay_ms:g} ms ± {self.jitter_ms:g} ms")
        return ", ".join(words)


def impairments(state: LabState) -> dict[int, Impairment]:
    """The impaired cables, by number."""
    try:
        data = json.loads((state.folder / _FILE).read_text())
    except FileNotFoundError:
        return {}
    return {int(number): Impairment(**fields) for number, fields in data.items()}


def impair(state: LabState, cable: Cable, wanted: Impairment) -> None:
    """Bring the cable into exactly this condition. May be repeated after a crash."""
    kept = impairments(state)
    kept.pop(cable.number, None)
    if wanted:
        kept[cable.number] = wanted
    write_atomic(state.folder / _FILE, json.dumps({number: asdict(item) for number, item in kept.items()}))
    _stop_relay(state, cable)
    if has_netem(state, cable):
        _by_netem(state, cable, wanted)
    else:
        _by_parts(state, cable, wanted)


def has_netem(state: LabState, cable: Cable) -> bool:
    """Whether the kernel takes a netem discipline; found by trying it on the socket."""
    socket = wiring.sockets(cable)[0]
    argv = ["tc", "-n", state.patch, "qdisc", "replace", "dev", socket, "root", "netem"]
    return system.run(argv, check=False).returncode == 0


def _by_netem(state: LabState, cable: Cable, wanted: Impairment) -> None:
    words = []
    if wanted.delay_ms or wanted.jitter_ms:
        words += ["delay", f"{wanted.delay_ms:g}ms", f"{wanted.jitter_ms:g}ms"]
    if wanted.loss_percent:
        words += ["loss", f"{wanted.loss_percent:g}%"]
    if wanted.rate_bps:
        words += ["rate", f"{wanted.rate_bps}bit"]
    for socket in wiring.sockets(cable):
        if words:
            _tc(state, "replace", socket, "netem", *words)
        else:
            _clear_tc(state, socket)


def _by_parts(state: LabState, cable: Cable, wanted: Impairment) -> None:
    relayed = bool(wanted.delay_ms or wanted.jitter_ms)
    a, b = wiring.sockets(cable)
    for here, there in ((a, b), (b, a)):
        if wanted.rate_bps:
            burst = max(_BURST_BYTES, wanted.rate_bps // 8 // 250)  # at least one tick's worth at 250 Hz
            rate = ["rate", f"{wanted.rate_bps}bit", "burst", str(burst), "latency", f"{_QUEUE_MS}ms"]
            _tc(state, "replace", here, "tbf", *rate)
        else:
            _clear_tc(state, here)
        wiring.set_chain(state, here, _rules(there, wanted.loss_percent, relayed=relayed))
    if relayed:
        _start_relay(state, cable, wanted)


def _rules(there: str, loss_percent: float, *, relayed: bool) -> list[str]:
    if relayed:
        return ["drop"]  # the relay takes its copy before this hook
    lost = round(loss_percent * 100)
    rules = [f"numgen random mod 10000 < {lost} drop"] if lost else []
    return [*rules, f'fwd to "{there}"']


def _tc(state: LabState, verb: str, socket: str, *words: str) -> None:
    system.run(["tc", "-n", state.patch, "qdisc", verb, "dev", socket, "root", *words])


def _clear_tc(state: LabState, socket: str) -> None:
    """No discipline of ours; that there was none is no error."""
    system.run(["tc", "-n", state.patch, "qdisc", "del", "dev", socket, "root"], check=False)


def _start_relay(state: LabState, cable: Cable, wanted: Impairment) -> None:
    a, b = wiring.sockets(cable)
    numbers = [wanted.delay_ms, wanted.jitter_ms, wanted.loss_percent]
    argv = [
        *("setsid", "--fork", "nsenter", f"--net={system.NETNS / state.patch}"),
        *(str(state.commands / "relay"), a, b, *(f"{number:g}" for number in numbers)),
    ]
    with (
        (state.folder / "relay.log").open("a") as log,
        subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=system.environment(state.mark()),
            cwd="/",
        ) as launcher,
    ):
        assert launcher.stdout is not None
        if launcher.stdout.readline().strip() != b"ready":
            raise LabError("the delay relay did not start", subject=str(cable), remedy="See relay.log.")


def _stop_relay(state: LabState, cable: Cable) -> None:
    """End this cable's relay, if there is one."""
    found = wiring.programs(state, "relay", wiring.sockets(cable)[0])
    system.kill(found)
    system.wait_gone(found)
