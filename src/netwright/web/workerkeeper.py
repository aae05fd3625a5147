"""Keeps a worker running beside the web interface."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

_LOOK_S = 0.5
_STOP_S = 20.0
_RESTARTS = 5
_WITHIN_S = 300.0


class WorkerKeeper:
    """Keeps one worker process while none runs elsewhere; a worker that keeps dying is given up."""

    def __init__(self, lock_file: Path, command: Sequence[str], say: Callable[[str], None]) -> None:
        self._lock_file = lock_file
        self._command = command
        self._say = say
        self._end = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._starts: deque[float] = deque(maxlen=_RESTARTS)
        self._thread = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the worker: SIGTERM, and SIGKILL when it does not listen; its rollouts are taken up later."""
        self._end.set()
        self._thread.join()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._say("the worker did not end in time and is killed; its rollouts are taken up next time")
            process.kill()
            process.wait()

    def _keep(self) -> None:
        while not self._end.wait(_LOOK_S if self._starts else 0):
            if self._process is not None and self._process.poll() is None:
                continue
            if self._process is not None:
                self._say(f"the worker ended with code {self._process.returncode}")
                self._process = None
            if self._given_up():
                self._say(
                    "the worker keeps ending and is not started again; run `netwright worker` to see why"
                )
                return
            if self._is_free():
                self._starts.append(time.monotonic())
                self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)

    def _is_free(self) -> bool:
        """No process is the worker. Only looks: taking the lock properly would write our pid into it."""
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True

    def _given_up(self) -> bool:
        return len(self._starts) == _RESTARTS and time.monotonic() - self._starts[0] < _WITHIN_S


def bound_to_us(command: Sequence[str]) -> list[str]:
    """The command, told by the kernel to end (SIGTERM) when this process does, even by SIGKILL; as it is
    where util-linux's setpriv is missing."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--", *command] if setpriv else list(command)
