"""``netwright probe netconf``."""

from __future__ import annotations

import click

from netwright.cli.probelogin import ssh_probe
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.netconf.session import NETCONF_PORT, netconf_session
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.yang.probe import netconf_facts


@click.command()
@ssh_probe(NETCONF_PORT)
async def netconf(endpoint: Endpoint, address: str, now: float) -> DeviceFacts:
    """Ask the NETCONF server at ADDRESS for what it tells in OpenConfig's and the IETF's models.

    The host key is not checked against anything: a probe keeps nothing.
    """
    async with netconf_session(endpoint, MemoryHostKeys()) as session:
        return await netconf_facts(session, address, now)
