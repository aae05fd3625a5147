"""``netwright rule``: which rules there are, and asking people's own over the whole network."""

from __future__ import annotations

import inspect

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwright.app.context import Context
from netwright.cli.context import pass_context_object
from netwright.cli.objectdiff import counted, objections_document, print_json, print_objections
from netwright.intent.rules import RULES
from netwright.store.problem import broken


@click.group()
def app() -> None:
    """The rules that every merge is checked by."""


@app.command("list")
@pass_context_object
def list_(context: Context) -> None:
    """List the rules, ours and those in the folder `rules` of the home folder."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("rule", "asked for", "what must hold"):
        table.add_column(name)
    for rule in RULES:
        said = (inspect.getdoc(rule.find) or "").split("\n")[0]
        kinds = ", ".join(rule.kinds[:4]) + (", …" if len(rule.kinds) > 4 else "")
        table.add_row(rule.name, kinds, Text(said))
    for one in context.own_rules.rules():
        table.add_row(one.rule.name, ", ".join(one.rule.kinds), Text(one.where))
    console = Console(highlight=False)
    console.print(table)
    print_objections(Console(stderr=True, highlight=False), [], context.own_rules.problems())


@app.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context_object
def check(context: Context, as_json: bool) -> None:
    """Ask the rules of the folder `rules` about all that there is; exit code 1 when one is broken."""
    with context.database.read() as session:
        found = context.own_rules.check_all(session)
    if as_json:
        print_json(objections_document([], found)["problems"])
    else:
        print_objections(Console(highlight=False), [], found)
        click.echo(f"{counted(len(context.own_rules.rules()), 'rule')}, {counted(len(found), 'problem')}.")
    if broken(found):
        raise SystemExit(1)
