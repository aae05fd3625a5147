"""A path's text and its message say the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.base.errors import InputError
from netwright.device.gnmi.path import parse_path, path_text
from netwright.device.gnmi.proto.gnmi_pb2 import Path, PathElem

NAMES = st.text("ab/[]=\\:.*- ", min_size=1, max_size=6)
ELEMENTS = st.builds(
    lambda name, keys: PathElem(name=name, key=keys),
    NAMES,
    st.dictionaries(NAMES, st.text("a]/[=\\ ", max_size=6), max_size=3),
)


@given(st.lists(ELEMENTS, min_size=1, max_size=4), st.sampled_from(["", "openconfig", "rfc7951"]))
@settings(deadline=None)
def test_what_is_written_is_read_back(elements: list[PathElem], origin: str) -> None:
    path = Path(elem=elements, origin=origin)
    assert parse_path(path_text(path)) == path


@pytest.mark.parametrize(
    ("text", "names", "keys"),
    [
        ("/", [], []),
        ("/a/b", ["a", "b"], [{}, {}]),
        ("a/b", ["a", "b"], [{}, {}]),
        ("/interface[name=Ethernet1/2]/x", ["interface", "x"], [{"name": "Ethernet1/2"}, {}]),
        ("/r[b=2][a=1]", ["r"], [{"a": "1", "b": "2"}]),
        (r"/r[k=\]\\]", ["r"], [{"k": "]\\"}]),
        ("/r[k=a=b]", ["r"], [{"k": "a=b"}]),
        (r"/a\/b", ["a/b"], [{}]),
        ("/oc-if:interfaces/*/...", ["oc-if:interfaces", "*", "..."], [{}, {}, {}]),
        ("openconfig:/a", ["a"], [{}]),
    ],
)
def test_how_the_text_is_read(text: str, names: list[str], keys: list[dict[str, str]]) -> None:
    path = parse_path(text)
    assert [elem.name for elem in path.elem] == names
    assert [dict(elem.key) for elem in path.elem] == keys
    assert path.origin == ("openconfig" if text.startswith("openconfig:") else "")


@pytest.mark.parametrize("text", ["/a//b", "/a[b]", "/a[b=c", "/a/", "/[a=b]", "/a[b=c]d"])
def test_what_is_no_path(text: str) -> None:
    with pytest.raises(InputError, match="is no gNMI path"):
        parse_path(text)


def test_keys_have_one_order_and_a_prefix_stands_before() -> None:
    prefix = Path(origin="openconfig", elem=[PathElem(name="a", key={"z": "1", "b": "2"})])
    assert path_text(prefix, parse_path("/c")) == "openconfig:/a[b=2][z=1]/c"
