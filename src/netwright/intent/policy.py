"""The routing policy of the whole network: which prefix lists and policies there are, and who starts what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.intent.neutral import Policy, PolicyTerm, PrefixEntry, PrefixList
from netwright.inventory import ClientPrefix, Device, Isp, Prefix, Site
from netwright.inventory.addressing import PrefixRole
from netwright.inventory.device import DeviceRole
from netwright.inventory.place import SiteKind, Status

INSIDE = "inside"
TO_ISPS = "to-isps"
_STEP = 10
_LINE = 5
_ORIGINATORS = (DeviceRole.TOR, DeviceRole.CORE, DeviceRole.EDGE)
"""Which devices of a site start its service prefixes: those of the first role that it has."""


class NetworkPolicy:
    """Read once for any number of devices, by five statements."""

    def __init__(self, session: Session) -> None:
        loopbacks: list[address.Prefix] = []
        services: list[address.Prefix] = []
        outside: list[address.Prefix] = []
        self._services_of: dict[int, list[address.Prefix]] = defaultdict(list)
        sites = session.execute(select(Site.id, Site.kind))
        kinds: dict[int, SiteKind] = {row.id: row.kind for row in sites}
        columns = select(Prefix.prefix, Prefix.role, Prefix.site_id)
        wanted = Prefix.role.in_((PrefixRole.LOOPBACK, PrefixRole.SERVICE))
        for prefix, role, site in session.execute(columns.where(wanted).order_by(Prefix.prefix)):
            if role is PrefixRole.LOOPBACK:
                loopbacks.append(prefix)
                continue
            services.append(prefix)
            if site is not None:
                self._services_of[site].append(prefix)
                if kinds[site] is not SiteKind.CORE:
                    outside.append(prefix)
        clients: dict[str, list[address.Prefix]] = defaultdict(list)
        isps = select(ClientPrefix.prefix, Isp.name).join(Isp, Isp.id == ClientPrefix.isp_id)
        for prefix, isp in session.execute(isps.order_by(ClientPrefix.prefix)):
            clients[isp].append(prefix)
        everyone = sorted((one for found in clients.values() for one in found), key=address.key)
        self._originators = _originators(session)
        self._inside = _Part(
            INSIDE,
            (
                _lists("loopbacks", loopbacks, whole=False),
                _lists("services", services),
                _lists("clients", everyone),
            ),
        )
        self._to_isps = _Part(TO_ISPS, (_lists("services-of-pops", outside),))
        self._from = {isp: _Part(_from(isp), (_lists(f"clients-of-{isp}", clients[isp]),)) for isp in clients}

    def originated(self, device: int, site: int) -> tuple[address.Prefix, ...]:
        """Service prefixes that a device starts."""
        return tuple(self._services_of[site]) if device in self._originators.get(site, ()) else ()

    def names(self, isp: str | None, *, internal: bool) -> tuple[str, str]:
        """Names of the policies in and out of a session; empty where everything passes."""
        if isp is not None:
            return _from(isp), TO_ISPS
        return ("", "") if internal else (INSIDE, INSIDE)

    def used(self, names: Iterable[str]) -> tuple[tuple[PrefixList, ...], tuple[Policy, ...]]:
        """The prefix lists and policies behind ``names``, in one order everywhere."""
        wanted = set(names)
        parts = [self._inside, self._to_isps, *(self._from[isp] for isp in sorted(self._from))]
        parts += [_Part(name, ()) for name in sorted(wanted - {"", *(part.policy.name for part in parts)})]
        chosen = [part for part in parts if part.policy.name in wanted]
        return (
            tuple(one for part in chosen for one in part.lists),
            tuple(part.policy for part in chosen),
        )


class _Part:
    """A policy and the prefix lists that it alone uses. An ISP without client prefixes has a policy that
    lets nothing pass."""

    def __init__(self, name: str, pairs: Sequence[tuple[PrefixList, PrefixList]]) -> None:
        both = [pair[0] for pair in pairs] + [pair[1] for pair in pairs]
        self.lists = tuple(one for one in both if one.entries)
        terms = (
            PolicyTerm(_STEP * number, family=one.family, prefix_list=one.name)
            for number, one in enumerate(both, 1)
            if one.entries
        )
        self.policy = Policy(name, tuple(terms))


def _from(isp: str) -> str:
    return f"from-{isp}"


def _lists(
    name: str, prefixes: Sequence[address.Prefix], *, whole: bool = True
) -> tuple[PrefixList, PrefixList]:
    """The prefix lists of both families. ``whole``: the prefixes themselves; else single addresses inside
    them."""
    four, six = (
        PrefixList(
            name,
            family,
            tuple(
                PrefixEntry(one, *((one.prefixlen if whole else one.max_prefixlen,) * 2), _LINE * place)
                for place, one in enumerate((one for one in prefixes if one.version == family), 1)
            ),
        )
        for family in (4, 6)
    )
    return four, six


def _originators(session: Session) -> dict[int, frozenset[int]]:
    """Site -> devices that start its service prefixes."""
    by_role: dict[tuple[int, DeviceRole], set[int]] = defaultdict(set)
    columns = select(Device.id, Device.site_id, Device.role).where(
        Device.role.in_(_ORIGINATORS), Device.asn_id.is_not(None), Device.status != Status.DECOMMISSIONED
    )
    for device, site, role in session.execute(columns):
        by_role[site, role].add(device)
    found: dict[int, frozenset[int]] = {}
    for site in {site for site, _ in by_role}:
        first = next(role for role in _ORIGINATORS if (site, role) in by_role)
        found[site] = frozenset(by_role[site, first])
    return found
