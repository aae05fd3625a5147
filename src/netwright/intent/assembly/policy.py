"""Routing policies that people keep in the inventory, with the lists and communities that they match."""

from __future__ import annotations

from binascii import crc32
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.intent.assembly.reading import rows
from netwright.intent.neutral import (
    AsPathList,
    CommunityView,
    Policy,
    PolicyTerm,
    PrefixEntry,
    PrefixList,
)
from netwright.inventory import (
    Community,
    PrefixListEntry,
    RoutingPolicy,
    RoutingPolicyTerm,
)
from netwright.inventory import PrefixList as StoredList
from netwright.inventory.routing import Family, PolicyAction

_AS_PATH_NUMBERS = 500
_FAMILIES = {Family.IPV4: 4, Family.IPV6: 6}


@dataclass(frozen=True, slots=True)
class UsedPolicies:
    """Policies and all that they match, each once, in order of name."""

    policies: tuple[Policy, ...] = ()
    prefix_lists: tuple[PrefixList, ...] = ()
    communities: tuple[CommunityView, ...] = ()
    as_path_lists: tuple[AsPathList, ...] = ()


class StoredPolicies:
    """Some policies by id, read by five statements."""

    def __init__(self, session: Session, ids: Collection[int]) -> None:
        self._rows = {row.id: row for row in rows(session, _POLICIES, RoutingPolicy.id, sorted(ids))}
        terms = list(rows(session, _TERMS, RoutingPolicyTerm.routing_policy_id, sorted(ids)))
        terms.sort(key=lambda row: row.sequence)
        lists = {row.match_prefix_list_id for row in terms} - {None}
        said = {one for row in terms for one in (row.match_community_id, row.add_community_id)} - {None}
        self._lists = _prefix_lists(session, lists)
        self._communities = {
            row.id: CommunityView(row.name, row.value, row.community_type, row.description)
            for row in rows(session, _COMMUNITIES, Community.id, sorted(said))
        }
        self._as_paths = {one: _as_path_list(one) for one in {row.match_as_path for row in terms} if one}
        self._terms: dict[int, list[PolicyTerm]] = defaultdict(list)
        for row in terms:
            self._terms[row.routing_policy_id].append(self._term(row))
        self._made: dict[frozenset[int], UsedPolicies] = {}

    def name(self, policy: int | None) -> str:
        """Empty for none."""
        return "" if policy is None else self._rows[policy].name

    def used(self, ids: Iterable[int]) -> UsedPolicies:
        """Those of ``ids``. Devices that use the same ones share one value."""
        chosen = frozenset(ids)
        if chosen not in self._made:
            self._made[chosen] = self._use(chosen)
        return self._made[chosen]

    def _use(self, ids: frozenset[int]) -> UsedPolicies:
        policies = [self._policy(one) for one in ids]
        terms = [term for policy in policies for term in policy.terms]
        names = {(term.prefix_list, term.family) for term in terms if term.prefix_list}
        lists = [one for one in self._lists.values() if (one.name, one.family) in names]
        communities = {
            one.name: one for term in terms for one in (term.community, term.add_community) if one is not None
        }
        as_paths = {term.as_path.name: term.as_path for term in terms if term.as_path is not None}
        return UsedPolicies(
            tuple(sorted(policies, key=lambda one: one.name)),
            tuple(sorted(lists, key=lambda one: (one.name, one.family))),
            tuple(communities[name] for name in sorted(communities)),
            tuple(as_paths[name] for name in sorted(as_paths)),
        )

    def _policy(self, policy: int) -> Policy:
        row = self._rows[policy]
        otherwise = PolicyAction.ACCEPT if row.otherwise is PolicyAction.ACCEPT else PolicyAction.REJECT
        return Policy(row.name, tuple(self._terms[policy]), otherwise, row.description)

    def _term(self, row: Any) -> PolicyTerm:
        prefixes = self._lists.get(row.match_prefix_list_id)
        return PolicyTerm(
            sequence=row.sequence,
            action=row.action,
            family=None if prefixes is None else prefixes.family,
            prefix_list="" if prefixes is None else prefixes.name,
            community=self._communities.get(row.match_community_id),
            as_path=self._as_paths.get(row.match_as_path),
            set_local_preference=row.set_local_preference,
            set_med=row.set_med,
            prepend=row.prepend,
            add_community=self._communities.get(row.add_community_id),
            description=row.description,
        )


def _prefix_lists(session: Session, ids: Collection[Any]) -> dict[int, PrefixList]:
    entries: dict[int, list[PrefixEntry]] = defaultdict(list)
    found = rows(session, _ENTRIES, PrefixListEntry.prefix_list_id, sorted(ids))
    for owner, sequence, permit, prefix, longer, shorter in found:
        longest = shorter or (prefix.max_prefixlen if longer is not None else prefix.prefixlen)
        entries[owner].append(PrefixEntry(prefix, longer or prefix.prefixlen, longest, sequence, permit))
    return {
        row.id: PrefixList(
            row.name,
            _FAMILIES[row.family],
            tuple(sorted(entries[row.id], key=lambda entry: entry.sequence)),
            row.description,
        )
        for row in rows(session, _LISTS, StoredList.id, sorted(ids))
    }


def _as_path_list(expression: str) -> AsPathList:
    """Name and number follow from the expression alone, so that no other one changes them."""
    digest = crc32(expression.encode())
    return AsPathList(f"as-path-{digest:08x}", 1 + digest % _AS_PATH_NUMBERS, expression)


_POLICIES = select(RoutingPolicy.id, RoutingPolicy.name, RoutingPolicy.otherwise, RoutingPolicy.description)
_TERMS = select(
    RoutingPolicyTerm.routing_policy_id,
    RoutingPolicyTerm.sequence,
    RoutingPolicyTerm.match_prefix_list_id,
    RoutingPolicyTerm.match_community_id,
    RoutingPolicyTerm.match_as_path,
    RoutingPolicyTerm.action,
    RoutingPolicyTerm.set_local_preference,
    RoutingPolicyTerm.set_med,
    RoutingPolicyTerm.prepend,
    RoutingPolicyTerm.add_community_id,
    RoutingPolicyTerm.description,
)
_COMMUNITIES = select(
    Community.id, Community.name, Community.value, Community.community_type, Community.description
)
_LISTS = select(StoredList.id, StoredList.name, StoredList.family, StoredList.description)
_ENTRIES = select(
    PrefixListEntry.prefix_list_id,
    PrefixListEntry.sequence,
    PrefixListEntry.permit,
    PrefixListEntry.prefix,
    PrefixListEntry.longer_than,
    PrefixListEntry.shorter_than,
)
