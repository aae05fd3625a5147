"""Config contexts of others. One that reaches several regions, sites, roles or platforms becomes one a
combination; what a device has of its own is a context of that device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

import orjson

from netwright.exchange.remote.drafting import Drafting, Told

_MOST = 200


def put_contexts(
    drafting: Drafting,
    path: str,
    one: Told,
    reach: Mapping[str, Sequence[str | None]],
    narrower: Sequence[str],
) -> None:
    """``reach``: our region, site, role, platform, None where we have no such one; ``narrower``: what else it
    depends on."""
    one.asked |= {"profile", "data_source", "data_path", "data_file", "data_synced"}
    reach = {name: found for name, found in reach.items() if found}
    unfit = any(None in found for found in reach.values())
    if unfit or narrower or prod(len(found) for found in reach.values()) > _MOST:
        by = ", ".join(narrower) or "what we don't have"
        drafting.homeless.say(path, f"its reach is told by {by}", one["name"])
        one.asked.update(one)
        return
    several = [name for name, found in reach.items() if len(found) > 1]
    for combination in product(*reach.values()):
        scope = dict(zip(reach, combination, strict=True))
        told = ", ".join(str(scope[name]) for name in several)
        fields: dict[str, Any] = {
            **scope,
            "name": f"{one['name']} ({told})" if told else one["name"],
            "weight": one.get("weight"),
            "enabled": one.get("is_active"),
            "data": _data(one["data"]),
        }
        drafting.put(path, "config_context", one, fields)


def local_contexts(drafting: Drafting) -> None:
    """Data that stands at devices themselves, which goes before all other."""
    for device, data in drafting.locals:
        fields = {"name": f"{device} (local)", "device": device, "weight": 1_000_000, "data": _data(data)}
        drafting.put("dcim/devices", "config_context", {}, fields)


def _data(data: Any) -> str:
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()
