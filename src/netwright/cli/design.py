"""``netwright design``: sites, links and peerings from a few parameters."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwright.app.context import Context
from netwright.base.errors import InputError
from netwright.cli.context import pass_context_object
from netwright.cli.objectdiff import (
    counted,
    diff_document,
    objections_document,
    print_counts,
    print_diff,
    print_json,
    print_objections,
    word,
)
from netwright.design import Applied, Catalog, Designs
from netwright.design.instance import Request
from netwright.intent.rules import check
from netwright.store.naming import Namer
from netwright.store.problem import broken

_OWN = ("design_part", "allocation")
"""The design's own records, which are only counted."""
_SHOWN = 40
"""Changes of so many objects are shown one by one without being asked."""

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_author = click.option("--author", default=getpass.getuser, help="Who does it; default: your login name.")
_no_merge = click.option("--no-merge", is_flag=True, help="Leave the change set open for review.")
_dry_run = click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
_every = click.option("--diff", "every", is_flag=True, help="Show every object and field, however many.")
_name = click.option("--name", default="", help="Instance, as `lon`.")
_all = click.option("--all", "every_instance", is_flag=True, help="Every instance of the design.")


def _wishes(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which an instance is asked for."""
    options = (
        click.option("--set", "assignments", multiple=True, metavar="PARAMETER=VALUE", help="A parameter."),
        click.option("--unset", multiple=True, metavar="PARAMETER", help="Back to its default."),
        click.option(
            "--file",
            "file",
            type=click.Path(path_type=Path, dir_okay=False, exists=True),
            help="Parameters from a YAML file.",
        ),
        click.option("--restore", is_flag=True, help="Make again what was deleted by hand."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def app() -> None:
    """Sites, links and peerings from a few parameters."""


@app.command("list")
@_as_json
@pass_context_object
def list_(context: Context, as_json: bool) -> None:
    """List the designs that there are."""
    designs = designs_of(context)
    counts: dict[str, int] = {}
    for one in designs.instances():
        counts[one.design] = counts.get(one.design, 0) + 1
    known = [designs.catalog.get(name) for name in designs.catalog]
    if as_json:
        print_json(
            [
                {"name": d.name, "version": d.version, "title": d.title, "instances": counts.get(d.name, 0)}
                for d in known
            ]
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("design", "version", "instances", "what it is"):
        table.add_column(name, justify="right" if name in ("version", "instances") else "left")
    for design in known:
        table.add_row(design.name, str(design.version), str(counts.get(design.name, 0)), Text(design.title))
    Console(highlight=False).print(table)


@app.command("show")
@click.argument("design")
@_as_json
@pass_context_object
def show(context: Context, design: str, as_json: bool) -> None:
    """Show what DESIGN makes and the parameters that it takes."""
    found = designs_of(context).catalog.get(design)
    if as_json:
        parameters = [
            {
                "name": one.name,
                "type": str(one.type),
                "help": one.help,
                "required": one.required,
                "default": one.default,
                "choices": list(one.choices),
            }
            for one in found.parameters
        ]
        print_json(
            {"name": found.name, "version": found.version, "title": found.title, "parameters": parameters}
        )
        return
    console = Console(highlight=False)
    console.print(Text(f"{found.name}  version {found.version}  {found.title}", style="bold"))
    if found.help:
        console.print(Text(found.help))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("parameter", "type", "default", "what it is"):
        table.add_column(name)
    for one in found.parameters:
        kind = ", ".join(one.choices) or (f"name of a {one.kind}" if one.kind else str(one.type))
        table.add_row(one.name, kind, "required" if one.required else word(one.default), Text(one.help))
    console.print(table)


@app.command("instances")
@click.argument("design", required=False)
@_as_json
@pass_context_object
def instances(context: Context, design: str | None, as_json: bool) -> None:
    """List the instances, of DESIGN or all."""
    found = designs_of(context).instances(design)
    if as_json:
        print_json(
            [
                {
                    "id": one.id,
                    "design": one.design,
                    "name": one.name,
                    "version": one.version,
                    "newest": one.newest,
                    "parameters": dict(one.parameters),
                    "parts": one.parts,
                }
                for one in found
            ]
        )
        return
    console = Console(highlight=False)
    if not found:
        console.print("There is no instance yet. `netwright design apply` makes one.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("design", "name", "version", "objects", "parameters"):
        table.add_column(name, justify="right" if name in ("version", "objects") else "left")
    for one in found:
        newest = "" if one.newest in (None, one.version) else f" (newest {one.newest})"
        said = " ".join(f"{name}={word(value)}" for name, value in one.parameters.items())
        table.add_row(one.design, one.name, f"{one.version}{newest}", f"{one.parts:,}", Text(said))
    console.print(table)


@app.command("apply")
@click.argument("design")
@_name
@_all
@_wishes
@click.option("--title", default="", help="Title of the change set.")
@_author
@_dry_run
@_no_merge
@_every
@_as_json
@pass_context_object
def apply(
    context: Context,
    design: str,
    name: str,
    every_instance: bool,
    assignments: Sequence[str],
    unset: Sequence[str],
    file: Path | None,
    restore: bool,
    title: str,
    author: str,
    dry_run: bool,
    no_merge: bool,
    every: bool,
    as_json: bool,
) -> None:
    """Make an instance of DESIGN, or bring it to other parameters or the newest version.

    Only what differs is changed. What people have changed since by hand stays and is told."""
    designs = designs_of(context)
    wishes = _requests(designs, design, name, every_instance, _parameters(assignments, file), unset, restore)
    if dry_run:
        found = designs.preview(wishes, author, check)
    elif no_merge:
        found = designs.open(wishes, author, title=title)
    else:
        found = designs.apply(wishes, author, check, title=title)
    _tell(context, found, dry_run=dry_run, every=every, as_json=as_json)


@app.command("diff")
@click.argument("design")
@_name
@_wishes
@_as_json
@pass_context_object
def diff(
    context: Context,
    design: str,
    name: str,
    assignments: Sequence[str],
    unset: Sequence[str],
    file: Path | None,
    restore: bool,
    as_json: bool,
) -> None:
    """Show what applying DESIGN would change, for one instance or for each.

    After a new version of a design: what it would change everywhere."""
    designs = designs_of(context)
    wishes = _requests(designs, design, name, not name, _parameters(assignments, file), unset, restore)
    found = designs.preview(wishes, getpass.getuser(), check)
    _tell(context, found, dry_run=True, every=True, as_json=as_json)


@app.command("remove")
@click.argument("design")
@click.option("--name", required=True, help="Instance, as `lon`.")
@_author
@_dry_run
@_no_merge
@_every
@_as_json
@pass_context_object
def remove(
    context: Context,
    design: str,
    name: str,
    author: str,
    dry_run: bool,
    no_merge: bool,
    every: bool,
    as_json: bool,
) -> None:
    """Delete an instance with all that it made; what it was given goes back to the pools."""
    designs = designs_of(context)
    instance = designs.find(design, name).id
    if dry_run:
        found = designs.preview_removal(instance, author, check)
    elif no_merge:
        found = designs.open_removal(instance, author)
    else:
        found = designs.remove(instance, author, check)
    _tell(context, found, dry_run=dry_run, every=every, as_json=as_json)


def designs_of(context: Context) -> Designs:
    """The designs of an installation: those in the home folder over those that are shipped."""
    catalog = Catalog(context.kinds, context.home.path / "designs")
    return Designs(context.database, context.changesets, context.kinds, catalog)


def _requests(
    designs: Designs,
    design: str,
    name: str,
    every_instance: bool,
    parameters: dict[str, Any],
    unset: Sequence[str],
    restore: bool,
) -> list[Request]:
    if bool(name) == every_instance:
        raise InputError("which instance?", subject=design, remedy="Give --name, or --all for each.")
    names = [name] if name else [one.name for one in designs.instances(design)]
    if not names:
        raise InputError("has no instance yet", subject=design, remedy="Give --name to make one.")
    return [designs.request(design, one, parameters, unset=unset, restore=restore) for one in names]


def _parameters(assignments: Sequence[str], file: Path | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if file is not None:
        try:
            given = yaml.safe_load(file.read_text()) or {}
        except yaml.YAMLError as error:
            raise InputError(f"is not YAML ({error})", subject=str(file)) from None
        if not isinstance(given, dict):
            raise InputError("wants parameters, as `size: small`", subject=str(file))
        found.update(given)
    for one in assignments:
        key, sign, value = one.partition("=")
        if not sign:
            raise InputError("expected PARAMETER=VALUE", subject=f"--set {one}")
        found[key.strip()] = value
    return found


def _tell(context: Context, found: Applied, *, dry_run: bool, every: bool, as_json: bool) -> None:
    differences = found.diff
    if found.changeset_id is not None and not differences:
        differences = context.changesets.diff(found.changeset_id)
    if as_json:
        print_json(
            {
                "changeset": found.changeset_id,
                "revision": found.revision,
                "changes": diff_document(differences),
                "problems": objections_document([], found.problems)["problems"],
                "kept": [
                    {"instance": one.instance, "path": one.path, "kind": one.kind, "field": one.column}
                    for one in found.kept
                ],
                "missing": [{"instance": label, "path": path} for label, path in found.missing],
            }
        )
    else:
        console = Console(highlight=False)
        if every or len(differences) <= _SHOWN:
            print_diff(console, [one for one in differences if one.kind not in _OWN])
        print_counts(console, differences)
        _tell_edits(context, console, found)
        print_objections(Console(stderr=True, highlight=False), [], found.problems)
        console.print(_verdict(found, len(differences), dry_run=dry_run))
    if broken(found.problems):
        raise SystemExit(1)


def _tell_edits(context: Context, console: Console, found: Applied) -> None:
    """What people did to objects of the design, which stays."""
    if found.kept:
        with context.database.read() as session:
            namer = Namer(session)
            for one in found.kept:
                spec = context.kinds[one.kind].field(one.column.removesuffix("_id"))
                ours = namer.value(spec, one.ours) if isinstance(one.ours, int) else one.ours
                console.print(
                    Text(
                        f"kept      {one.kind} {namer.key(one.kind, one.object_id)}: {spec.name} is "
                        f"{word(namer.value(spec, one.theirs))} by hand, the design wants {word(ours)}",
                        style="yellow",
                    ),
                    soft_wrap=True,
                )
    for label, path in found.missing:
        console.print(
            Text(
                f"missing   {path} of {label} was deleted by hand; --restore makes it again", style="yellow"
            ),
            soft_wrap=True,
        )


def _verdict(found: Applied, changes: int, *, dry_run: bool) -> str:
    if not changes:
        return "Nothing differs; no change set was made."
    objects = counted(changes, "object")
    if dry_run:
        return f"{objects} would change; nothing was changed."
    if found.revision is None:
        return f"{objects} in change set {found.changeset_id}, which is open; see `netwright change`."
    return f"{objects} changed: change set {found.changeset_id} is merged as revision {found.revision}."
