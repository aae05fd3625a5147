"""What the commands share: the open home folder, and running device work in the right namespace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from netwright.app.context import Context, open_context
from netwright.app.namespace import enter

T = TypeVar("T")


def pass_context_object(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command the open Context as its first argument, and the option ``--home``."""

    @click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        help="Home folder; default NETWRIGHT_HOME or ~/.netwright.",
    )
    @wraps(function)
    def command(*args: Any, home: Path | None, **kwargs: Any) -> Any:
        context = open_context(home)
        try:
            return function(context, *args, **kwargs)
        finally:
            context.close()

    return command


def run_devices(context: Context, work: Callable[[], Awaitable[T]]) -> T:
    """Enter the settings' network namespace for the rest of this process, then run ``work``; no session stays
    open."""
    enter(context.home.settings.network_namespace)

    async def main() -> T:
        try:
            return await work()
        finally:
            await context.close_sessions()

    return asyncio.run(main())
