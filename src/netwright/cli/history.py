"""``netwright history`` and ``netwright blame``: what happened to an object, and who gave it its values."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.app.context import Context
from netwright.base.clock import iso
from netwright.base.errors import NotFoundError
from netwright.cli.context import pass_context_object
from netwright.cli.kindname import find_kind
from netwright.cli.objectdiff import print_json, word
from netwright.store.delta import Op
from netwright.store.history import History, blame, documents, history_of
from netwright.store.kind import Kind
from netwright.store.naming import Namer, resolve

_SIGN = {Op.CREATE: ("+", "green"), Op.UPDATE: ("~", "yellow"), Op.DELETE: ("-", "red")}
_kind = click.argument("kind")
_key = click.argument("key")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@_kind
@_key
@_as_json
@pass_context_object
def history(context: Context, kind: str, key: str, as_json: bool) -> None:
    """Show what happened to an object, the newest first; KEY is its name, or #17, also of a deleted one."""
    described = find_kind(context.kinds, kind)
    with context.database.read() as session:
        object_id = _object(session, described, key)
        entries = history_of(session, described, object_id)
        namer = Namer(session)
        specs = {spec.column: spec for spec in described.fields}
        told = [
            (
                entry,
                {
                    specs[column].name: (namer.value(specs[column], a), namer.value(specs[column], b))
                    for column, (a, b) in entry.fields.items()
                    if column in specs
                },
            )
            for entry in entries
        ]
    if as_json:
        print_json(
            [
                {
                    "revision": entry.revision,
                    "at": iso(entry.at),
                    "author": entry.author,
                    "changeset": entry.changeset_id,
                    "title": entry.message,
                    "op": entry.op.value,
                    "fields": {name: {"before": a, "after": b} for name, (a, b) in fields.items()},
                }
                for entry, fields in told
            ]
        )
        return
    console = Console(highlight=False)
    for entry, fields in told:
        sign, colour = _SIGN[entry.op]
        where = f"revision {entry.revision}" + (
            f", change set {entry.changeset_id}" if entry.changeset_id else ""
        )
        head = f"{sign} {where}  {entry.author}, {iso(entry.at)}  {entry.message}"
        console.print(Text(head, style=colour), soft_wrap=True)
        for name, (before, after) in fields.items():
            if entry.op is Op.UPDATE:
                console.print(Text(f"    {name}: {word(before)} -> {word(after)}"), soft_wrap=True)
            elif entry.op is Op.CREATE and word(after) != "-":
                console.print(Text(f"    {name}: {word(after)}"), soft_wrap=True)


@click.command("blame")
@_kind
@_key
@click.argument("field", required=False)
@_as_json
@pass_context_object
def blame_(context: Context, kind: str, key: str, field: str | None, as_json: bool) -> None:
    """Show who gave each field of an object the value it has, when, and in which change set."""
    described = find_kind(context.kinds, kind)
    wanted = [described.field(field)] if field else list(described.fields)
    with context.database.read() as session:
        object_id = resolve(session, described, key) if not key.startswith("#") else int(key[1:])
        blamed = blame(session, described, object_id)
        doc = documents(session, described, [object_id]).get(object_id)
        if doc is None:
            raise NotFoundError(f"there is no {described.name} {key} now", remedy="See `netwright history`.")
        namer = Namer(session)
        rows = [(spec, word(namer.value(spec, doc[spec.column])), blamed.get(spec.column)) for spec in wanted]
    if as_json:
        print_json(
            {
                spec.name: {
                    "value": value,
                    "revision": last.revision if last else None,
                    "author": last.author if last else None,
                    "at": iso(last.at) if last else None,
                }
                for spec, value, last in rows
            }
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("field", "value", "revision", "author", "since"):
        table.add_column(name, overflow="fold")
    for spec, value, last in rows:
        said = (str(last.revision), last.author, iso(last.at)) if last else ("-", "-", "-")
        table.add_row(Text(spec.name, style="cyan"), Text(value), *map(Text, said))
    Console(highlight=False).print(table)


def _object(session: Session, kind: Kind, key: str) -> int:
    """By name or number; a deleted object by the last name it had."""
    if key.startswith("#") and key[1:].isdecimal():
        return int(key[1:])
    try:
        return resolve(session, kind, key)
    except NotFoundError:
        query = (
            select(History.object_id)
            .where(History.kind == kind.name, History.op == Op.DELETE)
            .order_by(History.revision.desc())
            .limit(10_000)
        )
        ids = list(session.scalars(query))
        names = Namer(session).keys(kind, ids)
        for object_id in ids:
            if names[object_id] == key:
                return object_id
        raise
