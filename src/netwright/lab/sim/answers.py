"""What a simulated router prints for ``show`` commands, in the shapes that FRR 8.4 and lldpd 1.0 print."""

from __future__ import annotations

import json
from collections.abc import Callable

from netwright.lab.sim.hardware import MANAGEMENT, SPEED_BPS, Device
from netwright.lab.sim.mib import MEMORY_KIB, describe
from netwright.lab.sim.network import Route, Session
from netwright.lab.sim.router import Router

Json = dict[str, object]
VERSION = "8.4.4"


def show_version(router: Router) -> str:
    return (
        f"FRRouting {VERSION} ({router.name}) on Linux(simulated).\n"
        "Simulated by Netwright; not FRR itself.\n"
        "configured with:\n    '--enable-snmp' '--enable-multipath=256'\n"
    )


def interfaces(router: Router, only: str | None = None) -> str:
    names = ["lo", *router.interfaces] if only is None else [only]
    return _dump({name: _interface(router, name) for name in sorted(names)})


def _interface(router: Router, name: str) -> Json:
    loop, up, admin = name == "lo", router.carries(name), router.admin_up(name)
    flags = ["UP"] * admin + ["LOOPBACK" if loop else "BROADCAST"] + ["RUNNING"] * up
    answer: Json = {
        "administrativeStatus": "up" if admin else "down",
        "operationalStatus": "up" if up else "down",
        "linkDetection": True,
        "linkUps": 0,
        "linkDowns": 0,
        "vrfName": "default",
    }
    if name in router.descriptions:
        answer["description"] = router.descriptions[name]
    answer |= {
        "mplsEnabled": False,
        "linkDown": not up,
        "pseudoInterface": False,
        "index": router.if_index(name),
        "metric": 0,
        "mtu": 65536 if loop else 1500,
        "speed": 0 if loop else SPEED_BPS // 1_000_000,
        "flags": f"<{','.join(flags + ([] if loop else ['MULTICAST']))}>",
        "type": "Loopback" if loop else "Ethernet",
    }
    if not loop:
        answer["hardwareAddress"] = router.mac(name)
    answer["ipAddresses"] = [
        {"address": str(address), "secondary": False, "unnumbered": False}
        for address in router.addresses(name)
    ]
    return answer | {"interfaceType": "Other", "interfaceSlaveType": "None", "protodown": "off"}


def bgp_summary(router: Router) -> str:
    """``show bgp summary json``; without a BGP process FRR prints a warning in JSON."""
    summary = _ipv4_summary(router)
    return _dump({"ipv4Unicast": summary} if summary else {})


def bgp_ipv4_summary(router: Router) -> str:
    return _dump(_ipv4_summary(router) or {})


def _ipv4_summary(router: Router) -> Json | None:
    speaker = router.speaker
    if speaker is None:
        return None
    sessions = router.network.sessions(router.name)
    active = {address: session for address, session in sessions.items() if session.neighbor.active}
    if not active:
        return None
    peers = {address: _peer(router, session) for address, session in active.items()}
    return {
        "routerId": speaker.router_id or "0.0.0.0",
        "as": speaker.asn,
        "vrfId": 0,
        "vrfName": "default",
        "tableVersion": 1,
        "ribCount": len(router.network.routes(router.name)),
        "peerCount": len(peers),
        "peers": peers,
        "failedPeers": sum(not session.up for session in active.values()),
        "displayedPeers": len(peers),
        "totalPeers": len(peers),
        "dynamicPeers": 0,
        "bestPath": {"multiPathRelax": "false"},
    }


def _peer(router: Router, session: Session) -> Json:
    now = router.network.now()
    seconds = int(now - session.since) if session.established else 0
    speaker = router.speaker
    assert speaker is not None
    theirs = router.network.members[session.peer].speaker if session.peer else None
    told = session.neighbor.remote_as
    state = "Established" if session.up else "Idle (Admin)" if session.neighbor.shutdown else "Active"
    answer: Json = {"hostname": session.peer} if session.peer else {}
    answer |= {
        "remoteAs": int(told) if told.isdigit() else theirs.asn if theirs else 0,
        "localAs": speaker.asn,
        "version": 4,
        "msgRcvd": seconds // 3 if session.up else 0,
        "msgSent": seconds // 3 if session.up else 0,
        "tableVersion": 0,
        "outq": 0,
        "inq": 0,
        "peerUptime": _duration(seconds) if session.established else "never",
        "peerUptimeMsec": seconds * 1000,
    }
    if session.established:
        answer["peerUptimeEstablishedEpoch"] = int(session.since)
    answer |= {
        "pfxRcd": len(router.network.received(router.name, session)),
        "pfxSnt": router.network.sent(router.name, session),
        "state": state,
        "peerState": "Admin" if session.neighbor.shutdown else "OK",
        "connectionsEstablished": session.established,
        "connectionsDropped": session.dropped,
    }
    if session.neighbor.description:
        answer["desc"] = session.neighbor.description
    return answer | {"idType": "ipv4"}


def bgp_neighbors(router: Router) -> str:
    """``show bgp neighbors json``: the part of it that says how each session stands."""
    return _dump(_neighbors(router))


def bgp_neighbors_by_vrf(router: Router) -> str:
    """``show bgp vrf all neighbors json``: a simulated router has the default instance only."""
    return _dump({"default": {"vrfId": 0, "vrfName": "default", **_neighbors(router)}})


def _neighbors(router: Router) -> Json:
    speaker = router.speaker
    if speaker is None:
        return {}
    found: Json = {}
    for address, session in router.network.sessions(router.name).items():
        peer = _peer(router, session)
        found[address] = {
            "remoteAs": peer["remoteAs"],
            "localAs": speaker.asn,
            "nbrExternalLink": peer["remoteAs"] != speaker.asn,
            "nbrDesc": session.neighbor.description,
            "localRouterId": speaker.router_id,
            "bgpState": "Established" if session.up else "Active",
            "bgpTimerUpMsec": peer["peerUptimeMsec"] if session.up else 0,
            "addressFamilyInfo": {
                "ipv4Unicast": {"acceptedPrefixCounter": peer["pfxRcd"], "sentPrefixCounter": peer["pfxSnt"]}
            },
            "connectionsEstablished": session.established,
            "connectionsDropped": session.dropped,
        }
    return found


def bgp_routes(router: Router) -> str:
    speaker = router.speaker
    if speaker is None:
        return "{}\n"
    routes: Json = {}
    for prefix, paths in sorted(router.network.paths(router.name).items()):
        routes[str(prefix)] = [_path(str(prefix), path, number == 0) for number, path in enumerate(paths)]
    return _dump(
        {
            "vrfId": 0,
            "vrfName": "default",
            "tableVersion": 1,
            "routerId": speaker.router_id,
            "defaultLocPrf": 100,
            "localAS": speaker.asn,
            "routes": routes,
        }
    )


def _path(prefix: str, route: Route, best: bool) -> Json:
    answer: Json = {"valid": True}
    if best:
        answer |= {"bestpath": True, "selectionReason": "First path received"}
    address, _, length = prefix.partition("/")
    answer |= {
        "pathFrom": "internal" if route.internal else "external",
        "prefix": address,
        "prefixLen": int(length),
        "network": prefix,
        "version": 1,
        "metric": 0,
    }
    if route.neighbor:
        answer["locPrf"] = route.preference
    return answer | {
        "weight": 0 if route.neighbor else 32768,
        "peerId": route.neighbor or "(unspec)",
        "path": " ".join(map(str, route.path)),
        "origin": "IGP",
        "nexthops": [{"ip": route.next_hop, "afi": "ipv4", "used": True}],
    }


def ip_routes(router: Router, only: str = "") -> str:
    """``show ip route [bgp|connected] json``."""
    table: dict[str, list[Json]] = {}
    if only in {"", "connected"}:
        for name, address in router.interface_addresses():
            if router.carries(name):
                table[str(address.network)] = [
                    _rib(str(address.network), "connected", 0, {"interfaceName": name})
                ]
    if only in {"", "bgp"}:
        for prefix, route in router.network.routes(router.name).items():
            if route.neighbor:
                hop: Json = {"ip": route.next_hop, "afi": "ipv4", "active": True, "fib": True}
                row = _rib(str(prefix), "bgp", 200 if route.internal else 20, hop)
                table.setdefault(str(prefix), []).append(row)
    return _dump(dict(sorted(table.items())))


def ip_route_summary(router: Router) -> str:
    """``show ip route summary json``."""
    counts: dict[str, int] = {}
    for rows in json.loads(ip_routes(router)).values():
        for row in rows:
            name = {"bgp": "ebgp"}.get(row["protocol"], row["protocol"])
            counts[name] = counts.get(name, 0) + 1
    total = sum(counts.values())
    table = [{"fib": count, "rib": count, "type": name} for name, count in counts.items()]
    return _dump({"routes": table, "routesTotal": total, "routesTotalFib": total})


def _rib(prefix: str, protocol: str, distance: int, hop: Json) -> Json:
    return {
        "prefix": prefix,
        "prefixLen": int(prefix.partition("/")[2]),
        "protocol": protocol,
        "vrfName": "default",
        "selected": True,
        "installed": True,
        "distance": distance,
        "metric": 0,
        "nexthops": [hop],
    }


def lldp_neighbors(device: Device) -> str:
    """``lldpcli -f json0 show neighbors``. Clients and ISPs run no LLDP."""
    found = []
    for number, name in enumerate(device.interfaces, 1):
        far = device.network.peer(device.name, name)
        if far is None or not device.carries(name):
            continue
        other = device.network.members[far[0]]
        if isinstance(other, Device) and other.node.managed:
            found.append(_lldp_port(device, name, number, other, far[1]))
    return _dump({"lldp": [{"interface": found}] if found else [{}]})


def _lldp_port(device: Device, name: str, number: int, other: Device, port: str) -> Json:
    days, seconds = divmod(int(min(device.uptime(), other.uptime())), 86400)
    return {
        "name": name,
        "via": "LLDP",
        "rid": str(number),
        "age": f"{days} day, {_duration(seconds)}",
        "chassis": [_lldp_chassis(other)],
        "port": [
            {
                "id": [{"type": "ifname", "value": port}],
                "descr": [{"value": port}],
                "ttl": [{"value": "12"}],
            }
        ],
    }


def lldp_chassis(device: Device) -> str:
    return _dump({"local-chassis": [{"chassis": [_lldp_chassis(device)]}]})


def _lldp_chassis(device: Device) -> Json:
    return {
        "id": [{"type": "mac", "value": device.mac(MANAGEMENT)}],
        "name": [{"value": device.name}],
        "descr": [{"value": describe(device)}],
        "mgmt-ip": [{"value": str(device.node.management)}],
        "capability": [
            {"type": "Bridge", "enabled": False},
            {"type": "Router", "enabled": isinstance(device, Router)},
            {"type": "Station", "enabled": not isinstance(device, Router)},
        ],
    }


def chassis_json(device: Device) -> str:
    """``show-chassis``, as the lab's agent prints it."""
    box = device.chassis
    assert box is not None
    components = [
        {
            "index": part.index,
            "name": part.name,
            "class": part.part_class,
            "parent": part.parent or None,
            "manufacturer": part.manufacturer,
            "model": box.model if part.part_class == "chassis" else part.part_number,
            "part_number": part.part_number,
            "serial": part.serial,
            "description": part.description,
        }
        for part in device.parts()
    ]
    sensors = [
        {
            "index": reading.sensor.index,
            "name": reading.sensor.name,
            "component": reading.sensor.part,
            "class": reading.sensor.sensor_class,
            "value": reading.value,
            "unit": reading.sensor.unit,
            "ok": True,
        }
        for reading in device.readings()
    ]
    head = {
        "name": box.name,
        "manufacturer": box.manufacturer,
        "model": box.model,
        "part_number": box.part_number,
        "serial": box.serial,
    }
    return json.dumps({**head, "components": components, "sensors": sensors}, indent=1) + "\n"


def ip_links(device: Device, words: list[str]) -> str:
    """``ip -j [-s] [-d] link|addr [show [dev] NAME]``."""
    kind = next(word for word in words if word.startswith(("l", "a")))
    names = [name for name in ("lo", *device.interfaces) if name in words] or ["lo", *device.interfaces]
    rows = [_ip_link(device, name, "-s" in words) for name in names]
    if kind.startswith("a"):
        for row, name in zip(rows, names, strict=True):
            row["addr_info"] = _addr_info(device, name)
    return json.dumps(rows, separators=(",", ":")) + "\n"


def _ip_link(device: Device, name: str, statistics: bool) -> Json:
    loop, up = name == "lo", device.carries(name)
    flags = ["LOOPBACK"] if loop else ["BROADCAST", "MULTICAST"]
    flags += ["UP"] * device.admin_up(name) + ["LOWER_UP"] * up
    row: Json = {
        "ifindex": device.if_index(name),
        "ifname": name,
        "flags": flags,
        "mtu": 65536 if loop else 1500,
        "qdisc": "noqueue",
        "operstate": "UNKNOWN" if loop else "UP" if up else "DOWN",
        "group": "default",
        "txqlen": 1000,
        "link_type": "loopback" if loop else "ether",
        "address": "00:00:00:00:00:00" if loop else device.mac(name),
    }
    if statistics:
        count = device.counters(name)
        row["stats64"] = {
            "rx": {"bytes": count.in_octets, "packets": count.in_packets, "errors": 0, "dropped": 0},
            "tx": {"bytes": count.out_octets, "packets": count.out_packets, "errors": 0, "dropped": 0},
        }
    return row


def _addr_info(device: Device, name: str) -> list[Json]:
    found: list[Json] = [
        {
            "family": "inet",
            "local": str(address.ip),
            "prefixlen": address.network.prefixlen,
            "scope": "global",
            "label": name,
        }
        for address in device.addresses(name)
    ]
    if name == "lo":
        found.insert(
            0, {"family": "inet", "local": "127.0.0.1", "prefixlen": 8, "scope": "host", "label": "lo"}
        )
    return found


def proc_file(device: Device, path: str) -> str | None:
    """Files of /proc and /etc that say how the machine is; None for others."""
    cpu, memory = device.load()
    up = device.uptime()

    def stat() -> str:
        busy, idle = int(100 * device.busy_s()), int(100 * (up - device.busy_s()))
        return f"cpu  {busy - busy // 3} 0 {busy // 3} {idle} 0 0 0 0 0 0\n"

    def meminfo() -> str:
        free = int(MEMORY_KIB * (1 - memory))
        return f"MemTotal: {MEMORY_KIB} kB\nMemFree: {free} kB\nMemAvailable: {free} kB\n"

    known: dict[str, Callable[[], str]] = {
        "/proc/uptime": lambda: f"{up:.2f} {up - device.busy_s():.2f}\n",
        "/proc/loadavg": lambda: f"{cpu * 4:.2f} {cpu * 4:.2f} {cpu * 4:.2f} 1/120 4242\n",
        "/proc/stat": stat,
        "/proc/meminfo": meminfo,
        "/etc/hostname": lambda: f"{device.name}\n",
        "/etc/os-release": lambda: (
            'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\n'
            'VERSION_ID="12"\nID=debian\n'
        ),
        "/run/hardware/chassis.json": lambda: chassis_json(device),
    }
    if isinstance(device, Router):
        known["/etc/frr/frr.conf"] = lambda: device.startup_text
    made = known.get(path)
    return made() if made else None


def _duration(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _dump(value: Json) -> str:
    return json.dumps(value, indent=2) + "\n"
