"""Rendering: a thousand devices of 1,500 lines from nothing, and what a change costs among twenty thousand.

The bars: 3 s of CPU for the thousand; 1 s for the re-plan after a change that touches one device.
``BENCH_RENDERED`` and ``BENCH_LARGE`` set other numbers of devices.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import plan, simulated
from bench.figure import Watch, figure
from sqlalchemy import select

from netwright.app.context import Context
from netwright.app.deployment import intent_of
from netwright.intent.render import MaskedSecrets, Renderer
from netwright.intent.view import build_views
from netwright.inventory import Interface

_RENDERED = int(os.environ.get("BENCH_RENDERED", "1000"))
_LARGE = int(os.environ.get("BENCH_LARGE", "20000"))
_LINKS = 162  # each is about nine lines
_FEW_LINKS = 4


def figures() -> Iterator[dict[str, Any]]:
    """Both bars."""
    with _network(_RENDERED, _LINKS) as context:
        yield from _from_nothing(context)
    with _network(_LARGE, _FEW_LINKS) as context:
        yield from _after_a_change(context)


@contextmanager
def _network(devices: int, links: int) -> Iterator[Context]:
    with tempfile.TemporaryDirectory() as folder:
        context = plan.home(Path(folder), devices, links)
        try:
            yield context
        finally:
            context.close()


def _from_nothing(context: Context) -> Iterator[dict[str, Any]]:
    names = [simulated.router_name(number) for number in range(_RENDERED)]
    renderer, lines = Renderer(), 0
    build, render = Watch(), Watch()
    cpu = {"views": 0.0, "rendering": 0.0}
    for start in range(0, len(names), 500):
        with build, context.database.read() as session:
            views = build_views(session, names[start : start + 500])
        with render:
            lines += sum(renderer.render(view, MaskedSecrets()).count("\n") for view in views.values())
        cpu["views"] += build.cpu_s
        cpu["rendering"] += render.cpu_s
    total = sum(cpu.values())
    title = f"{len(names)} devices of {lines // len(names)} lines"
    yield figure(f"{title}: views and rendering", total, "s CPU", len(names), total)
    for part, spent in cpu.items():
        yield figure(f"of it: {part}", spent, "s CPU", len(names), spent)


def _after_a_change(context: Context) -> Iterator[dict[str, Any]]:
    known = intent_of(context)
    with Watch() as watch:
        done = known.refresh()
    yield figure(
        f"first rendering of {len(done.rendered)} devices", watch.cpu_s, "s CPU", _LARGE, watch.cpu_s
    )
    with context.database.read() as session:
        interface = session.scalar(select(Interface.id).limit(1))
    assert interface is not None
    for turn in range(3):
        editor = context.changesets.editor()
        editor.update("interface", interface, {"description": f"turn {turn}"})
        context.changesets.commit(editor, "a port", "bench", lambda *_: [])
        with Watch() as watch:
            done = intent_of(context).refresh()
        assert len(done.rendered) == 1, done
    yield figure(
        f"re-plan of {_LARGE} devices after a change of one, wall", watch.wall_s, "s", 1, watch.cpu_s
    )
    with Watch() as watch:
        intent_of(context).refresh()
    yield figure(f"re-plan of {_LARGE} devices without a change, wall", watch.wall_s, "s", 1, watch.cpu_s)
