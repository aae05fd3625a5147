"""Config contexts of a NetBox."""

from __future__ import annotations

from collections.abc import Sequence

from netwright.exchange.remote import words
from netwright.exchange.remote.contexts import put_contexts
from netwright.exchange.remote.drafting import Drafting
from netwright.inventory.device import DeviceRole

_OTHERS = (
    "tags",
    "tenants",
    "tenant_groups",
    "clusters",
    "cluster_groups",
    "cluster_types",
    "device_types",
    "locations",
    "site_groups",
)
_ROLES = {str(role) for role in DeviceRole}


def contexts(drafting: Drafting) -> None:
    path = "extras/config-contexts"
    for one in drafting.read(path):
        reach: dict[str, Sequence[str | None]] = {
            "region": [drafting.key("dcim/regions", ref) for ref in one.get("regions") or ()],
            "site": [drafting.key("dcim/sites", ref) for ref in one.get("sites") or ()],
            "role": [_role(ref["slug"]) for ref in one.get("roles") or ()],
            "platform": [words.platform_of(ref["slug"]) for ref in one.get("platforms") or ()],
        }
        put_contexts(drafting, path, one, reach, [name for name in _OTHERS if one.get(name)])


def _role(word: str) -> str | None:
    return word if word in _ROLES else None
