"""No field of a device view is left out by a template without being told: each is changed in turn, on each
platform, and the text must answer to it, or the platform must say that it does not."""

from __future__ import annotations

import dataclasses
import enum
import typing
from collections import defaultdict
from itertools import islice
from pathlib import Path

import pytest
from tests.platforms.richcase import RENDERED, CaseSecrets
from tests.platforms.richcase import view as rich_view
from tests.platforms.viewmutation import dropped, instances, mutants

from netwright.base.errors import InputError
from netwright.intent.neutral import VIEWS, DeviceView, SamplingView, SnmpUser, SnmpView
from netwright.intent.omission import ALIKE, COPIES, FACTS, Declared, Field, fields_of, inner
from netwright.intent.render import Renderer
from netwright.platforms.catalog import catalog, platform

PLATFORMS = [*RENDERED, "frr", "nginx_linux"]
BASES = ("", "flows")
_TRIES = 6
FIELDS = [
    field
    for field in fields_of()
    if f"{field.owner.__name__}.{field.name}" not in FACTS
    and (inner(field.kind) not in VIEWS or f"{field.owner.__name__}.{field.name}" in COPIES)
]
RENDERER = Renderer()


def view(name: str, base: str = "") -> DeviceView:
    """Without an address of its own, which any interface may have: one that has it could go unseen."""
    return dataclasses.replace(rich_view(name, base), loopback=None)


def _answer(device: DeviceView) -> str:
    """What becomes of a view: a text, or an error that tells what can't be written."""
    try:
        return RENDERER.render(device, CaseSecrets())
    except InputError as told:
        return f"told: {told}"


def _silent(name: str) -> frozenset[str]:
    """Fields, and values of fields (``path=value``), to which no text of the platform answers. Of what is
    declared, a few changes are tried, for most devices declare much."""
    bases = [view(name, base) for base in BASES]
    texts = [_answer(base) for base in bases]
    declared = _declared(name)
    return frozenset(
        missed
        for field in FIELDS
        for missed in _missed(field, bases, texts, _TRIES if _covered(field.path, declared) else None)
    )


def _missed(field: Field, bases: list[DeviceView], texts: list[str], tries: int | None) -> list[str]:
    answered: dict[str, bool] = defaultdict(bool)
    for base, text in zip(bases, texts, strict=True):
        for old, new, changed in islice(mutants(base, field), tries):
            words = (old, new) if _worded(field) else ("",)
            if all(answered[word] for word in words):
                continue
            said = _answer(changed) != text
            for word in words:
                answered[word] |= said
    if not any(answered.values()):
        return [field.path]
    return [
        f"{field.path}={word}" for word, said in answered.items() if not said and word not in {"", "None"}
    ]


def _worded(field: Field) -> bool:
    """Whether each value of the field is to be answered to."""
    kind = field.kind
    while typing.get_origin(kind) is typing.Annotated:
        kind = typing.get_args(kind)[0]
    return isinstance(kind, type) and issubclass(kind, enum.Enum)


def _declared(name: str) -> set[str]:
    screen = platform(name).screen
    return {*screen.unrendered, *screen.unneeded}


def _covered(path: str, declared: set[str]) -> bool:
    """Whether the field, one above it, or this value of it is declared."""
    parts = path.partition("=")[0].split(".")
    above = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return bool(above & declared) or path in declared or any(one.startswith(f"{path}!=") for one in declared)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_the_cases_have_every_field(field: Field) -> None:
    assert any(instances(view("frr", base), field.path.split(".")) for base in BASES)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLATFORMS)
def test_every_field_is_written_or_declared(name: str) -> None:
    """And what is declared is indeed left out."""
    declared, silent = _declared(name), _silent(name)
    elsewhere = {
        path
        for group in ALIKE
        if group - silent or any(_covered(path, declared) for path in group)
        for path in group
    }
    assert sorted(path for path in silent - elsewhere if not _covered(path, declared)) == []
    plain = {path for path in declared if not set("=>") & set(path)}
    written = {field.path for field in FIELDS if _covered(field.path, plain)} - silent
    assert sorted(written) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PLATFORMS)
def test_every_element_of_every_list_counts(name: str) -> None:
    """A template that writes the first of several only must say so."""
    declared = _declared(name)
    facts = {one.path for one in fields_of() if f"{one.owner.__name__}.{one.name}" in FACTS}
    silent: dict[tuple[str, object], bool] = {}
    for base in BASES:
        whole = view(name, base)
        text = _answer(whole)
        for path, gone, changed in dropped(whole):
            if name == "frr" and (getattr(gone, "management", False) or gone in _managed(whole)):
                continue  # the management port is of the router's own set-up
            if path in facts or any(path in group for group in ALIKE) or _covered(path, declared):
                continue
            silent[path, gone] = silent.get((path, gone), True) and _answer(changed) == text
    left_out = {
        path
        for (path, gone), nothing in silent.items()
        if nothing
        and not _copied(path)
        and not any(one.startswith((f"{path}>", f"{path}=")) for one in declared)
        if getattr(gone, "name", "") != whole.management.vrf  # the management's table is made anyhow
    }
    assert sorted(left_out) == []


def _managed(device: DeviceView) -> list[object]:
    return [address for one in device.management_interfaces for address in one.addresses]


def _copied(path: str) -> bool:
    copies = {one.path for one in fields_of() if f"{one.owner.__name__}.{one.name}" in COPIES}
    return any(path.startswith(f"{copy}.") for copy in copies)


@pytest.mark.parametrize("name", [one.name for one in catalog().platforms])
def test_declarations_name_fields_and_give_reasons(name: str) -> None:
    screen = platform(name).screen
    Declared(name, {**screen.unrendered, **screen.unneeded})
    assert all(reason.strip() for reason in (*screen.unrendered.values(), *screen.unneeded.values()))


def test_a_device_is_told_what_it_wants_and_does_not_get() -> None:
    device = dataclasses.replace(
        view("cisco_xr"),
        sampling=SamplingView(),
        logging=view("frr").logging,
    )
    found = {one.field: str(one) for one in RENDERER.omissions(device)}
    assert found["logging.hosts.transport"] == (
        "ams-edge1: logging.hosts.transport (192.0.2.63) is wanted but not written on cisco_xr: "
        "logs go by UDP"
    )
    assert "sampling.source_address" not in found
    assert "interfaces.switchport.mode" not in found


def test_values_counts_and_defaults_are_told_apart() -> None:
    def fields(device: DeviceView, *declared: str) -> list[str]:
        return [one.field for one in Declared("x", dict.fromkeys(declared, "so")).of(device)]

    device = view("frr")
    readers = dataclasses.replace(device, snmp=SnmpView(users=(SnmpUser("a"), SnmpUser("b"))))
    assert fields(device, "sampling.protocol=sflow", "sampling.protocol=ipfix") == ["sampling.protocol=sflow"]
    assert fields(dataclasses.replace(device, sampling=SamplingView()), "sampling.protocol=sflow") == []
    assert fields(readers, "snmp.users.access", "snmp.users", "snmp.users>1", "snmp.users>2") == [
        "snmp.users",
        "snmp.users>1",
    ]
    assert fields(device, "management.netconf_port!=830", "management.netconf_port!=22") == [
        "management.netconf_port!=22"
    ]
    assert fields(device, "interfaces.virtual_addresses=ipv6", "interfaces.addresses=ipv9") == [
        "interfaces.virtual_addresses=ipv6"
    ]


def test_a_field_that_views_do_not_have_is_told() -> None:
    with pytest.raises(InputError, match=r"no field snmp\.user") as told:
        Declared("vyos", {"snmp.user": "so"})
    assert told.value.subject == "vyos/platform.yaml"


def test_a_template_of_ones_own_that_reads_the_field_is_trusted(tmp_path: Path) -> None:
    device = view("nokia_srl")
    (tmp_path / "nokia_srl").mkdir()
    assert "qos" in {one.field for one in RENDERER.omissions(device)}
    own = tmp_path / "nokia_srl" / "extra.j2"
    own.write_text("{# qos #}\n")
    assert "qos" in {one.field for one in Renderer(tmp_path).omissions(device)}
    own.write_text("{% for one in device.qos.classes %}\n{{ one.name }}\n{% endfor %}\n")
    told = {one.field for one in Renderer(tmp_path).omissions(device)}
    assert "qos" not in told
    assert "ntp.keys" in told
