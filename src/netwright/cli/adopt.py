"""``netwright adopt``: devices that were found become wanted, through a change set."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.console import Console
from rich.text import Text

from netwright.app.context import Context
from netwright.base.errors import InputError
from netwright.cli.context import pass_context_object
from netwright.cli.importview import Wish as Becoming
from netwright.cli.importview import bring_in, wish_options
from netwright.cli.objectdiff import counted
from netwright.collect.adoption.adopt import Adoption, Difference
from netwright.collect.adoption.device import Wish
from netwright.collect.discovery.knownlist import strangers
from netwright.inventory.device import DeviceRole
from netwright.inventory.place import Status


@click.command()
@click.argument("devices", nargs=-1, metavar="[DEVICE]...")
@click.option("--site", default="", help="Site that new devices stand in.")
@click.option("--role", type=click.Choice([str(one) for one in DeviceRole]), help="What new devices are for.")
@click.option("--model", default="", help="Model of devices that don't tell theirs, or fit several.")
@click.option("--asn", default="", help="AS of new devices whose neighbours don't name it.")
@click.option(
    "--status",
    type=click.Choice([str(one) for one in Status]),
    default=str(Status.ACTIVE),
    show_default=True,
    help="Where new devices are in their lives; only active ones are talked to.",
)
@click.option(
    "--take",
    multiple=True,
    metavar="DIFFERENCE",
    help="Believe the device: `kind:key:field` as listed, `kind:field` of all objects, or `all`.",
)
@wish_options
@pass_context_object
def adopt(
    context: Context,
    devices: Sequence[str],
    site: str,
    role: str | None,
    model: str,
    asn: str,
    status: str,
    take: Sequence[str],
    wish: Becoming,
) -> None:
    """Make what was observed of DEVICEs (names of `netwright discover --known`; default: all that are not in
    the inventory) wanted: the device with its model, parts, interfaces, addresses, cables and BGP sessions.

    Of objects that are there, empty fields are filled. What differs is listed and stays as it is, unless it
    is taken with --take. All of it is one change set; --dry-run shows it.
    """
    chosen = list(devices) or _strangers(context)
    source = Adoption(context.platforms, chosen, Wish(site, role or "", model, asn, status), take)
    named = chosen[0] if len(chosen) == 1 else counted(len(chosen), "device")
    try:
        bring_in(context, source, named, wish if wish.title else _titled(wish, f"Adopt {named}"))
    finally:
        if not wish.as_json:
            _show(Console(highlight=False), source.differences)


def _strangers(context: Context) -> list[str]:
    with context.database.read() as session:
        found = strangers(session)
    if not found:
        raise InputError(
            "every device that was found is in the inventory",
            remedy="Name devices to compare them with it again.",
        )
    return found


def _titled(wish: Becoming, title: str) -> Becoming:
    return Becoming(title, wish.author, wish.dry_run, wish.no_merge, wish.every, wish.as_json)


def _show(console: Console, differences: Sequence[Difference]) -> None:
    left = [one for one in differences if not one.taken]
    if not left:
        return
    console.print(Text(f"{counted(len(left), 'difference')} left as wanted:", "bold"))
    for one in left:
        words = Text.assemble((one.name, "cyan"), f"  wanted {one.wanted}, observed {one.observed}")
        console.print(words, soft_wrap=True)
    console.print(Text("--take NAME believes the device.", "dim"))
