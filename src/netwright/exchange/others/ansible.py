"""Ansible's dynamic inventory: the JSON that a script answers ``--list`` with.

https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from netwright.exchange.others.target import Target, group_name

_CONNECTIONS = {
    "eos": ("ansible.netcommon.network_cli", "arista.eos.eos"),
    "junos": ("ansible.netcommon.netconf", "junipernetworks.junos.junos"),
    "ios": ("ansible.netcommon.network_cli", "cisco.ios.ios"),
    "iosxe": ("ansible.netcommon.network_cli", "cisco.ios.ios"),
    "iosxr": ("ansible.netcommon.network_cli", "cisco.iosxr.iosxr"),
    "nxos": ("ansible.netcommon.network_cli", "cisco.nxos.nxos"),
}
"""Connection and network system by platform; others are reached by plain SSH."""


def host_variables(target: Target) -> dict[str, Any]:
    """A host's variables: ours under ``netwright``, and how Ansible reaches it."""
    found: dict[str, Any] = {
        "netwright": {
            **target.words(),
            "name": target.name,
            "regions": list(target.regions),
            "tags": list(target.tags),
            "custom": dict(target.custom),
        }
    }
    if target.address:
        found["ansible_host"] = target.address
    if target.port is not None:
        found["ansible_port"] = target.port
    if target.platform in _CONNECTIONS:
        found["ansible_connection"], found["ansible_network_os"] = _CONNECTIONS[target.platform]
    return found


def inventory(targets: Iterable[Target]) -> dict[str, Any]:
    """The answer to ``--list``, with all hosts' variables in ``_meta``. Regions hold their sites."""
    groups: defaultdict[str, dict[str, list[str]]] = defaultdict(lambda: {"hosts": [], "children": []})
    hosts = {}
    for target in targets:
        hosts[target.name] = host_variables(target)
        for sort, word in target.groups():
            if sort != "region":
                groups[group_name(sort, word)]["hosts"].append(target.name)
        chain = [
            group_name("site", target.site),
            *(group_name("region", region) for region in target.regions),
        ]
        for below, above in pairwise(chain):
            children = groups[above]["children"]
            if below not in children:
                children.append(below)
    top = sorted(set(groups) - {child for group in groups.values() for child in group["children"]})
    return {
        **{
            name: {part: sorted(names) for part, names in group.items() if names}
            for name, group in sorted(groups.items())
        },
        "all": {"children": [*top, "ungrouped"]},
        "_meta": {"hostvars": hosts},
    }
