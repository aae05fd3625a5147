"""The other end of a reference: the list of what refers to an object, by a name.

``interfaces`` of a device; where a kind refers by several fields, each list is named after its field too
(``cables_by_a_interface``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from netwright.store.kind import FieldSpec, Kind, Kinds


@dataclass(frozen=True, slots=True)
class Relation:
    """Objects of ``kind`` that refer by ``spec``."""

    name: str
    kind: Kind
    spec: FieldSpec


def relations(kinds: Kinds, kind: Kind) -> dict[str, Relation]:
    """The lists of a kind's objects by name. A field of the kind goes before a list of the same name."""
    referrers = kinds.referrers(kind.name)
    times = Counter(referrer.name for referrer, _ in referrers)
    taken = {"id", "key"} | {spec.name for spec in kind.fields}
    found: dict[str, Relation] = {}
    for referrer, spec in referrers:
        name = plural(referrer.name)
        if times[referrer.name] > 1 or name in taken:
            name = f"{name}_by_{spec.name}"
        found[name] = Relation(name, referrer, spec)
    return found


def plural(noun: str) -> str:
    """``interfaces``, ``addresses``, ``prefixes``, ``policies``, ``clusters``."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"
