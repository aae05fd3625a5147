"""Which devices change together: one canary, then waves that never take both of a pair.

Pure: the same devices and limits give the same waves, whatever the order they come in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_RISK_OF_ROLE = {"cache": 0, "tor": 1, "edge": 1, "origin": 2, "core": 3}
_RISK_OF_OTHERS = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device to change. ``group``: its redundancy group, empty for none; ``stand_in``: another device of
    that group exists (in this rollout or not)."""

    device: str
    site: str
    role: str
    group: str = ""
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """``wave_size``: devices in a wave; ``per_site``: of these, in one site."""

    wave_size: int = 20
    per_site: int = 2


Waves = tuple[tuple[str, ...], ...]


def make_waves(candidates: Iterable[Candidate], limits: Limits) -> Waves:
    """Waves of device names; wave 0 is the canary alone.

    The canary is the device that harms least when the change is bad: first those with a stand-in, then by
    role (edges and top-of-rack switches before cores), then those of the smallest site (fewest devices to
    change), then by name. The others follow in the same order, each into the first wave with room for it.
    """
    if limits.wave_size < 1 or limits.per_site < 1:
        raise ValueError("a wave takes at least one device")
    devices = list(candidates)
    size_of_site = Counter(candidate.site for candidate in devices)
    ordered = sorted(devices, key=lambda c: (*_risk(c), size_of_site[c.site], c.device))
    if not ordered:
        return ()
    waves: list[_Wave] = []
    for candidate in ordered[1:]:
        wave = next((wave for wave in waves if wave.takes(candidate, limits)), None)
        if wave is None:
            wave = _Wave()
            waves.append(wave)
        wave.add(candidate)
    return ((ordered[0].device,), *(tuple(wave.devices) for wave in waves))


def _risk(candidate: Candidate) -> tuple[bool, int]:
    return not candidate.stand_in, _RISK_OF_ROLE.get(candidate.role, _RISK_OF_OTHERS)


class _Wave:
    """A wave being filled."""

    def __init__(self) -> None:
        self.devices: list[str] = []
        self._groups: set[str] = set()
        self._sites: Counter[str] = Counter()

    def takes(self, candidate: Candidate, limits: Limits) -> bool:
        return (
            len(self.devices) < limits.wave_size
            and self._sites[candidate.site] < limits.per_site
            and (not candidate.group or candidate.group not in self._groups)
        )

    def add(self, candidate: Candidate) -> None:
        self.devices.append(candidate.device)
        self._sites[candidate.site] += 1
        if candidate.group:
            self._groups.add(candidate.group)
