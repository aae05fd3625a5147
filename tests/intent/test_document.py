"""Design files: every value knows its line, and nothing that a file can hold ends in a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netwright.base.errors import InputError
from netwright.intent import document
from netwright.intent.document import Listing, Mapping, Node, Scalar, find_files, parse, read_file


def plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return {name: plain(value) for name, value in node.entries.items()}


def lines(node: Node) -> list[int]:
    if isinstance(node, Scalar):
        return [node.line]
    inner = node.items if isinstance(node, Listing) else list(node.entries.values())
    return [node.line, *(line for one in inner for line in lines(one))]


def test_values_keep_their_text_and_line() -> None:
    (found,) = parse(b"a: no\nb:\n  - 010\n  - 10:30\n  - ~\n  - 'null'\nc: {d: NO}\n", "f.yaml")

    assert plain(found.root) == {"a": "no", "b": ["010", "10:30", None, "null"], "c": {"d": "NO"}}
    assert [found.root.key_lines[name] for name in "abc"] == [1, 2, 7]
    assert lines(found.root) == [1, 1, 3, 3, 4, 5, 6, 7, 7]
    assert found.at(3) == "f.yaml:3"


def test_a_file_holds_several_documents_and_empty_ones() -> None:
    found = parse(b"a: 1\n---\n---\nb: 2\n", "f.yaml")
    assert [plain(one.root) for one in found] == [{"a": "1"}, {"b": "2"}]
    assert parse(b"", "f.yaml") == parse(b"# nothing\n", "f.yaml") == []


def test_aliases_are_as_if_written_out() -> None:
    (found,) = parse(b"a: &x [1, 2]\nb: *x\n", "f.yaml")
    assert plain(found.root) == {"a": ["1", "2"], "b": ["1", "2"]}


BOMB = b"a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a:\n\t- b", "f.yaml:2: a tab where YAML wants spaces"),
        (b"a: 1\nb: 2\na: 3", "f.yaml:3: 'a' is given twice here, first in line 1"),
        (b"a:\n  b: 1\n  b: 1", "f.yaml:3: 'b' is given twice here, first in line 2"),
        (b"a: 1\n\x00\x01", "f.yaml:2: a character that YAML does not allow"),
        (b"\x7fELF\x02\x01\x01\x00", "f.yaml:1: a character that YAML does not allow"),
        (b"a: 1\nb: \xff\xfe", "f.yaml:2: not UTF-8 text (byte 0xff)"),
        (b"a: [1", "f.yaml:2: not valid YAML: "),
        (b"a: 'x", "f.yaml:1: not valid YAML: "),
        (b"a: b: c", "f.yaml:1: not valid YAML: "),
        (b"%YAML 9.9\n---\na: 1", "f.yaml:1: not valid YAML: "),
        (b"- 1\n", "f.yaml:1: the top of a design file is not a list or a single value"),
        (b"\n\nhello", "f.yaml:3: the top of a design file is not a list or a single value"),
        (b"[" * 40, "f.yaml:1: nested deeper than 32 levels"),
        (b"{a: " * 100_000, "f.yaml:1: nested deeper than 32 levels"),
        (b"a: *x", "f.yaml:1: the alias *x has no anchor before it"),
        (b"a: &a [*a]", "f.yaml:1: the alias *a has no anchor before it"),
        (b"? [1]\n: 2", "f.yaml:1: a name must be a single word"),
        (b"a: &x {b: 1}\nc:\n  <<: *x", "f.yaml:3: merge keys (<<) are not taken"),
        (BOMB, "f.yaml:7: more than 2,000,000 values"),
    ],
)
def test_what_is_no_design_file_is_told_with_its_line(data: bytes, said: str) -> None:
    with pytest.raises(InputError) as error:
        parse(data, "f.yaml")
    assert str(error.value).startswith(said)


def test_tags_run_nothing() -> None:
    (found,) = parse(b"a: !!python/object/apply:os.system ['false']\n", "f.yaml")
    assert plain(found.root) == {"a": ["false"]}


def outcome(data: bytes) -> str | list[document.Document]:
    try:
        return parse(data, "f.yaml")
    except InputError as error:
        return error.subject or ""


@given(st.binary(max_size=300))
def test_any_bytes_are_documents_or_an_input_error(data: bytes) -> None:
    found = outcome(data)
    if isinstance(found, str):
        assert found.startswith("f.yaml:")
    else:
        assert all(isinstance(one.root, Mapping) for one in found)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
TREES = st.recursive(
    WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(WORDS.filter(lambda word: word != "<<"), TREES, max_size=4), st.booleans())
def test_what_yaml_writes_is_read_back(tree: dict[str, Any], flow: bool) -> None:
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=flow, sort_keys=False)
    found = parse(text.encode(), "f.yaml")
    assert [plain(one.root) for one in found] == [tree]


@given(st.dictionaries(WORDS, TREES, min_size=1, max_size=4))
def test_json_is_read_back(tree: dict[str, Any]) -> None:
    (found,) = parse(json.dumps(tree, indent=1, ensure_ascii=False).encode(), "f.json")
    assert plain(found.root) == tree


def test_folders_are_read_by_name_and_hidden_files_left_out(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "sub/c.json", ".hidden.yaml", ".git/d.yaml", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")

    found = find_files([tmp_path, tmp_path / "b.yaml"])
    assert [str(file.relative_to(tmp_path)) for file in found] == ["a.yml", "b.yaml", "sub/c.json"]


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        find_files([tmp_path / "missing.yaml"])
    with pytest.raises(InputError, match="no design files in this folder"):
        find_files([tmp_path])


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_BYTES", 10)
    (tmp_path / "a.yaml").write_text("a: " + "x" * 10)
    with pytest.raises(InputError, match="larger than"):
        read_file(tmp_path / "a.yaml")
