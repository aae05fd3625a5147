"""Config contexts of a Nautobot."""

from __future__ import annotations

from collections.abc import Sequence

from netwright.exchange.nautobot.ground import Ground
from netwright.exchange.nautobot.models import platform_of
from netwright.exchange.nautobot.places import Places
from netwright.exchange.remote.contexts import put_contexts
from netwright.exchange.remote.drafting import word_name
from netwright.inventory.device import DeviceRole

_OTHERS = (
    "tags",
    "tenants",
    "tenant_groups",
    "clusters",
    "cluster_groups",
    "device_types",
    "dynamic_groups",
    "device_redundancy_groups",
)
_ROLES = {str(role) for role in DeviceRole}


def contexts(ground: Ground, places: Places) -> None:
    path = "extras/config-contexts"
    for one in ground.read(path):
        locations = one.get("locations") or ()
        sites = [site for ref in locations if (site := places.site(ref))]
        reach: dict[str, Sequence[str | None]] = {
            "region": [places.region(ref) for ref in locations if not places.site(ref)],
            "site": sites,
            "role": [_role(ground, ref) for ref in one.get("roles") or ()],
            "platform": [platform_of(ground, ref) for ref in one.get("platforms") or ()],
        }
        narrower = [name for name in _OTHERS if one.get(name)]
        if sites and reach["region"]:
            narrower.append("sites and regions together")
        if any(places.below(ref) for ref in locations):
            narrower.append("a place below a site")
        one.asked |= {"owner_object_id", "config_context_schema"}
        put_contexts(ground.drafting, path, one, reach, narrower)


def _role(ground: Ground, reference: dict[str, str]) -> str | None:
    word = word_name(ground.named("extras/roles", reference)).lower()
    return word if word in _ROLES else None
