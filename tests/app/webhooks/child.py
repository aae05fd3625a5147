"""A process that tells webhooks, for tests: DATABASE-URL KEY ROUNDS."""

from __future__ import annotations

import asyncio
import sys

from netwright.app.vault import Vault
from netwright.app.webhooks.delivery import Courier, Deliverer
from netwright.app.webhooks.hook import Webhooks
from netwright.base.clock import SystemClock
from netwright.inventory import KINDS
from netwright.store.database import Database


async def tell(url: str, key: str, rounds: int) -> None:
    clock = SystemClock()
    database = Database(url)
    vault = Vault(database, bytes.fromhex(key))
    hooks = Webhooks(database, vault, KINDS, clock)
    deliverer = Deliverer(database, KINDS, hooks, Courier(vault, clock), clock)
    for _ in range(rounds):
        await deliverer.round()


asyncio.run(tell(sys.argv[1], sys.argv[2], int(sys.argv[3])))
