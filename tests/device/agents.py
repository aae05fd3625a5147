"""SNMP agents on loopback: Debian's own snmpd, and a small one whose faults can be chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint, Timeouts

COMMUNITY = "s3cret-comm"
AUTH, PRIV = "authpass12", "privpass12"

# tags of BER and SNMPv2c
_SEQUENCE, _INTEGER, _OCTETS, _NULL, _OID = 0x30, 2, 4, 5, 6
_END_OF_VIEW = 0x82
_GET_REQUEST, _RESPONSE = 0xA0, 0xA2
GET = 0
"""Stands for the repetitions in a plain GET."""


def agent_endpoint(port: int, *, community: str = COMMUNITY, v3: bool = False, auth: str = AUTH) -> Endpoint:
    if v3:
        who = Credentials("x", snmp_user="netops", snmp_auth=Secret(auth), snmp_priv=Secret(PRIV))
    else:
        who = Credentials("x", snmp_community=Secret(community))
    return Endpoint(
        "ams-edge1", "127.0.0.1", who, snmp_port=port, timeouts=Timeouts(snmp_s=0.3, command_s=8.0)
    )


def snmpd_config(folder: Path) -> Path:
    file = folder / "snmpd.conf"
    file.write_text(
        f"rocommunity {COMMUNITY}\nsysName ams-edge1\nsysLocation Rack 4\n"
        f"createUser netops SHA {AUTH} AES {PRIV}\nrouser netops priv\n"
        f"createUser plain\nrouser plain noauth\n"
        f"createUser hashed MD5 {AUTH}\nrouser hashed auth\n"
        f"createUser modern SHA-256 {AUTH} AES {PRIV}\nrouser modern priv\n"
        f"createUser old MD5 {AUTH} DES {PRIV}\nrouser old priv\n"
    )
    return file


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _read(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and the rest."""
    size, start = data[1], 2
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(data[2:start], "big")
    return data[0], data[start : start + size], data[start + size :]


def _number(value: int) -> bytes:
    return _tlv(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def _oid(text: str) -> bytes:
    first, second, *rest = (int(part) for part in text.split("."))
    out = bytearray((first * 40 + second,))
    for part in rest:
        septets = [part & 0x7F]
        while part := part >> 7:
            septets.append(0x80 | part & 0x7F)
        out += bytes(reversed(septets))
    return _tlv(_OID, bytes(out))


def _oid_text(data: bytes) -> str:
    parts, value = [data[0] // 40, data[0] % 40], 0
    for byte in data[1:]:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            parts.append(value)
            value = 0
    return ".".join(map(str, parts))


Rows = list[tuple[str, int]]


class Agent(asyncio.DatagramProtocol):
    """Answers GET and GETBULK from ``answer(start OID, repetitions)``; None: silence. ``requests`` keeps the
    repetitions asked for."""

    def __init__(self, answer: Callable[[str, int], Rows | bytes | None]) -> None:
        self.requests: list[int] = []
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        _, message, _ = _read(data)
        _, _, message = _read(message)  # version
        _, community, message = _read(message)
        kind, pdu, _ = _read(message)
        _, request_id, pdu = _read(pdu)
        _, _, pdu = _read(pdu)
        _, repetitions, pdu = _read(pdu)
        _, bindings, _ = _read(pdu)
        start = _oid_text(_read(_read(bindings)[1])[1])
        self.requests.append(GET if kind == _GET_REQUEST else int.from_bytes(repetitions, "big"))
        rows = self._answer(start, self.requests[-1])
        if rows is None:
            return
        self._transport.sendto(
            rows if isinstance(rows, bytes) else _response(request_id, community, start, rows), addr
        )


def _response(request_id: bytes, community: bytes, start: str, rows: Rows) -> bytes:
    values = b"".join(_tlv(_SEQUENCE, _oid(oid) + _number(value)) for oid, value in rows)
    if not rows:
        values = _tlv(_SEQUENCE, _oid(start) + _tlv(_END_OF_VIEW, b""))
    pdu = _tlv(_INTEGER, request_id) + _number(0) + _number(0) + _tlv(_SEQUENCE, values)
    return _tlv(_SEQUENCE, _number(1) + _tlv(_OCTETS, community) + _tlv(_RESPONSE, pdu))
