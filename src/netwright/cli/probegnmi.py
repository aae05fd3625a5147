"""``netwright probe gnmi``."""

from __future__ import annotations

import click

from netwright.cli.probelogin import tls_probe
from netwright.device.endpoint import Endpoint
from netwright.device.gnmi.client import GNMI_PORT, gnmi_client
from netwright.device.tls import Tls
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.yang.probe import gnmi_facts


@click.command()
@tls_probe(GNMI_PORT)
async def gnmi(endpoint: Endpoint, address: str, now: float, port: int, tls: Tls) -> DeviceFacts:
    """Ask the gNMI target at ADDRESS for what it tells in OpenConfig's models."""
    async with gnmi_client(endpoint, port=port, tls=tls) as client:
        return await gnmi_facts(client, address, now)
