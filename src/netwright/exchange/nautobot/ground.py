"""What every other list of a Nautobot refers to, statuses, roles, platforms, tenants by their ids, and the
drafts so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netwright.exchange.remote.drafting import Drafting, Told

_NAMED = (
    "extras/statuses",
    "extras/roles",
    "dcim/platforms",
    "tenancy/tenants",
    "dcim/location-types",
    "circuits/circuit-types",
    "ipam/namespaces",
    "ipam/route-targets",
    "ipam/rirs",
    "dcim/rack-groups",
    "dcim/virtual-chassis",
    "dcim/device-redundancy-groups",
)
"""Lists whose objects are words of others."""


class Ground:
    """One Nautobot. References are ids here: ``named`` gives what they are called."""

    def __init__(self, drafting: Drafting) -> None:
        self.drafting = drafting
        self._objects: dict[str, dict[str, Told]] = {}

    def read(self, path: str) -> Iterator[Told]:
        return self.drafting.read(path)

    def words(self) -> None:
        """Read the lists of words."""
        for path in _NAMED:
            self._objects[path] = {one["id"]: one for one in self.read(path)}
            for one in self._objects[path].values():
                one.asked.update(one)
                self.drafting.homeless.taken(path)

    def object(self, path: str, reference: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """What a reference leads to, of a list of words; empty when it leads nowhere."""
        return {} if reference is None else self._objects[path].get(reference["id"], {})

    def named(self, path: str, reference: Mapping[str, Any] | None) -> str:
        return str(self.object(path, reference).get("name", ""))

    def status(self, path: str, one: Told, known: Mapping[str, str]) -> str:
        word = self.named("extras/statuses", one.get("status")).lower()
        return self.drafting.status(path, one, word, known)

    def kept(self, one: Told, *names: str) -> dict[str, str]:
        """Words that have no field here."""
        lists = {"tenant": "tenancy/tenants", "role": "extras/roles", "rir": "ipam/rirs"}
        lists |= {"rack_group": "dcim/rack-groups"}
        return {name: self.named(lists[name], one.get(name)) for name in names}
