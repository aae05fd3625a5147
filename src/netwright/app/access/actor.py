"""Who does something, by what means and from where: what the audit log keeps of a caller."""

from __future__ import annotations

import enum
import getpass
from dataclasses import dataclass


class Means(enum.StrEnum):
    """By what a caller is known."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 (a word)
    MACHINE = "machine"
    """Someone who can read the home folder; the operating system is the guard there."""
    SSO = "sso"
    """The identity provider's word, while it logs someone in."""


@dataclass(frozen=True, slots=True)
class Actor:
    """``name``: a user, or a login name of the machine. ``label``: a token's name."""

    name: str
    means: Means
    address: str = ""
    label: str = ""


def machine_actor() -> Actor:
    """Whoever runs this process on the machine."""
    return Actor(getpass.getuser(), Means.MACHINE)
