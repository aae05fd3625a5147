"""The device itself: its name, who may log in, how it is managed, its clock and its names."""

from __future__ import annotations

import enum
from dataclasses import field
from typing import Annotated

from pydantic import Field

from netwright.base import address
from netwright.intent.neutral.value import (
    Host,
    Hosts,
    Line,
    Named,
    PortNumber,
    SecretName,
    Text,
    Word,
    section,
)


class UserRole(enum.StrEnum):
    """What a local user may do; templates write it in the platform's words."""

    ADMIN = "admin"
    OPERATOR = "operator"
    READ_ONLY = "read-only"


@section
class User:
    """A local user. ``password_secret`` names a secret that holds the password's hash as the platform takes
    it (crypt(3), as ``$6$...``), never the password."""

    name: Word
    role: UserRole = UserRole.READ_ONLY
    password_secret: SecretName = ""
    ssh_keys: tuple[Line, ...] = ()


@section
class Dns:
    """Name servers in order of preference, and the domains in which short names are looked up."""

    servers: tuple[address.Address, ...] = ()
    search: tuple[Host, ...] = ()
    source_interface: Line = ""
    vrf: Word = ""


@section
class SystemView:
    """``hostname`` is the device's name. Banners may have several lines; they don't end with one."""

    hostname: Word = ""
    domain: Host = ""
    time_zone: Word = "UTC"
    login_banner: Text = ""
    """Shown before the login."""
    motd_banner: Text = ""
    """Shown after it."""
    users: Named[User] = ()
    dns: Dns = field(default_factory=Dns)


@section
class ManagementView:
    """How people and programs reach the device. A VRF of its own and a gateway where the platform keeps
    management apart. Ports are None where the service is off."""

    vrf: Word = ""
    gateway: address.Address | None = None
    gateway6: address.Address | None = None
    ssh: bool = True
    netconf_port: PortNumber | None = None
    gnmi_port: PortNumber | None = None
    https_port: PortNumber | None = None
    idle_timeout_s: Annotated[int, Field(ge=0)] | None = None
    access_list: Word = ""
    """IPv4 access list on the way in to its own services."""
    access_list6: Word = ""


@section
class NtpServer:
    """``key`` is the number of a key of the section."""

    host: Host
    prefer: bool = False
    burst: bool = False
    key: int | None = None


@section
class NtpKey:
    """A key to authenticate servers with, by the number both sides know it by."""

    number: Annotated[int, Field(ge=1, le=65535)]
    secret: SecretName
    algorithm: Word = "md5"


@section
class NtpView:
    """Clock servers. With keys, only those that know one are believed."""

    servers: Hosts[NtpServer] = ()
    keys: tuple[NtpKey, ...] = ()
    source_interface: Line = ""
    vrf: Word = ""
