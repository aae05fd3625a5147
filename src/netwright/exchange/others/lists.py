"""Lists of targets: Prometheus HTTP service discovery, Oxidized, gnmic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from netwright.exchange.others.target import Target, with_port

_OXIDIZED_MODELS = {
    "eos": "eos",
    "junos": "junos",
    "ios": "ios",
    "iosxe": "ios",
    "iosxr": "iosxr",
    "nxos": "nxos",
    "srlinux": "srosmd",
    "frr": "linuxgeneric",
    "linux": "linuxgeneric",
    "linux_nginx": "linuxgeneric",
}
GNMI_PORT = 57400


def prometheus(targets: Iterable[Target], port: int | None = None) -> list[dict[str, Any]]:
    """One group a device, so that its labels are its own: https://prometheus.io/docs/prometheus/latest/http_sd/

    ``port``: of the exporter; none: the address alone, as SNMP and blackbox exporters want it."""
    return [
        {
            "targets": [with_port(target.address, port)],
            "labels": {
                "__meta_netwright_device": target.name,
                **{f"__meta_netwright_{name}": word for name, word in target.words().items()},
                "__meta_netwright_tags": f",{','.join(target.tags)}," if target.tags else "",
            },
        }
        for target in targets
        if target.address
    ]


def oxidized(targets: Iterable[Target]) -> list[dict[str, str]]:
    """Nodes for Oxidized's HTTP source; map ``name``, ``ip``, ``model`` and ``group``."""
    return [
        {
            "name": target.name,
            "ip": target.address,
            "model": _OXIDIZED_MODELS.get(target.platform, target.platform),
            "group": target.site,
            **({"port": str(target.port)} if target.port is not None else {}),
        }
        for target in targets
        if target.address and target.platform
    ]


def router_db(targets: Iterable[Target]) -> str:
    """The same for Oxidized's CSV source. The delimiter is ``;``, for IPv6 addresses hold colons."""
    keys = ("name", "ip", "model", "group")
    return "".join(f"{';'.join(node[key] for key in keys)}\n" for node in oxidized(targets))


def gnmic(targets: Iterable[Target], port: int = GNMI_PORT) -> str:
    """gnmic's ``targets`` in YAML."""
    return yaml.safe_dump({"targets": gnmic_targets(targets, port)}, sort_keys=True, allow_unicode=True)


def gnmic_targets(targets: Iterable[Target], port: int = GNMI_PORT) -> dict[str, Any]:
    """Targets by name with event tags, as gnmic's HTTP loader takes them."""
    return {
        target.name: {
            "address": with_port(target.address, port),
            "event-tags": {
                name: target.words()[name] for name in ("site", "region", "role") if name in target.words()
            },
        }
        for target in targets
        if target.address
    }
