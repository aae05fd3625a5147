"""What a device tells others about itself, and whom it asks who may log in: SNMP, logs, AAA, LLDP."""

from __future__ import annotations

import enum
from typing import Annotated

from pydantic import Field

from netwright.intent.neutral.value import (
    Host,
    Hosts,
    Line,
    Named,
    PortNumber,
    SecretName,
    Word,
    section,
)


class SnmpAccess(enum.StrEnum):
    """What may be done over SNMP."""

    READ = "read"
    WRITE = "write"


class SnmpAuth(enum.StrEnum):
    """Authentication of SNMPv3 (RFC 3414, RFC 7860)."""

    MD5 = "md5"
    SHA = "sha"
    SHA256 = "sha256"
    SHA512 = "sha512"


class SnmpPrivacy(enum.StrEnum):
    """Encryption of SNMPv3 (RFC 3414, RFC 3826)."""

    DES = "des"
    AES128 = "aes128"
    AES256 = "aes256"


class Severity(enum.StrEnum):
    """Least severity of a message that is told (RFC 5424)."""

    EMERGENCY = "emergency"
    ALERT = "alert"
    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"
    INFORMATIONAL = "informational"
    DEBUG = "debug"

    @property
    def number(self) -> int:
        """0 is the most severe."""
        return list(Severity).index(self)


class LogTransport(enum.StrEnum):
    """How messages travel."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class AaaProtocol(enum.StrEnum):
    """Who is asked by what protocol."""

    TACACS = "tacacs"
    RADIUS = "radius"


class AaaMethod(enum.StrEnum):
    """A place to ask: servers, or the device's own users."""

    TACACS = "tacacs"
    RADIUS = "radius"
    LOCAL = "local"


@section
class SnmpCommunity:
    """A community of SNMPv2c; its word is the secret."""

    secret: SecretName
    access: SnmpAccess = SnmpAccess.READ
    access_list: Word = ""


@section
class SnmpUser:
    """A user of SNMPv3."""

    name: Word
    auth_secret: SecretName = ""
    auth: SnmpAuth = SnmpAuth.SHA
    privacy_secret: SecretName = ""
    privacy: SnmpPrivacy = SnmpPrivacy.AES128
    access: SnmpAccess = SnmpAccess.READ


@section
class SnmpTrapHost:
    """Where traps go: by v2c with a community, or by v3 as a user of the section."""

    host: Host
    community_secret: SecretName = ""
    user: Word = ""
    port: PortNumber = 162


@section
class SnmpView:
    """SNMP. ``group`` and ``view`` names are the templates' own."""

    communities: tuple[SnmpCommunity, ...] = ()
    users: Named[SnmpUser] = ()
    trap_hosts: tuple[SnmpTrapHost, ...] = ()
    location: Line = ""
    contact: Line = ""
    source_interface: Line = ""
    vrf: Word = ""

    @property
    def enabled(self) -> bool:
        return bool(self.communities or self.users or self.trap_hosts)


@section
class LogHost:
    """A collector of log messages."""

    host: Host
    port: PortNumber = 514
    transport: LogTransport = LogTransport.UDP
    severity: Severity = Severity.INFORMATIONAL


@section
class LoggingView:
    """Logs. None: the platform's own default."""

    hosts: Hosts[LogHost] = ()
    facility: Word = "local7"
    console: Severity | None = None
    buffer: Severity | None = None
    buffer_bytes: Annotated[int, Field(ge=4096)] | None = None
    source_interface: Line = ""
    vrf: Word = ""


@section
class AaaServer:
    """A server that knows users. ``port`` None: the protocol's own (49; 1812)."""

    host: Host
    protocol: AaaProtocol
    secret: SecretName
    port: PortNumber | None = None
    timeout_s: Annotated[int, Field(ge=1, le=1000)] | None = None


@section
class AaaView:
    """Who decides on logins and commands, and who is told of them. Methods are asked in their order, a later
    one only when the earlier ones don't answer."""

    servers: tuple[AaaServer, ...] = ()
    login: tuple[AaaMethod, ...] = (AaaMethod.LOCAL,)
    commands: tuple[AaaMethod, ...] = ()
    """Empty: commands are not asked for."""
    accounting: tuple[AaaMethod, ...] = ()
    source_interface: Line = ""
    vrf: Word = ""

    def of(self, protocol: str) -> tuple[AaaServer, ...]:
        """Servers of one protocol."""
        return tuple(one for one in self.servers if one.protocol == protocol)

    @property
    def tacacs(self) -> tuple[AaaServer, ...]:
        return self.of(AaaProtocol.TACACS)

    @property
    def radius(self) -> tuple[AaaServer, ...]:
        return self.of(AaaProtocol.RADIUS)


@section
class LldpView:
    """Neighbour discovery by LLDP, on the ports whose interface says so."""

    enabled: bool = True
    interval_s: Annotated[int, Field(ge=1, le=32768)] | None = None
    hold_multiplier: Annotated[int, Field(ge=2, le=10)] | None = None
