"""Values that people give: taken when right, refused with object, field and what was expected."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.base.errors import InputError
from netwright.inventory import KINDS
from netwright.store.kind import FieldType, Kinds
from netwright.store.value import Codec, codec

from .stores import Box, Colour


@pytest.fixture(scope="module")
def box() -> Codec:
    return codec(Kinds((Box,))["t_box"])


GOOD: list[tuple[str, Any, Any]] = [
    ("name", "b1", "b1"),
    ("colour", Colour.DARK_BLUE, "dark-blue"),
    ("colour", "dark-blue", "dark-blue"),
    ("size", "12", 12),
    ("size", -3, -3),
    ("weight", "1.5", 1.5),
    ("weight", 2, 2.0),
    ("weight", None, None),
    ("on", "no", False),
    ("on", "True", True),
    ("host", "2001:DB8::0001", "2001:db8::1"),
    ("host", ipaddress.ip_address("192.0.2.1"), "192.0.2.1"),
    ("uplink", "10.0.0.1/31", "10.0.0.1/31"),
    ("prefix", "10.0.0.0/8", "10.0.0.0/8"),
    ("tags", '["a"]', ["a"]),
    ("tags", ["a", "b"], ["a", "b"]),
    ("zone_id", "7", 7),
    ("note", "two\nlines", "two\nlines"),
]


@pytest.mark.parametrize(("column", "given_value", "plain"), GOOD)
def test_right_values_become_plain(box: Codec, column: str, given_value: Any, plain: Any) -> None:
    assert box.take({column: given_value}, "box b") == {column: plain}


BAD: list[tuple[str, Any, str]] = [
    ("name", 5, "field name: expected text"),
    ("name", "", "can't be empty, it names the object"),
    ("name", None, "field name can't be empty"),
    ("name", "x" * 256, "at most 255 characters"),
    ("name", "two\nlines", "text in one line"),
    ("name", "nul\0", "text in one line"),
    ("note", "bell\a", "text without control characters"),
    ("note", "\ud800", "text without control characters"),
    ("colour", "dark-blu", "one of red, dark-blue .did you mean dark-blue.."),
    ("size", "1.5", "an integer"),
    ("size", True, "an integer"),
    ("size", 1.0, "an integer"),
    ("size", 1 << 63, "an integer of 64 bits"),
    ("size", None, "can't be empty"),
    ("weight", "nan", "a finite number"),
    ("weight", "heavy", "a number"),
    ("weight", 10**400, "a number"),
    ("on", "maybe", "true or false"),
    ("on", 1, "true or false"),
    ("host", "300.1.1.1", "an IP address"),
    ("host", "fe80::1%eth0", "an IP address"),
    ("host", 5, "an IP address"),
    ("uplink", "10.0.0.1/33", "an IP address with prefix length"),
    ("prefix", "10.0.0.1/8", r"did you mean 10\.0\.0\.0/8\?"),
    ("prefix", "ten", "a prefix"),
    ("tags", "{", "JSON"),
    ("tags", [object()], "JSON"),
    ("zone_id", 0, "the id of an object"),
    ("zone_id", "eu", "an integer"),
]


@pytest.mark.parametrize(("column", "given_value", "expected"), BAD)
def test_wrong_values_say_what_was_expected(box: Codec, column: str, given_value: Any, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as caught:
        box.take({column: given_value}, "t_box b")
    assert caught.value.subject == "t_box b"
    assert caught.value.remedy


def test_an_unknown_field_names_the_nearest(box: Codec) -> None:
    with pytest.raises(InputError, match=r"t_box has no field 'colr'\. Did you mean colour\?"):
        box.take({"colr": "red"}, "t_box b")


def test_a_new_object_gets_its_defaults(box: Codec) -> None:
    doc = box.take_new({"name": "b"})
    assert doc == {
        "name": "b",
        "zone_id": None,
        "colour": "red",
        "size": 1,
        "weight": None,
        "on": True,
        "host": None,
        "uplink": None,
        "prefix": None,
        "tags": [],
        "words": None,
        "note": "",
    }
    assert box.take_new({"name": "c"})["tags"] is not doc["tags"]


def test_a_missing_field_is_named(box: Codec) -> None:
    with pytest.raises(InputError, match="new t_box: field name is missing"):
        box.take_new({"size": 3})


def test_python_values_come_back(box: Codec) -> None:
    doc = box.take_new({"name": "b", "host": "10.0.0.1", "prefix": "10.0.0.0/8", "uplink": "10.0.0.1/8"})
    python = box.python_row(doc)
    assert python["colour"] is Colour.RED
    assert python["host"] == ipaddress.ip_address("10.0.0.1")
    assert python["prefix"] == ipaddress.ip_network("10.0.0.0/8")
    assert python["uplink"] == ipaddress.ip_interface("10.0.0.1/8")


def test_a_document_older_than_a_column_takes_its_default(box: Codec) -> None:
    assert box.python_row({"name": "b"})["size"] == 1


def test_json_is_compared_strictly(box: Codec) -> None:
    assert not box.same("tags", [1], [True])
    assert box.same("tags", {"a": 1, "b": 2}, {"b": 2, "a": 1})


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.lists(st.text())
)


@given(data=st.data(), value=ANYTHING)
def test_any_value_is_taken_for_good_or_refused_in_words(data: st.DataObject, value: Any) -> None:
    """Over all real fields: no other error, and a plain value is taken again unchanged."""
    kind = data.draw(st.sampled_from(list(KINDS.values())))
    column = data.draw(st.sampled_from(codec(kind).columns))
    try:
        doc = codec(kind).take({column: value}, "it")
    except InputError as error:
        said = str(error)
    else:
        said = "it: field taken"
        if codec(kind).fields[column].spec.type is not FieldType.JSON:
            assert codec(kind).take(doc, "it") == doc
    assert said.startswith("it: field ")
