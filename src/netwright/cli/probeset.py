"""``--credentials SET`` and ``--jump HOST`` of probes: who logs in, from the settings of a home folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from netwright.cli.probeaddress import where
from netwright.device.endpoint import Credentials, Endpoint, Timeouts

SSH_PORT = 22

SET = (
    click.option(
        "--credentials", "chosen",
        help="Set of credentials of a home folder's settings, or `default`, instead of user and password.",
    ),
    click.option(
        "--home", type=click.Path(path_type=Path, file_okay=False),
        help="Home folder of --credentials; default NETWRIGHT_HOME or ~/.netwright. It needs no database"
        " unless the set is kept there.",
    ),
)  # fmt: skip
JUMP = (
    click.option("--jump", metavar="[USER@]HOST[:PORT]", help="SSH goes through this host."),
    click.option(
        "--jump-credentials", "jump_set",
        help="Set of credentials for it; those of the device unless given.",
    ),
)  # fmt: skip


def through(jump: str, known: Credentials, timeouts: Timeouts) -> Endpoint:
    """The jump host as it is written: ``[USER@]HOST[:PORT]``."""
    user, at, place = jump.rpartition("@")
    host, port = where(place, SSH_PORT)
    who = replace(known, username=user) if at else known
    return Endpoint(f"jump host {place}", host, who, ssh_port=port, timeouts=timeouts)


def set_named(name: str, home: Path | None) -> Credentials:
    """Raises NetwrightError."""
    from netwright.app.context import open_context  # noqa: PLC0415 (heavy: most probes have no home)

    context = open_context(home)
    try:
        return context.chosen.fetch(name)
    finally:
        context.close()
