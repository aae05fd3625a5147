"""``netwright probe``: ask one device what it is, without a home folder or a database."""

from __future__ import annotations

import asyncio
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from netwright.base.clock import SystemClock
from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.cli.document import print_json
from netwright.cli.probeaddress import where
from netwright.cli.probeset import SET, set_named
from netwright.cli.probetape import TAPE, played, recorder
from netwright.cli.probeview import show
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.snmp import SnmpClient
from netwright.device.snmp.user import AUTH, PRIV
from netwright.platforms.document import document
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.snmp.probe import probe as ask_agent
from netwright.platforms.snmp.vendors import vendors

_COMMUNITY, _AUTH, _PRIV = (
    f"NETWRIGHT_SNMP_{name}" for name in ("COMMUNITY", "AUTH_PASSWORD", "PRIV_PASSWORD")
)
_SNMP_PORT = 161


# name -> (module, line of help); imported when it is run
_OTHERS = {
    "ssh": ("netwright.cli.probessh", "Log in over SSH and ask on the command line."),
    "netconf": ("netwright.cli.probenetconf", "Ask a NETCONF server for what it tells in the open models."),
    "gnmi": ("netwright.cli.probegnmi", "Ask a gNMI target for what it tells in OpenConfig's models."),
    "http": ("netwright.cli.probehttp", "Ask a switch's HTTP API: eAPI, NX-API, SR Linux' JSON-RPC."),
    "redfish": ("netwright.cli.proberedfish", "Ask the Redfish service of a server or an appliance."),
}


class _Protocols(click.Group):
    """One command a protocol."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_OTHERS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _OTHERS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(_OTHERS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        known = [(name, command.get_short_help_str(80)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl([*known, *((name, line) for name, (_, line) in _OTHERS.items())])


@click.group(cls=_Protocols)
def app() -> None:
    """Ask one device what it is. Needs no home folder; nothing is kept."""


@app.command()
@click.argument("address", metavar="ADDRESS[:PORT]", required=False)
@click.option("--community", help=f"SNMP v2c community. Better kept in {_COMMUNITY}: others see arguments.")
@click.option("--v3-user", help="SNMPv3 user, instead of a community.")
@click.option(
    "--v3-level",
    type=click.Choice(["noauth", "auth", "priv"]),
    default="priv",
    show_default=True,
    help=f"How its messages are protected. Passwords come from {_AUTH} and {_PRIV}, or are asked for.",
)
@click.option("--v3-auth", type=click.Choice(list(AUTH)), default="sha", show_default=True, help="Its hash.")
@click.option(
    "--v3-priv", type=click.Choice(list(PRIV)), default="aes", show_default=True, help="Its cipher."
)
@SET[0]
@SET[1]
@click.option(
    "--platform",
    default="auto",
    show_default=True,
    help="What it runs (junos, iosxr, ...), where its own words don't say.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0.05, 60),
    default=2.0,
    show_default=True,
    help="Seconds until a request is sent again (twice).",
)
@click.option(
    "--deadline",
    "deadline_s",
    type=click.FloatRange(1, 3600),
    default=120.0,
    show_default=True,
    help="Seconds for all of it; what has come by then is shown.",
)
@TAPE[0]
@TAPE[1]
@click.option("--all", "whole", is_flag=True, help="Show every row, not the first of each part.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def snmp(
    address: str | None,
    community: str | None,
    v3_user: str | None,
    v3_level: str,
    v3_auth: str,
    v3_priv: str,
    chosen: str | None,
    home: Path | None,
    platform: str,
    timeout_s: float,
    deadline_s: float,
    record: Path | None,
    replay: Path | None,
    whole: bool,
    as_json: bool,
) -> None:
    """Ask the SNMP agent at ADDRESS for all that it knows of its device: who made it and what it runs,
    interfaces, addresses, hardware with serial numbers, readings, neighbours, BGP sessions.

    Any vendor: one that Netwright has no data of is called unknown, everything else is still there.
    """
    if replay is not None:
        with played(
            replay, {"platform": platform}, lambda to, own: _ask(to.endpoint, to.about[1], deadline_s, **own)
        ) as facts:
            _tell(facts, whole=whole, as_json=as_json)
        return
    if address is None:
        raise click.UsageError("Give ADDRESS, or --replay DIR.")
    host, port = where(address, _SNMP_PORT)
    if chosen is not None:
        known = set_named(chosen, home)
    elif v3_user is not None:
        known = _v3(v3_user, v3_level, v3_auth, v3_priv)
    else:
        known = Credentials("", snmp_community=_secret("SNMP community", _COMMUNITY, community))
    now, limits = SystemClock().now(), Timeouts(snmp_s=timeout_s)
    told = recorder(record, now, "snmp", {"platform": platform})
    endpoint = Endpoint(address, host, known, snmp_port=port, timeouts=limits, recorder=told)
    _tell(asyncio.run(_ask(endpoint, now, deadline_s, platform)), whole=whole, as_json=as_json)


async def _ask(endpoint: Endpoint, now: float, deadline_s: float, platform: str) -> DeviceFacts:
    system = None if platform == "auto" else vendors().named(platform)
    client = SnmpClient(endpoint)
    try:
        return await ask_agent(client, endpoint.device, now, limit_s=deadline_s, system=system)
    finally:
        client.close()


def _tell(facts: DeviceFacts, *, whole: bool, as_json: bool) -> None:
    if as_json:
        print_json(document(facts))
    else:
        show(document(facts), whole=whole)


def _v3(user: str, level: str, auth: str, priv: str) -> Credentials:
    return Credentials(
        "",
        snmp_user=user,
        snmp_auth=_secret("Authentication password", _AUTH) if level != "noauth" else None,
        snmp_priv=_secret("Privacy password", _PRIV) if level == "priv" else None,
        snmp_auth_protocol=auth,
        snmp_priv_protocol=priv,
    )


def _secret(what: str, variable: str, given: str | None = None) -> Secret:
    """Given, from the environment, or asked for at a terminal."""
    value = given or os.environ.get(variable)
    if value is None and sys.stdin.isatty():
        value = click.prompt(what, hide_input=True, err=True)
    if not value:
        raise InputError(
            f"there is no {what[0].lower() if not what.startswith('SNMP') else 'S'}{what[1:]}",
            remedy=f"Set it in {variable}" + (", or give --community." if variable == _COMMUNITY else "."),
        )
    return Secret(value)
