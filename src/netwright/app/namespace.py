"""Enter a Linux network namespace, so that no packet for a device can leave by another way."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from netwright.base.errors import InputError, NotFoundError

_CLONE_NEWNET = 0x40000000
_FOLDER = Path("/run/netns")


def enter(name: str) -> None:
    """Move this thread, and all threads it starts from now on, into the namespace. Empty name: stay.

    Call it before any other thread exists. Raises NotFoundError when there is no such namespace (the lab
    is down), InputError when the system does not let us in."""
    if not name:
        return
    if sys.platform != "linux":
        raise InputError(
            "network namespaces exist on Linux only",
            subject=name,
            remedy="Remove network_namespace from the settings.",
        )
    try:
        descriptor = os.open(_FOLDER / name, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotFoundError(
            "this network namespace does not exist, so the devices can't be reached",
            subject=name,
            remedy="Start the lab with `netwright lab up`, or correct network_namespace in settings.toml.",
        ) from None
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(descriptor, _CLONE_NEWNET) != 0:
            code = ctypes.get_errno()
            raise InputError(
                f"can't enter the network namespace ({os.strerror(code)})",
                subject=name,
                remedy="Run as root.",
            )
    finally:
        os.close(descriptor)
