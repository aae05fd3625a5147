"""Where a device is reached and with what."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from netwright.base.secret import Secret
from netwright.device.journal import Journal, Recorder
from netwright.device.journal import Way as Asked
from netwright.device.tls import Tls

AUTH_NAMES = ("md5", "sha", "sha224", "sha256", "sha384", "sha512")
PRIV_NAMES = ("des", "aes", "aes192", "aes256", "aes192c", "aes256c")
"""Hashes and ciphers of SNMPv3 by the names that devices' configurations use."""


class Way(enum.StrEnum):
    """How a device can be talked to."""

    SNMP = "snmp"
    SSH = "ssh"
    """A command line."""
    NETCONF = "netconf"
    GNMI = "gnmi"
    HTTP = "http"
    """The vendor's API: eAPI, NX-API, SR Linux' JSON-RPC."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What we log in with. A private key is tried before the password."""

    username: str
    password: Secret | None = None
    private_key: Secret | None = None
    """OpenSSH private key, PEM text."""
    snmp_community: Secret | None = None
    snmp_user: str | None = None
    """SNMPv3 user; used instead of the community when set. Without ``snmp_auth`` it is noAuthNoPriv, without
    ``snmp_priv`` authNoPriv."""
    snmp_auth: Secret | None = None
    snmp_priv: Secret | None = None
    snmp_auth_protocol: str = "sha"
    snmp_priv_protocol: str = "aes"
    enable: Secret | None = None
    """Password of the privileged mode, where it is another than the login's."""
    fault: str = ""
    """Why there are none: the place where they are kept does not give them."""
    ways: tuple[Way, ...] = ()
    """What they may be tried on, the best first; empty: SNMP and SSH."""
    tls: Tls = field(default_factory=Tls)
    """How far the certificates of gNMI targets and APIs are trusted with them."""

    def allow(self, way: Way) -> bool:
        """Whether they may be tried on that."""
        return way in (self.ways or (Way.SNMP, Way.SSH))

    def secrets(self) -> list[Secret]:
        """All that must be shown nowhere."""
        held = (
            self.password, self.private_key, self.enable, self.snmp_community, self.snmp_auth, self.snmp_priv,
        )  # fmt: skip
        return [one for one in held if one is not None]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Deadlines in seconds, one a phase."""

    connect_s: float = 5.0
    login_s: float = 15.0
    command_s: float = 30.0
    snmp_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Share:
    """How many sessions at once the device may have, and all devices of its ``group``. 0: any number."""

    group: str = ""
    per_device: int = 0
    per_group: int = 0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A device's management endpoint. ``device`` is its name, for messages."""

    device: str
    host: str
    credentials: Credentials
    ssh_port: int = 22
    snmp_port: int = 161
    timeouts: Timeouts = field(default_factory=Timeouts)
    netconf_port: int = 830
    gnmi_port: int = 9339
    http_port: int = 443
    jump: Endpoint | None = None
    """The host that its SSH goes through, with credentials and a host key of its own."""
    share: Share = field(default_factory=Share)
    recorder: Recorder | None = None
    """Who writes down what is said with the device."""

    def journal(self, way: Asked) -> Journal | None:
        """A new one, if anybody writes."""
        if self.recorder is None:
            return None
        known = [self.credentials, *([self.jump.credentials] if self.jump is not None else [])]
        return self.recorder.begin(self.device, way, [one for held in known for one in held.secrets()])

    def port(self, way: Way) -> int:
        """Where it is talked to that way."""
        ports = {
            Way.SNMP: self.snmp_port,
            Way.SSH: self.ssh_port,
            Way.NETCONF: self.netconf_port,
            Way.GNMI: self.gnmi_port,
            Way.HTTP: self.http_port,
        }
        return ports[way]
