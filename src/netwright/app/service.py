"""What the worker process does all day: rollouts, scheduled merges, webhooks and collection, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from netwright.app.access.audit import keep_audit
from netwright.app.context import Context
from netwright.app.deployment import drift_check, hands_of
from netwright.app.latemerge import merge_on_time
from netwright.app.webhooks.delivery import Deliverer
from netwright.app.worker import Worker
from netwright.collect.round import Collector, Pace, RoundSummary


async def work_and_collect(
    context: Context,
    stop: asyncio.Event,
    *,
    collect: bool = True,
    on_round: Callable[[RoundSummary], None] | None = None,
) -> None:
    """The worker's life: rollouts and collection side by side until ``stop``. Hold the lock."""
    settings = context.settings
    told = Deliverer(context.database, context.kinds, context.webhooks, context.courier, context.clock)
    jobs = [
        Worker(context.home.workflows_url, hands_of(context)).run(stop.is_set),
        merge_on_time(context, stop),
        keep_audit(context.database, context.clock, settings.audit_days, stop),
        told.run(stop),
    ]
    if collect:
        collector = Collector(
            context.database,
            context.series,
            context.targets,
            context.open_session,
            context.clock,
            pace=Pace(interval_s=settings.collect_interval_s, concurrency=settings.concurrency),
            drift_check=drift_check(context),
        )
        jobs.append(collector.run(stop, on_round=on_round))
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(job)
