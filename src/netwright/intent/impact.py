"""Which devices a change may concern: from the changed objects to the devices whose view reads them.

A path leads from a kind to devices, step by step along references: ``>device_id`` to what an object refers
to, ``<interface.vlan_id`` to those that refer to it. Paths are walked over the tables as they are now; of
what a changed object itself refers to, former values count too. That is enough: when a step further on
changed as well, the object of that step is a changed one. What is found is never too little; it may be too
much: a device whose view turns out the same is not rendered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session, aliased

from netwright.base import address
from netwright.inventory import KINDS, BgpSession, ConfigContext, Device, Prefix, Region, Site
from netwright.inventory.addressing import PrefixRole
from netwright.inventory.device import DeviceRole
from netwright.store.delta import Change, Op
from netwright.store.history import History, chunks

_CHUNK = 5_000
_MANY = 20_000
"""Changed objects from which on asking costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way from a kind to devices. ``when``: the changed fields that make it count; empty: any."""

    steps: tuple[str, ...]
    when: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Changed:
    """An object that changed: the fields (None: all, it came or went) and what they were."""

    fields: set[str] | None = field(default_factory=set)
    before: list[Mapping[str, Any]] = field(default_factory=list)

    def counts(self, path: Path) -> bool:
        return not path.when or self.fields is None or not path.when.isdisjoint(self.fields)


def _paths(*ways: str, when: str = "") -> tuple[Path, ...]:
    return tuple(Path(tuple(way.split()), frozenset(when.split())) for way in ways)


def _each(before: str, ways: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{before} {way}" for way in ways)


_OF_SESSION = ">device_id"
_OF_GROUP = "<bgp_session.bgp_group_id >device_id"
_OF_POLICY = (
    f"<bgp_group.import_policy_id {_OF_GROUP}",
    f"<bgp_group.export_policy_id {_OF_GROUP}",
    "<bgp_session.import_policy_id >device_id",
    "<bgp_session.export_policy_id >device_id",
)
_OF_TERM = _each(">routing_policy_id", _OF_POLICY)
_OF_LIST = _each("<routing_policy_term.match_prefix_list_id", _OF_TERM)
_OF_VRF = ("<interface.vrf_id >device_id", "<bgp_session.vrf_id >device_id")
_FAR = (
    "<cable.a_interface_id >b_interface_id >device_id",
    "<cable.b_interface_id >a_interface_id >device_id",
)
PATHS: Mapping[str, tuple[Path, ...]] = {
    "device": (
        *_paths(*_each("<interface.device_id", _FAR), when="name role"),
        *_paths(">site_id <device.site_id", when="site_id role asn_id status"),
    ),
    "interface": (*_paths(">device_id"), *_paths(*_FAR, when="name device_id")),
    "interface_vlan": _paths(">interface_id >device_id"),
    "address": _paths(">interface_id >device_id", *_each(">interface_id", _FAR)),
    "cable": _paths(">a_interface_id >device_id", ">b_interface_id >device_id"),
    "bgp_session": _paths(_OF_SESSION),
    "bgp_group": _paths(_OF_GROUP),
    "routing_policy": _paths(*_OF_POLICY),
    "routing_policy_term": _paths(*_OF_TERM),
    "prefix_list": _paths(*_OF_LIST),
    "prefix_list_entry": _paths(*_each(">prefix_list_id", _OF_LIST)),
    "community": _paths(
        *_each("<routing_policy_term.match_community_id", _OF_TERM),
        *_each("<routing_policy_term.add_community_id", _OF_TERM),
    ),
    "vlan": _paths("<interface.vlan_id >device_id", "<interface_vlan.vlan_id >interface_id >device_id"),
    "vrf": _paths(*_OF_VRF),
    "vrf_target": _paths(*_each(">vrf_id", _OF_VRF)),
    "asn": _paths("<device.asn_id", "<bgp_session.remote_asn_id >device_id", when="number"),
    "isp": _paths("<bgp_session.isp_id >device_id", when="name"),
    "exchange": _paths("<bgp_session.exchange_id >device_id", when="name"),
    "prefix": _paths(">site_id <device.site_id", when="prefix role site_id"),
    "site": _paths("<device.site_id", when="name region_id kind"),
    "model": _paths("<device.model_id", when="name"),
    "appliance": _paths(">device_id"),
    "cluster": _paths("<appliance.cluster_id >device_id", when="name"),
}
_TO_EVERYONE: Mapping[str, frozenset[str]] = {
    "client_prefix": frozenset(("prefix", "isp_id")),
    "prefix": frozenset(("prefix", "role", "site_id")),
    "site": frozenset(("kind",)),
}
"""What the decided policies of the whole network are made of."""

KINDS_READ: frozenset[str] = frozenset((*PATHS, *_TO_EVERYONE, "region", "config_context"))


@dataclass(frozen=True, slots=True)
class Touched:
    """Devices by id that may be concerned; None: too many to ask for, so all."""

    devices: frozenset[int] | None

    @classmethod
    def all(cls) -> Touched:
        return cls(None)


def touched_since(session: Session, revision: int) -> Touched:
    """What the revisions after ``revision`` may concern, in the present."""
    columns = (History.kind, History.object_id, History.op, History.before)
    query = select(*columns).where(History.revision > revision, History.kind.in_(sorted(KINDS_READ)))
    rows = session.execute(query.limit(_MANY + 1)).all()
    if len(rows) > _MANY:
        return Touched.all()
    return _Search(session, rows).found()


def touched_by(session: Session, changes: Iterable[Change]) -> Touched:
    """What some changes may concern; ``session`` sees them made."""
    rows = [(one.kind, one.id, one.op, one.before) for one in changes if one.kind in KINDS_READ]
    return Touched.all() if len(rows) > _MANY else _Search(session, rows).found()


class _Search:
    """One question, by statements over sets of ids."""

    def __init__(self, session: Session, rows: Iterable[Any]) -> None:
        self._session = session
        self._changed: dict[str, dict[int, _Changed]] = defaultdict(lambda: defaultdict(_Changed))
        for kind, object_id, op, before in rows:
            one = self._changed[kind][object_id]
            if op is Op.UPDATE and one.fields is not None:
                one.fields |= (before or {}).keys()
            else:
                one.fields = None
            if before:
                one.before.append(before)

    def found(self) -> Touched:
        if self._concerns_everyone():
            devices = set(self._session.scalars(select(BgpSession.device_id).distinct()))
        else:
            devices = set()
        devices |= self._changed["device"].keys()
        for kind, paths in PATHS.items():
            for path in paths:
                chosen = {one: it for one, it in self._changed[kind].items() if it.counts(path)}
                if chosen:
                    devices |= self._walk(kind, chosen, path.steps)
        devices |= self._peers() | self._below_regions() | self._in_contexts()
        return Touched(frozenset(devices))

    def _concerns_everyone(self) -> bool:
        for kind, fields in _TO_EVERYONE.items():
            chosen = [one for one, it in self._changed[kind].items() if it.counts(Path((), fields))]
            if chosen and (kind != "prefix" or self._announced(chosen)):
                return True
        return False

    def _announced(self, prefixes: Collection[int]) -> bool:
        """Whether some of the prefixes are, or were, of a role that policies let pass."""
        roles = (PrefixRole.LOOPBACK, PrefixRole.SERVICE)
        former = [before for one in prefixes for before in self._changed["prefix"][one].before]
        if any(before.get("role") in roles for before in former):
            return True
        return any(
            self._session.scalar(
                select(Prefix.id).where(Prefix.id.in_(part), Prefix.role.in_(roles)).limit(1)
            )
            for part in chunks(prefixes, _CHUNK)
        )

    def _walk(self, kind: str, chosen: Mapping[int, _Changed], steps: Sequence[str]) -> set[int]:
        ids = set(chosen)
        for place, step in enumerate(steps):
            if step[0] == ">":
                following = self._referred(kind, step[1:], ids)
                if place == 0:
                    values = (before.get(step[1:]) for it in chosen.values() for before in it.before)
                    following |= {value for value in values if value is not None}
                (key,) = KINDS[kind].table.c[step[1:]].foreign_keys
                kind = key.column.table.name
                ids = following
            else:
                kind, _, column = step[1:].partition(".")
                ids = self._referring(kind, column, ids)
            if not ids:
                break
        return ids

    def _referred(self, kind: str, column: str, ids: Collection[int]) -> set[int]:
        table = KINDS[kind].table
        found: set[int] = set()
        for part in chunks(ids, _CHUNK):
            query = select(table.c[column]).where(table.c.id.in_(part), table.c[column].is_not(None))
            found.update(self._session.scalars(query.distinct()))
        return found

    def _referring(self, kind: str, column: str, ids: Collection[int]) -> set[int]:
        table = KINDS[kind].table
        found: set[int] = set()
        for part in chunks(ids, _CHUNK):
            found.update(self._session.scalars(select(table.c.id).where(table.c[column].in_(part))))
        return found

    def _peers(self) -> set[int]:
        """Devices at the other end of sessions: they show our device's name."""
        pairs = set(self._former_pairs())
        names = [
            one for one, it in self._changed["device"].items() if it.counts(Path((), frozenset(("name",))))
        ]
        asked = (
            (BgpSession.id, list(self._changed["bgp_session"])),
            (BgpSession.device_id, names),
        )
        mine, theirs = aliased(BgpSession), aliased(BgpSession)
        found: set[int] = set()
        for column, ids in asked:
            query = select(theirs.device_id).join(
                mine,
                (theirs.local_address == mine.remote_address) & (theirs.remote_address == mine.local_address),
            )
            for part in chunks(ids, _CHUNK):
                found.update(self._session.scalars(query.where(getattr(mine, column.key).in_(part))))
        for local, remote in pairs:
            query = select(BgpSession.device_id).where(
                BgpSession.local_address == address.address_of(address.key_of_text(remote)),
                BgpSession.remote_address == address.address_of(address.key_of_text(local)),
            )
            found.update(self._session.scalars(query))
        return found

    def _former_pairs(self) -> Iterator[tuple[str, str]]:
        """Both addresses of sessions as they were before one of them changed."""
        present = {
            row.id: (str(row.local_address), str(row.remote_address))
            for part in chunks(self._changed["bgp_session"], _CHUNK)
            for row in self._session.execute(
                select(BgpSession.id, BgpSession.local_address, BgpSession.remote_address).where(
                    BgpSession.id.in_(part)
                )
            )
        }
        for one, it in self._changed["bgp_session"].items():
            locals_, remotes = (
                {before[name] for before in it.before if name in before}
                for name in ("local_address", "remote_address")
            )
            if one in present:
                locals_.add(present[one][0])
                remotes.add(present[one][1])
            if len(locals_) > 1 or len(remotes) > 1 or one not in present:
                yield from ((local, remote) for local in locals_ for remote in remotes)

    def _below_regions(self) -> set[int]:
        path = Path((), frozenset(("name", "parent_id")))
        seeds = {one for one, it in self._changed["region"].items() if it.counts(path)}
        return self._in_regions(seeds)

    def _in_regions(self, regions: set[int]) -> set[int]:
        """Devices in some regions or below them."""
        if not regions:
            return set()
        children: dict[int | None, list[int]] = defaultdict(list)
        for one, parent in self._session.execute(select(Region.id, Region.parent_id)):
            children[parent].append(one)
        within, waiting = set(regions), list(regions)
        while waiting:
            for child in children[waiting.pop()]:
                if child not in within:
                    within.add(child)
                    waiting.append(child)
        sites = self._referring("site", "region_id", within)
        return self._referring("device", "site_id", sites)

    def _in_contexts(self) -> set[int]:
        """Devices that a context reaches, or reached with what it said before."""
        contexts = self._changed["config_context"]
        found: set[int] = set()
        present: dict[int, dict[str, Any]] = {}
        for part in chunks(contexts, _CHUNK):
            for row in self._session.execute(select(*_REACH).where(ConfigContext.id.in_(part))):
                present[row.id] = row._asdict()
        for one, it in contexts.items():
            states = [dict(present[one])] if one in present else []
            for before in reversed(it.before):
                states.append({**(states[-1] if states else {}), **before})
            for state in states:
                found |= self.reached(state)
        return found

    def reached(self, reach: Mapping[str, Any]) -> set[int]:
        """Devices that a context with these fields reaches."""
        exact = [name for name in ("site_id", "role") if reach.get(name) is not None]
        conditions: list[Any] = [true(), *(getattr(Device, name) == reach[name] for name in exact)]
        if reach.get("platform"):
            conditions.append(Device.platform == reach["platform"])
        if reach.get("device_id") is not None:
            conditions.append(Device.id == reach["device_id"])
        found = set(self._session.scalars(select(Device.id).where(*conditions)))
        if reach.get("region_id") is not None:
            found &= self._in_regions({reach["region_id"]})
        return found


def reached_by(session: Session, scopes: Iterable[tuple[str, str]]) -> set[int]:
    """Devices in the scopes of an overlay: ``("site", "ams")``; ``("", "")`` is everywhere."""
    search = _Search(session, ())
    found: set[int] = set()
    for scope, name in scopes:
        if not scope:
            return set(session.scalars(select(Device.id)))
        if scope == "region":
            ids = set(session.scalars(select(Region.id).where(Region.name == name)))
            found |= search._in_regions(ids)  # noqa: SLF001 (its own module)
        elif scope == "site":
            found |= set(session.scalars(select(Device.id).join(Site).where(Site.name == name)))
        elif scope == "role":
            if name not in set(DeviceRole):
                continue  # a folder of that name reaches nobody
            found |= set(session.scalars(select(Device.id).where(Device.role == name)))
        else:
            found |= set(session.scalars(select(Device.id).where(Device.name == name)))
    return found


_REACH = (
    ConfigContext.id,
    ConfigContext.region_id,
    ConfigContext.site_id,
    ConfigContext.role,
    ConfigContext.platform,
    ConfigContext.device_id,
)
__all__ = ["PATHS", "Touched", "reached_by", "touched_by", "touched_since"]
