"""One value from where it is kept. An error names the place and never what came from there."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
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
    try:
        printed, _ = process.communicate(timeout=COMMAND_DEADLINE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise UnavailableError(
            f"did not end within {COMMAND_DEADLINE_S:g} s",
            subject=name,
            remedy="Run it by hand; it must not ask questions.",
        ) from None
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
