"""Observed tables: what devices said, with source and age. Nobody edits them.

Rows are keyed by the device's name, not by a wanted object's id: a device may be seen that nobody wants.
Times are Unix seconds.
"""

from __future__ import annotations

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from netwright.base import address
from netwright.platforms.facts import BgpState, OperState
from netwright.store.record import Base


class ObservedDevice(Base):
    """What a device is, by its last complete answer; and whether it answers now."""

    __tablename__ = "observed_device"

    device: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(default="")
    hostname: Mapped[str | None]
    short_name: Mapped[str] = mapped_column(default="", index=True)
    """Its own name in small letters without the domain, as neighbours may call it."""
    vendor: Mapped[str | None]
    model: Mapped[str | None]
    serial: Mapped[str | None]
    os: Mapped[str | None]
    os_version: Mapped[str | None]
    uptime_s: Mapped[float | None]
    cpu: Mapped[float | None]
    memory: Mapped[float | None]
    sources: Mapped[list[str]] = mapped_column(default=list)
    observed_at: Mapped[float | None]
    """Last complete discovery."""
    polled_at: Mapped[float | None]
    """Last round that was answered."""
    reachable: Mapped[bool | None]
    error: Mapped[str] = mapped_column(Text, default="")
    """Why the last attempt failed; empty when it did not."""


class ObservedInterface(Base):
    """An interface as the device sees it."""

    __tablename__ = "observed_interface"

    device: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    admin_up: Mapped[bool]
    oper: Mapped[OperState]
    speed_bps: Mapped[int | None]
    mtu: Mapped[int | None]
    mac: Mapped[str | None]
    description: Mapped[str | None]
    if_index: Mapped[int | None]
    changed_at: Mapped[float]
    """When ``oper`` last changed, as far as we saw."""
    source: Mapped[str] = mapped_column(default="")
    """The question whose answer said so."""
    observed_at: Mapped[float]


class ObservedAddress(Base):
    """An address found on an interface."""

    __tablename__ = "observed_address"

    device: Mapped[str] = mapped_column(primary_key=True)
    interface: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[address.Interface] = mapped_column(primary_key=True, index=True)
    prefix_known: Mapped[bool] = mapped_column(default=True)
    """The device told the length of its prefix; else it is a guess."""
    source: Mapped[str] = mapped_column(default="")
    """The question whose answer said so."""
    observed_at: Mapped[float]


class ObservedComponent(Base):
    """A hardware component that the device reports."""

    __tablename__ = "observed_component"

    device: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    component_class: Mapped[str]
    parent: Mapped[str | None]
    model: Mapped[str | None]
    part_number: Mapped[str | None]
    serial: Mapped[str | None]
    description: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="")
    """The question whose answer said so."""
    observed_at: Mapped[float]


class ObservedSensor(Base):
    """The last reading of a sensor."""

    __tablename__ = "observed_sensor"

    device: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    sensor_class: Mapped[str]
    value: Mapped[float]
    unit: Mapped[str]
    ok: Mapped[bool]
    source: Mapped[str] = mapped_column(default="")
    """The question whose answer said so."""
    observed_at: Mapped[float]


class ObservedNeighbor(Base):
    """A neighbour seen by LLDP on an interface."""

    __tablename__ = "observed_neighbor"

    device: Mapped[str] = mapped_column(primary_key=True)
    interface: Mapped[str] = mapped_column(primary_key=True)
    remote_device: Mapped[str] = mapped_column(primary_key=True)
    remote_interface: Mapped[str] = mapped_column(primary_key=True)
    remote_chassis: Mapped[str | None]
    remote_description: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="")
    """The question whose answer said so."""
    observed_at: Mapped[float]


class ObservedBgpSession(Base):
    """A BGP session as the device sees it."""

    __tablename__ = "observed_bgp_session"

    device: Mapped[str] = mapped_column(primary_key=True)
    remote_address: Mapped[address.Address] = mapped_column(primary_key=True)
    remote_asn: Mapped[int]
    state: Mapped[BgpState]
    uptime_s: Mapped[float | None]
    prefixes_received: Mapped[int | None]
    prefixes_sent: Mapped[int | None]
    changed_at: Mapped[float]
    source: Mapped[str] = mapped_column(default="")
    """The question whose answer said so."""
    observed_at: Mapped[float]


class ObservedRoute(Base):
    """A BGP route that a device has to a client prefix; steering reads which site can reach whom."""

    __tablename__ = "observed_route"

    device: Mapped[str] = mapped_column(primary_key=True)
    prefix: Mapped[address.Prefix] = mapped_column(primary_key=True)
    observed_at: Mapped[float]


class ObservedAnswer(Base):
    """What a device said that could not be understood, as it came; and what failed of its last discovery."""

    __tablename__ = "observed_answer"

    device: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(Text)
    observed_at: Mapped[float]


class ObservedConfig(Base):
    """The last running configuration read, scrubbed, and how it stands to what is wanted."""

    __tablename__ = "observed_config"

    device: Mapped[str] = mapped_column(primary_key=True)
    running: Mapped[str] = mapped_column(Text)
    """Scrubbed of secrets."""
    running_hash: Mapped[str]
    """SHA-256 of the scrubbed text."""
    equal: Mapped[bool | None]
    """Equal to intent when last compared; None: never compared."""
    diff: Mapped[str] = mapped_column(Text, default="")
    """Unified difference running -> wanted, scrubbed."""
    observed_at: Mapped[float]


class Finding(Base):
    """A difference between wanted and observed, or a fault. Open while ``cleared_at`` is None."""

    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_open", "cleared_at", "device"),
        Index(
            "uq_finding_open",
            "kind",
            "device",
            "object",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str]
    """As ``wrong-serial``, ``missing-component``, ``miscabled``, ``bgp-down``, ``config-drift``."""
    severity: Mapped[str]
    """``critical``, ``major``, ``minor`` or ``info``."""
    site: Mapped[str] = mapped_column(default="")
    device: Mapped[str]
    object: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(Text)
    wanted: Mapped[str] = mapped_column(Text, default="")
    observed: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    """Why it is a consequence of something else (``site ams is cut off``); suppressed when set."""
    first_seen: Mapped[float]
    last_seen: Mapped[float]
    cleared_at: Mapped[float | None]
