"""What a Linux machine and the daemons on it tell: all questions in one exec channel, the agent beside it.

Linux names its interfaces alike on the command line and over SNMP, so the two fill each other, line by line.
Hardware is the agent's where it has any: who feeds an agent with ENTITY-MIB knows the chassis around it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace

from netwright.base import address
from netwright.base.clock import Clock, SystemClock
from netwright.device.session import Session
from netwright.platforms.answers import Answers
from netwright.platforms.facts import DeviceFacts, DeviceSample, Found, InterfaceFact, System, joined
from netwright.platforms.facts.join import filled
from netwright.platforms.linux import question
from netwright.platforms.show import Show, read
from netwright.platforms.snmp.reader import SnmpAnswer, read_agent

_SSH, _LLDP = "ssh", "lldp"


@dataclass(frozen=True, slots=True)
class Questions:
    """``whole``: of a discovery. ``round``: of a round of collection. ``further``: what the first answers
    give rise to, as the table of each VRF. ``standing_in``: what is asked in a round when the agent is
    silent."""

    whole: tuple[Show, ...]
    round: tuple[Show, ...]
    standing_in: tuple[Show, ...]
    further: Callable[[Found], Iterable[Show]]


class LinuxFacts:
    """``FactReader`` for routing daemons on Linux. ``name``: the platform's, as it goes into the facts."""

    def __init__(self, name: str, questions: Questions, clock: Clock | None = None) -> None:
        self._name = name
        self.questions = questions
        self._clock = clock or SystemClock()

    async def facts(self, session: Session) -> DeviceFacts:
        """Raises the SSH error when neither SSH nor SNMP answered."""
        answers, at = Answers(), self._clock.now()
        (said, answered), agent = await asyncio.gather(
            self._discover(session, answers), read_agent(session, answers, hardware=True)
        )
        answers.require_any()
        if said.neighbors:
            answers.heard(_LLDP)
        system = filled(_of_agent(agent), said.system)
        values = {spec.name: getattr(said, spec.name) for spec in fields(Found)}
        values |= {
            "system": system if system.hostname else replace(system, hostname=session.endpoint.device),
            "interfaces": interfaces(said, agent),
            "components": agent.hardware.components or said.components,
            "sensors": agent.sensors or said.sensors,
            "load": filled(agent.host.load, said.load),
            "unparsed": tuple(dict.fromkeys((*said.unparsed, *answers.unparsed))),
        }
        return DeviceFacts(
            device=session.endpoint.device,
            platform=self._name,
            observed_at=at,
            sources=answers.sources,
            answered=tuple((show.name, answered) for show in self.questions.whole) if answered else (),
            **values,
        )

    async def sample(self, session: Session) -> DeviceSample:
        answers, at = Answers(), self._clock.now()
        texts: dict[str, str] = {}
        said, agent = await asyncio.gather(
            put(session, answers, self.questions.round, texts=texts),
            read_agent(session, answers, hardware=False),
        )
        answers.require_any()
        if not agent.interfaces and _SSH not in answers.errors:
            said = joined((said, await put(session, answers, self.questions.standing_in, part="interfaces")))
        return DeviceSample(
            device=session.endpoint.device,
            observed_at=at,
            uptime_s=agent.host.uptime_s if agent.host.uptime_s is not None else said.system.uptime_s,
            interfaces=agent.interfaces or said.interfaces,
            bgp_sessions=said.bgp_sessions,
            neighbors=said.neighbors,
            sensors=agent.sensors,
            load=filled(agent.host.load, said.load),
            routes=await self._routes(session, answers, texts),
            unparsed=tuple(dict.fromkeys((*said.unparsed, *answers.unparsed))),
        )

    async def _routes(
        self, session: Session, answers: Answers, texts: Mapping[str, str]
    ) -> tuple[address.Prefix, ...]:
        """BGP's routes, where a platform asks for them. ``texts``: what the round's questions were answered,
        by command."""
        return ()

    async def _discover(self, session: Session, answers: Answers) -> tuple[Found, float | None]:
        """What was said, and when."""
        said = await put(session, answers, self.questions.whole)
        if _SSH in answers.errors:
            return said, None
        at = self._clock.now()
        more = tuple(self.questions.further(said))
        if more:
            said = joined((said, await put(session, answers, more, part="further")))
        return said, at


async def put(
    session: Session,
    answers: Answers,
    shows: Iterable[Show],
    *,
    part: str = "",
    texts: dict[str, str] | None = None,
) -> Found:
    """Several questions in one exec channel. One whose answer got lost is reported; an ``optional`` one that
    nothing answers is not: the machine has no such program. The answers go into ``texts``, by command."""
    asked = {str(number): show for number, show in enumerate(shows)}
    said: Mapping[str, str] | None = await answers.ask(
        _SSH, question.ask(session, {key: show.command for key, show in asked.items()}), part=part
    )
    if said is None:
        return Found()
    if texts is not None:
        texts.update((show.command, said[key]) for key, show in asked.items() if key in said)
    return joined(
        read(show, said.get(key, ""))
        for key, show in asked.items()
        if not show.optional or said.get(key, "").strip()
    )


def interfaces(said: Found, agent: SnmpAnswer) -> tuple[InterfaceFact, ...]:
    """The agent's, filled from the command line; a description is the routing daemon's, which it alone
    knows."""
    words = {fact.name: fact.description for fact in said.interfaces if fact.description}
    every = joined((Found(interfaces=agent.interfaces), Found(interfaces=said.interfaces))).interfaces
    return tuple(replace(fact, description=words.get(fact.name, fact.description)) for fact in every)


def _of_agent(agent: SnmpAnswer) -> System:
    return System(
        agent.host.name or "",
        vendor=agent.hardware.vendor,
        model=agent.hardware.model,
        serial=agent.hardware.serial,
        uptime_s=agent.host.uptime_s,
    )
