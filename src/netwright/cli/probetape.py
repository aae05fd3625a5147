"""``--record`` and ``--replay`` of probes: write down what a device says, and hear it again without it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from netwright.device.endpoint import Endpoint
from netwright.device.journal import Recorder
from netwright.device.tls import Tls
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.target import Target

if TYPE_CHECKING:
    from netwright.lab.replay.replay import Replay

_AUTO = "auto"
RECORD = click.option(
    "--record", type=click.Path(path_type=Path, file_okay=False),
    help="New folder for all that is said in both directions, secrets replaced.",
)  # fmt: skip
TAPE = (
    RECORD,
    click.option(
        "--replay", type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Folder that --record wrote: ask it instead of a device.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Played:
    """A recorded device, as a probe asks it. ``about``: its name and the time of the recording."""

    endpoint: Endpoint
    about: tuple[str, float]
    port: int
    tls: Tls


def recorder(
    folder: Path | None, now: float, probe: Callable[..., object] | str, own: Mapping[str, object]
) -> Recorder | None:
    """``own``: the options that a replay needs to know."""
    if folder is None:
        return None
    from netwright.lab.replay.recorder import FolderRecorder  # noqa: PLC0415 (heavy)

    about = {name: str(value) for name, value in own.items() if value}
    name = probe if isinstance(probe, str) else probe.__name__
    return FolderRecorder(folder, now, {"probe": name, **about})


def taped(targets: list[Target], told: Recorder | None) -> list[Target]:
    """The devices, with whoever writes down what they say."""
    if told is None:
        return targets
    return [replace(one, endpoint=replace(one.endpoint, recorder=told)) for one in targets]


@contextmanager
def played(
    folder: Path,
    own: Mapping[str, Any],
    ask: Callable[[Played, dict[str, Any]], Awaitable[DeviceFacts]],
) -> Iterator[DeviceFacts]:
    """The facts of a recording. What is left at ``auto`` in ``own`` is taken from there. In the end raises
    InputError when something was asked that the recording has no answer to."""
    replay, facts = asyncio.run(_play(folder, own, ask))
    yield facts
    replay.complain()


async def _play(
    folder: Path, own: Mapping[str, Any], ask: Callable[[Played, dict[str, Any]], Awaitable[DeviceFacts]]
) -> tuple[Replay, DeviceFacts]:
    from netwright.lab.replay.replay import PLAIN, replaying  # noqa: PLC0415 (heavy)

    async with replaying(folder) as replay:
        recording = replay.recording
        chosen = {
            name: recording.about(name, _AUTO) if value == _AUTO else value for name, value in own.items()
        }
        about = recording.device, recording.at
        to = Played(replay.endpoint, about, replay.http_port or replay.gnmi_port, PLAIN)
        return replay, replay.dated(await ask(to, chosen))
