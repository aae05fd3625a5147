"""`Plan and deploy` from the web: a ``netwright deploy`` beside this process, because only that may enter the
network namespace of the devices. One at a time; the rollout it queues is found in the database."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

from fastapi import Request
from sqlalchemy import select

from netwright.app.context import Context
from netwright.base.errors import ConflictError
from netwright.deploy.records import Rollout

_OUTPUT_BYTES = 20_000
_STOP_S = 10.0

Command = Callable[[Context, str, str], Sequence[str]]


def deploy_command(context: Context, author: str, reason: str) -> list[str]:
    """``netwright deploy`` of all devices, not asking back."""
    command = [sys.executable, "-m", "netwright", "deploy", "--home", str(context.home.path), "--yes"]
    return [*command, f"--author={author}", f"--reason={reason}"]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What became of the last one. ``rollout`` is empty until one was queued; ``output`` what was said."""

    author: str
    started_at: float
    ended_at: float | None
    ok: bool
    output: str
    rollout: str

    @property
    def running(self) -> bool:
        return self.ended_at is None


class Deployments:
    """The process that plans and deploys, if one was started since this server began."""

    def __init__(self, context: Context, command: Command = deploy_command) -> None:
        self._context = context
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None
        self._author = ""
        self._started_at = 0.0
        self._ended_at: float | None = None

    def start(self, author: str, reason: str) -> None:
        """Raises ConflictError while one is being made."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                raise ConflictError(
                    f"{self._author} is having a plan made or rolled out already",
                    remedy="Follow it on the page of rollouts.",
                )
            output = tempfile.TemporaryFile()  # noqa: SIM115 (open until the next one is started)
            self._process = subprocess.Popen(
                list(self._command(self._context, author, reason)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "NO_COLOR": "1", "COLUMNS": "110"},
            )
            if self._output is not None:
                self._output.close()
            self._output = output
            self._author, self._started_at, self._ended_at = author, self._context.clock.now(), None

    def current(self) -> Deployment | None:
        """The one under way, or the last."""
        with self._lock:
            if self._process is None or self._output is None:
                return None
            code = self._process.poll()
            if code is not None and self._ended_at is None:
                self._ended_at = self._context.clock.now()
            size = os.fstat(self._output.fileno()).st_size
            tail = os.pread(self._output.fileno(), _OUTPUT_BYTES, max(0, size - _OUTPUT_BYTES))
            return Deployment(
                author=self._author,
                started_at=self._started_at,
                ended_at=self._ended_at,
                ok=code == 0,
                output=tail.decode(errors="replace").strip(),
                rollout=self._rollout(),
            )

    def close(self) -> None:
        """End the process; a rollout that it queued stays with the worker."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                return
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _rollout(self) -> str:
        query = (
            select(Rollout.id)
            .where(Rollout.created_at >= self._started_at, Rollout.author == self._author)
            .order_by(Rollout.created_at)
            .limit(1)
        )
        with self._context.database.read() as session:
            return session.scalar(query) or ""


def deployments(request: Request) -> Deployments:
    found: Deployments = request.app.state.deployments
    return found
