"""Our devices as Nornir's inventory. Nornir is not a dependency of ours: whoever uses it has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from netwright.exchange.others.target import Target, group_name

if TYPE_CHECKING:
    from nornir.core.inventory import Inventory


def nornir_inventory(targets: Iterable[Target]) -> Inventory:
    """Hosts with our words as data, in groups as ``site_ams``; regions hold their sites' groups."""
    from nornir.core.inventory import (  # noqa: PLC0415 (optional)
        Defaults,
        Group,
        Groups,
        Host,
        Hosts,
        Inventory,
        ParentGroups,
    )

    defaults, hosts, groups = Defaults(), Hosts(), Groups()

    def group(sort: str, word: str) -> Group:
        name = group_name(sort, word)
        return groups.setdefault(name, Group(name=name, defaults=defaults, groups=ParentGroups()))

    for target in targets:
        parents = ParentGroups(group(sort, word) for sort, word in target.groups() if sort != "region")
        below = group("site", target.site)
        for region in target.regions:
            above = group("region", region)
            if above not in below.groups:
                below.groups.append(above)
            below = above
        data = {**target.words(), "tags": list(target.tags), "custom": dict(target.custom)}
        hosts[target.name] = Host(
            name=target.name,
            hostname=target.address or None,
            port=target.port,
            platform=target.platform or None,
            groups=parents,
            data=data,
            defaults=defaults,
        )
    return Inventory(hosts=hosts, groups=groups, defaults=defaults)
