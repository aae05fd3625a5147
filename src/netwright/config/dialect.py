"""How a family of configurations is written: what says nothing, what has an order. Data, no code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from netwright.base.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Multiline:
    """A statement over several lines. ``start`` fits its first line; it ends at the line that holds what the
    group ``end`` of ``start`` caught, or else at the line that is ``end``."""

    start: re.Pattern[str]
    end: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Rules for reading and comparing indented configurations.

    ``silent``: lines without a meaning of their own (block ends). ``silent_prefixes``: the same by
    beginning (comments, headers). ``ordered``: beginnings of block heads below which the order of lines has
    a meaning; elsewhere it has none, because entries carry their own sequence numbers. ``multiline``:
    banners, certificates and the like, one statement each. ``flat``: heads whose lines may stand at the
    head's own margin, up to the line in ``flat_ends``."""

    name: str
    silent: frozenset[str] = frozenset()
    silent_prefixes: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    multiline: tuple[Multiline, ...] = ()
    flat: tuple[str, ...] = ()
    flat_ends: frozenset[str] = frozenset()


FRR = Dialect(
    "frr",
    silent=frozenset(
        {"end", "exit", "exit-address-family", "exit-vrf", "exit-route-map", "exit-vni", "exit-bfd", "!"}
    ),
    silent_prefixes=("!", "Building configuration", "Current configuration", "frr version "),
    flat=("address-family ",),
    flat_ends=frozenset({"exit-address-family"}),
)
"""FRR 8 to 10. ``frr version`` is the software's, not the configuration's."""

PLAIN = Dialect("plain", ordered=("",))
"""Text of which nothing is known: every line counts, in its order."""

_DIALECTS = {dialect.name: dialect for dialect in (FRR, PLAIN)}


def dialect(name: str) -> Dialect:
    """The dialect of that name, as platforms give it. Raises NotFoundError."""
    try:
        return _DIALECTS[name]
    except KeyError:
        raise NotFoundError(
            f"there is no configuration dialect {name!r}", remedy=f"Known are {', '.join(sorted(_DIALECTS))}."
        ) from None
