"""``netwright attach``: photographs, plans and contracts, hung on the objects they belong to."""

from __future__ import annotations

import getpass
import json
import mimetypes
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from netwright.app.attachments import read_file
from netwright.app.context import Context
from netwright.base.errors import InputError
from netwright.cli.context import pass_context_object
from netwright.intent.rules import check
from netwright.inventory import KINDS, Attachment
from netwright.store.kind import FieldSpec
from netwright.store.naming import Namer, resolve

_OWNERS = {spec.reference or "": spec for spec in KINDS["attachment"].fields if spec.owner}
_kind = click.Choice([*_OWNERS])


@click.group()
def app() -> None:
    """Files that belong to an object. The bytes lie in the home folder; each change is a change set."""


@app.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("kind", type=_kind)
@click.argument("key")
@click.option("--name", default=None, help="Unique name; default: the file's.")
@click.option("--description", default="", help="What it shows.")
@pass_context_object
def add(context: Context, file: Path, kind: str, key: str, name: str | None, description: str) -> None:
    """Attach FILE to the object KEY of KIND."""
    with context.database.read() as session:
        owner = resolve(session, kind, key)
    stored = context.attachments.keep(read_file(file))
    name = name or file.name
    editor = context.changesets.editor()
    editor.create(
        "attachment",
        {
            "name": name,
            "media_type": mimetypes.guess_type(name)[0] or "application/octet-stream",
            "size_bytes": stored.size_bytes,
            "sha256": stored.sha256,
            "description": description,
            _OWNERS[kind].column: owner,
        },
    )
    done = context.changesets.commit(editor, f"Attach {name} to {kind} {key}", getpass.getuser(), check)
    click.echo(f"{name}: {stored.size_bytes:,} bytes, attached to {kind} {key} in revision {done.revision}.")


@app.command("list")
@click.argument("kind", type=_kind, required=False)
@click.argument("key", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@pass_context_object
def list_(context: Context, kind: str | None, key: str | None, as_json: bool) -> None:
    """Show the files, or those of one object."""
    query = select(Attachment).order_by(Attachment.name)
    if (kind is None) is not (key is None):
        raise InputError("an object is KIND and KEY", remedy="As in `netwright attach list site ams`.")
    with context.database.read() as session:
        if kind is not None and key is not None:
            column = KINDS["attachment"].table.c[_OWNERS[kind].column]
            query = query.where(column == resolve(session, kind, key))
        namer = Namer(session)
        rows = [
            {
                "name": one.name,
                "of": _owner(namer, one),
                "media_type": one.media_type,
                "size_bytes": one.size_bytes,
                "description": one.description,
            }
            for one in session.scalars(query)
        ]
    if as_json:
        click.echo(json.dumps(rows))
    elif not rows:
        click.echo("No files yet. Add one: netwright attach add FILE KIND KEY")
    else:
        table = Table("name", "of", "type", "bytes", "what", box=None, header_style="bold")
        for row in rows:
            size = f"{row['size_bytes']:,}"
            table.add_row(
                str(row["name"]), str(row["of"]), str(row["media_type"]), size, str(row["description"])
            )
        Console().print(table)


@app.command()
@click.argument("name")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="File to write; default NAME.",
)
@pass_context_object
def get(context: Context, name: str, output: Path | None) -> None:
    """Copy the file NAME out. A file that is there already is kept."""
    with context.database.read() as session:
        one = session.get_one(Attachment, resolve(session, "attachment", name))
        source = context.attachments.path(one.sha256)
    target = output or Path(Path(name).name)
    try:
        with target.open("xb") as out:
            for part in read_file(source):
                out.write(part)
    except FileExistsError:
        raise InputError(
            "is there already", subject=str(target), remedy="Say another file with --output."
        ) from None
    click.echo(f"{target}: {one.size_bytes:,} bytes")


@app.command()
@click.argument("name")
@pass_context_object
def remove(context: Context, name: str) -> None:
    """Take the file NAME off its object. Its bytes stay while history names them."""
    with context.database.read() as session:
        object_id = resolve(session, "attachment", name)
    editor = context.changesets.editor()
    editor.delete("attachment", object_id)
    done = context.changesets.commit(editor, f"Remove file {name}", getpass.getuser(), check)
    click.echo(f"{name}: removed in revision {done.revision}.")


@app.command()
@pass_context_object
def prune(context: Context) -> None:
    """Remove bytes that nothing names any more: no object, no history, no open change set."""
    removed = context.attachments.prune(context.database, context.clock)
    click.echo(f"Removed {len(removed)} files.")


def _owner(namer: Namer, one: Attachment) -> str:
    def said(spec: FieldSpec) -> str:
        value = getattr(one, spec.column)
        return "" if value is None else f"{spec.reference} {namer.key(spec.reference or '', value)}"

    return next((text for spec in _OWNERS.values() if (text := said(spec))), "")
