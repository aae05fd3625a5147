"""What must hold after a change, judged from what the device says before and after it. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from netwright.base import address
from netwright.deploy.expectation import Expectation, WantedSession
from netwright.platforms.facts import BgpSessionFact, BgpState


@dataclass(frozen=True, slots=True)
class Baseline:
    """The sessions a device had before the change: prefixes received of those established, and those that
    were configured but down."""

    established: dict[address.Address, int]
    down: frozenset[address.Address] = frozenset()

    def document(self) -> dict[str, Any]:
        return {
            "established": {str(remote): count for remote, count in sorted(self.established.items())},
            "down": sorted(str(remote) for remote in self.down),
        }


def read_baseline(document: dict[str, Any]) -> Baseline:
    """The reverse of ``Baseline.document``."""
    return Baseline(
        {ipaddress.ip_address(text): count for text, count in document["established"].items()},
        frozenset(ipaddress.ip_address(text) for text in document["down"]),
    )


def baseline_of(sessions: Iterable[BgpSessionFact]) -> Baseline:
    """What to compare with after the change."""
    established: dict[address.Address, int] = {}
    down: set[address.Address] = set()
    for fact in sessions:
        if fact.state is BgpState.ESTABLISHED:
            established[fact.remote_address] = fact.prefixes_received or 0
        else:
            down.add(fact.remote_address)
    return Baseline(established, frozenset(down))


def faults(
    expectation: Expectation,
    baseline: Baseline,
    after: Iterable[BgpSessionFact],
    settled: Collection[str],
) -> tuple[str, ...]:
    """What is wrong, in words; empty when the change may stay.

    Of each wanted session:
    - established before: it must be established again, and receive prefixes if it did.
    - configured and down before: nothing is asked; the change is not at fault.
    - new: it must be established if the other end is a partner's or one of our devices that runs its
      intended configuration (``settled``), and receive prefixes if the partner has clients.
    """
    now = {fact.remote_address: fact for fact in after}
    found = (
        _fault(wanted, baseline, now.get(wanted.remote_address), settled) for wanted in expectation.sessions
    )
    return tuple(fault for fault in found if fault)


def sessions_named(baseline: Baseline, config: str) -> Expectation:
    """The sessions a configuration names among those established before: what a restored configuration,
    which the inventory did not make, must keep."""
    named = set(re.findall(r"[0-9A-Fa-f.:]+", config))
    kept = (remote for remote in baseline.established if str(remote) in named)
    return Expectation(tuple(WantedSession(remote) for remote in sorted(kept, key=address.key)))


def _fault(
    wanted: WantedSession, baseline: Baseline, fact: BgpSessionFact | None, settled: Collection[str]
) -> str:
    received_before = baseline.established.get(wanted.remote_address)
    if received_before is None and not _expected_new(wanted, baseline, settled):
        return ""
    who = f"{wanted.remote_address} ({wanted.peer})" if wanted.peer else str(wanted.remote_address)
    if fact is None:
        return f"BGP session with {who} is not on the device"
    if fact.state is not BgpState.ESTABLISHED:
        before = ", it was established before" if received_before is not None else ""
        return f"BGP session with {who} is {fact.state.value}{before}"
    needs_prefixes = wanted.carries if received_before is None else received_before > 0
    if needs_prefixes and fact.prefixes_received == 0:
        return f"no prefixes received from {who}"
    return ""


def _expected_new(wanted: WantedSession, baseline: Baseline, settled: Collection[str]) -> bool:
    if wanted.remote_address in baseline.down:
        return False
    return wanted.peer is None or wanted.peer in settled
