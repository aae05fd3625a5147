"""One value from where it is kept. An error names the place and never what came from there."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netwright.app.credentials.sets import (
    FromCommand,
    FromEnvironment,
    FromStore,
    FromVault,
    Place,
    UnavailableError,
)
from netwright.base.errors import InputError, NotFoundError
from netwright.base.secret import Secret, SecretStore

if TYPE_CHECKING:
    from netwright.app.credentials.hashicorp import HashiCorpVault

COMMAND_DEADLINE_S = 10.0
MOST_BYTES = 65_536
_PIECE = 16_384


@dataclass(frozen=True)
class Sources:
    """All the places. ``vault`` is None where nobody has set one up."""

    store: SecretStore
    vault: HashiCorpVault | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def value(self, place: Place) -> Secret:
        """Raises NetwrightError."""
        match place:
            case FromStore():
                found = self.store.get(place.secret).reveal()
            case FromEnvironment():
                found = self.environment.get(place.env, "")
            case FromCommand():
                found = _printed(place.command)
            case FromVault():
                if self.vault is None:
                    raise NotFoundError(
                        "no Vault is set up",
                        subject=str(place),
                        remedy="Give its address as `[vault]` in settings.toml, or as VAULT_ADDR.",
                    )
                found = self.vault.field(place.vault, place.field)
        if not found:
            raise UnavailableError("is empty or not set", subject=str(place), remedy="Put the secret there.")
        if len(found) > MOST_BYTES:
            raise UnavailableError(
                f"holds more than {MOST_BYTES} characters", subject=str(place), remedy="Is it the right one?"
            )
        return Secret(found)


def _printed(command: list[str]) -> str:
    """Raises InputError, UnavailableError. A program that hangs is ended with all that it started."""
    name = f"command {command[0]}"
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise InputError(
            f"can't be run ({error.strerror})",
            subject=name,
            remedy="Give a program's path, then its arguments.",
        ) from None
    until = time.monotonic() + COMMAND_DEADLINE_S
    try:
        printed = _read(process, until)
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        _kill(process)
        raise UnavailableError(
            f"did not end within {COMMAND_DEADLINE_S:g} s",
            subject=name,
            remedy="Run it by hand; it must not ask questions.",
        ) from None
    finally:
        if process.stdout is not None:
            process.stdout.close()
    if printed is None:
        raise UnavailableError(
            f"printed more than {MOST_BYTES} bytes",
            subject=name,
            remedy="Run it by hand: it must print the secret and nothing else.",
        )
    if process.returncode:
        raise UnavailableError(
            f"ended with status {process.returncode}",
            subject=name,
            remedy="Run it by hand as the user that Netwright runs as.",
        )
    try:
        return printed.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise UnavailableError("printed no text", subject=name, remedy="Run it by hand.") from None


def _read(process: subprocess.Popen[bytes], until: float) -> bytes | None:
    """What it prints, to the end; None, and it is ended, when that is too much. Raises TimeoutExpired."""
    assert process.stdout is not None
    printed = bytearray()
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while ready.select(max(0.0, until - time.monotonic())):
            piece = os.read(process.stdout.fileno(), _PIECE)
            if not piece:
                return bytes(printed)
            printed += piece
            if len(printed) > MOST_BYTES:
                _kill(process)
                return None
    raise subprocess.TimeoutExpired(process.args, COMMAND_DEADLINE_S)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """With all that it started, also where it has ended itself."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
