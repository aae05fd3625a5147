"""``netwright show``: wanted objects of any kind, now or as of a revision."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwright.app.context import Context
from netwright.base.clock import iso
from netwright.base.errors import InputError, NotFoundError
from netwright.cli.context import pass_context_object
from netwright.cli.kindname import find_kind
from netwright.cli.objectdiff import counted, print_json, word
from netwright.store.history import blame, current_revision, documents, documents_as_of
from netwright.store.kind import FieldSpec, Kind, as_kind
from netwright.store.naming import Namer, resolve
from netwright.store.value import Doc

_GAP = 2


@dataclass(frozen=True, slots=True)
class _Object:
    """An object as it is shown: values by the document's names, references as keys."""

    id: int
    key: str
    fields: dict[str, Any]


@click.command()
@click.argument("kind", required=False)
@click.argument("key", required=False)
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Only objects whose field has this value; * stands for anything. All of several must hold.",
)
@click.option(
    "--as-of", type=click.IntRange(min=0), metavar="REVISION", help="As it was after that revision."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context_object
def app(
    context: Context,
    kind: str | None,
    key: str | None,
    filters: Sequence[str],
    as_of: int | None,
    as_json: bool,
) -> None:
    """Show wanted objects: the kinds there are, all objects of KIND, or the one called KEY.

    \b
    netwright show device --filter site=ams
    netwright show interface ams-edge1/swp1 --as-of 3
    """
    with context.database.read() as session:
        _require_revision(session, as_of)
        if kind is None:
            _show_kinds(context, session, as_json=as_json)
            return
        described = find_kind(context.kinds, kind)
        if key is not None:
            _show_one(session, described, key, as_of, as_json=as_json)
        else:
            _show_all(session, described, filters, as_of, as_json=as_json)


def _show_kinds(context: Context, session: Session, *, as_json: bool) -> None:
    counts = {
        name: session.scalar(select(func.count()).select_from(kind.table)) or 0
        for name, kind in context.kinds.items()
    }
    if as_json:
        print_json(counts)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("kind")
    table.add_column("objects", justify="right")
    table.add_column("what it is", overflow="fold")
    for name, kind in context.kinds.items():
        table.add_row(Text(name), f"{counts[name]:,}", Text(kind.help))
    Console(highlight=False).print(table)


def _show_one(session: Session, kind: Kind, key: str, as_of: int | None, *, as_json: bool) -> None:
    one = _find(session, kind, key, as_of)
    if as_json:
        print_json(_document(one))
        return
    console = Console(highlight=False)
    console.print(Text.assemble((f"{kind.name} {one.key}", "bold"), (f"  #{one.id}", "dim")))
    changed = blame(session, kind, one.id) if as_of is None else {}
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for spec in kind.fields:
        value = word(one.fields[spec.name])
        unit = f" {spec.unit}" if spec.unit and value != "-" else ""
        last = changed.get(spec.column)
        said = f"revision {last.revision}, {last.author}, {iso(last.at)}" if last else ""
        table.add_row(Text(spec.name, style="cyan"), Text(f"{value}{unit}"), Text(said, style="dim"))
    console.print(table)


def _show_all(
    session: Session, kind: Kind, filters: Sequence[str], as_of: int | None, *, as_json: bool
) -> None:
    tests = [_test(kind, text) for text in filters]
    docs = documents(session, kind) if as_of is None else documents_as_of(session, kind, as_of)
    everything = sorted(_objects(session, kind, docs, as_of), key=lambda one: one.key)
    chosen = [one for one in everything if all(_holds(one, *test) for test in tests)]
    if as_json:
        print_json([_document(one) for one in chosen])
        return
    console = Console(highlight=False)
    if not chosen:
        when = "" if as_of is None else f" as of revision {as_of}"
        if everything:
            console.print(f"None of {counted(len(everything), kind.name)} matches the filter.")
        else:
            console.print(f"There is no {kind.name}{when}. `netwright import` makes some.")
        return
    _print_table(console, kind, chosen)


def _print_table(console: Console, kind: Kind, objects: Sequence[_Object]) -> None:
    """Key and fields, as many as the terminal is wide; fields that nobody fills are left out."""
    shown = {
        spec.name: [word(one.fields[spec.name]) for one in objects]
        for spec in kind.fields
        if spec.name not in kind.key
    }
    filled = {name: values for name, values in shown.items() if any(value != "-" for value in values)}
    room = console.width - max(len(one.key) for one in objects)
    fitting: list[str] = []
    for name, values in filled.items():
        room -= _GAP + max(len(name), *(len(value) for value in values))
        if room < 0 and console.is_terminal:
            break
        fitting.append(name)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    table.add_column("/".join(kind.key), overflow="fold")
    for name in fitting:
        table.add_column(name)
    for row, one in enumerate(objects):
        table.add_row(Text(one.key), *(Text(filled[name][row]) for name in fitting))
    console.print(table, width=None if console.is_terminal else 10_000)
    more = [name for name in filled if name not in fitting]
    rest = f"; not shown: {', '.join(more)} (see --json)" if more else ""
    console.print(Text(f"{counted(len(objects), kind.name)}{rest}", style="dim"))


def _objects(session: Session, kind: Kind, docs: Mapping[int, Doc], as_of: int | None) -> Iterator[_Object]:
    overlay = {(kind.name, object_id): doc for object_id, doc in docs.items()} if as_of is not None else {}
    namer = Namer(session, overlay)
    keys = namer.keys(kind, docs)
    for spec in kind.fields:
        if spec.reference is not None:
            targets = {doc[spec.column] for doc in docs.values()} - {None}
            namer.keys(as_kind(spec.reference), targets)
    for object_id, doc in docs.items():
        fields = {spec.name: namer.value(spec, doc.get(spec.column)) for spec in kind.fields}
        yield _Object(object_id, keys[object_id] or f"#{object_id}", fields)


def _find(session: Session, kind: Kind, key: str, as_of: int | None) -> _Object:
    if as_of is None:
        object_id = resolve(session, kind, key)
        return next(_objects(session, kind, documents(session, kind, [object_id]), None))
    found = {one.key: one for one in _objects(session, kind, documents_as_of(session, kind, as_of), as_of)}
    if key in found:
        return found[key]
    near = difflib.get_close_matches(key, found, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"List them with `netwright show {kind.name}`."
    raise NotFoundError(f"there was no {kind.name} {key!r} as of revision {as_of}", remedy=hint)


def _test(kind: Kind, text: str) -> tuple[FieldSpec, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError("a filter is FIELD=VALUE", subject=f"--filter {text}", remedy="Write site=ams, say.")
    spec = next((one for one in kind.fields if name.strip() in (one.name, one.column)), None)
    if spec is None:
        names = [one.name for one in kind.fields]
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Its fields are: {', '.join(names)}."
        raise InputError(f"{kind.name} has no field {name!r}", subject=f"--filter {text}", remedy=hint)
    return spec, value.strip()


def _holds(one: _Object, spec: FieldSpec, wanted: str) -> bool:
    value = one.fields[spec.name]
    if isinstance(value, bool):
        return wanted.lower() in (("yes", "true", "1") if value else ("no", "false", "0"))
    return fnmatchcase("" if value is None else str(value), wanted)


def _require_revision(session: Session, as_of: int | None) -> None:
    newest = current_revision(session)
    if as_of is not None and as_of > newest:
        raise NotFoundError(f"there is no revision {as_of}", remedy=f"The newest is {newest}.")


def _document(one: _Object) -> dict[str, Any]:
    return {"id": one.id, "key": one.key, "fields": one.fields}
