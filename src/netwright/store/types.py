"""Column types that behave alike in SQLite and PostgreSQL."""

from __future__ import annotations

import ipaddress
from typing import Any

from sqlalchemy import JSON, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from netwright.base import address

_ADDRESS = (address.PlainAddress4, ipaddress.IPv4Address, ipaddress.IPv6Address)
_INTERFACE = (ipaddress.IPv4Interface, ipaddress.IPv6Interface)
_NETWORK = (ipaddress.IPv4Network, ipaddress.IPv6Network)


class AddressColumn(TypeDecorator[address.Address]):
    """One IP address, kept as its 18-byte key."""

    impl = LargeBinary(address.KEY_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        given = value if value.__class__ in _ADDRESS else ipaddress.ip_address(str(value))
        return address.key(given)

    def process_result_value(self, value: Any, dialect: Dialect) -> address.Address | None:
        return None if value is None else address.address_of(value)


class InterfaceAddressColumn(TypeDecorator[address.Interface]):
    """An address with its prefix length (``10.0.0.1/31``), kept as its key."""

    impl = LargeBinary(address.KEY_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        given = value if isinstance(value, _INTERFACE) else ipaddress.ip_interface(str(value))
        return address.key(given)

    def process_result_value(self, value: Any, dialect: Dialect) -> address.Interface | None:
        return None if value is None else address.interface_of(value)


class PrefixColumn(TypeDecorator[address.Prefix]):
    """A prefix without host bits, kept as its key."""

    impl = LargeBinary(address.KEY_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        given = value if isinstance(value, _NETWORK) else ipaddress.ip_network(str(value))
        return address.key(given)

    def process_result_value(self, value: Any, dialect: Dialect) -> address.Prefix | None:
        return None if value is None else address.prefix_of(value)


class WordsColumn(TypeDecorator[list[str]]):
    """A list of words, kept as JSON; none is kept as no value."""

    impl = JSON(none_as_null=True)
    cache_ok = True
