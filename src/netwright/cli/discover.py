"""``netwright discover``: ask devices what they are, those of the inventory and strangers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from netwright.app.context import Context
from netwright.base.address import key_of_text as address_key
from netwright.base.outcome import Outcome
from netwright.cli.context import pass_context_object, run_devices
from netwright.cli.discoverview import found_document, show_found, show_known
from netwright.cli.document import output
from netwright.cli.objectdiff import counted, print_json
from netwright.collect.discover import DEADLINE_S
from netwright.collect.discover import discover as ask_devices
from netwright.collect.discovery.knock import NetworkKnocker
from netwright.collect.discovery.knownlist import KnownFilter, known_walk
from netwright.collect.discovery.ranges import looks_like_range, read_ranges
from netwright.collect.discovery.reading import DeviceReader
from netwright.collect.discovery.survey import Access, Found, Survey
from netwright.collect.document import known_row
from netwright.collect.intake import missing
from netwright.device.endpoint import Credentials, Way
from netwright.platforms.facts import DeviceFacts


@click.command()
@click.argument("what", nargs=-1, metavar="[DEVICE | RANGE]...")
@click.option("--site", help="Only the devices of this site.")
@click.option(
    "--seed", "seeds", multiple=True, help="Begin at this address and go on to its LLDP neighbours."
)
@click.option("--within", multiple=True, help="With --seed: enter only these ranges.")
@click.option(
    "--hops", type=click.IntRange(0, 64), default=4, show_default=True, help="With --seed: steps at most."
)
@click.option("--known", "list_known", is_flag=True, help="List every device that was ever found.")
@click.option("--ssh", is_flag=True, help="Also log in to strangers over SSH (`--way ssh`).")
@click.option(
    "--way",
    "ways",
    multiple=True,
    type=click.Choice([way.value for way in Way]),
    help="What strangers are asked over, the best first; default: what the set of credentials says, or SNMP.",
)
@click.option("--platform", default="", help="What runs on strangers, where their words don't say it.")
@click.option(
    "--credentials",
    default="default",
    show_default=True,
    metavar="SET",
    help="The set of settings.toml that strangers are asked with (`netwright secret sets`).",
)
@click.option("--ssh-port", type=click.IntRange(1, 65535), default=22, help="SSH port of strangers.")
@click.option("--snmp-port", type=click.IntRange(1, 65535), default=161, help="SNMP port of strangers.")
@click.option("--netconf-port", type=click.IntRange(1, 65535), default=830, help="NETCONF port of strangers.")
@click.option("--gnmi-port", type=click.IntRange(1, 65535), default=9339, help="gNMI port of strangers.")
@click.option("--http-port", type=click.IntRange(1, 65535), default=443, help="Port of strangers' API.")
@click.option(
    "--rate",
    type=click.FloatRange(0.1, 10_000),
    default=100.0,
    show_default=True,
    help="Addresses a second, at most.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0.05, 30),
    default=1.0,
    show_default=True,
    help="Seconds to wait for a first sign of life.",
)
@click.option(
    "--deadline", "deadline_s", default=DEADLINE_S, show_default=True, help="Seconds a device may take."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context_object
def discover(
    context: Context,
    what: Sequence[str],
    site: str | None,
    seeds: Sequence[str],
    within: Sequence[str],
    list_known: bool,
    deadline_s: float,
    as_json: bool,
    **strangers: Any,
) -> None:
    """Ask devices what they are: model, serial number, software, interfaces, hardware, neighbours, BGP
    sessions. What they say is kept; what is wanted is not touched.

    \b
    netwright discover                  all active devices of the inventory
    netwright discover ams-edge1        these
    netwright discover 10.0.0.0/24      whoever answers at these addresses
    netwright discover --seed 10.0.0.1 --within 10.0.0.0/16

    Strangers are knocked at (ping where that is permitted, TCP, SSH banner, SNMP) and asked over SNMP; with
    --way, or where the set of credentials names ways, also over SSH, NETCONF, gNMI or their API. Exit
    code 1 when a device of the inventory did not answer, or when no stranger was found.
    """
    if list_known:
        _list_known(context, as_json=as_json)
    elif seeds or any(map(looks_like_range, what)):
        if site or (seeds and what):
            raise click.UsageError("Give ranges, or --seed with --within, and no --site.")
        _strangers(context, what, seeds, within, deadline_s=deadline_s, as_json=as_json, **strangers)
    else:
        _of_the_inventory(context, what, site, deadline_s=deadline_s, as_json=as_json)


def _of_the_inventory(
    context: Context, devices: Sequence[str], site: str | None, *, deadline_s: float, as_json: bool
) -> None:
    targets = context.targets(list(devices) or None, site=site)

    async def work() -> list[Outcome[DeviceFacts]]:
        with _progress(len(targets)) as advance:
            return await ask_devices(
                context.database,
                targets,
                context.open_session,
                context.clock,
                concurrency=context.settings.concurrency,
                deadline_s=deadline_s,
                on_progress=lambda outcome: advance(outcome.device),
            )

    outcomes = run_devices(context, work)
    if as_json:
        print_json([_document(outcome) for outcome in outcomes])
    else:
        _show(outcomes, output())
    sys.exit(0 if all(outcome.ok for outcome in outcomes) else 1)


def _strangers(
    context: Context,
    what: Sequence[str],
    seeds: Sequence[str],
    within: Sequence[str],
    *,
    hops: int,
    ssh: bool,
    ways: Sequence[str],
    platform: str,
    ssh_port: int,
    snmp_port: int,
    netconf_port: int,
    gnmi_port: int,
    http_port: int,
    credentials: str,
    rate: float,
    wait_s: float,
    deadline_s: float,
    as_json: bool,
) -> None:
    ranges = read_ranges(what) if what else read_ranges(within or seeds, most=None)
    roots = list(read_ranges(seeds)) if seeds else []
    outside = [str(one) for one in roots if one not in ranges]
    if outside:
        raise click.UsageError(f"The seed {outside[0]} is outside of --within.")
    known = _allowed(context, credentials, [*(ways or ("snmp",)), "ssh"] if ssh else ways)
    login = context.login if set(known.ways) - {Way.SNMP} else None
    survey = Survey(
        context.database,
        NetworkKnocker(wait_s=wait_s),
        DeviceReader(context.platforms, context.clock, login, platform, limit_s=deadline_s),
        Access(
            known,
            ssh_port,
            snmp_port,
            wait_s,
            netconf_port=netconf_port,
            gnmi_port=gnmi_port,
            http_port=http_port,
        ),
        context.clock,
        rate=rate,
        concurrency=context.settings.concurrency,
        deadline_s=deadline_s + 10 * wait_s,
    )

    async def work() -> list[Found]:
        going = survey.crawl(roots, ranges, hops=hops) if roots else survey.addresses(ranges)
        with _progress(len(roots) or len(ranges)) as advance:
            found = []
            async for one in going:
                found.append(one)
                advance(one.device or one.address)
        return found

    found = sorted(run_devices(context, work), key=lambda one: (one.hop, address_key(one.address)))
    if as_json:
        print_json(found_document(found, survey.beyond))
    else:
        show_found(output(), found, survey.beyond)
    sys.exit(0 if any(one.facts for one in found) else 1)


def _allowed(context: Context, name: str, ways: Sequence[str]) -> Credentials:
    """A set's credentials, and what they may be tried on with strangers: what was asked for; else what the
    set names in the settings; else SNMP alone, for nobody is given a password unasked."""
    known = context.chosen.fetch(name)
    written = context.settings.credentials.get(name)
    asked = [Way(way) for way in ways] or list(written.ways if written else ()) or [Way.SNMP]
    return replace(known, ways=tuple(dict.fromkeys(asked)))


def _list_known(context: Context, *, as_json: bool) -> None:
    with context.database.read() as session:
        found = list(known_walk(session, KnownFilter()))
    if as_json:
        print_json([known_row(line) for line in found])
    else:
        show_known(output(), found, context.clock.now())


class _Advance(Protocol):
    def __call__(self, name: str, /) -> None: ...


@contextmanager
def _progress(total: int) -> Iterator[_Advance]:
    """A bar on standard error, when that is a terminal."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("asking", total=total)

        def advance(name: str, /) -> None:
            progress.update(task, advance=1, description=name)

        yield advance


def _show(outcomes: Sequence[Outcome[DeviceFacts]], console: Console) -> None:
    answered = [outcome.value for outcome in outcomes if outcome.value is not None]
    if not outcomes:
        console.print("There are no active devices. `netwright import` makes some.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("device", "model", "serial", "version"):
        table.add_column(title)
    for title in ("interfaces", "components", "neighbours", "BGP"):
        table.add_column(title, justify="right")
    for facts in answered:
        system = facts.system
        version = " ".join(filter(None, (system.os, system.os_version)))
        table.add_row(
            *(Text(value or "-") for value in (facts.device, system.model, system.serial, version)),
            *(
                str(len(part))
                for part in (facts.interfaces, facts.components, facts.neighbors, facts.bgp_sessions)
            ),
        )
    if answered:
        console.print(table)
    for facts in answered:
        if facts.unparsed:
            console.print(Text(f"{facts.device}: {missing(facts.unparsed)}", "yellow"), soft_wrap=True)
    failed = [outcome for outcome in outcomes if not outcome.ok]
    for outcome in failed:
        console.print(Text(f"{_words(outcome)}", style="red"), soft_wrap=True)
    console.print(Text(f"{counted(len(answered), 'device')} answered, {len(failed)} did not.", style="dim"))


def _words(outcome: Outcome[DeviceFacts]) -> str:
    text = str(outcome.error)
    return text if text.startswith(outcome.device) else f"{outcome.device}: {text}"


def _document(outcome: Outcome[DeviceFacts]) -> dict[str, object]:
    facts = outcome.value
    document: dict[str, object] = {
        "device": outcome.device,
        "ok": outcome.ok,
        "seconds": round(outcome.seconds, 3),
        "error": None if outcome.ok else _words(outcome),
    }
    if facts is not None:
        system = facts.system
        document |= {
            "hostname": system.hostname,
            "model": system.model,
            "serial": system.serial,
            "os": system.os,
            "os_version": system.os_version,
            "interfaces": len(facts.interfaces),
            "components": len(facts.components),
            "neighbors": len(facts.neighbors),
            "bgp_sessions": len(facts.bgp_sessions),
            "sources": list(facts.sources),
            "not_understood": [command for command, _ in facts.unparsed],
        }
    return document
