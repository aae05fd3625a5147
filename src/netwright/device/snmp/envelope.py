"""What stands around a request: a community in clear (RFC 3417), or SNMPv3's security model (``usm``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from netwright.device.snmp import ber
from netwright.device.snmp.ber import BerError, Tag
from netwright.device.snmp.message import Answer, read_pdu

_VERSION_2C = 1


class Envelope(Protocol):
    """Makes a message of a PDU, and an answer of a datagram."""

    def wrap(self, number: int, pdu: bytes) -> bytes: ...

    def unwrap(self, datagram: bytes) -> tuple[int, Answer] | None:
        """Number of the request and its answer; None for a datagram that is to be passed over. Raises
        BerError."""
        ...


@dataclass(frozen=True, slots=True)
class Community:
    """SNMP v2c."""

    name: bytes

    def wrap(self, number: int, pdu: bytes) -> bytes:
        head = ber.tlv(Tag.INTEGER, ber.integer(_VERSION_2C)) + ber.tlv(Tag.OCTETS, self.name)
        return ber.tlv(Tag.SEQUENCE, head + pdu)

    def unwrap(self, datagram: bytes) -> tuple[int, Answer]:
        tag, at, _ = ber.frame(datagram, 0)
        if tag != Tag.SEQUENCE:
            raise BerError("no message")
        _, at = ber.read_int(datagram, at)
        _, _, at = ber.frame(datagram, at)
        answer = read_pdu(datagram, at)
        return answer.number, answer
