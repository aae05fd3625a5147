"""Values by their names: requests of as many names as the agent's answers have room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netwright.base.errors import UnparsedAnswerError
from netwright.device.snmp.association import AgentSocket, Association
from netwright.device.snmp.plain import get

OIDS_PER_GET = 40
"""Keeps a request and its answer inside one packet."""
UPTIME = "1.3.6.1.2.1.1.3.0"


class Lookup:
    """GET. An agent whose answer would be too big sends none of the values, and the library does not say
    so: an empty answer is looked into, and smaller requests are made from then on."""

    def __init__(self, association: Association) -> None:
        self._association = association
        self._oids_per_get = OIDS_PER_GET
        self._witness: bool | None = None

    async def values(self, oids: Sequence[str]) -> dict[str, object]:
        """What the agent doesn't have is left out."""
        here = await self._association.open()
        values: dict[str, object] = {}
        start = 0
        while start < len(oids):
            chunk = [oid.lstrip(".") for oid in oids[start : start + self._oids_per_get]]
            answer = await self._many(here, chunk)
            found = {oid: value for oid, value in answer.items() if value is not None}
            if not found and len(chunk) > 1 and await self._too_big(here, chunk):
                self._oids_per_get = max(1, len(chunk) // 2)
                continue
            values.update(found)
            if self._association.endpoint.recorder is not None:
                for oid in chunk:
                    self._association.note(oid, below=False, found={oid: found[oid]} if oid in found else {})
            start += len(chunk)
        return values

    async def _many(self, here: AgentSocket, oids: list[str]) -> Mapping[str, object]:
        way = self._association
        try:
            return await way.ask(lambda: here.send_get_many(oids), here.recv_get_many)
        except UnparsedAnswerError:
            if way.is_v3 or not oids:
                raise
        return await way.plainly(get(way.host, way.endpoint.snmp_port, way.community, oids, way.patience))

    async def _too_big(self, here: AgentSocket, chunk: list[str]) -> bool:
        """True when the agent leaves out sysUpTime too in an answer to this many OIDs, which it has when
        it is asked for it alone."""
        if self._witness is None:
            self._witness = bool(await self._many(here, [UPTIME]))
        return self._witness and not await self._many(here, [UPTIME, *chunk[1:]])
