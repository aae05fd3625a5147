"""What any device with an SNMP agent says: hardware, interfaces, counters, readings. For platforms of which
we have data and no parsers of their own."""

from __future__ import annotations

from netwright.base.clock import Clock, SystemClock
from netwright.device.session import Session
from netwright.platforms.answers import Answers
from netwright.platforms.facts import DeviceFacts, DeviceSample, System
from netwright.platforms.snmp.reader import SnmpAnswer, read_agent


class AgentFacts:
    """``FactReader`` by SNMP alone. ``name``: the platform's, as it goes into the facts."""

    def __init__(self, name: str, clock: Clock | None = None) -> None:
        self._name = name
        self._clock = clock or SystemClock()

    async def facts(self, session: Session) -> DeviceFacts:
        """Raises the agent's error when it did not answer."""
        answers, at = Answers(), self._clock.now()
        agent = await read_agent(session, answers, hardware=True)
        answers.require_any()
        return DeviceFacts(
            device=session.endpoint.device,
            platform=self._name,
            observed_at=at,
            system=_system(session, agent),
            interfaces=agent.interfaces,
            components=agent.hardware.components,
            sensors=agent.sensors,
            sources=answers.sources,
            unparsed=answers.unparsed,
        )

    async def sample(self, session: Session) -> DeviceSample:
        answers, at = Answers(), self._clock.now()
        agent = await read_agent(session, answers, hardware=False)
        answers.require_any()
        return DeviceSample(
            device=session.endpoint.device,
            observed_at=at,
            uptime_s=agent.host.uptime_s,
            interfaces=agent.interfaces,
            sensors=agent.sensors,
            load=agent.host.load,
            unparsed=answers.unparsed,
        )


def _system(session: Session, agent: SnmpAnswer) -> System:
    return System(
        hostname=agent.host.name or session.endpoint.device,
        vendor=agent.hardware.vendor,
        model=agent.hardware.model,
        serial=agent.hardware.serial,
        uptime_s=agent.host.uptime_s,
    )
