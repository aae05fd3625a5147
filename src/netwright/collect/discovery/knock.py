"""Is anybody there? ICMP where we may, TCP, the SSH banner, one SNMP question: all at once, a moment each."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from netwright.base.errors import AuthenticationError, DeviceError
from netwright.device.endpoint import Endpoint, Way
from netwright.device.snmp import SnmpClient

_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
_DESCR = "1.3.6.1.2.1.1.1.0"
_BANNER_BYTES = 512
OTHER_PORTS = (443, 830, 80, 23)
"""HTTPS, NETCONF, HTTP, telnet: they tell that somebody is there."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What answered at an address. ``icmp`` is None where we may not ask; ``refused``: a port said no, so
    there is somebody; ``snmp``: sysDescr, None when no agent answered, ``snmp_error`` when one refused us."""

    icmp: bool | None = None
    ports: tuple[int, ...] = ()
    refused: bool = False
    banner: str = ""
    snmp: str | None = None
    snmp_error: str = ""

    @property
    def silent(self) -> bool:
        answers = self.icmp, self.ports, self.refused, self.snmp is not None, self.snmp_error
        return not any(answers)

    def words(self) -> str:
        """For people: ``ping, SSH (OpenSSH_9.2p1), TCP 443``."""
        found = ["ping"] if self.icmp else []
        if self.banner:
            found.append(f"SSH ({self.banner})")
        found += [f"TCP {port}" for port in self.ports if not (self.banner and port == self.ports[0])]
        if self.snmp is not None:
            found.append("SNMP")
        if self.snmp_error:
            found.append(f"SNMP refuses us ({self.snmp_error})")
        return ", ".join(found) or ("ports refuse" if self.refused else "silent")


class Knocker(Protocol):
    """Looks who is at an endpoint."""

    async def knock(self, endpoint: Endpoint) -> Fingerprint: ...


class NetworkKnocker:
    """Over the network. ``wait_s``: how long each question may take; ``ports``: TCP ports besides SSH's."""

    def __init__(self, *, wait_s: float = 1.0, ports: Sequence[int] = OTHER_PORTS) -> None:
        self._wait_s = wait_s
        self._ports = ports
        self._may_ping = _may_ping()

    async def knock(self, endpoint: Endpoint) -> Fingerprint:
        """Everything at once; each question has its own deadline, none holds up the others."""
        ping = self._ping(endpoint.host) if self._may_ping else None
        knocked = self._knocked(endpoint)
        banner, others, (descr, error), icmp = await asyncio.gather(
            self._banner(endpoint),
            asyncio.gather(*(self._open(endpoint.host, port) for port in knocked)),
            self._agent(endpoint),
            ping if ping is not None else _unknown(),
        )
        text, ssh_state = banner
        ports = [endpoint.ssh_port] if ssh_state else []
        ports += [port for port, is_open in zip(knocked, others, strict=True) if is_open]
        refused = ssh_state is False or any(state is False for state in others)
        return Fingerprint(icmp, tuple(ports), refused, text, descr, error)

    def _knocked(self, endpoint: Endpoint) -> list[int]:
        """The usual ports, and those of the ways that its credentials may be tried on."""
        own = [endpoint.port(way) for way in endpoint.credentials.ways if way not in {Way.SNMP, Way.SSH}]
        return [port for port in dict.fromkeys((*self._ports, *own)) if port != endpoint.ssh_port]

    async def _open(self, host: str, port: int) -> bool | None:
        """True: open; False: refused; None: nothing came."""
        try:
            async with asyncio.timeout(self._wait_s):
                _, writer = await asyncio.open_connection(host, port)
        except ConnectionRefusedError:
            return False
        except (OSError, TimeoutError):
            return None
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._wait_s):
                await writer.wait_closed()
        return True

    async def _banner(self, endpoint: Endpoint) -> tuple[str, bool | None]:
        """The first line that an SSH server says (RFC 4253, 4.2)."""
        try:
            async with asyncio.timeout(self._wait_s):
                reader, writer = await asyncio.open_connection(
                    endpoint.host, endpoint.ssh_port, limit=_BANNER_BYTES
                )
        except ConnectionRefusedError:
            return "", False
        except (OSError, TimeoutError):
            return "", None
        line = b""
        try:
            async with asyncio.timeout(self._wait_s):
                line = await reader.read(_BANNER_BYTES)
        except (OSError, TimeoutError):
            pass
        finally:
            writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._wait_s):
                await writer.wait_closed()
        first = line.splitlines()[0].decode("ascii", "replace") if line else ""
        words = first.removeprefix("SSH-2.0-").removeprefix("SSH-1.99-")
        return "".join(letter for letter in words if letter.isprintable())[:80], True

    async def _agent(self, endpoint: Endpoint) -> tuple[str | None, str]:
        credentials = endpoint.credentials
        known = credentials.snmp_community is not None or credentials.snmp_user
        if not known or not credentials.allow(Way.SNMP):
            return None, ""
        client = SnmpClient(endpoint)
        try:
            found = await client.get((_OBJECT_ID, _DESCR))
        except AuthenticationError as error:
            return None, error.what
        except DeviceError:
            return None, ""
        finally:
            client.close()
        descr = found.get(_DESCR, b"")
        return (descr.decode("utf-8", "replace") if isinstance(descr, bytes) else str(descr)), ""

    async def _ping(self, host: str) -> bool:
        """One echo request over an unprivileged ICMP socket (Linux gives them to ``ping_group_range``)."""
        is_six = ":" in host
        family = socket.AF_INET6 if is_six else socket.AF_INET
        protocol = socket.IPPROTO_ICMPV6 if is_six else socket.IPPROTO_ICMP
        loop = asyncio.get_running_loop()
        try:
            with socket.socket(family, socket.SOCK_DGRAM, protocol) as ping:
                ping.setblocking(False)
                ping.connect((host, 0))
                kind = 128 if is_six else 8
                body = struct.pack("!BBHHH", kind, 0, 0, 0, 1) + os.urandom(8)
                async with asyncio.timeout(self._wait_s):
                    await loop.sock_sendall(ping, body)  # the kernel fills in checksum and identifier
                    answer = await loop.sock_recv(ping, 256)
        except (OSError, TimeoutError):
            return False
        return bool(answer) and answer[0] == (129 if is_six else 0)


async def _unknown() -> None:
    return None


def _may_ping() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP).close()
    except OSError:
        return False
    return True
