"""People's own rules: files in a folder, asked in every merge after ours.

A YAML file holds assertions::

    rules:
      - name: edges-have-loopbacks
        kind: device
        filter: {role: edge, site.region: europe}
        must: loopback and platform == 'frr'
        message: an edge router wants a loopback and runs FRR

``filter`` as in lists of the API; ``must`` is an expression over the fields, references as names. A Python
file holds ``KINDS`` and ``find(touched)``, which yields ``touched.problem(...)``, as our own rules do. A rule
that can't be read or fails stops the merge and says where, rather than let something through unseen.
"""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError, NetwrightError
from netwright.intent.document import Document, Listing, Mapping, data_of, read_file
from netwright.intent.language import BUILTINS, Compiled, compile_expression
from netwright.intent.rules.rule import Rule, Touched
from netwright.store.among import among
from netwright.store.delta import Change, Op
from netwright.store.history import chunks
from netwright.store.kind import Kind, Kinds
from netwright.store.naming import Namer
from netwright.store.problem import Problem, Severity
from netwright.store.query.filter import conditions
from netwright.store.query.sight import Sight
from netwright.store.rows import documents

_RULE = "rule"
"""What a problem is about when the rule itself is wrong."""
_KEYS = ("name", "kind", "filter", "must", "message", "severity")


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule of people, and where it stands."""

    rule: Rule
    where: str


class OwnRules:
    """The rules in a folder. Files are read again when one has changed."""

    def __init__(self, folder: Path, kinds: Kinds) -> None:
        self._folder = folder
        self._kinds = kinds
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._rules: list[OwnRule] = []
        self._problems: list[Problem] = []

    def rules(self) -> Sequence[OwnRule]:
        """Those that could be read."""
        self._refresh()
        return self._rules

    def problems(self) -> Sequence[Problem]:
        """What is wrong with files."""
        self._refresh()
        return self._problems

    def check(self, session: Session, changes: Collection[Change]) -> list[Problem]:
        """Everything that the rules have against the merged state, and what is wrong with rules."""
        self._refresh()
        found = list(self._problems)
        around = Touched(session, changes)
        for one in self._rules:
            if one.rule.concerned(around):
                found.extend(self._asked(one, around))
        return found

    def check_all(self, session: Session) -> list[Problem]:
        """The same over all that there is, not only what a merge touches."""
        wanted = {kind for one in self.rules() for kind in one.rule.kinds}
        changes = [
            Change(kind, object_id, Op.UPDATE, {}, {})
            for kind in sorted(wanted)
            for object_id in session.scalars(select(self._kinds[kind].table.c.id))
        ]
        return self.check(session, changes)

    def _asked(self, one: OwnRule, around: Touched) -> list[Problem]:
        try:
            return list(one.rule.find(around))
        except InputError as error:
            return [Problem(error.what, _RULE, one.rule.name, source=error.subject or one.where)]
        except Exception as error:  # noqa: BLE001 (people's code; it is told, and stops the merge)
            return [
                Problem(f"the rule fails: {error!r}", _RULE, one.rule.name, source=_line(error, one.where))
            ]

    def _refresh(self) -> None:
        files = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        files = [file for file in files if file.suffix in (".yaml", ".yml", ".py")]
        seen = tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
        if seen == self._seen:
            return
        self._rules, self._problems, self._seen = [], [], seen
        for file in files:
            try:
                self._rules += _python(file, self._kinds) if file.suffix == ".py" else self._yaml(file)
            except NetwrightError as error:
                self._problems.append(
                    Problem(error.what, _RULE, file.name, source=error.subject or str(file))
                )

    def _yaml(self, file: Path) -> list[OwnRule]:
        found = []
        for document in read_file(file):
            rules = document.root.entries.get("rules")
            if not isinstance(rules, Listing) or len(document.root.entries) > 1:
                raise InputError("wants `rules:` with a list", subject=document.at(1))
            found += [_assertion(document, node, self._kinds) for node in rules.items]
        return found


@dataclass(frozen=True, slots=True)
class _Assertion:
    """One YAML rule, compiled."""

    kinds: Kinds
    kind: Kind
    filters: tuple[tuple[str, Any], ...]
    must: Compiled
    message: str
    severity: Severity
    where: str

    def find(self, touched: Touched) -> Iterator[Problem]:
        session = touched.session
        table = self.kind.table
        sight = Sight(session, self.kinds)
        try:
            wanted = conditions(sight, self.kind, self.filters)
        except NetwrightError as error:
            raise InputError(error.what, subject=self.where) from None
        ids: list[int] = []
        for part in chunks(touched.ids(self.kind.name)):
            ids += session.scalars(select(table.c.id).where(among(session, table.c.id, part), *wanted))
        docs = documents(session, self.kind, ids)
        names = self._names(session, docs)
        for object_id, doc in sorted(docs.items()):
            scope = {**BUILTINS, "id": object_id, **_fields(self.kind, doc, names)}
            if not self.must.evaluate(scope):
                yield touched.problem(self.kind.name, object_id, self.message, severity=self.severity)

    def _names(self, session: Session, docs: dict[int, Any]) -> dict[str, dict[int, str | None]]:
        """Names of what the references lead to, in bulk."""
        namer = Namer(session)
        found: dict[str, dict[int, str | None]] = {}
        for spec in self.kind.fields:
            if spec.reference is not None:
                targets = {doc[spec.column] for doc in docs.values() if doc[spec.column] is not None}
                found[spec.name] = namer.keys(self.kinds[spec.reference], targets)
        return found


def _fields(kind: Kind, doc: dict[str, Any], names: dict[str, dict[int, str | None]]) -> dict[str, Any]:
    return {
        spec.name: names[spec.name].get(doc[spec.column]) if spec.reference else doc[spec.column]
        for spec in kind.fields
    }


def _assertion(document: Document, node: object, kinds: Kinds) -> OwnRule:
    if not isinstance(node, Mapping):
        raise InputError("a rule wants name, kind, must, message", subject=document.at(1))
    where = document.at(node.line)
    given = data_of(node)
    for name in given:
        if name not in _KEYS:
            raise InputError(f"a rule has no {name!r}, it has {', '.join(_KEYS)}", subject=where)
    for name in ("name", "kind", "must", "message"):
        if not isinstance(given.get(name), str):
            raise InputError(f"{name} is missing", subject=where)
    if given["kind"] not in kinds:
        raise InputError(f"there is no kind {given['kind']!r}", subject=where)
    kind = kinds[given["kind"]]
    line = document.at(node.entries["must"].line)
    filters = given.get("filter") or {}
    if not isinstance(filters, dict):
        raise InputError("filter wants names and values, as `role: edge`", subject=where)
    if given.get("severity", "error") not in tuple(Severity):
        raise InputError(f"severity is one of {', '.join(Severity)}", subject=where)
    pairs = tuple((name, one) for name, value in filters.items() for one in _several(value))
    assertion = _Assertion(
        kinds,
        kind,
        pairs,
        compile_expression(given["must"], line),
        given["message"],
        Severity(given.get("severity", "error")),
        where,
    )
    return OwnRule(Rule(given["name"], (kind.name,), assertion.find), where)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _python(file: Path, kinds: Kinds) -> list[OwnRule]:
    space: dict[str, Any] = {"__name__": f"rule_{file.stem}", "__file__": str(file)}
    try:
        exec(compile(file.read_text(), str(file), "exec"), space)  # noqa: S102 (the operator's own code)
    except Exception as error:  # noqa: BLE001 (people's code; it is told, and stops the merge)
        raise InputError(f"can't be read: {error!r}", subject=_line(error, str(file))) from None
    named, find = space.get("KINDS"), space.get("find")
    if not isinstance(named, tuple | list) or not named or not callable(find):
        raise InputError("wants KINDS, a tuple of kinds, and find(touched)", subject=str(file))
    for kind in named:
        if kind not in kinds:
            raise InputError(f"there is no kind {kind!r}", subject=str(file))
    return [OwnRule(Rule(file.stem, tuple(named), find, back=tuple(named)), str(file))]


def _line(error: Exception, where: str) -> str:
    """File and line in which people's code failed."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    mine = [
        frame for frame in frames if frame.filename == where.rpartition(":")[0] or frame.filename == where
    ]
    return f"{mine[-1].filename}:{mine[-1].lineno}" if mine else where
