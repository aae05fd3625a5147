"""What an FRR router is and how it does, over SSH and SNMP side by side.

SNMP brings interfaces with counters, hardware, sensors and load; SSH brings what FRR, lldpd and Linux know,
and stands in for the agent when that is silent.
"""

from __future__ import annotations

from collections.abc import Mapping

from netwright.base import address
from netwright.base.clock import Clock
from netwright.device.session import Session
from netwright.platforms.answers import Answers
from netwright.platforms.frr import shows
from netwright.platforms.linux.reader import LinuxFacts
from netwright.platforms.show import NOT_UNDERSTOOD

_SSH = "ssh"
MOST_ROUTES = 50_000
"""A router with more BGP routes is not asked for them in each round: a full table is 300 MB of JSON."""


class FrrFacts(LinuxFacts):
    """``FactReader`` for FRR on Linux. ``name``: the platform's, as it goes into the facts."""

    def __init__(self, name: str = "frr", clock: Clock | None = None) -> None:
        super().__init__(name, shows.QUESTIONS, clock)

    async def _routes(
        self, session: Session, answers: Answers, texts: Mapping[str, str]
    ) -> tuple[address.Prefix, ...]:
        """Of a thin router; a router with a full table is not asked."""
        try:
            count = shows.route_count(texts.get(shows.BGP_SUMMARY, "{}"))
        except NOT_UNDERSTOOD:
            return ()  # reported where its sessions were read
        if not 0 < count <= MOST_ROUTES:
            return ()
        said = await answers.ask(_SSH, session.run(shows.BGP_IPV4_ROUTES, check=False), part="routes")
        output = said.output if said else None
        return answers.read(shows.BGP_IPV4_ROUTES, shows.ipv4_routes, output) or ()
