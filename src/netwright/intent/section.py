"""What context data can say of a device's configuration: known sections with a schema.

A key that is none of them is people's own: their templates read it from ``device.context``. Contexts are
merged before (``context``), so a narrower one changes a part of what a wider one says.
"""

from __future__ import annotations

import enum
import fnmatch
from collections.abc import Mapping
from dataclasses import field, fields
from functools import cache
from itertools import takewhile
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from netwright.base.errors import InputError
from netwright.intent.neutral.interface import InterfaceKind, LacpMode, LacpRate
from netwright.intent.neutral.quality import QosView, SamplingView
from netwright.intent.neutral.routing import HOLD_TIME_S, KEEPALIVE_S, MAX_PATHS, BfdView, StaticRoute
from netwright.intent.neutral.security import AccessList
from netwright.intent.neutral.service import AaaView, LldpView, LoggingView, SnmpView
from netwright.intent.neutral.system import ManagementView, NtpView, SystemView
from netwright.intent.neutral.value import Line, Named, Word, section


class Facing(enum.StrEnum):
    """Who is at the far end of an interface, by the BGP session over it, else by the cable."""

    BACKBONE = "backbone"
    FABRIC = "fabric"
    ISP = "isp"
    SERVER = "server"
    NONE = "none"


@section
class InterfaceRule:
    """What interfaces get that the inventory has no field for. A rule holds for the interfaces that match all
    that it asks; rules are applied in order of ``order``, then name, a later one over an earlier one."""

    name: Word
    order: int = 1000
    interfaces: tuple[Line, ...] = ()
    """Patterns of names, as ``swp*``."""
    facing: tuple[Facing, ...] = ()
    kinds: tuple[InterfaceKind, ...] = ()
    tags: tuple[Line, ...] = ()
    vrfs: tuple[Line, ...] = ()
    access_list_in: Word | None = None
    access_list_out: Word | None = None
    access_list6_in: Word | None = None
    access_list6_out: Word | None = None
    qos_in: Word | None = None
    qos_out: Word | None = None
    sampling: bool | None = None
    lldp: bool | None = None
    lacp: LacpMode | None = None
    lacp_rate: LacpRate | None = None
    min_links: Annotated[int, Field(ge=1, le=256)] | None = None

    def names(self, interface: str) -> bool:
        """Whether an interface of this name is meant."""
        return not self.interfaces or any(fnmatch.fnmatchcase(interface, one) for one in self.interfaces)


@section
class BgpDefaults:
    """What holds for all BGP sessions of a device that say nothing else."""

    max_paths: Annotated[int, Field(ge=1, le=512)] = MAX_PATHS
    keepalive_s: Annotated[int, Field(ge=1, le=65535)] = KEEPALIVE_S
    hold_time_s: Annotated[int, Field(ge=3, le=65535)] = HOLD_TIME_S


@section
class Sections:
    """The known keys of context data."""

    system: SystemView = field(default_factory=SystemView)
    management: ManagementView = field(default_factory=ManagementView)
    ntp: NtpView = field(default_factory=NtpView)
    snmp: SnmpView = field(default_factory=SnmpView)
    logging: LoggingView = field(default_factory=LoggingView)
    aaa: AaaView = field(default_factory=AaaView)
    lldp: LldpView = field(default_factory=LldpView)
    bfd: BfdView = field(default_factory=BfdView)
    bgp: BgpDefaults = field(default_factory=BgpDefaults)
    static_routes: tuple[StaticRoute, ...] = ()
    access_lists: Named[AccessList] = ()
    qos: QosView = field(default_factory=QosView)
    sampling: SamplingView = field(default_factory=SamplingView)
    interfaces: Named[InterfaceRule] = ()


_TOLD = 5
KNOWN: frozenset[str] = frozenset(one.name for one in fields(Sections))
EMPTY = Sections()


def sections(device: str, context: Mapping[str, Any]) -> Sections:
    """The sections of a device's merged context data.

    Raises InputError naming the device, the key and what was expected there."""
    known = {name: value for name, value in context.items() if name in KNOWN}
    if not known:
        return EMPTY
    try:
        return _adapter().validate_python(known)
    except ValidationError as error:
        faults: dict[str, list[str]] = {}
        for one in error.errors():
            faults.setdefault(_key(one["loc"], known), []).append(_expected(one))
        said = "; ".join(f"{key}: {' / '.join(found)}" for key, found in list(faults.items())[:_TOLD])
        raise InputError(
            f"the context data is not as expected at {said}",
            subject=device,
            remedy=f"See `netwright render {device} --context` and docs/howto/rendering.md.",
        ) from None


@cache
def _adapter() -> TypeAdapter[Sections]:
    return TypeAdapter(Sections)


def _key(location: tuple[int | str, ...], context: Mapping[str, Any]) -> str:
    """The key as people wrote it: names where a mapping was read as a list, and without pydantic's words on
    which of several types it tried."""
    here: Any = context
    parts: list[str] = []
    for part in takewhile(lambda part: isinstance(part, int) or "[" not in part, location):
        name = part
        if isinstance(part, int) and isinstance(here, Mapping):
            there = sorted(
                (key for key in here if here[key] is not None), key=lambda key: (len(str(key)), key)
            )
            named = sorted(there) if not all(str(key).isdecimal() for key in there) else there
            name = named[part]
        parts.append(str(name))
        here = here.get(name) if isinstance(here, Mapping) else _item(here, part)
    return ".".join(parts)


def _item(here: Any, part: int | str) -> Any:
    return here[part] if isinstance(here, list) and isinstance(part, int) and part < len(here) else None


_PLAIN = {
    "unexpected_keyword_argument": "there is no such key",
    "dataclass_type": "should be a mapping",
    "tuple_type": "should be a list",
    "missing": "is missing",
}


def _expected(error: Any) -> str:
    if error["type"] in _PLAIN:
        return _PLAIN[error["type"]]
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return f"{error['msg'][:1].lower()}{error['msg'][1:]}"


__all__ = ["EMPTY", "KNOWN", "BgpDefaults", "Facing", "InterfaceRule", "Sections", "sections"]
