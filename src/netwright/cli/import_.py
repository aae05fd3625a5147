"""``netwright import``: design files into a change set, checked and merged."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import click
from rich.console import Console

from netwright.app.context import Context
from netwright.app.vault import load_key
from netwright.base.secret import Secret
from netwright.cli.context import pass_context_object
from netwright.cli.kindname import find_kind
from netwright.cli.objectdiff import (
    counted,
    diff_document,
    objections_document,
    print_counts,
    print_diff,
    print_json,
    print_objections,
)
from netwright.exchange.catalogue import Catalogue, open_catalogue
from netwright.exchange.formats import Format, open_source
from netwright.intent.importer import ImportResult, Source, import_source
from netwright.inventory import KINDS
from netwright.store.problem import broken

NETBOX = "netbox"
_SHOWN = 40
"""Changes of so many objects are shown one by one without being asked."""


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--kind", "kind_name", help="Kind of CSV files, when their names don't say it.")
@click.option(
    "--format", "format_", type=click.Choice([*map(str, Format), NETBOX]), help="Format; default: guessed."
)
@click.option(
    "--catalogue",
    type=click.Choice([str(one) for one in Catalogue]),
    help="Import models that we ship instead.",
)
@click.option("--url", help="Address of a NetBox, with --format netbox.")
@click.option("--token-env", help="Variable of the environment that holds its token.")
@click.option("--token-secret", help="Name of the secret (`netwright secret`) that holds its token.")
@click.option("--title", default="", help="Title of the change set; default: the names of the files.")
@click.option("--author", default=getpass.getuser, help="Who does it; default: your login name.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--no-merge", is_flag=True, help="Leave the change set open for review.")
@click.option("--prune", is_flag=True, help="Delete objects of the imported kinds that no file names.")
@click.option("--diff", "every", is_flag=True, help="Show every object and field, however many.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context_object
def import_(
    context: Context,
    paths: tuple[Path, ...],
    format_: str | None,
    catalogue: Catalogue | None,
    kind_name: str | None,
    url: str | None,
    token_env: str | None,
    token_secret: str | None,
    title: str,
    author: str,
    dry_run: bool,
    no_merge: bool,
    prune: bool,
    every: bool,
    as_json: bool,
) -> None:
    """Read files (folders with all below them) and merge what differs: design files (YAML or JSON), CSV,
    models of the device-type library.

    Everything that is wrong is told together, with file and line, and then nothing is changed; of the
    device-type library what is odd is told, and the rest taken.
    """
    if format_ == NETBOX:
        source, named = _netbox(context, paths, url, token_env, token_secret), f"NetBox {url}"
    else:
        source, named = _source(context, paths, format_, kind_name, catalogue)
    result = import_source(
        context.database,
        context.changesets,
        source,
        author,
        title or f"Import {named}",
        merge=not no_merge,
        prune=prune,
        dry_run=dry_run,
    )
    if as_json:
        print_json(_document(result))
    else:
        _show(result, dry_run=dry_run, every=every)
    if not result.ok:
        raise SystemExit(2)


def _source(
    context: Context,
    paths: tuple[Path, ...],
    format_: str | None,
    kind_name: str | None,
    catalogue: Catalogue | None,
) -> tuple[Source, str]:
    """What is to be read, and its name for people."""
    if bool(paths) == bool(catalogue):
        raise click.UsageError("Give files or folders, or a --catalogue.")
    if catalogue:
        return open_catalogue(Catalogue(catalogue)), f"our catalogue of {catalogue}"
    named = ", ".join(path.name or str(path) for path in paths)
    kind = find_kind(KINDS, kind_name) if kind_name else None
    return open_source(
        paths, Format(format_) if format_ else None, kind=kind, key=load_key(context.home.key_file)
    ), named


def _netbox(
    context: Context,
    paths: tuple[Path, ...],
    url: str | None,
    token_env: str | None,
    token_secret: str | None,
) -> Source:
    """A running NetBox. The token never stands on the command line, where others on the machine see it."""
    from netwright.exchange.netbox.reading import NetBoxReader  # noqa: PLC0415 (httpx)
    from netwright.exchange.netbox.source import NetBox  # noqa: PLC0415

    if paths or not url or bool(token_env) == bool(token_secret):
        raise click.UsageError("Give --url, and --token-env or --token-secret, and no files.")
    if token_secret:
        token = context.vault.get(token_secret)
    else:
        text = os.environ.get(token_env or "")
        if not text:
            raise click.UsageError(f"The environment has no variable {token_env}.")
        token = Secret(text)
    return NetBox(NetBoxReader(url, token, told=_progress))


def _progress(path: str, count: int) -> None:
    click.echo(f"Read {count:,} of {path}.", err=True)


def _show(result: ImportResult, *, dry_run: bool, every: bool) -> None:
    console = Console(highlight=False)
    if every or len(result.diff) <= _SHOWN:
        print_diff(console, result.diff)
    print_counts(console, result.diff)
    print_objections(Console(stderr=True, highlight=False), [], result.problems)
    read = f"Read {counted(result.objects, 'object')} in {counted(result.files, 'file')}."
    if result.problems and not broken(result.problems):
        read += f" {counted(len(result.problems), 'warning')}."
    if not result.ok:
        click.secho(
            f"{read} {counted(len(result.problems), 'problem')}; nothing was changed.", fg="red", err=True
        )
    elif not result.diff:
        console.print(f"{read} Nothing differs; no change set was made.")
    elif dry_run:
        console.print(f"{read} This was a dry run; nothing was changed.")
    elif result.revision is None:
        console.print(f"{read} Change set {result.changeset_id} is open; see `netwright change`.")
    else:
        console.print(f"{read} Change set {result.changeset_id} is merged as revision {result.revision}.")


def _document(result: ImportResult) -> dict[str, object]:
    return {
        "ok": result.ok,
        "files": result.files,
        "objects": result.objects,
        "changeset": result.changeset_id,
        "revision": result.revision,
        "counts": {kind: {str(op): n for op, n in counts.items()} for kind, counts in result.counts.items()},
        "changes": diff_document(result.diff),
        "problems": objections_document([], result.problems)["problems"],
    }
