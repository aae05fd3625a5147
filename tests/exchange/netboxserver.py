"""A NetBox to read from: its REST API's shapes, written by hand, behind a real HTTP server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "nbt_abc.0123456789"


def choice(value: str) -> dict[str, str]:
    return {"value": value, "label": value.title()}


def _tags(*slugs: str) -> list[dict[str, str]]:
    return [{"name": slug.title(), "slug": slug} for slug in slugs]


def answers() -> dict[str, list[dict[str, Any]]]:
    """A small network: two sites, a chassis with nested modules, a panel, circuits, numbers, contexts."""
    site1, site2 = (
        {"id": 1, "name": "Amsterdam 1", "slug": "ams1"},
        {"id": 2, "name": "Fra 1", "slug": "fra1"},
    )
    acme = {"id": 1, "name": "Acme", "slug": "acme"}
    chassis, switch = {"id": 1, "model": "CH"}, {"id": 2, "model": "SW"}
    card, optic = {"id": 1, "model": "LC"}, {"id": 2, "model": "MIC"}
    r1, s1 = {"id": 1, "name": "r1"}, {"id": 2, "name": "sw_1"}

    def device(
        one: dict[str, Any], kind: dict[str, Any], site: dict[str, Any], **more: Any
    ) -> dict[str, Any]:
        return {
            **one,
            "display": one["name"],
            "device_type": kind,
            "site": site,
            "status": choice("active"),
            **more,
        }

    def interface(number: int, device: dict[str, Any], name: str, kind: str, **more: Any) -> dict[str, Any]:
        return {
            "id": number,
            "device": device,
            "name": name,
            "type": choice(kind),
            "enabled": True,
            "mgmt_only": False,
            **more,
        }

    def end(kind: str, number: int) -> dict[str, Any]:
        return {"object_type": kind, "object_id": number, "object": {"id": number}}

    return {
        "extras/tags": [{"id": 1, "name": "Old", "slug": "old", "color": "ff0000", "description": ""}],
        "extras/custom-field-choice-sets": [
            {"id": 1, "name": "teams", "extra_choices": [["noc", "NOC"], ["dev", "Dev"]]}
        ],
        "extras/custom-fields": [
            {
                "id": 1,
                "name": "team",
                "type": choice("select"),
                "object_types": ["dcim.site", "dcim.device"],
                "choice_set": {"id": 1},
                "label": "Team",
            },
            {"id": 2, "name": "links", "type": choice("json"), "object_types": ["dcim.site"]},
        ],
        "dcim/regions": [
            {"id": 1, "name": "Europe", "slug": "eu", "parent": None},
            {"id": 2, "name": "Benelux", "slug": "benelux", "parent": {"id": 1, "slug": "eu"}},
        ],
        "dcim/sites": [
            {
                **site1,
                "status": choice("active"),
                "region": {"id": 2, "slug": "benelux"},
                "latitude": 52.3,
                "longitude": 4.9,
                "time_zone": "Europe/Amsterdam",
                "physical_address": "Street 1\r\nAmsterdam",
                "tags": _tags("old"),
                "custom_fields": {"team": "noc", "links": {"a": 1}},
            },
            {
                **site2,
                "status": choice("candidate"),
                "region": None,
                "latitude": None,
                "longitude": None,
                "custom_fields": {},
            },
        ],
        "dcim/locations": [{"id": 1, "name": "Hall", "site": site1}],
        "dcim/racks": [
            {"id": 1, "name": "R 01", "site": site1, "u_height": 47, "status": choice("deprecated")}
        ],
        "dcim/manufacturers": [acme],
        "dcim/device-types": [
            {
                "id": 1,
                "model": "CH",
                "slug": "ch",
                "manufacturer": acme,
                "u_height": 2.0,
                "is_full_depth": True,
                "airflow": choice("front-to-rear"),
            },
            {
                "id": 2,
                "model": "SW",
                "slug": "sw",
                "manufacturer": acme,
                "u_height": 1.0,
                "is_full_depth": False,
                "airflow": None,
            },
        ],
        "dcim/module-types": [
            {"id": 1, "model": "LC", "manufacturer": acme},
            {"id": 2, "model": "MIC", "manufacturer": acme},
        ],
        "dcim/interface-templates": [
            {
                "id": 1,
                "device_type": switch,
                "module_type": None,
                "name": "p1",
                "type": choice("10gbase-x-sfpp"),
                "mgmt_only": False,
            },
            {
                "id": 2,
                "device_type": None,
                "module_type": card,
                "name": "et-{module}/0",
                "type": choice("100gbase-x-qsfp28"),
            },
        ],
        "dcim/power-outlet-templates": [
            {
                "id": 1,
                "device_type": switch,
                "name": "out",
                "type": choice("iec-60320-c13"),
                "power_port": {"id": 1, "name": "in"},
                "feed_leg": choice("A"),
            }
        ],
        "dcim/module-bay-templates": [{"id": 1, "device_type": chassis, "name": "Slot 1", "position": "1"}],
        "ipam/asns": [{"id": 1, "asn": 64512, "description": "Ours"}],
        "ipam/vrfs": [
            {
                "id": 1,
                "name": "Red net",
                "rd": "64512:1",
                "import_targets": [{"id": 1, "name": "64512:1"}],
                "export_targets": [{"id": 1, "name": "64512:1"}],
            }
        ],
        "ipam/vlan-groups": [{"id": 1, "name": "Fabric", "slug": "fabric"}],
        "ipam/vlans": [
            {
                "id": 1,
                "vid": 10,
                "name": "users",
                "group": {"id": 1, "slug": "fabric"},
                "status": choice("active"),
            },
            {
                "id": 2,
                "vid": 20,
                "name": "guests",
                "group": None,
                "site": site1,
                "status": choice("reserved"),
            },
        ],
        "ipam/prefixes": [
            {
                "id": 1,
                "prefix": "10.0.0.0/8",
                "vrf": None,
                "status": choice("container"),
                "children": 2,
                "role": None,
            },
            {
                "id": 2,
                "prefix": "10.1.0.0/16",
                "vrf": None,
                "status": choice("active"),
                "children": 0,
                "role": {"slug": "campus"},
                "scope_type": "dcim.site",
                "scope": site1,
            },
            {
                "id": 3,
                "prefix": "10.0.0.0/8",
                "vrf": {"id": 1},
                "status": choice("active"),
                "children": 0,
                "role": None,
            },
        ],
        "circuits/providers": [{"id": 1, "name": "Waves Ltd", "slug": "waves"}],
        "circuits/circuits": [
            {
                "id": 1,
                "cid": "W-1",
                "provider": {"id": 1, "slug": "waves"},
                "type": {"slug": "wave"},
                "status": choice("provisioning"),
                "commit_rate": 1000,
            }
        ],
        "circuits/circuit-terminations": [
            {
                "id": 1,
                "circuit": {"id": 1, "cid": "W-1"},
                "term_side": "A",
                "termination_type": "dcim.site",
                "termination": site1,
                "xconnect_id": "X9",
            }
        ],
        "dcim/devices": [
            device(
                r1,
                chassis,
                site1,
                role={"slug": "edge"},
                rack={"id": 1},
                position=10.0,
                face=choice("front"),
                serial="S1",
                platform={"slug": "frr"},
                tags=_tags("old"),
                custom_fields={"team": "dev"},
                tenant={"id": 1, "name": "T"},
                primary_ip={"id": 3, "address": "10.1.0.2/24"},
                oob_ip={"id": 4, "address": "10.9.0.2/24"},
                local_context_data={"snmp": "ro"},
                virtual_chassis={"id": 1, "name": "stack"},
                vc_position=2,
                airflow=choice("front-to-rear"),
            ),
            device(
                s1,
                switch,
                site2,
                role={"slug": "access-switch"},
                platform={"slug": "weird-os"},
                serial="",
                custom_fields={},
            ),
        ],
        "dcim/modules": [
            {
                "id": 1,
                "device": r1,
                "module_bay": {"id": 1, "name": "Slot 1"},
                "module_type": card,
                "serial": "L1",
            },
            {
                "id": 2,
                "device": r1,
                "module_bay": {"id": 2, "name": "MIC 1"},
                "module_type": optic,
                "serial": "",
            },
        ],
        "dcim/module-bays": [
            {
                "id": 1,
                "device": r1,
                "module": None,
                "name": "Slot 1",
                "position": "1",
                "installed_module": {"id": 1},
            },
            {
                "id": 2,
                "device": r1,
                "module": {"id": 1},
                "name": "MIC 1",
                "position": "1-0",
                "installed_module": {"id": 2},
            },
        ],
        "dcim/rear-ports": [{"id": 1, "device": s1, "name": "R", "type": choice("mpo"), "positions": 2}],
        "dcim/front-ports": [
            {
                "id": 1,
                "device": s1,
                "name": "F",
                "type": choice("lc"),
                "rear_port": {"id": 1, "name": "R"},
                "rear_port_position": 2,
            }
        ],
        "dcim/interfaces": [
            interface(
                1,
                r1,
                "et-1/0",
                "100gbase-x-qsfp28",
                module={"id": 1},
                lag={"id": 2, "name": "ae0"},
                speed=100000000,
            ),
            interface(
                2, r1, "ae0", "lag", mode=choice("tagged"), tagged_vlans=[{"id": 1}, {"id": 2}], vrf={"id": 1}
            ),
            interface(3, s1, "p1", "10gbase-x-sfpp"),
            interface(4, s1, "p2", "10gbase-x-sfpp"),
            interface(5, r1, "x2", "10gbase-x-sfpp"),
        ],
        "ipam/ip-addresses": [
            {
                "id": 1,
                "address": "10.1.0.1/24",
                "vrf": None,
                "assigned_object_type": "dcim.interface",
                "assigned_object_id": 3,
                "role": None,
                "dns_name": "p1.example",
            },
            {
                "id": 3,
                "address": "10.1.0.2/24",
                "assigned_object_type": "dcim.interface",
                "assigned_object_id": 5,
            },
            {
                "id": 2,
                "address": "10.1.0.9/24",
                "assigned_object_type": "virtualization.vminterface",
                "assigned_object_id": 7,
            },
        ],
        "dcim/cables": [
            {
                "id": 1,
                "label": "C1",
                "type": "smf-os2",
                "status": choice("connected"),
                "length": 10,
                "length_unit": choice("ft"),
                "color": "",
                "a_terminations": [end("dcim.interface", 1)],
                "b_terminations": [end("circuits.circuittermination", 1)],
            },
            {
                "id": 2,
                "label": "",
                "type": "dac-passive",
                "status": choice("connected"),
                "color": "ff0000",
                "a_terminations": [end("dcim.interface", 5), end("dcim.interface", 4)],
                "b_terminations": [end("dcim.interface", 3), end("dcim.frontport", 1)],
            },
            {
                "id": 3,
                "label": "odd",
                "status": choice("planned"),
                "a_terminations": [end("dcim.rearport", 1)],
                "b_terminations": [],
            },
        ],
        "extras/config-contexts": [
            {
                "id": 1,
                "name": "eu",
                "weight": 100,
                "is_active": True,
                "data": {"ntp": ["10.0.0.1"]},
                "regions": [{"id": 1, "slug": "eu"}],
            },
            {
                "id": 3,
                "name": "both",
                "weight": 7,
                "is_active": False,
                "data": {"a": 1},
                "sites": [{"id": 1, "slug": "ams1"}, {"id": 2, "slug": "fra1"}],
                "roles": [{"id": 1, "slug": "edge"}],
            },
            {"id": 2, "name": "tagged", "weight": 1, "is_active": True, "data": {}, "tags": ["old"]},
        ],
        "dcim/inventory-items": [
            {"id": 1, "device": r1, "name": "PSU 1", "role": None, "part_id": "P-1", "serial": "I1"},
            {"id": 2, "device": r1, "name": "Fan", "parent": 1, "role": {"slug": "fan"}},
            {"id": 3, "device": r1, "name": "Fan", "parent": 4},
            {"id": 4, "device": r1, "name": "PSU 2", "role": None, "manufacturer": acme},
        ],
        "dcim/virtual-chassis": [{"id": 1, "name": "stack", "master": r1}],
        "ipam/aggregates": [
            {"id": 1, "prefix": "10.0.0.0/8", "rir": {"name": "RFC 1918"}},
            {"id": 2, "prefix": "192.0.2.0/24", "rir": {"name": "RFC 5737"}},
        ],
        "tenancy/contact-assignments": [
            {
                "id": 1,
                "object_type": "dcim.site",
                "object_id": 1,
                "contact": {"id": 1},
                "role": {"name": "NOC"},
            },
            {"id": 2, "object_type": "dcim.rack", "object_id": 1, "contact": {"id": 1}},
        ],
        "extras/journal-entries": [{"id": 1, "comments": "moved"}],
        "tenancy/tenants": [{"id": 1, "name": "T", "slug": "t"}],
        "tenancy/contacts": [
            {"id": 1, "name": "NOC", "title": "Desk", "phone": "1", "email": "noc@example.com", "link": ""}
        ],
    }


@contextmanager
def serving(
    lists: dict[str, list[dict[str, Any]]],
    *,
    page: int = 2,
    cursor: bool = False,
    refused: dict[str, int] | None = None,
    token: str = TOKEN,
) -> Iterator[tuple[str, list[str]]]:
    """The address of a server of these lists, and what it is asked. Every third request fails once with 503;
    ``refused``: lists that are answered by a status only; ``cursor``: later pages are named by `start`, as
    since 4.6."""
    asked: list[str] = []
    failed: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            split = urlsplit(self.path)
            name = split.path.removeprefix("/api/").strip("/")
            if self.headers["Authorization"].split(" ")[1] != token:
                return self._send(403, {"detail": "Invalid token"})
            if len(asked) % 3 == 0 and self.path not in failed:
                failed.add(self.path)
                return self._send(503, {"detail": "busy"})
            if refused and name in refused:
                return self._send(refused[name], {"detail": "Refused."})
            if name not in lists:
                return self._send(404, {"detail": "Not found."})
            query = {key: values[0] for key, values in parse_qs(split.query).items()}
            size = min(page, int(query.get("limit", page)))
            at = int(query.get("start" if cursor else "offset", 0))
            rest = len(lists[name]) > at + size
            word = "start" if cursor else "offset"
            following = (
                f"http://elsewhere.example/api/{name}/?limit={size}&{word}={at + size}" if rest else None
            )
            answer = {"count": None if cursor else len(lists[name]), "next": following, "previous": None}
            return self._send(200, {**answer, "results": lists[name][at : at + size]})

        def _send(self, status: int, answer: object) -> None:
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
