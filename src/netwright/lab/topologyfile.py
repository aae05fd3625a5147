"""Read a topology from lab.yaml. Each error names file and line."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

from netwright.base.errors import InputError, NotFoundError
from netwright.lab.source import Value, read_yaml
from netwright.lab.topology import (
    MANAGED,
    Cable,
    ChassisModel,
    Isp,
    Node,
    NodeType,
    Parts,
    Peer,
    Port,
    Topology,
)

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_PORT = re.compile(r"swp[1-9][0-9]{0,2}")
_CABLE = re.compile(r"(\S+) (\S+) -- (\S+) (\S+)")


def read_topology(path: Path) -> Topology:
    """Raises NotFoundError without the file, InputError (with file and line) for what is in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFoundError(
            "there is no such file", subject=str(path), remedy="Give the lab's YAML file."
        ) from None
    except UnicodeDecodeError:
        raise InputError("not a text file in UTF-8", subject=str(path), remedy="Give YAML.") from None
    return parse_topology(text, str(path))


def parse_topology(text: str, file: str) -> Topology:
    root = read_yaml(text, file).fields("name management nodes cables", "models")
    models = {
        name: _model(name, value)
        for name, value in (root["models"].pairs() if "models" in root else {}).items()
    }
    management = root["management"].interface()
    nodes: dict[str, Node] = {}
    used: dict[ipaddress.IPv4Address, str] = {management.ip: "the manager"}
    for name, value in root["nodes"].pairs().items():
        node = _node(name, value, models)
        _claim_management(node, value, management, used)
        nodes[name] = node
    cables = _cables(root["cables"], nodes)
    return Topology(root["name"].text(), management, nodes, cables, text)


def _model(name: str, value: Value) -> ChassisModel:
    fields = value.fields("manufacturer part_number ports power_supplies fans temperature_sensors optic")
    return ChassisModel(
        name=name,
        manufacturer=fields["manufacturer"].text(),
        part_number=fields["part_number"].text(),
        ports=fields["ports"].number(1, 256),
        power_supplies=_parts(fields["power_supplies"]),
        fans=_parts(fields["fans"]),
        temperature_sensors=fields["temperature_sensors"].number(0, 50),
        optic=fields["optic"].text(),
    )


def _parts(value: Value) -> Parts:
    fields = value.fields("count part_number")
    return Parts(fields["count"].number(0, 50), fields["part_number"].text())


def _node(name: str, value: Value, models: dict[str, ChassisModel]) -> Node:
    if not _NAME.fullmatch(name):
        raise value.error(f"{name!r} is not a node's name", "Use small letters, digits and hyphens.")
    fields = value.fields(
        "type", "site model serial management addresses gateway origin asn md5_secret prefixes peers"
    )
    kind = fields["type"].parse(NodeType, f"a type of node ({', '.join(NodeType)})")
    if kind in MANAGED:
        value.fields("type site model serial management", "addresses gateway origin")
    return Node(
        name=name,
        type=kind,
        site=fields["site"].text() if "site" in fields else "",
        model=_known_model(fields["model"], models) if "model" in fields else None,
        serial=fields["serial"].text() if "serial" in fields else "",
        management=fields["management"].address() if "management" in fields else None,
        addresses=_addresses(fields["addresses"]) if "addresses" in fields else {},
        gateway=fields["gateway"].address() if "gateway" in fields else None,
        origin=fields["origin"].text() == "true" if "origin" in fields else False,
        isp=_isp(value) if kind in {NodeType.ISP_FRR, NodeType.ISP_BIRD} else None,
    )


def _known_model(value: Value, models: dict[str, ChassisModel]) -> ChassisModel:
    if value.text() not in models:
        raise value.error(f"unknown model {value.text()}", f"Models here: {', '.join(models) or 'none'}.")
    return models[value.text()]


def _addresses(value: Value) -> dict[str, ipaddress.IPv4Interface]:
    found = {}
    for port, address in value.pairs().items():
        if not _PORT.fullmatch(port):
            raise address.error(f"{port!r} is not a port", "Ports are swp1, swp2 and so on.")
        found[port] = address.interface()
    return found


def _isp(value: Value) -> Isp:
    fields = value.fields("type asn md5_secret prefixes peers addresses")
    peers = []
    for item in fields["peers"].items():
        peer = item.fields("neighbor asn")
        peers.append(Peer(peer["neighbor"].address(), peer["asn"].number(1)))
    return Isp(
        asn=fields["asn"].number(1),
        md5_secret=fields["md5_secret"].text(),
        prefixes=tuple(item.network() for item in fields["prefixes"].items()),
        peers=tuple(peers),
    )


def _claim_management(
    node: Node, value: Value, management: ipaddress.IPv4Interface, used: dict[ipaddress.IPv4Address, str]
) -> None:
    if node.management is None:
        return
    if node.management not in management.network:
        raise value.error(f"{node.management} is outside the management network {management.network}")
    if node.management in used:
        raise value.error(f"{node.management} is the address of {used[node.management]} already")
    used[node.management] = node.name


def _cables(value: Value, nodes: dict[str, Node]) -> tuple[Cable, ...]:
    cables = []
    used: dict[Port, str] = {}
    for number, item in enumerate(value.items(), 1):
        match = _CABLE.fullmatch(item.text())
        if not match:
            raise item.error(
                f"{item.text()!r} is not a cable", "Write it as `ams-edge1 swp4 -- ams-tor1 swp1`."
            )
        cable = Cable(number, Port(match[1], match[2]), Port(match[3], match[4]))
        if cable.a.node == cable.b.node:
            raise item.error("both ends are on one node")
        for end in (cable.a, cable.b):
            _check_end(item, end, nodes)
            if end in used:
                raise item.error(f"{end} has a cable already ({used[end]})")
            used[end] = item.where
        cables.append(cable)
    return tuple(cables)


def _check_end(item: Value, end: Port, nodes: dict[str, Node]) -> None:
    if end.node not in nodes:
        raise item.error(f"there is no node {end.node}", "Name it under nodes.")
    if not _PORT.fullmatch(end.name):
        raise item.error(f"{end.name!r} is not a port", "Ports are swp1, swp2 and so on.")
    model = nodes[end.node].model
    if model is not None and int(end.name.removeprefix("swp")) > model.ports:
        raise item.error(f"{end.node} has no port {end.name}: a {model.name} has {model.ports}")
