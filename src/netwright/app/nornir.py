"""Nornir's inventory plugin ``netwright``: the devices of a home.

    InitNornir(inventory={"plugin": "netwright", "options": {"home": "/srv/netwright"}})

Credentials stay in the home: give Nornir its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from netwright.app.context import open_context
from netwright.exchange.others.nornir import nornir_inventory
from netwright.exchange.others.target import targets

if TYPE_CHECKING:
    from nornir.core.inventory import Inventory


class NetwrightInventory:
    """``home``: the home folder, default NETWRIGHT_HOME; ``every``: also devices that are not active."""

    def __init__(self, home: str | None = None, *, every: bool = False) -> None:
        self._home = Path(home) if home else None
        self._every = every

    def load(self) -> Inventory:
        context = open_context(self._home)
        try:
            with context.database.read() as session:
                return nornir_inventory(
                    targets(session, every=self._every, endpoints=context.ssh_endpoints())
                )
        finally:
            context.close()
