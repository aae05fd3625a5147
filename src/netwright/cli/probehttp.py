"""``netwright probe http``."""

from __future__ import annotations

import click

from netwright.cli.probelogin import tls_probe
from netwright.device.endpoint import Endpoint
from netwright.device.tls import Tls
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.webapi import APIS, web_facts


@click.command()
@click.option(
    "--api", type=click.Choice(["auto", *APIS]), default="auto", show_default=True, help="Which API it has."
)
@tls_probe(443, plain_port=80)
async def http(endpoint: Endpoint, _: str, now: float, port: int, tls: Tls, *, api: str) -> DeviceFacts:
    """Ask the HTTP API of a switch at ADDRESS: Arista's eAPI, Cisco's NX-API, SR Linux' JSON-RPC."""
    return await web_facts(endpoint, port, tls, now, api=api)
