"""Values that a type alone can't judge: ranges, words with a form, names that go into configurations."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select

from netwright.intent.rules.rule import Touched, rows_in
from netwright.inventory import KINDS
from netwright.store.problem import Problem

_HOSTNAME = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*")
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class _Form:
    """What a field's value must be: ``expected`` says it after "expected"."""

    kind: str
    field: str
    good: Callable[[Any], bool]
    expected: str


def _between(kind: str, field: str, low: float, high: float) -> _Form:
    return _Form(kind, field, lambda value: low <= value <= high, f"{low:.15g} to {high:.15g}")


def _like(kind: str, field: str, pattern: re.Pattern[str], expected: str) -> _Form:
    return _Form(kind, field, lambda value: value == "" or bool(pattern.fullmatch(value)), expected)


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


_NAME = "letters, digits and . _ : / @ -, without spaces"
FORMS = (
    _between("asn", "number", 1, 4294967295),
    _between("site", "latitude", -90, 90),
    _between("site", "longitude", -180, 180),
    _between("client_prefix", "latitude", -90, 90),
    _between("client_prefix", "longitude", -180, 180),
    _between("client_prefix", "clients", 0, 10**12),
    _between("rack", "height_u", 1, 100),
    _between("model", "height_u", 0, 100),
    _between("interface", "mtu", 68, 65535),
    _between("interface", "speed_bps", 0, 10**15),
    _between("model_interface", "speed_bps", 0, 10**15),
    _between("appliance", "storage_bytes", 0, 10**18),
    _between("appliance", "capacity_bps", 0, 10**15),
    _between("appliance", "service_port", 1, 65535),
    _like("device", "name", _HOSTNAME, "a host name (letters, digits, hyphens and dots)"),
    _like("device", "redundancy_group", _WORD, _NAME),
    _like("interface", "name", _WORD, _NAME),
    _like("model_interface", "name", _WORD, _NAME),
    _like("isp", "name", _WORD, _NAME),
    _like("site", "name", _WORD, _NAME),
    _like("bgp_session", "password_secret", _WORD, _NAME),
    _like("site", "fill_window", _HOURS, "local hours as 02:00-14:00"),
    _like("site", "country", _COUNTRY, "two capital letters (ISO 3166-1)"),
    _Form("site", "time_zone", lambda value: value in _time_zones(), "an IANA time zone, as Europe/Paris"),
)


def out_of_form(touched: Touched) -> Iterator[Problem]:
    """Fields whose value is out of range, or not of the form that the field wants."""
    for form in FORMS:
        ids = touched.ids(form.kind)
        table = KINDS[form.kind].table
        column = table.c[form.field]
        for object_id, value in rows_in(touched.session, select(table.c.id, column), table.c.id, ids):
            if value is not None and not form.good(value):
                message = f"{form.field} is {value!r}, expected {form.expected}"
                yield touched.problem(form.kind, object_id, message, form.field)
