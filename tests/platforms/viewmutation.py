"""Device views changed in one value: for each field, ways to change it that a template must answer to."""

from __future__ import annotations

import dataclasses
import enum
import ipaddress
import typing
from collections.abc import Iterator, Sequence
from typing import Any

from netwright.base import address
from netwright.intent.neutral import VIEWS, DeviceView, StaticRoute
from netwright.intent.omission import Field, inner

_ADDRESSES: dict[Any, list[Any]] = {
    address.Address: [ipaddress.ip_address("198.51.100.77"), ipaddress.ip_address("2001:db8:77::77")],
    address.Prefix: [ipaddress.ip_network("198.51.77.0/24"), ipaddress.ip_network("2001:db8:77::/48")],
    address.Interface: [
        ipaddress.ip_interface("198.51.77.7/24"),
        ipaddress.ip_interface("2001:db8:77::7/64"),
    ],
    ipaddress.IPv4Address: [ipaddress.ip_address("10.255.77.77")],
}


def mutants(view: DeviceView, field: Field) -> Iterator[tuple[str, str, DeviceView]]:
    """Views that differ in one value of the field, each with the words of the old and the new one. Values
    that the record itself refuses are passed over."""
    yield from _mutants(view, field, field.path.split("."))


def instances(record: Any, steps: list[str]) -> int:
    """How many records of a view have the field."""
    if len(steps) == 1:
        return 1
    found = getattr(record, steps[0])
    if found is None:
        return 0
    return sum(instances(one, steps[1:]) for one in (found if type(found) is tuple else (found,)))


def _mutants(record: Any, field: Field, steps: list[str]) -> Iterator[tuple[str, str, Any]]:
    name = steps[0]
    here = getattr(record, name)
    if len(steps) == 1:
        values = [4, 6] if name == "family" else _values(here, field.kind)
        for value in values:
            if value != here:
                yield from _made(record, name, value, (_word(here), _word(value)))
        return
    if here is None:
        return
    if type(here) is not tuple:
        for *words, changed in _mutants(here, field, steps[1:]):
            yield from _made(record, name, changed, words)
        return
    for place, one in enumerate(here):
        for *words, changed in _mutants(one, field, steps[1:]):
            yield from _made(record, name, (*here[:place], changed, *here[place + 1 :]), words)


def _made(record: Any, name: str, value: Any, words: Sequence[str]) -> Iterator[tuple[str, str, Any]]:
    old, new = words
    if isinstance(record, StaticRoute) and name == "discard":  # either that or a way
        interface = "" if value else "mutant"
        yield old, new, dataclasses.replace(record, discard=value, next_hop=None, interface=interface)
        return
    try:
        yield old, new, _with(record, name, value)
    except ValueError:
        return


def _with(record: Any, name: str, value: Any) -> Any:
    if isinstance(record, tuple):
        return record._replace(**{name: value})  # type: ignore[attr-defined]
    return dataclasses.replace(record, **{name: value})


def _values(here: Any, kind: Any) -> list[Any]:
    if typing.get_origin(kind) is tuple or type(here) is tuple:
        single = [one for one in _single(None, inner(kind)) if one is not None]
        return [(*here, one) for one in single] + ([here[:-1], here[1:]] if here else [])
    return _single(here, kind)


def _single(here: Any, kind: Any) -> list[Any]:
    while typing.get_origin(kind) is typing.Annotated:
        kind = typing.get_args(kind)[0]
    if kind in _ADDRESSES:
        return list(_ADDRESSES[kind])
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return list(kind)
    if kind is bool:
        return [not here]
    if kind is int:
        return [7, 13, 770] if here is None else [here + 1, max(here - 1, 0), here + 770]
    if kind is str:
        return ["10.77.77.77", "mutant"] if not here else [f"{here}7", ""]
    return [None]


def _word(value: Any) -> str:
    return str(value.value if isinstance(value, enum.Enum) else value)


def dropped(record: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Views that have one element less in one list, each with the path of the list and the element."""
    names = getattr(record, "_fields", None) or [one.name for one in dataclasses.fields(record)]
    for name in names:
        here = getattr(record, name)
        where = f"{path}{name}"
        if type(here) is tuple:
            for place, one in enumerate(here):
                yield where, one, _with(record, name, (*here[:place], *here[place + 1 :]))
                if type(one) in VIEWS:
                    for below, gone, changed in dropped(one, f"{where}."):
                        yield below, gone, _with(record, name, (*here[:place], changed, *here[place + 1 :]))
        elif type(here) in VIEWS:
            for below, gone, changed in dropped(here, f"{where}."):
                yield below, gone, _with(record, name, changed)
