"""How true a probe is: recordings of real agents against what LibreNMS' own tests expect of them.

    python scripts/snmp_truth.py [NAME...] [--agent HOST:PORT] [--mutate COPIES] [--families]

The samples are a folder `librenms` with `snmprec/NAME.snmprec.gz` and `expected/NAME.json.gz`, below
NETWRIGHT_SAMPLES or --samples. They are not part of this repository (GPL). Each recording is served over UDP
on loopback by our simulated agent; with --agent by snmpsim, whose community is the recording's name:

    snmpsim-command-responder --data-dir=DIR --cache-dir=DIR --agent-udpv4-endpoint=127.0.0.1:11661

Prints passed/total of each check, then every miss with both sides. --mutate also probes that many mangled
copies of each recording (rows dropped, types changed, garbage, indexes cut): each has to end in a document.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import ipaddress
import json
import math
import os
import random
import sys
import traceback
from collections import Counter
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.snmp import SnmpClient
from netwright.device.snmp.ber import Oid, Tag, Value
from netwright.lab.sim.agent import Agent, Table
from netwright.platforms.document import document
from netwright.platforms.snmp.probe import probe

Document = dict[str, Any]
Miss = tuple[str, str]
_NUMBERS = {"2", "65", "66", "67", "70"}
_COMMUNITY = b"recorded"
SENSOR_WORDS = {"load": "percent", "charge": "percent"}


def recording(path: Path) -> dict[Oid, Value]:
    values: dict[Oid, Value] = {}
    for line in (
        gzip.decompress(path.read_bytes())
        .decode("utf-8", "surrogateescape")
        .replace("\r\n", "\n")
        .split("\n")
    ):
        oid, _, rest = line.partition("|")
        kind, mark, text = rest.partition("|")
        if mark and oid:
            values[tuple(map(int, oid.lstrip(".").split(".")))] = _value(kind, text)
    return values


def _value(kind: str, text: str) -> Value:
    plain = kind.rstrip("xe")
    try:
        octets = bytes.fromhex(text) if kind.endswith("x") else text.encode("utf-8", "surrogateescape")
        if plain in _NUMBERS:
            number = int(text)
            return Value(
                int(plain), number % 2**64 if plain != "2" else max(-(2**31), min(number, 2**31 - 1))
            )
        if plain == "6":
            numbers = tuple(map(int, text.strip(".").split(".")))
            return Value(Tag.OID, numbers if len(numbers) > 1 else (0, 0))
        if plain == "64":
            return Value(Tag.IP_ADDRESS, octets if len(octets) == 4 else ipaddress.ip_address(text).packed)
    except ValueError:
        octets = text.encode("utf-8", "surrogateescape")
    return Value(Tag.OCTETS, octets)


def mangled(values: dict[Oid, Value], rng: random.Random) -> dict[Oid, Value]:
    """A copy with a fifth of its rows spoilt; half of those in the first columns of tables that are read."""
    copy: dict[Oid, Value] = {}
    for oid, value in values.items():
        match rng.randrange(20):
            case 0:
                continue
            case 1:
                copy[oid] = Value(Tag.OCTETS, rng.randbytes(rng.randrange(40)))
            case 2:
                copy[oid] = rng.choice(
                    [Value(Tag.INTEGER, rng.randrange(-(2**31), 2**31)), Value(Tag.OID, (0, 0)),
                     Value(Tag.COUNTER64, 2**64 - 1),
                     Value(Tag.IP_ADDRESS, rng.randbytes(rng.choice([0, 3, 4, 16]))), Value(Tag.NULL)]
                )  # fmt: skip
            case 3:
                copy[oid[:-1] if rng.random() < 0.5 and len(oid) > 9 else (*oid, rng.randrange(2**32))] = (
                    value
                )
            case _:
                copy[oid] = value
    return copy


async def ask(host: str, port: int, community: str, timeout_s: float) -> Document:
    endpoint = Endpoint(
        community, host, Credentials("", snmp_community=Secret(community)), snmp_port=port,
        timeouts=Timeouts(snmp_s=timeout_s, command_s=300.0),
    )  # fmt: skip
    client = SnmpClient(endpoint)
    try:
        found = document(await probe(client, community, 0.0, limit_s=900.0))
    finally:
        client.close()
    json.dumps(found)
    return found


async def served(values: dict[Oid, Value]) -> Document:
    table = Table.of(values)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Agent(lambda: _COMMUNITY, lambda: table), local_addr=("127.0.0.1", 0)
    )
    try:
        return await ask("127.0.0.1", transport.get_extra_info("sockname")[1], _COMMUNITY.decode(), 5.0)
    finally:
        transport.close()


def rows(expected: Document, module: str, table: str) -> list[Document]:
    """What is expected after polling where that differs, else after discovery."""
    given = expected.get(module) or {}
    polled = given.get("poller")
    chosen = polled if isinstance(polled, dict) and polled.get(table) else given.get("discovery") or {}
    return list(chosen.get(table) or [])


def norm(value: object) -> str:
    """LibreNMS lets quotes and backslashes out, folds blanks and now and then lowers case."""
    return " ".join(str("" if value is None else value).replace('"', "").replace("\\", "").split()).lower()


def system(found: Document, expected: Document) -> Iterator[tuple[str, bool, str]]:
    for device in rows(expected, "os", "devices"):
        mine = found["system"]
        for key, name in (("sysName", "hostname"), ("sysDescr", "sys_descr")):
            yield key, norm(device[key]) == norm(mine[name]), f"{device[key]!r}, not {mine[name]!r}"
        wanted = (device["sysObjectID"] or "").lstrip(".")
        yield "sysObjectID", wanted == (mine["sys_object_id"] or ""), wanted
        if mine["vendor"] == "unknown":
            continue
        for key, name in (("hardware", "model"), ("version", "os_version"), ("serial", "serial")):
            if device.get(key) and mine[name]:
                one, other = norm(device[key]), norm(mine[name])
                yield key, one in other or other in one, f"{device[key]!r}, not {mine[name]!r}"


PORT_FIELDS = {
    "ifName": "name", "ifDescr": "description", "ifType": "type", "ifAdminStatus": "admin",
    "ifOperStatus": "oper", "ifMtu": "mtu", "ifSpeed": "speed_bps", "ifPhysAddress": "mac",
    "ifAlias": "alias",
}  # fmt: skip


def ports(found: Document, expected: Document) -> Iterator[tuple[str, bool, str]]:
    wanted = rows(expected, "ports", "ports")
    mine = {row["index"]: row for row in found["interfaces"]}
    wrong: list[str] = []
    for port in wanted:
        row = mine.get(port["ifIndex"])
        if row is None:
            wrong.append(f"{port['ifIndex']} {port['ifName']} is missing")
            continue
        for key, name in PORT_FIELDS.items():
            value, have = port.get(key), row[name]
            if key == "ifPhysAddress" and have:
                have = have.replace(":", "")
            filled = key == "ifAlias" and value in {port["ifDescr"], port["ifName"]}
            if value not in {None, ""} and not filled and norm(value) != norm(have):
                wrong.append(f"{port['ifIndex']} {key} {value!r}, not {have!r}")
    if wanted:
        yield "interfaces", not wrong, f"{len(wrong)} of {len(wanted)} rows: " + "; ".join(wrong[:3])


def addresses(found: Document, expected: Document) -> Iterator[tuple[str, bool, str]]:
    have = {(row["address"], row["prefix_length"] or 0) for row in found["addresses"]}
    for family in ("ipv4", "ipv6"):
        wanted = {
            (str(ipaddress.ip_address(row[f"{family}_address"])), row[f"{family}_prefixlen"])
            for row in rows(expected, f"{family}-addresses", f"{family}_addresses")
        }
        if wanted:
            yield f"{family} addresses", wanted <= have, f"missing {sorted(wanted - have)[:4]}"


def hardware(found: Document, expected: Document) -> Iterator[tuple[str, bool, str]]:
    wanted = rows(expected, "entity-physical", "entPhysical")
    mine = {row["index"]: row for row in found["components"]}
    serials = {norm(row["serial"]).removeprefix("s/n ") for row in found["components"]}
    missing = [
        s
        for row in wanted
        if (s := norm(row["entPhysicalSerialNum"]).removeprefix("s/n ")) and s not in serials
    ]
    if any(row["entPhysicalSerialNum"] for row in wanted):
        yield "serials of the hardware tree", not missing, f"missing {missing[:4]}"
    wrong = []
    for row in wanted:
        part = mine.get(str(row["entPhysicalIndex"]))
        if part is not None and part["source"] == "ENTITY-MIB":
            for key, name in (("entPhysicalSerialNum", "serial"), ("entPhysicalModelName", "model")):
                if norm(row[key]) != norm(part[name]):
                    wrong.append(f"{row['entPhysicalIndex']} {key} {row[key]!r}, not {part[name]!r}")
            if (row["entPhysicalContainedIn"] or 0) != int(part["parent_index"] or 0):
                wrong.append(f"{row['entPhysicalIndex']} is in {row['entPhysicalContainedIn']}")
    if wanted:
        yield "hardware tree", not wrong, f"{len(wrong)} of {len(wanted)}: " + "; ".join(wrong[:3])


def others(found: Document, expected: Document) -> Iterator[tuple[str, bool, str]]:
    peers = {
        str(ipaddress.ip_address(row["bgpPeerIdentifier"])): row["bgpPeerRemoteAs"]
        for row in rows(expected, "bgp-peers", "bgpPeers")
    }
    have = {row["remote_address"]: row["remote_asn"] for row in found["bgp_sessions"]}
    if peers:
        missing = {key: asn for key, asn in peers.items() if have.get(key) != asn}
        yield "BGP sessions", not missing, f"missing {list(missing.items())[:3]}"
    links = {
        (norm(row["ifName"]), norm(row["remote_hostname"]))
        for row in rows(expected, "discovery-protocols", "links")
    }
    heard = {(norm(row["interface"]), norm(row["remote_device"])) for row in found["neighbors"]}
    if links:
        yield "neighbours", links <= heard, f"missing {sorted(links - heard)[:3]}"
    optics = {norm(row["serial"]) for row in rows(expected, "transceivers", "transceivers")} - {""}
    mine = {norm(row["serial"]) for row in found["transceivers"]}
    if optics:
        yield "transceivers", optics <= mine, f"missing {sorted(optics - mine)[:3]}"


def forwarding(found: Document, expected: Document) -> Iterator[tuple[str, bool, str]]:
    vlans = {row["vlan_vlan"] for row in rows(expected, "vlans", "vlans") if 0 < row["vlan_vlan"] < 4095}
    if vlans:
        missing = vlans - {row["vlan_id"] for row in found["vlans"]}
        yield "VLANs", not missing, f"missing {sorted(missing)[:6]}"
    macs = {row["mac_address"] for row in rows(expected, "fdb-table", "ports_fdb")}
    if macs:
        missing = macs - {row["mac"].replace(":", "") for row in found["macs"]}
        yield "MAC table", not missing, f"missing {sorted(missing)[:3]}"
    heard = {row["ipv4_address"] for row in rows(expected, "arp-table", "ipv4_mac")}
    heard |= {str(ipaddress.ip_address(row["ipv6_address"])) for row in rows(expected, "ipv6-nd", "ipv6_nd")}
    if heard:
        missing = heard - {row["address"] for row in found["arp"]}
        yield "ARP and ND", not missing, f"missing {sorted(missing)[:3]}"


def load(found: Document, expected: Document) -> Iterator[tuple[str, bool, str]]:
    """Ours is one number: it has to lie among theirs."""
    for check, module, key, mine in (
        ("CPU", "processors", "processor_usage", found["load"]["cpu"]),
        ("memory", "mempools", "mempool_perc", found["load"]["memory"]),
    ):
        theirs = [row[key] for row in rows(expected, module, module) if row[key] is not None]
        if theirs:
            good = mine is not None and min(theirs) - 1 <= mine * 100 <= max(theirs) + 1
            yield check, good, f"{min(theirs)} to {max(theirs)}, not {mine}"


def sensors(found: Document, expected: Document) -> Iterator[tuple[str, bool, str]]:
    """Each reading that is no state, by class and value within a hundredth. Rows are counted."""
    mine: dict[str, list[float]] = {}
    for row in found["sensors"]:
        mine.setdefault(row["class"], []).append(row["value"])
    given = (expected.get("sensors") or {}).get("discovery") or {}
    for row in given.get("sensors") or []:
        kind = SENSOR_WORDS.get(row["sensor_class"], row["sensor_class"])
        if kind not in {
            "temperature",
            "voltage",
            "current",
            "power",
            "dbm",
            "fanspeed",
            "percent",
            "frequency",
            "humidity",
        }:
            continue
        value = row["sensor_current"]
        good = value is not None and _is_among(value, mine.get(kind, ()))
        if kind == "power" and value is not None and 0 < value < 0.01 and not good:
            good = _is_among(10 * math.log10(value * 1000), mine.get("dbm", ()))  # of light, in watts
        yield f"sensors: {kind}", good, f"{row['sensor_descr']} {value} ({row['sensor_oid']})"


def _is_among(value: float, have: Sequence[float]) -> bool:
    return any(abs(value - one) <= 0.01 * abs(value) + 0.011 for one in have)


CHECKS = (system, ports, addresses, hardware, others, forwarding, load, sensors)


class Family:
    """What recordings of one vendor give: how many of them, and how many checks held of each sort."""

    SORTS: Mapping[str, tuple[str, ...]] = {
        "identity": ("sysName", "sysDescr", "sysObjectID", "hardware", "version", "serial"),
        "interfaces": ("interfaces", "ipv4 addresses", "ipv6 addresses"),
        "hardware": ("serials of the hardware tree", "hardware tree", "transceivers"),
        "forwarding": ("VLANs", "MAC table", "ARP and ND", "neighbours", "BGP sessions"),
        "load": ("CPU", "memory"),
    }

    def __init__(self) -> None:
        self.recordings = 0
        self.passed: Counter[str] = Counter()
        self.total: Counter[str] = Counter()

    def count(self, check: str, *, good: bool) -> None:
        sort = next((sort for sort, checks in self.SORTS.items() if check in checks), "readings")
        self.total[sort] += 1
        self.passed[sort] += good

    def row(self, vendor: str) -> str:
        sorts = (*self.SORTS, "readings")
        cells = (f"{self.passed[sort]} of {self.total[sort]}" if self.total[sort] else "" for sort in sorts)
        return f"| {vendor} | {self.recordings} | " + " | ".join(cells) + " |"


class Tally:
    """Passed and total by check, and the misses."""

    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()
        self.total: Counter[str] = Counter()
        self.misses: list[tuple[str, str, str]] = []
        self.families: dict[str, Family] = {}

    def count(self, check: str, name: str, why: str, *, good: bool) -> None:
        self.total[check] += 1
        self.passed[check] += good
        if not good:
            self.misses.append((check, name, why))

    def show_families(self) -> None:
        """As a table of Markdown."""
        print("| vendor | recordings | " + " | ".join((*Family.SORTS, "readings")) + " |")
        print("|---" * (len(Family.SORTS) + 3) + "|")
        for vendor, family in sorted(self.families.items(), key=lambda one: (one[0] == "unknown", one[0])):
            print(family.row(vendor))

    def show(self, *, sensors: bool) -> None:
        for check, of in self.total.items():
            print(f"{self.passed[check]:6} / {of:6}  {check}")
        for check, name, why in self.misses:
            if sensors or not check.startswith("sensors"):
                print(f"MISS {check} | {name} | {why[:300]}")


async def attempt(tally: Tally, check: str, name: str, asked: Awaitable[Document]) -> Document | None:
    try:
        found = await asked
    except Exception:  # noqa: BLE001 - a traceback is what is counted
        tally.count(check, name, traceback.format_exc().splitlines()[-1], good=False)
        return None
    tally.count(check, name, "", good=True)
    return found


async def one(options: argparse.Namespace, base: Path, name: str, tally: Tally) -> None:
    values = recording(base / "snmprec" / f"{name}.snmprec.gz")
    host, _, port = (options.agent or "").rpartition(":")
    asked = ask(host, int(port), name, 20.0) if options.agent else served(values)
    found = await attempt(tally, "a document", name, asked)
    if found is not None:
        expected = json.loads(gzip.decompress((base / "expected" / f"{name}.json.gz").read_bytes()))
        family = tally.families.setdefault(found["system"]["vendor"], Family())
        family.recordings += 1
        for check in CHECKS:
            for label, good, why in check(found, expected):
                tally.count(label, name, why, good=good)
                family.count(label, good=good)
        if options.verbose:
            print(name, len(found["interfaces"]), len(found["components"]), found["problems"][:2], flush=True)
    for copy in range(options.mutate):
        mutant = mangled(values, random.Random(f"{name} {copy}"))
        await attempt(tally, "a document of a mangled copy", name, served(mutant))


async def run(options: argparse.Namespace) -> int:
    base = options.samples / "librenms"
    every = sorted(path.name.removesuffix(".snmprec.gz") for path in base.glob("snmprec/*.gz"))
    if not every:
        print(f"there are no recordings in {base / 'snmprec'}: see --samples", file=sys.stderr)
        return 2
    tally = Tally()
    for name in options.names or every:
        await one(options, base, name, tally)
    tally.show(sensors=options.misses)
    if options.families:
        tally.show_families()
    return 0 if tally.passed["a document"] == tally.total["a document"] else 1


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument(
        "--samples", type=Path, default=Path(os.environ.get("NETWRIGHT_SAMPLES", "../shared/samples"))
    )
    parser.add_argument("--agent", help="HOST:PORT of a snmpsim that serves the recordings")
    parser.add_argument("--mutate", type=int, default=0, metavar="COPIES")
    parser.add_argument("--misses", action="store_true", help="print the misses of sensors too")
    parser.add_argument("--families", action="store_true", help="print what each vendor's recordings give")
    parser.add_argument("--verbose", action="store_true")
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
