"""A design file, read and compiled: parameters, names worked out from them, and objects.

    design: exchange-pop
    version: 1
    title: A POP at an internet exchange
    parameters: {size: {type: choice, choices: [small, large], default: small, help: How large}}
    scope: {region: "{{ region }}"}           # whose pools it may use
    let: {edges: "{{ 2 if size == 'small' else 4 }}"}
    objects:
      - kind: device
        path: edge{{ n }}
        for_each: range(1, edges + 1)
        as: n
        set: {name: "{{ name }}-edge{{ n }}", site: "@site"}
      - objects: [...]                        # a group: for_each, when and let for several

A reference is the name of an object that is there, or ``@path`` of one of the same instance; what comes
behind the path of a device names a part of it that its model brings (``@edge1/swp3``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from netwright.base.errors import InputError, NotFoundError
from netwright.design.parameter import Parameter, ParameterType
from netwright.intent.document import Document, Listing, Mapping, Node, Scalar, data_of, read_file
from netwright.intent.language import Compiled, Fields, compile_data, compile_expression
from netwright.store.kind import Kinds

Expand: TypeAlias = Callable[[MappingOf[str, Any], Any], Iterable[MappingOf[str, Any]]]
"""A design's own Python: parameters and ground -> objects as mappings with ``kind``, ``path``, ``set``."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_TOP = ("design", "version", "title", "help", "parameters", "scope", "let", "objects", "python", "overwrite")
_ENTRY = ("kind", "path", "for_each", "as", "when", "let", "set", "objects", "adopt", "overwrite")


@dataclass(frozen=True, slots=True)
class Entry:
    """Objects of one sort, or a group of entries. ``overwrite``: fields in which the design's word stands
    over a person's. ``adopt``: an object that is there already is taken over."""

    where: str
    kind: str = ""
    path: Compiled | None = None
    for_each: Compiled | None = None
    variable: str = "item"
    when: Compiled | None = None
    let: tuple[tuple[str, Compiled], ...] = ()
    fields: Fields | None = None
    entries: tuple[Entry, ...] = ()
    adopt: bool = False
    overwrite: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Design:
    """A design, ready to be expanded any number of times."""

    name: str
    version: int
    file: str
    title: str = ""
    help: str = ""
    parameters: tuple[Parameter, ...] = ()
    scope: Compiled | None = None
    let: tuple[tuple[str, Compiled], ...] = ()
    entries: tuple[Entry, ...] = ()
    expand: Expand | None = None
    overwrite: frozenset[str] = field(default_factory=frozenset)


def read_design(file: Path, kinds: Kinds) -> Design:
    """The design in ``file``. Raises InputError with file and line."""
    documents = read_file(file)
    if len(documents) != 1:
        raise InputError("holds not one design", subject=str(file), remedy="One design a file.")
    return _Reader(documents[0], kinds).design(file)


class _Reader:
    """Reads one document."""

    def __init__(self, document: Document, kinds: Kinds) -> None:
        self._document = document
        self._kinds = kinds

    def design(self, file: Path) -> Design:
        root = self._document.root
        self._known(root, _TOP)
        name = self._text(root, "design")
        if not _NAME.fullmatch(name):
            raise self._error("a design's name is lower case letters, digits and hyphens", root.line)
        version = self._data(root, "version")
        if not isinstance(version, int) or version < 1:
            raise self._error("version: expected a whole number from 1", root.line)
        scope = root.entries.get("scope")
        return Design(
            name=name,
            version=version,
            file=self._document.file,
            title=self._text(root, "title", ""),
            help=self._text(root, "help", ""),
            parameters=self._parameters(root.entries.get("parameters")),
            scope=compile_data(data_of(scope), self._document.at(scope.line)) if scope else None,
            let=self._let(root.entries.get("let")),
            entries=self._entries(root.entries.get("objects")),
            expand=self._python(root, file),
            overwrite=self._words(root, "overwrite"),
        )

    def _parameters(self, node: Node | None) -> tuple[Parameter, ...]:
        if node is None:
            return ()
        found = []
        for name, one in self._mapping(node).entries.items():
            given = data_of(one) or {}
            if not isinstance(given, dict):
                raise self._error(f"parameter {name} wants type, help and so on", one.line)
            keys = ("type", "help", "default", "choices", "kind", "least", "most")
            if unknown := sorted(given.keys() - set(keys)):
                raise self._error(
                    f"parameter {name} has no {unknown[0]!r}{_near(unknown[0], keys)}", one.line
                )
            try:
                kind = ParameterType(given.pop("type", "choice" if "choices" in given else "text"))
            except ValueError:
                raise self._error(
                    f"parameter {name}: type is one of {', '.join(ParameterType)}", one.line
                ) from None
            choices = tuple(map(str, given.pop("choices", ())))
            found.append(
                Parameter(name=name, type=kind, choices=choices, required="default" not in given, **given)
            )
        return tuple(found)

    def _let(self, node: Node | None) -> tuple[tuple[str, Compiled], ...]:
        if node is None:
            return ()
        return tuple(
            (name, compile_data(data_of(one), self._document.at(one.line)))
            for name, one in self._mapping(node).entries.items()
        )

    def _entries(self, node: Node | None) -> tuple[Entry, ...]:
        if node is None:
            return ()
        if not isinstance(node, Listing):
            raise self._error("objects want a list, each item after a dash", node.line)
        return tuple(self._entry(self._mapping(item)) for item in node.items)

    def _entry(self, node: Mapping) -> Entry:
        self._known(node, _ENTRY)
        where = self._document.at(node.line)
        kind = self._text(node, "kind", "")
        if bool(kind) == ("objects" in node.entries):
            raise self._error("an item is an object with a kind, or a group with objects", node.line)
        fields = Fields({})
        if kind:
            fields = self._fields(node, kind)
        path = self._text(node, "path", kind)
        return Entry(
            where=where,
            kind=kind,
            path=compile_data(path, where) if kind else None,
            for_each=self._expression(node, "for_each"),
            variable=self._text(node, "as", "item"),
            when=self._expression(node, "when"),
            let=self._let(node.entries.get("let")),
            fields=fields,
            entries=self._entries(node.entries.get("objects")),
            adopt=self._data(node, "adopt") is True,
            overwrite=self._words(node, "overwrite"),
        )

    def _fields(self, node: Mapping, name: str) -> Fields:
        try:
            kind = self._kinds[name]
        except NotFoundError:
            raise self._error(f"there is no kind {name!r}{_near(name, self._kinds)}", node.line) from None
        templates = {}
        known = [spec.name for spec in kind.fields]
        values = node.entries.get("set")
        for field_name, one in self._mapping(values).entries.items() if values else ():
            if field_name not in known:
                message = f"{name} has no field {field_name!r}{_near(field_name, known)}"
                raise self._error(message, one.line)
            templates[field_name] = (data_of(one), self._document.at(one.line))
        return Fields(templates)

    def _python(self, root: Mapping, file: Path) -> Expand | None:
        name = self._text(root, "python", "")
        if not name:
            return None
        path = file.parent / name
        if path.parent != file.parent or path.suffix != ".py" or not path.is_file():
            raise self._error(f"python: there is no {name} beside the design", root.line)
        space: dict[str, Any] = {"__name__": f"design_{path.stem}", "__file__": str(path)}
        try:
            exec(compile(path.read_text(), str(path), "exec"), space)  # noqa: S102 (the operator's own code)
        except Exception as error:
            raise InputError(f"the Python of the design fails: {error!r}", subject=str(path)) from error
        expand = space.get("expand")
        if not callable(expand):
            raise InputError("defines no expand(parameters, ground)", subject=str(path))
        made: Expand = expand
        return made

    def _expression(self, node: Mapping, name: str) -> Compiled | None:
        one = node.entries.get(name)
        if one is None:
            return None
        where = self._document.at(one.line)
        if isinstance(one, Scalar) and one.text is not None:
            return compile_expression(one.text, where)
        return compile_data(data_of(one), where)

    def _words(self, node: Mapping, name: str) -> frozenset[str]:
        found = self._data(node, name) or []
        if not isinstance(found, list):
            raise self._error(f"{name} wants a list of fields", node.line)
        return frozenset(map(str, found))

    def _mapping(self, node: Node) -> Mapping:
        if not isinstance(node, Mapping):
            raise self._error("expected names with values", node.line)
        return node

    def _known(self, node: Mapping, names: tuple[str, ...]) -> None:
        for name in node.entries:
            if name not in names:
                raise self._error(f"there is no {name!r} here{_near(name, names)}", node.key_lines[name])

    def _text(self, node: Mapping, name: str, default: str | None = None) -> str:
        one = node.entries.get(name)
        if one is None and default is not None:
            return default
        if not isinstance(one, Scalar) or not one.text:
            raise self._error(f"{name} is missing", node.line)
        return one.text

    def _data(self, node: Mapping, name: str) -> Any:
        one = node.entries.get(name)
        return None if one is None else data_of(one)

    def _error(self, what: str, line: int) -> InputError:
        return InputError(what, subject=self._document.at(line), remedy="See docs/howto/designs.md.")


def _near(name: str, known: Iterable[str]) -> str:
    words = sorted(known)
    near = difflib.get_close_matches(name, words, n=1)
    return f" (did you mean {near[0]}?)" if near else f" (known: {', '.join(words)})"
