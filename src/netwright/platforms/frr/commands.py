"""What is sent to a router over SSH, word for word: the whole surface between Netwright and FRR on Linux.

A simulated router answers exactly these. Configurations go in by standard input, with their SHA-256 in the
command: a session that breaks looks like the end of the input on the device.
"""

from __future__ import annotations

import hashlib
import shlex
from importlib import resources

GUARD = "/var/lib/netwright/guard"

RUNNING_CONFIG = "vtysh -c 'show running-config no-header'"

_SOURCE = resources.files(__package__).joinpath("guard.sh").read_text()
GUARD_VERSION = hashlib.sha256(_SOURCE.encode()).hexdigest()[:16]
GUARD_SCRIPT = _SOURCE.replace("@VERSION@", GUARD_VERSION).encode()

PATCH_MARK = "! netwright: ordered patch from "
"""Begins the line between a configuration to arm and the commands that lead there, in an order that hurts
least; the SHA-256 of the running configuration that they start from follows."""

OTHER_VERSION = 90
"""Exit status of a guard that is not of the version asked for."""


def digest(config: bytes) -> str:
    return hashlib.sha256(config).hexdigest()


def guard(verb: str, *arguments: str) -> str:
    """``sudo -n /var/lib/netwright/guard -v VERSION VERB ARGUMENT…``"""
    return shlex.join(["sudo", "-n", GUARD, "-v", GUARD_VERSION, verb, *arguments])


def install_guard() -> str:
    """Takes GUARD_SCRIPT on standard input. A running guard goes on with the file it began with."""
    new = f"{GUARD}.$$"
    folder = GUARD.rpartition("/")[0]
    script = (
        f"umask 077; mkdir -p {folder} && cat > {new} && [ $(wc -c < {new}) -eq {len(GUARD_SCRIPT)} ]"
        f" && chmod 700 {new} && mv -f {new} {GUARD}"
    )
    return shlex.join(["sudo", "-n", "sh", "-c", script])
