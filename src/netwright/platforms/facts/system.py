"""The device as a whole: what it is, what it runs, how busy it is, who may log in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class System:
    """The device as a whole. ``serial`` is the chassis's. ``hostname`` is empty in an answer that tells
    another part of it."""

    hostname: str = ""
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    os: str | None = None
    os_version: str | None = None
    uptime_s: float | None = None
    sys_descr: str | None = None
    """What the SNMP agent calls the system (RFC 3418), whole."""
    sys_object_id: str | None = None
    fqdn: str | None = None
    reboot_reason: str | None = None
    """In the device's words."""
    image: str | None = None
    """The file that it booted; of Linux the kernel."""
    mac: str | None = None
    location: str | None = None
    contact: str | None = None
    router_id: str | None = None
    """BGP's, in the default instance."""
    local_asn: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class CpuFact:
    """Use of one processor, as a fraction of one. ``name``: the device's index or card."""

    name: str
    use: float


@dataclass(frozen=True, slots=True)
class Load:
    """CPU and memory use; fractions of one, and memory in octets where the device tells them."""

    cpu: float | None = None
    memory: float | None = None
    cpus: tuple[CpuFact, ...] = ()
    memory_total: int | None = None
    memory_used: int | None = None


@dataclass(frozen=True, slots=True)
class UserFact:
    """A login account. ``level``: the privilege of Cisco's scale, 0 to 15, where the platform has it or a
    class that stands for one; ``role``: the platform's own word. Passwords are never read, hashed or not."""

    name: str
    level: int | None = None
    role: str | None = None
    ssh_keys: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class NtpFact:
    """A source of time. ``association``: ``server`` or ``peer``, or as the device calls it. Where only the
    configuration was read, nothing but the address is known. Times in seconds; ``offset_ms``, ``delay_ms``
    and ``jitter_ms`` in milliseconds."""

    address: str
    association: str | None = None
    synchronized: bool | None = None
    reference: str | None = None
    stratum: int | None = None
    kind: str | None = None
    when: str | None = None
    """Since the last packet, as the device writes it."""
    poll_s: int | None = None
    reachability: int | None = None
    delay_ms: float | None = None
    offset_ms: float | None = None
    jitter_ms: float | None = None
    routing_instance: str | None = None
    source: str = ""
