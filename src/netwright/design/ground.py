"""What a design may ask while it is expanded: values from pools, objects that are there, free ports.

Everything it is told is the same when it asks again: values are allocations, ports are choices that the
instance remembers.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.base.errors import ConflictError, InputError, NotFoundError
from netwright.design.hardware import Hardware
from netwright.design.pools import Asker, Pools
from netwright.intent.view import natural
from netwright.inventory import Cable, Interface
from netwright.inventory.design import PoolType
from netwright.inventory.hardware import PortClass
from netwright.store.kind import Kinds
from netwright.store.naming import natural_keys, resolve
from netwright.store.rows import documents
from netwright.store.value import Doc, codec

_FOUND = 10_000
_FUNCTIONS = (
    "prefix",
    "address",
    "as_number",
    "vlan_number",
    "name_of",
    "get",
    "find",
    "first",
    "port",
    "host",
    "kit",
)


@dataclass(slots=True)
class World:
    """What all instances of one application share: the state they see, and what was taken of it."""

    session: Session
    kinds: Kinds
    pools: Pools
    hardware: Hardware
    ports: set[int] = field(default_factory=set)
    """Interfaces chosen by this application."""
    documents: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    kits: dict[str, dict[str, Any]] = field(default_factory=dict)


class Ground:
    """The functions of one instance's expansion."""

    def __init__(self, world: World, asker: Asker, choices: Mapping[str, Any] | None = None) -> None:
        self._world = world
        self.asker = asker
        self._before = dict(choices or {})
        self.choices: dict[str, Any] = {}
        self.made: tuple[Any, ...] = ()
        """For a design's Python: the objects (``expansion.Wanted``) that its YAML has made."""

    def functions(self) -> dict[str, Any]:
        """By the names that expressions use."""
        return {name: getattr(self, name) for name in _FUNCTIONS}

    def prefix(self, purpose: str, path: str, length: int | None = None) -> address.Prefix:
        """A prefix of its own from the pool of that purpose."""
        return ipaddress.ip_network(self._give(PoolType.PREFIX, purpose, path, length))

    def address(self, purpose: str, path: str) -> address.Address:
        """An address of its own from the pool of that purpose."""
        return ipaddress.ip_address(self._give(PoolType.ADDRESS, purpose, path))

    def as_number(self, purpose: str, path: str) -> int:
        """An AS number of its own."""
        return int(self._give(PoolType.ASN, purpose, path))

    def vlan_number(self, purpose: str, path: str) -> int:
        """A VLAN number of its own."""
        return int(self._give(PoolType.VLAN, purpose, path))

    def name_of(self, purpose: str, path: str) -> str:
        """A name of its own."""
        return self._give(PoolType.NAME, purpose, path)

    def get(self, kind: str, key: object) -> dict[str, Any]:
        """The fields of an object that is there, references as names. Raises NotFoundError."""
        known = self._world.documents.get((kind, str(key)))
        if known is None:
            session = self._world.session
            described = self._world.kinds[kind]
            object_id = resolve(session, described, str(key))
            known = self._named(kind, {object_id: documents(session, described, [object_id])[object_id]})[0]
            self._world.documents[kind, str(key)] = known
        return known

    def find(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """Objects whose fields have these values, in the order of their names."""
        described = self._world.kinds[kind]
        session, table = self._world.session, described.table
        query = select(table.c.id)
        for name, value in fields.items():
            spec = described.field(name)
            ways = codec(described).fields[spec.column]
            column = table.c[spec.column]
            if value is None:
                query = query.where(column.is_(None))
            elif spec.reference is not None:
                query = query.where(column == resolve(session, spec.reference, str(value)))
            else:
                taken = ways.take(value)
                query = query.where(column == (ways.python(taken) if ways.python else taken))
        ids = list(session.scalars(query.limit(_FOUND)))
        return sorted(self._named(kind, documents(session, described, ids)), key=lambda one: str(one["key"]))

    def first(self, kind: str, roles: Sequence[str], **fields: Any) -> str:
        """The name of the first object with one of ``roles``, the best role first. Raises NotFoundError."""
        for role in roles:
            found = self.find(kind, role=role, **fields)
            if found:
                return str(found[0]["key"])
        where = " ".join(f"{name} {value}" for name, value in fields.items())
        raise NotFoundError(
            f"{where} has no {kind} of role {' or '.join(roles)}", remedy="Name one, or make one first."
        )

    def port(self, device: str, path: str, speed: int | None = None) -> str:
        """A network interface of a device that is there without a cable, lanes and bundles left out; of those
        with at least ``speed`` the slowest, and of these the last, for sites count from the first. As
        ``device/name``. Raises ConflictError when none is free."""
        session = self._world.session
        device_id = resolve(session, "device", device)
        own = select(Interface.id, Interface.name, Interface.speed_bps).where(
            Interface.device_id == device_id
        )
        before = self._before.get(path)
        rows = {row.id: row for row in session.execute(own.where(Interface.management.is_(False)))}
        chosen = (
            before if isinstance(before, int) and before in rows else self._first_port(rows, speed, device)
        )
        self.choices[path] = chosen
        self._world.ports.add(chosen)
        return f"{device}/{rows[chosen].name}"

    def remembered(self, path: str) -> Any:
        """What the design chose for ``path`` the last time; None the first time. It stays chosen."""
        found = self._before.get(path)
        if found is not None:
            self.choices[path] = found
        return found

    def remember(self, path: str, value: Any) -> None:
        """Choose plain data for ``path``, for all times to come."""
        self.choices[path] = value

    def kit(self, model: str) -> dict[str, Any]:
        """What a device of a model brings: its height, and names in the order people count them:
        ``interfaces`` without management ports, ``management``, and ports by class (``power``,
        ``power_outlet``, ``console``, ``console_server``, ``front``, ``rear``); ``draw_w``: what all its
        supplies together are planned with."""
        known = self._world.kits.get(model)
        if known is None:
            known = self._world.kits[model] = self._kit(self.get("model", model))
        return known

    def host(self, prefix: object, number: int) -> str:
        """Address ``number`` of a prefix, with its length, as an interface has it."""
        network = prefix if isinstance(prefix, ipaddress.IPv4Network | ipaddress.IPv6Network) else None
        network = network or ipaddress.ip_network(str(prefix))
        return f"{network[number]}/{network.prefixlen}"

    def _kit(self, model: dict[str, Any]) -> dict[str, Any]:
        parts = self._world.hardware.kits(self._world.session, [model["id"]])[model["id"]].parts
        found: dict[str, Any] = {"height": model["height_u"], "interfaces": [], "management": []}
        found.update((str(one).replace("-", "_"), []) for one in PortClass)
        for (kind, _), part in parts.items():
            if kind == "interface":
                found["management" if part.whole["management"] else "interfaces"].append(part.doc["name"])
            elif kind == "port":
                found[part.doc["port_class"].replace("-", "_")].append(part.doc["name"])
        docs = [part.doc for part in parts.values()]
        draws = [doc.get("allocated_draw_w") or doc.get("maximum_draw_w") or 0 for doc in docs]
        found["draw_w"] = sum(draws)
        for names in found.values():
            if isinstance(names, list):
                names.sort(key=natural)
        return found

    def _first_port(self, rows: Mapping[int, Any], speed: int | None, device: str) -> int:
        session = self._world.session
        ends = select(Cable.a_interface_id, Cable.b_interface_id).where(
            or_(Cable.a_interface_id.in_(rows), Cable.b_interface_id.in_(rows))
        )
        taken = {end for row in session.execute(ends) for end in row} | self._world.ports
        bundled = select(Interface.lag_id, Interface.parent_id).where(
            or_(Interface.lag_id.in_(rows), Interface.parent_id.in_(rows))
        )
        taken |= {one for row in session.execute(bundled) for one in row}
        free = [row for row in rows.values() if row.id not in taken and row.speed_bps is not None]
        fitting = [row for row in free if speed is None or row.speed_bps >= speed]
        if not fitting:
            raise ConflictError(
                f"has no free port{f' of {speed:,} bit/s' if speed else ''}",
                subject=f"device {device}",
                remedy="Free one, or choose another device.",
            )
        slowest = min(row.speed_bps for row in fitting)
        best = max((row for row in fitting if row.speed_bps == slowest), key=lambda row: natural(row.name))
        return int(best.id)

    def _give(self, pool_type: PoolType, purpose: str, path: str, length: int | None = None) -> str:
        if not path:
            raise InputError("a value from a pool wants a path to be known by", subject=purpose)
        return self._world.pools.give(self.asker, pool_type, purpose, path, length)

    def _named(self, kind: str, docs: Mapping[int, Doc]) -> list[dict[str, Any]]:
        """Documents by field name, references as names, with ``id`` and ``key``."""
        session, described = self._world.session, self._world.kinds[kind]
        keys = natural_keys(session, described, list(docs))
        found = [{"id": object_id, "key": keys[object_id]} for object_id in docs]
        for spec in described.fields:
            values = [doc[spec.column] for doc in docs.values()]
            if spec.reference is not None:
                targets = {value for value in values if value is not None}
                names = natural_keys(session, spec.reference, list(targets)) if targets else {}
                values = [None if value is None else names.get(value) for value in values]
            for one, value in zip(found, values, strict=True):
                one[spec.name] = value
        return found
