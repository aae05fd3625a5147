"""Values that a type alone can't judge: ranges, words with a form, names that go into configurations."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select

from netwright.intent.rules.platform import known_platforms
from netwright.intent.rules.rule import Touched, rows_in
from netwright.inventory import Device, Interface
from netwright.store.problem import Problem

_HOSTNAME = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*")
_TRIMMED = re.compile(r"\S|\S.*\S")
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


_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_COLOR = re.compile(r"[0-9a-f]{6}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TARGET = re.compile(r"(\d{1,10}|\d{1,3}(\.\d{1,3}){3}):\d{1,10}")
_COMMUNITY = re.compile(r"([a-z]{2,8}:)?[0-9.]{1,15}:\d{1,10}(:\d{1,10})?|[a-z][a-z-]{1,30}")
_DAYS = (
    ("model", "end_of_sale"),
    ("model", "end_of_support"),
    ("model", "end_of_security_fixes"),
    ("software_version", "released"),
    ("software_version", "end_of_support"),
    ("circuit", "installed"),
    ("circuit", "contract_end"),
    ("asset", "bought"),
    ("asset", "warranty_end"),
)
_COLORED = ("tag", "cable", "model_port")
_DEVICE_NAMES = ("bgp_group", "routing_policy", "prefix_list", "community", "vrf")
"""Kinds whose names are written into configurations."""
_NAME = "letters, digits and . _ : / @ -, without spaces"
FORMS = (
    _between("asn", "number", 1, 4294967295),
    _between("site", "latitude", -90, 90),
    _between("site", "longitude", -180, 180),
    _between("client_prefix", "latitude", -90, 90),
    _between("client_prefix", "longitude", -180, 180),
    _between("client_prefix", "clients", 0, 10**12),
    *(_like(kind, name, _DAY, "a day as 2026-12-31") for kind, name in _DAYS),
    *(_like(kind, "color", _COLOR, "six hexadecimal digits, as ff9800") for kind in _COLORED),
    _between("rack", "height_u", 1, 100),
    _between("power_feed", "voltage_v", 1, 1_000),
    _between("power_feed", "amperage_a", 1, 1_000),
    _between("power_feed", "share_percent", 1, 100),
    _between("vlan", "number", 1, 4094),
    _between("vlan_group", "lowest", 1, 4094),
    _between("vlan_group", "highest", 1, 4094),
    _between("bgp_group", "hold_time_s", 0, 65535),
    _between("bgp_group", "multihop", 1, 255),
    _between("routing_policy_term", "set_local_preference", 0, 4294967295),
    _between("routing_policy_term", "set_med", 0, 4294967295),
    _between("routing_policy_term", "prepend", 0, 32),
    _between("prefix_list_entry", "longer_than", 0, 128),
    _between("prefix_list_entry", "shorter_than", 0, 128),
    _between("exchange", "mtu", 68, 65535),
    _between("attachment", "size_bytes", 0, 10**12),
    _between("port", "positions", 1, 1024),
    _between("model_port", "positions", 1, 1024),
    _Form("model", "height_u", lambda value: (2 * value).is_integer(), "a multiple of a half"),
    _Form("device", "position_u", lambda value: (2 * value).is_integer(), "a multiple of a half"),
    _like("model", "weight_unit", re.compile(r"kg|g|lb|oz"), "kg, g, lb or oz"),
    _like("software_version", "sha256", _SHA256, "64 hexadecimal digits"),
    _like("attachment", "sha256", _SHA256, "64 hexadecimal digits"),
    _like("vrf", "distinguisher", _TARGET, "two numbers, as 65001:10"),
    _like("vrf_target", "target", _TARGET, "two numbers, as 65001:10"),
    _like("community", "value", _COMMUNITY, "numbers with colons, as 65001:100 or 65001:1:2"),
    _like("exchange", "country", _COUNTRY, "two capital letters (ISO 3166-1)"),
    _like(
        "custom_field", "name", re.compile(r"[a-z][a-z0-9_]{0,62}"), "a word in lower case, as `owner_team`"
    ),
    *(_like(kind, "name", _WORD, _NAME) for kind in _DEVICE_NAMES),
    _between("model", "height_u", 0, 100),
    _between("interface", "mtu", 68, 65535),
    _between("interface", "speed_bps", 0, 10**15),
    _between("model_interface", "speed_bps", 0, 10**15),
    _between("appliance", "storage_bytes", 0, 10**18),
    _between("appliance", "capacity_bps", 0, 10**15),
    _between("appliance", "service_port", 1, 65535),
    _like("device", "name", _HOSTNAME, "a host name (letters, digits, hyphens and dots)"),
    _like("device", "redundancy_group", _WORD, _NAME),
    _like("interface", "name", _TRIMMED, "no blanks at its ends"),
    _like("model_interface", "name", _TRIMMED, "no blanks at its ends"),
    _like("isp", "name", _WORD, _NAME),
    _like("site", "name", _WORD, _NAME),
    _like("bgp_session", "password_secret", _WORD, _NAME),
    _like("site", "fill_window", _HOURS, "local hours as 02:00-14:00"),
    _like("site", "country", _COUNTRY, "two capital letters (ISO 3166-1)"),
    _Form("site", "time_zone", lambda value: value in _time_zones(), "an IANA time zone, as Europe/Paris"),
)


def unfit_for_platform(touched: Touched) -> Iterator[Problem]:
    """Makers call interfaces `Port 1`; where names are written into a configuration, they must be words."""
    query = (
        select(Interface.id, Interface.name, Device.platform)
        .join(Device, Device.id == Interface.device_id)
        .where(Device.platform.in_(known_platforms(touched.session).rendered()))
    )
    seen: set[int] = set()
    for column, kind in ((Interface.id, "interface"), (Interface.device_id, "device")):
        for object_id, name, platform in rows_in(touched.session, query, column, touched.ids(kind)):
            if not _WORD.fullmatch(name) and object_id not in seen:
                seen.add(object_id)
                message = f"name is {name!r}, expected {_NAME}, for it is written into {platform}"
                yield touched.problem("interface", object_id, message, "name")


def out_of_form(touched: Touched) -> Iterator[Problem]:
    """Fields whose value is out of range, or not of the form that the field wants."""
    for form in FORMS:
        wrong = {
            value
            for value in {value for _, value in touched.written(form.kind, form.field)}
            if value is not None and not form.good(value)
        }
        for object_id, value in touched.written(form.kind, form.field) if wrong else ():
            if value in wrong:
                message = f"{form.field} is {value!r}, expected {form.expected}"
                yield touched.problem(form.kind, object_id, message, form.field)
