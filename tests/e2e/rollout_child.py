"""A controller that dies: ``rollout_child.py HOME TIMER MOMENT DEVICE...`` plans the devices, queues the
rollout and runs it, and kills itself with SIGKILL when the first of them comes to ``MOMENT``."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from netwright.app.context import open_context
from netwright.app.deployment import hands_of, intended, planner_of
from netwright.app.namespace import enter
from netwright.app.worker import Worker, WorkerLock
from netwright.deploy.moment import Moment
from netwright.deploy.rollout import Terms, create_rollout
from netwright.deploy.step import Patience


class KillAt:
    """Dies as by kill -9."""

    def __init__(self, moment: Moment, device: str) -> None:
        self.fatal = (moment, device)

    def moment(self, moment: Moment, device: str) -> None:
        if (moment, device) == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def main(home: Path, timer_s: int, moment: Moment, devices: list[str]) -> None:
    context = open_context(home)
    enter(context.settings.network_namespace)
    WorkerLock(context.home.worker_lock).require()
    planner = planner_of(context)
    plan = asyncio.run(planner.make(context.targets(devices), intended(context, devices)))
    hands = hands_of(context, KillAt(moment, devices[0]))
    hands = replace(hands, patience=Patience(canary_steady_s=1.0))
    rollout = create_rollout(context.database, hands.texts, plan, Terms(timer_s=timer_s), context.clock.now())
    asyncio.run(Worker(context.home.workflows_url, hands).run(lambda: False))
    raise AssertionError(f"{rollout} never came to {moment}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Moment(sys.argv[3]), sys.argv[4:])
