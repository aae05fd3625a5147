"""A design and parameters expanded into wanted objects, each with its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from netwright.base.errors import InputError, NetwrightError
from netwright.design.definition import Design, Entry
from netwright.design.ground import Ground
from netwright.design.parameter import take_all
from netwright.intent.language import BUILTINS, Scope

_MOST = 100_000
"""Objects of one instance."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object as a design wants it. ``values`` by field name, as the language left them."""

    path: str
    kind: str
    values: dict[str, Any]
    where: str
    adopt: bool = False
    overwrite: frozenset[str] = frozenset()


def scope_of(design: Design, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Where an instance is, by the design's ``scope``: ``region`` and ``site``. It is asked before anything
    is given out."""
    if design.scope is None:
        return {}
    found = design.scope.evaluate({**BUILTINS, **take_all(design.parameters, parameters), "name": name})
    if not isinstance(found, dict) or found.keys() - {"region", "site"}:
        raise InputError("scope wants region or site", subject=design.scope.where)
    return found


def expand(design: Design, name: str, parameters: Mapping[str, Any], ground: Ground) -> list[Wanted]:
    """All objects of an instance. Raises InputError with file and line of what does not work out, or that
    two objects have one path."""
    taken = take_all(design.parameters, parameters)
    scope: Scope = {**BUILTINS, **ground.functions(), **taken, "name": name}
    _let(design.let, scope)
    found: dict[str, Wanted] = {}
    for one in _all(design, scope, ground, found):
        if one.path in found:
            raise InputError(
                f"two objects have the path {one.path!r}",
                subject=one.where,
                remedy=f"The other is from {found[one.path].where}; make the paths differ.",
            )
        found[one.path] = one
        if len(found) > _MOST:
            raise InputError(f"makes more than {_MOST:,} objects", subject=one.where)
    return list(found.values())


def _all(design: Design, scope: Scope, ground: Ground, found: dict[str, Wanted]) -> Iterator[Wanted]:
    """What the YAML makes, then what the Python adds: objects, and fields of objects that are there."""
    yield from _entries(design, design.entries, scope)
    if design.expand is None:
        return
    ground.made = tuple(found.values())
    try:
        made = list(design.expand(scope, ground))
    except NetwrightError:
        raise
    except Exception as error:
        raise InputError(
            f"the Python of the design fails: {_last_line(error)}", subject=design.file, remedy="Mend it."
        ) from error
    for one in made:
        path = str(one["path"])
        if "kind" not in one and path in found:
            found[path].values.update(one.get("set", {}))
            continue
        yield Wanted(
            path=path,
            kind=str(one["kind"]),
            values=dict(one.get("set", {})),
            where=f"{design.file} (Python)",
            adopt=bool(one.get("adopt", False)),
            overwrite=frozenset(one.get("overwrite", ())) | design.overwrite,
        )


def _entries(design: Design, entries: tuple[Entry, ...], scope: Scope) -> Iterator[Wanted]:
    for entry in entries:
        for one in _rounds(entry, scope):
            inner = dict(one) if entry.let else one
            _let(entry.let, inner)
            if entry.when is not None and not entry.when.evaluate(inner):
                continue
            if entry.path is not None and entry.fields is not None:
                yield Wanted(
                    path=str(entry.path.evaluate(inner)),
                    kind=entry.kind,
                    values=entry.fields.evaluate(inner),
                    where=entry.where,
                    adopt=entry.adopt,
                    overwrite=entry.overwrite | design.overwrite if entry.overwrite else design.overwrite,
                )
            yield from _entries(design, entry.entries, inner)


def _rounds(entry: Entry, scope: Scope) -> Iterator[Scope]:
    if entry.for_each is None:
        yield scope
        return
    items = entry.for_each.evaluate(scope)
    try:
        items = list(items)
    except TypeError:
        raise InputError(
            f"for_each wants a list, not {str(items)[:80]!r}", subject=entry.for_each.where
        ) from None
    for item in items:
        yield {**scope, entry.variable: item}


def _let(names: Any, scope: Scope) -> None:
    for name, one in names:
        scope[name] = one.evaluate(scope)


def _last_line(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    line = f"line {trace.tb_lineno}: " if trace is not None else ""
    return f"{line}{type(error).__name__}: {error}"
