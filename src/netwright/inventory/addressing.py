"""Addresses: prefixes we hold and the addresses of interfaces."""

from __future__ import annotations

import enum

from sqlalchemy.orm import Mapped

from netwright.base import address
from netwright.store.record import Record, field, ref


class PrefixRole(enum.StrEnum):
    """What a prefix is for. ``container`` holds others; ``service`` is announced by its site, and to ISPs too
    when that site is a POP."""

    CONTAINER = "container"
    MANAGEMENT = "management"
    LOOPBACK = "loopback"
    LINK = "link"
    SERVICE = "service"


class Prefix(Record):
    """A prefix that we hold."""

    __tablename__ = "prefix"
    __key__ = ("prefix",)

    prefix: Mapped[address.Prefix] = field("Prefix in CIDR form", unique=True)
    role: Mapped[PrefixRole] = field("What it is for")
    site_id: Mapped[int | None] = ref("site", "Site it is used in; a service prefix starts there")
    description: Mapped[str] = field("Remark", default="")


class InterfaceAddress(Record):
    """An address on an interface."""

    __tablename__ = "address"
    __key__ = ("address",)

    address: Mapped[address.Interface] = field("Address with prefix length", unique=True)
    interface_id: Mapped[int] = ref("interface", "Interface that has it", owner=True)
