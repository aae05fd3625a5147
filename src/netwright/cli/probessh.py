"""``netwright probe ssh``."""

from __future__ import annotations

import click

from netwright.cli.probelogin import ssh_probe
from netwright.cli.probeset import SSH_PORT
from netwright.device.cli.dialogue import Dialogue
from netwright.device.connect import open_session
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.session import Session
from netwright.platforms.catalog import catalog
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.terminal import terminal_facts


@click.command()
@click.option(
    "--platform",
    default="auto",
    show_default=True,
    help="What it runs (frr, eos, junos, ...), where its own words don't say.",
)
@ssh_probe(SSH_PORT, jumps=True)
async def ssh(endpoint: Endpoint, address: str, now: float, platform: str) -> DeviceFacts:
    """Log in at ADDRESS over SSH and ask on the command line.

    The platform is told from what the device says of its version. The host key is not checked against
    anything: a probe keeps nothing. An enable password comes from NETWRIGHT_DEVICE_ENABLE.
    """
    hostkeys = MemoryHostKeys()

    def opener(dialogue: Dialogue | None) -> Session:
        return open_session(endpoint, hostkeys, dialogue)

    return await terminal_facts(
        catalog(),
        opener,
        device=address,
        now=now,
        platform=None if platform == "auto" else platform,
    )
