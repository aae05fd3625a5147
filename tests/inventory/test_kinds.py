"""The kinds as everything else derives from them: names, keys, help, order of reference."""

from __future__ import annotations

import pytest

from netwright.inventory import KINDS
from netwright.store.integrity import unique_sets
from netwright.store.kind import FieldType, Kind

ANY_OWNER = {"cable", "attachment", "allocation"}
"""Kinds that are part of one of several things (a rule says which), or of one or none."""

ALL = [pytest.param(kind, id=name) for name, kind in KINDS.items()]


@pytest.mark.parametrize("kind", ALL)
def test_a_kind_says_what_it_and_its_fields_are(kind: Kind) -> None:
    assert kind.help.endswith(".")
    for spec in kind.fields:
        assert spec.help, spec.name
        assert not spec.help.endswith("."), "a phrase, not a sentence"
        assert spec.name == spec.name.lower()


@pytest.mark.parametrize("kind", ALL)
def test_a_key_is_made_of_fields_and_is_unique(kind: Kind) -> None:
    columns = {spec.column for spec in kind.key_fields}
    assert len(columns) == len(kind.key)
    surely = [spec for spec in kind.key_fields if spec != kind.optional_key]
    assert all(spec.required or spec.reference is None for spec in surely)
    unique = [set(group) for group in unique_sets(kind.table)]
    unique += [{column.name} for column in kind.table.columns if column.unique]
    assert columns in unique


def test_kinds_come_after_those_they_refer_to() -> None:
    """So that an import or a copy can write them in this order; only a kind's own tree may look ahead."""
    seen: set[str] = set()
    for name, kind in KINDS.items():
        seen.add(name)
        assert {spec.reference for spec in kind.fields if spec.reference} <= seen


@pytest.mark.parametrize("kind", ALL)
def test_a_part_can_t_be_without_its_owner(kind: Kind) -> None:
    owners = [spec for spec in kind.fields if spec.owner]
    assert all(spec.reference for spec in owners)
    if kind.name not in ANY_OWNER:
        assert not owners or any(spec.required for spec in owners)


def test_numbers_with_a_dimension_say_their_unit() -> None:
    for kind in KINDS.values():
        for spec in kind.fields:
            if spec.name.endswith(("_bps", "_bytes", "_u")):
                assert spec.unit, f"{kind.name}.{spec.name}"
            if spec.unit:
                assert spec.type in {FieldType.INTEGER, FieldType.NUMBER}
