"""``netwright probe redfish``."""

from __future__ import annotations

import click

from netwright.cli.probelogin import tls_probe
from netwright.device.endpoint import Endpoint
from netwright.device.redfish.client import REDFISH_PORT, redfish_client
from netwright.device.tls import Tls
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.redfish.probe import redfish_facts


@click.command()
@tls_probe(REDFISH_PORT)
async def redfish(endpoint: Endpoint, address: str, now: float, port: int, tls: Tls) -> DeviceFacts:
    """Ask the Redfish service of a server or appliance at ADDRESS for its hardware and readings."""
    async with redfish_client(endpoint, port=port, tls=tls) as client:
        return await redfish_facts(client, address, now)
