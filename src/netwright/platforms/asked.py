"""Facts of a platform whose questions are data (``show.Show``): command line and SNMP side by side.

What the command line tells counts; where it says nothing of a subject, the agent's word does. The two name
interfaces and parts differently, so a list is taken whole from one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from netwright.base.clock import Clock, SystemClock
from netwright.base.errors import DeviceTimeoutError
from netwright.device.session import Session
from netwright.platforms.answers import Answers
from netwright.platforms.facts import DeviceFacts, DeviceSample, Found, System, joined
from netwright.platforms.facts.join import filled
from netwright.platforms.show import Show, Via, read, wanted
from netwright.platforms.snmp.reader import SnmpAnswer, read_agent

_SSH, _LLDP = "ssh", "lldp"
_ROUND = ("interfaces", "bgp_sessions", "neighbors", "sensors", "load")
_AGENT_TELLS = {"interfaces", "sensors", "load"}
_MOST_TIMEOUTS = 2
"""So many questions may go unanswered before the rest is not asked: a device that hangs hangs in all."""


class AskedFacts:
    """``FactReader`` by questions. ``name``: the platform's, as it goes into the facts."""

    def __init__(self, name: str, shows: tuple[Show, ...], clock: Clock | None = None) -> None:
        self._name = name
        self.shows = shows
        self._clock = clock or SystemClock()

    async def facts(self, session: Session) -> DeviceFacts:
        """Raises the SSH error when neither SSH nor SNMP answered."""
        answers, at = Answers(), self._clock.now()
        round_ = _Round(session, self.shows, answers, self._clock)
        said, agent = await asyncio.gather(
            round_.ask(wanted(self.shows)), read_agent(session, answers, hardware=True)
        )
        answers.require_any()
        found = _either(said, _by_agent(agent))
        if found.neighbors:
            answers.heard(_LLDP)
        system = found.system
        values = {spec.name: getattr(found, spec.name) for spec in fields(Found)}
        values["system"] = system if system.hostname else replace(system, hostname=session.endpoint.device)
        values["unparsed"] = tuple(dict.fromkeys((*found.unparsed, *answers.unparsed)))
        return DeviceFacts(
            device=session.endpoint.device,
            platform=self._name,
            observed_at=at,
            sources=answers.sources,
            answered=tuple(round_.answered.items()),
            **values,
        )

    async def sample(self, session: Session) -> DeviceSample:
        """The command line is asked for what the agent does not tell; for all of it where that is silent."""
        answers, at = Answers(), self._clock.now()
        agent = await read_agent(session, answers, hardware=False)
        subjects = [name for name in _ROUND if not (agent.interfaces and name in _AGENT_TELLS)]
        round_ = _Round(session, self.shows, answers, self._clock)
        said = await round_.ask(show for show in wanted(self.shows, subjects) if not show.rarely)
        answers.require_any()
        found = _either(_by_agent(agent), said)
        return DeviceSample(
            device=session.endpoint.device,
            observed_at=at,
            uptime_s=found.system.uptime_s,
            interfaces=found.interfaces,
            bgp_sessions=found.bgp_sessions,
            neighbors=found.neighbors,
            sensors=found.sensors,
            load=found.load,
            unparsed=tuple(dict.fromkeys((*found.unparsed, *answers.unparsed))),
        )


class _Round:
    """Questions over one session, one after the other."""

    def __init__(self, session: Session, shows: tuple[Show, ...], answers: Answers, clock: Clock) -> None:
        self._session = session
        self._shows = shows
        self._answers = answers
        self._clock = clock
        self.answered: dict[str, float] = {}

    async def ask(self, shows: Iterable[Show]) -> Found:
        parts: list[Found] = []
        timeouts = 0
        for show in shows:
            error = await self._put(show, parts)
            if error is not None:
                timeouts += isinstance(error, DeviceTimeoutError)
                if timeouts == 0 or timeouts >= _MOST_TIMEOUTS:
                    break
        return joined(parts)

    async def _put(self, show: Show, parts: list[Found]) -> Exception | None:
        """The answer goes into ``parts``. A device that does not know the structured form is asked for the
        plain one, where there is a parser for that."""
        failure = Found()
        for form in (show, *self._plainer(show)):
            part = "" if not self.answered else form.command
            said = await self._answers.ask(_SSH, self._session.run(form.command, check=False), part=part)
            if said is None:
                return self._answers.errors.get(f"{_SSH} {part}".rstrip())
            self.answered[form.name] = self._clock.now()
            found = read(form, said.output)
            if found.unparsed and found == Found(unparsed=found.unparsed):
                failure = found
                continue
            parts.append(found)
            return None
        parts.append(failure)
        return None

    def _plainer(self, show: Show) -> list[Show]:
        if show.api_command == show.command:
            return []
        return [one for one in self._shows if one.command == show.api_command and one.via is Via.CLI]


def _by_agent(agent: SnmpAnswer) -> Found:
    hardware = agent.hardware
    return Found(
        system=System(
            agent.host.name or "",
            vendor=hardware.vendor,
            model=hardware.model,
            serial=hardware.serial,
            uptime_s=agent.host.uptime_s,
        ),
        interfaces=agent.interfaces,
        components=hardware.components,
        sensors=agent.sensors,
        load=agent.host.load,
    )


def _either(one: Found, other: Found) -> Found:
    """Each list from the first that has it; of the device as a whole, what one leaves open from the other."""
    values: Mapping[str, Any] = {
        spec.name: getattr(one, spec.name) or getattr(other, spec.name)
        for spec in fields(Found)
        if spec.name not in {"system", "load"}
    }
    return Found(**values, system=filled(one.system, other.system), load=filled(one.load, other.load))
