"""What a platform's templates leave out of a device view, told where a device wants it.

``unrendered`` in ``platform.yaml`` names fields of the view (``snmp.users``, ``interfaces.mtu``), single
values (``sampling.protocol=sflow``), all values but one (``management.netconf_port!=830``), or lists longer
than can be written (``sampling.collectors>1``), each with the reason. ``=ipv6`` means any address of the
family. A device *wants* a field that differs from its default. A test proves the lists: a field that is not
on them changes the text when it changes.
"""

from __future__ import annotations

import dataclasses
import enum
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from netwright.base.errors import InputError
from netwright.intent.neutral import VIEWS, DeviceView

FACTS: Mapping[str, str] = {
    "DeviceView.name": "the host name is system.hostname",
    "DeviceView.platform": "it chooses the templates",
    "DeviceView.role": "for overlays",
    "DeviceView.site": "for overlays",
    "DeviceView.regions": "for overlays",
    "DeviceView.model": "for overlays",
    "DeviceView.context": "for people's own templates",
    "DeviceView.fault": "it stops the rendering",
    "DeviceView.management_address": "the management interface has it",
    "DeviceView.loopback": "a loopback interface gets it, where no interface has it",
    "InterfaceView.neighbor": "what the cable leads to; the description says it",
    "InterfaceView.speed_bps": "what port and optic do; speeds are not forced",
    "InterfaceView.management": "which port is for management; the routing table says the rest",
    "InterfaceView.parent": "the name of a sub-interface says it",
    "InterfaceView.lane": "the name of a lane says it",
    "VlanView.description": "words for people",
    "VrfView.description": "words for people",
    "BgpGroupView.role": "what the sessions are for",
    "BgpGroupView.families": "those of its sessions",
    "SessionView.role": "what the session is for",
    "SessionView.peer": "who is at the far end",
    "SessionView.local_address": "its interface has it, or update_source says it",
    "SessionView.local_interface": "the interface with the local address",
    "SessionView.vrf": "the table that the session stands in",
    "BgpVrfView.definition": "the device's vrfs have it",
    "PrefixList.family": "its prefixes say it",
    "PrefixList.description": "words for people",
    "CommunityView.description": "words for people",
    "AsPathList.number": "for platforms that number their lists",
    "Policy.description": "words for people",
    "PolicyTerm.description": "words for people",
    "AccessEntry.remark": "words for people",
    "StaticRoute.name": "words for people",
    "ContentView.storage_bytes": "for placement",
    "ContentView.capacity_bps": "for placement",
    "ContentView.cluster": "for placement",
}
"""Fields that are no wish, with what they are for: nothing is left out where they are not written."""

COPIES = frozenset(
    ("SessionView.group", "PolicyTerm.community", "PolicyTerm.as_path", "PolicyTerm.add_community")
)
"""Fields whose record stands in the device's own lists too; what it has is asked of there."""

ALIKE: tuple[frozenset[str], ...] = (
    frozenset(("interfaces.vrf", "vrfs.interfaces")),
    frozenset(
        (
            "interfaces.lag",
            "interfaces.bundle_number",
            "interfaces.bundle.members",
            "interfaces.bundle.number",
        )
    ),
)
"""Fields that say the same from two sides: a template needs one of them."""

_RECORDS = frozenset(VIEWS)
_NAMED = 3
_FORM = re.compile(r"([^=!>]*)(=|!=|>|)(.*)", re.DOTALL)


class Field(NamedTuple):
    """A field of the view: its path from the device, the record that has it, its type without ``None``."""

    path: str
    owner: type
    name: str
    kind: Any


@dataclass(frozen=True, slots=True)
class Omission:
    """A wish of a device that its configuration will not have. ``count`` objects of the device have it, the
    first being ``example`` (empty where the device itself has it)."""

    device: str
    field: str
    platform: str
    reason: str
    count: int = 1
    example: str = ""

    def __str__(self) -> str:
        wish = f"{self.field}{self.where} is wanted but not written on {self.platform}"
        return f"{self.device}: {wish}: {self.reason}"

    @property
    def where(self) -> str:
        """`` (swp1 and 3 more)``; empty where the device itself has it."""
        more = f" and {self.count - 1} more" if self.count > 1 else ""
        return f" ({self.example}{more})" if self.example else ""


def summary(omissions: Iterable[Omission]) -> list[str]:
    """A line for each field and reason, however many devices it is about."""
    groups: dict[tuple[str, str, str], list[Omission]] = {}
    for one in omissions:
        groups.setdefault((one.platform, one.field, one.reason), []).append(one)
    return [_line(found) for found in groups.values()]


def _line(found: list[Omission]) -> str:
    first = found[0]
    if len(found) == 1:
        return str(first)
    names = ", ".join(one.device for one in found[:_NAMED]) + (", ..." if len(found) > _NAMED else "")
    wish = f"{first.field} is wanted but not written on {first.platform}"
    return f"{len(found)} devices ({names}): {wish}: {first.reason}"


class Declared:
    """The list of one platform, ready to be held against views. Raises InputError for a field that views
    don't have."""

    def __init__(self, platform: str, unrendered: Mapping[str, str]) -> None:
        self.platform = platform
        self._entries = [(_entry(platform, path), reason) for path, reason in unrendered.items()]

    def of(self, view: DeviceView, read: Set[str] = frozenset()) -> list[Omission]:
        """What the device wants of it, in order of the list. ``read``: names that templates of people's own
        read; a field whose names are all among them is theirs to write."""
        found = []
        for entry, reason in self._entries:
            wanting = [] if set(entry.steps) <= read else list(entry.wanting(view))
            if wanting:
                found.append(
                    Omission(view.name, entry.field, self.platform, reason, len(wanting), wanting[0])
                )
        return found


@dataclass(frozen=True, slots=True)
class _Entry:
    field: str
    steps: tuple[str, ...]
    test: str
    """``""``, ``=``, ``!=`` or ``>``."""
    value: str
    default: Any
    """What the field is when nothing is wanted of it; MISSING when its record alone is a wish."""
    blank: Any
    """The record of the field when nothing is said of it; MISSING where it can't be made of nothing."""

    def wanting(self, view: DeviceView) -> Iterator[str]:
        """Names of the objects that want it."""
        for record, example in _holders(view, self.steps[:-1], ""):
            if self._wants(record, getattr(record, self.steps[-1])):
                yield example

    def _wants(self, record: Any, here: Any) -> bool:
        if here is None or here == ():
            return False
        if self.test == "=":
            return self.value in _words(here) and record != self.blank
        if self.test == "!=":
            return self.value not in _words(here)
        if self.test == ">":
            return len(here) > int(self.value)
        return bool(here != self.default)


def fields_of(root: type = DeviceView) -> Iterator[Field]:
    """Every field of the view down to plain values, records before what they have."""
    yield from _fields(root, "")


def inner(kind: Any) -> Any:
    """The record or value type in a field's type: without ``None``, and of what a tuple is."""
    kind = _bare(kind)
    if typing.get_origin(kind) is tuple:
        return _bare(typing.get_args(kind)[0])
    return kind


def _fields(owner: type, prefix: str) -> Iterator[Field]:
    for name, kind in _hints(owner).items():
        path = f"{prefix}{name}"
        yield Field(path, owner, name, _bare(kind))
        if inner(kind) in _RECORDS and f"{owner.__name__}.{name}" not in {*COPIES, *FACTS}:
            yield from _fields(inner(kind), f"{path}.")


@cache
def _hints(owner: type) -> Mapping[str, Any]:
    names = getattr(owner, "_fields", None) or [one.name for one in dataclasses.fields(owner)]
    hints = typing.get_type_hints(owner)
    return {name: hints[name] for name in names}


def _bare(kind: Any) -> Any:
    if typing.get_origin(kind) in {typing.Union, types.UnionType}:
        kept = [one for one in typing.get_args(kind) if one is not type(None)]
        return _bare(kept[0]) if len(kept) == 1 else typing.Union[tuple(kept)]  # noqa: UP007 (made of a tuple)
    return kind


def _entry(platform: str, text: str) -> _Entry:
    path, test, value = _FORM.fullmatch(text).groups()  # type: ignore[union-attr]  # it fits any text
    found = _known().get(path)
    if found is None:
        raise InputError(
            f"unrendered: the device view has no field {path}",
            subject=f"{platform}/platform.yaml",
            remedy="Fields are those of src/netwright/intent/neutral/, as `snmp.users.access`.",
        )
    return _Entry(text, tuple(path.split(".")), test, value, _default(found), _blank(found.owner))


@cache
def _known() -> Mapping[str, Field]:
    return {one.path: one for one in fields_of()}


def _default(field: Field) -> Any:
    defaults = getattr(field.owner, "_field_defaults", None)
    if defaults is not None:
        return defaults.get(field.name, dataclasses.MISSING)
    found = next(one for one in dataclasses.fields(field.owner) if one.name == field.name)
    if found.default_factory is not dataclasses.MISSING:
        return found.default_factory()
    return found.default


def _blank(owner: type) -> Any:
    """The record as it is when nothing is said of it, where it can be made of nothing."""
    make: Callable[[], Any] = owner
    try:
        return make()
    except TypeError:
        return dataclasses.MISSING


def _holders(record: Any, steps: tuple[str, ...], example: str) -> Iterator[tuple[Any, str]]:
    """The records that ``steps`` lead to, with the name of the first object of a list on the way."""
    if not steps:
        yield record, example
        return
    found = getattr(record, steps[0])
    if found is None:
        return
    if type(found) is tuple:
        for one in found:
            yield from _holders(one, steps[1:], example or _called(one))
    else:
        yield from _holders(found, steps[1:], example)


def _called(record: Any) -> str:
    """What an object of a list is called."""
    for name in ("name", "host", "prefix", "remote_address", "vrf", "number", "sequence"):
        if getattr(record, name, None) not in {None, ""}:
            return str(getattr(record, name))
    return type(record).__name__


def _words(value: Any) -> set[str]:
    return {_word(one) for one in (value if type(value) is tuple else (value,))}


def _word(value: Any) -> str:
    if isinstance(value, enum.Enum):
        return str(value.value)
    return f"ipv{value.version}" if hasattr(value, "version") else str(value)
