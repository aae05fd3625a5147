"""Routing policies and the lists that they match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from netwright.base import address
from netwright.inventory.routing import CommunityType, PolicyAction


class PrefixEntry(NamedTuple):
    """Prefixes inside ``prefix`` whose length is ``shortest`` to ``longest``."""

    prefix: address.Prefix
    shortest: int
    longest: int
    sequence: int = 0
    permit: bool = True

    @property
    def exact(self) -> bool:
        return self.shortest == self.longest == self.prefix.prefixlen

    @property
    def longer_than(self) -> int | None:
        """``ge`` as platforms write it; None when it need not be written."""
        return self.shortest if self.shortest > self.prefix.prefixlen else None

    @property
    def shorter_than(self) -> int | None:
        """``le`` as platforms write it; None when it need not be written."""
        if self.exact:
            return None
        open_ended = self.longest == self.prefix.max_prefixlen and self.longer_than is not None
        return None if open_ended else self.longest


@dataclass(frozen=True, slots=True)
class PrefixList:
    """Named prefixes of one address family (4 or 6), in the order in which they are tried. The two families
    have separate names."""

    name: str
    family: int
    entries: tuple[PrefixEntry, ...]
    description: str = ""

    @property
    def permits_only(self) -> bool:
        return all(entry.permit for entry in self.entries)


@dataclass(frozen=True, slots=True)
class CommunityView:
    """A BGP community; on platforms with community lists, a list of this one under its name."""

    name: str
    value: str
    community_type: CommunityType = CommunityType.STANDARD
    description: str = ""


@dataclass(frozen=True, slots=True)
class AsPathList:
    """A regular expression over AS paths under a name. ``number``, 1 to 500, for platforms that number
    them; it follows from the expression, so that it stays when others come and go."""

    name: str
    number: int
    expression: str


@dataclass(frozen=True, slots=True)
class PolicyTerm:
    """A step of a policy: a route that matches all that it names gets what it sets. ``family`` is that of
    the prefix list, None where a term holds for both."""

    sequence: int
    action: PolicyAction = PolicyAction.ACCEPT
    family: int | None = None
    prefix_list: str = ""
    community: CommunityView | None = None
    as_path: AsPathList | None = None
    set_local_preference: int | None = None
    set_med: int | None = None
    prepend: int | None = None
    """How often our own AS number is put before the path once more."""
    add_community: CommunityView | None = None
    """Added to those that the route has."""
    description: str = ""

    @property
    def matches_all(self) -> bool:
        return not self.prefix_list and self.community is None and self.as_path is None


@dataclass(frozen=True, slots=True)
class Policy:
    """A routing policy. ``otherwise``: accept or reject what no term decided on."""

    name: str
    terms: tuple[PolicyTerm, ...]
    otherwise: PolicyAction = PolicyAction.REJECT
    description: str = ""

    @property
    def continues(self) -> bool:
        """Whether a term leaves the decision to the next, so that a route may reach the end having matched:
        where a platform takes that for acceptance, write out what is to become of it."""
        return any(term.action is PolicyAction.NEXT for term in self.terms)
