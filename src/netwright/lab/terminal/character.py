"""What a simulated device is: name, greeting, modes, what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EXEC, ENABLE, CONFIGURE = ">", "#", "(config)#"


@dataclass(frozen=True, slots=True)
class Character:
    """``answers``: output by command, lines with ``\\n``. ``page``: lines of a screen, 0 without a pager.
    ``enable``: password of the privileged mode; None lets every login in there. ``privileged``: commands
    that need it."""

    hostname: str
    answers: Mapping[str, str] = field(default_factory=dict)
    banner: str = ""
    page: int = 24
    pager: str = "--More--"
    erase: str = "\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b"
    pager_off: str = "terminal length 0"
    enable: str | None = None
    privileged: frozenset[str] = frozenset()
    echoes: bool = True
    exec: bool = False
    refusal: str = "% Invalid input detected"
