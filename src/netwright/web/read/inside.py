"""What lies inside a prefix: the prefixes in it, and how much of it is given out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy.orm import Session

from netwright.inventory import KINDS, Prefix
from netwright.inventory.addressing import PrefixRole
from netwright.store.query import ListQuery, Reader, parse_selection
from netwright.store.value import Doc

_SHOWN = 50
_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Inside:
    """``container``: it holds prefixes; others hold addresses. ``children``: the first prefixes in it, in
    order of address, of ``prefixes`` in all; ``filters``: of the lists that show all. Numbers stop at ten
    thousand."""

    container: bool
    children: list[Doc]
    prefixes: int
    addresses: int
    filters: dict[str, list[tuple[str, str]]]


def inside_of(reader: Reader, prefix: str, vrf: int | None, role: str) -> Inside:
    """In the same routing table."""
    table = ("vrf", f"id:{vrf}") if vrf is not None else ("vrf__isnull", "true")
    asked = {
        "prefix": [("prefix__within", prefix), ("prefix__n", prefix), table],
        "address": [("address__within", prefix), table],
    }
    selection = parse_selection("prefix,role,status,site,vlan,description", "")
    page = reader.page(
        KINDS["prefix"],
        ListQuery(filters=asked["prefix"], sort=("prefix",), limit=_SHOWN, selection=selection),
    )
    counts = {
        name: reader.count(KINDS[name], ListQuery(filters=filters), _COUNTED)
        for name, filters in asked.items()
    }
    container = role == PrefixRole.CONTAINER
    return Inside(container, page.documents, counts["prefix"], counts["address"], asked)


def child_length(session: Session, pool: Prefix) -> int:
    """How long the next prefix in a pool should be: as most of those in it; in an empty one 8 bits
    longer, in IPv6 16."""
    reader = Reader(session, KINDS)
    inside = inside_of(reader, str(pool.prefix), pool.vrf_id, pool.role)
    lengths = Counter(int(str(one["prefix"]).rpartition("/")[2]) for one in inside.children)
    if lengths:
        return lengths.most_common(1)[0][0]
    return min(pool.prefix.prefixlen + (8 if pool.prefix.version == 4 else 16), pool.prefix.max_prefixlen)
