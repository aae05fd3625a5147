"""``netwright health``: how sites, devices and links are."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

import click
from rich.console import Console
from rich.text import Text

from netwright.app.context import Context
from netwright.base.errors import NotFoundError
from netwright.cli.context import pass_context_object
from netwright.cli.objectdiff import print_json
from netwright.collect.health import Health, HealthReport, HealthState
from netwright.collect.health import health as judge
from netwright.collect.wanted import Wanted, read_wanted

_COLOURS = {
    HealthState.OK: "green",
    HealthState.DEGRADED: "yellow",
    HealthState.DOWN: "red",
    HealthState.UNKNOWN: "dim",
}
_REASONS = 3


@click.command()
@click.option("--site", help="Only this site, its devices and its links.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context_object
def health(context: Context, site: str | None, as_json: bool) -> None:
    """Tell the health of sites, devices and links, by what was collected last, with the reasons.

    Exit code 1 when something is down.
    """
    with context.database.read() as session:
        wanted = read_wanted(session)
        report = judge(session, context.clock)
    if site is not None:
        if site not in report.sites:
            raise NotFoundError("there is no such site", subject=site, remedy="See `netwright show site`.")
        report = _only(report, wanted, site)
    if as_json:
        parts = {"sites": report.sites, "devices": report.devices, "links": report.links}
        print_json({name: _document(part) for name, part in parts.items()})
    else:
        for line in _lines(report, wanted):
            Console(highlight=False).print(line, soft_wrap=True)
    everything = (*report.sites.values(), *report.devices.values(), *report.links.values())
    sys.exit(1 if any(one.state is HealthState.DOWN for one in everything) else 0)


def _only(report: HealthReport, wanted: Wanted, site: str) -> HealthReport:
    names = set(wanted.devices_of.get(site, ()))
    links = {link.name for name in names for link in wanted.links_of.get(name, ())}
    return HealthReport(
        {name: one for name, one in report.devices.items() if name in names},
        {name: one for name, one in report.links.items() if name in links},
        {site: report.sites[site]},
    )


def _lines(report: HealthReport, wanted: Wanted) -> Iterator[Text]:
    """Sites with their devices; then the links that are not well."""
    for site, found in report.sites.items():
        yield _line(f"{site} ({wanted.sites[site]})", found, "", bold=True)
        for name in wanted.devices_of.get(site, ()):
            yield _line(name, report.devices[name], "  ")
    ill = {name: one for name, one in report.links.items() if one.state is not HealthState.OK}
    yield Text(f"links: {len(report.links) - len(ill)} of {len(report.links)} ok", style="bold")
    for name, found in ill.items():
        yield _line(name, found, "  ")


def _line(name: str, found: Health, indent: str, *, bold: bool = False) -> Text:
    line = Text(indent)
    line.append(f"{name}  ", style="bold" if bold else "")
    line.append(found.state.value, style=_COLOURS[found.state])
    if found.reasons:
        more = len(found.reasons) - _REASONS
        said = "; ".join(reason.rstrip(".") for reason in found.reasons[:_REASONS])
        line.append(f"  {said}{f'; and {more} more' if more > 0 else ''}", style="dim")
    return line


def _document(part: Mapping[str, Health]) -> dict[str, dict[str, object]]:
    return {name: {"state": one.state.value, "reasons": list(one.reasons)} for name, one in part.items()}
