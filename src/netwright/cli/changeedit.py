"""``netwright change``: what a change set holds -- open, edit, take out, settle, rebase."""

from __future__ import annotations

import getpass

import click
from rich.console import Console
from rich.text import Text

from netwright.app.context import Context
from netwright.base.errors import InputError
from netwright.cli.changeobject import find_object, given_fields
from netwright.cli.context import pass_context_object
from netwright.cli.kindname import find_kind
from netwright.cli.objectdiff import counted
from netwright.store.settling import Keep

_number = click.argument("number", type=click.IntRange(min=1))
_author = click.option("--author", default=getpass.getuser, help="Who does it; default: your login name.")
_kind = click.argument("kind")
_key = click.argument("key")
_pairs = click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")


@click.command("open")
@click.argument("title")
@click.option("--reason", default="", help="Why, in as many words as you like.")
@_author
@pass_context_object
def open_(context: Context, title: str, reason: str, author: str) -> None:
    """Open a change set called TITLE."""
    made = context.changesets.open(title, author, reason)
    click.echo(f"Change set {made.id} is open.")


@click.command("edit")
@_number
@click.option("--title", default=None, help="Another title.")
@click.option("--reason", default=None, help="Another reason.")
@pass_context_object
def rename(context: Context, number: int, title: str | None, reason: str | None) -> None:
    """Give change set NUMBER another title or reason."""
    if title is None and reason is None:
        raise InputError(
            "nothing to change", subject=f"change set {number}", remedy="Give --title or --reason."
        )
    context.changesets.rename(number, title=title, reason=reason)
    click.echo(f"Change set {number} is called {context.changesets.get(number).title}.")


@click.command("create")
@_number
@_kind
@_pairs
@_author
@pass_context_object
def create(context: Context, number: int, kind: str, fields: tuple[str, ...], author: str) -> None:
    """Put a new object of KIND into change set NUMBER; references by name.

    \b
    netwright change create 12 site name=ams region=europe kind=exchange
    """
    described = find_kind(context.kinds, kind)
    values = given_fields(context, number, described, fields)
    made = context.changesets.create(number, described.name, values, by=author)
    click.echo(f"Change set {number} creates {described.name} #{made}.")


@click.command("set")
@_number
@_kind
@_key
@_pairs
@_author
@pass_context_object
def set_(context: Context, number: int, kind: str, key: str, fields: tuple[str, ...], author: str) -> None:
    """Change fields of an object in change set NUMBER; nothing after = empties a field.

    \b
    netwright change set 12 device ams-r1 status=active serial=
    """
    described, object_id = find_object(context, number, kind, key)
    values = given_fields(context, number, described, fields)
    context.changesets.update(number, described.name, object_id, values, by=author)
    click.echo(f"Change set {number} changes {described.name} {key}.")


@click.command("delete")
@_number
@_kind
@_key
@click.option("--force", is_flag=True, help="Take its name off what mentions it: a tag off what carries it.")
@_author
@pass_context_object
def delete(context: Context, number: int, kind: str, key: str, force: bool, author: str) -> None:
    """Delete an object, with all that it owns, in change set NUMBER."""
    described, object_id = find_object(context, number, kind, key)
    before = context.changesets.get(number).changes
    context.changesets.delete(number, described.name, object_id, by=author, force=force)
    count = context.changesets.get(number).changes - before
    click.echo(f"Change set {number} deletes {described.name} {key} ({counted(max(count, 1), 'object')}).")


@click.command("drop")
@_number
@_kind
@_key
@click.argument("fields", nargs=-1, metavar="[FIELD...]")
@_author
@pass_context_object
def drop(context: Context, number: int, kind: str, key: str, fields: tuple[str, ...], author: str) -> None:
    """Take the change of an object out of change set NUMBER, or only some fields of it."""
    described, object_id = find_object(context, number, kind, key)
    context.changesets.drop(number, described.name, object_id, fields, by=author)
    what = f"{', '.join(fields)} of " if fields else ""
    click.echo(f"Change set {number} leaves {what}{described.name} {key} alone.")


@click.command("resolve")
@_number
@_kind
@_key
@click.argument("field", default="")
@click.option(
    "--keep",
    type=click.Choice([str(Keep.OURS), str(Keep.THEIRS)]),
    help="ours: what the change set wants; theirs: what was merged meanwhile.",
)
@click.option("--value", default=None, help="Neither: this value for FIELD.")
@_author
@pass_context_object
def resolve_(
    context: Context,
    number: int,
    kind: str,
    key: str,
    field: str,
    keep: str | None,
    value: str | None,
    author: str,
) -> None:
    """Settle the conflicts of change set NUMBER over one object, or over one FIELD of it.

    KEY is the object's name, or its id as #17 if it was deleted meanwhile."""
    if (keep is None) == (value is None):
        raise InputError("it is not said what to keep", remedy="Give --keep ours, --keep theirs or --value.")
    described, object_id = find_object(context, number, kind, key)
    if keep is not None:
        chosen, other = Keep(keep), None
    else:
        chosen = Keep.OTHER
        spec = described.field(field) if field else None
        values = given_fields(context, number, described, [f"{field}={value}"]) if spec else {}
        other = values[spec.column] if spec else None
    context.changesets.resolve(number, described.name, object_id, chosen, field=field, value=other, by=author)
    what = f"{field} of " if field else ""
    click.echo(
        f"Change set {number} keeps {value if keep is None else keep} for {what}{described.name} {key}."
    )


@click.command("rebase")
@_number
@pass_context_object
def rebase(context: Context, number: int) -> None:
    """Bring change set NUMBER to the present: what is so already is left out, conflicts are shown."""
    done = context.changesets.rebase(number)
    console = Console(highlight=False)
    for conflict in done.conflicts:
        console.print(Text(f"conflict  {conflict}", style="red"), soft_wrap=True)
    left = f"; {counted(len(done.done), 'object')} left out, being so already" if done.done else ""
    console.print(f"Change set {number} is based on revision {done.revision}{left}.")


COMMANDS = (open_, rename, create, set_, delete, drop, resolve_, rebase)
