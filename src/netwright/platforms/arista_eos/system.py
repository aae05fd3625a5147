"""EOS: the device as a whole, accounts, time, load."""

from __future__ import annotations

import re
from typing import Any

from netwright.platforms import values
from netwright.platforms.facts import CpuFact, Found, Load, NtpFact, System, UserFact
from netwright.platforms.records import Rows, mapping, tree

_CPU = re.compile(r"^%?Cpu\(s\):.*?([\d.]+)\s*%?\s*id", re.MULTILINE)
_MEMORY = re.compile(r"^([KMG]i?B)?\s*Mem\s*:\s*(.*)$", re.MULTILINE)
_SERVER = re.compile(r"^ntp server (?:vrf (?P<vrf>\S+) )?(?P<address>\S+)", re.MULTILINE)


def version(answer: str) -> Found:
    said = tree(answer)
    release = values.words(said.get("internalVersion")) or values.words(said.get("version"))
    total, free = said.get("memTotal"), said.get("memFree")
    load = Load()
    if isinstance(total, int) and isinstance(free, int) and total:
        load = Load(memory=1 - free / total, memory_total=total * 1024, memory_used=(total - free) * 1024)
    return Found(
        system=System(
            vendor="Arista",
            model=values.words(said["modelName"]),
            serial=values.words(said.get("serialNumber")),
            os="eos",
            os_version=release,
            uptime_s=values.number(said.get("uptime")),
            mac=values.mac(said.get("systemMacAddress")),
        ),
        load=load,
    )


def hostname(answer: str) -> Found:
    said = tree(answer)
    return Found(system=System(str(said["hostname"]), fqdn=values.words(said.get("fqdn"))))


def reload_cause(answer: str) -> Found:
    causes = tree(answer)["resetCauses"]
    reason = values.words(causes[0].get("description")) if causes else None
    return Found(system=System(reboot_reason=reason))


def snmp(answer: str) -> Found:
    said = tree(answer)
    return Found(
        system=System(
            contact=values.words(mapping(said.get("contact")).get("contact")),
            location=values.words(mapping(said.get("location")).get("location")),
        )
    )


def users(answer: str) -> Found:
    rows = Rows()
    return Found(users=rows.of("user", mapping(tree(answer)["users"]).items(), _user), unparsed=rows.unparsed)


def _user(item: tuple[str, Any]) -> UserFact:
    name, said = item
    key = str(said.get("sshAuthorizedKey") or "").strip()
    return UserFact(
        name=name,
        level=values.integer(said.get("privLevel")),
        role=values.words(said.get("role")),
        ssh_keys=(key,) if key else (),
    )


def top(answer: str) -> Found:
    """``show processes top once``: text, also where JSON is asked for by an old release."""
    cpu, memory = _CPU.search(answer), _MEMORY.search(answer)
    if cpu is None or memory is None:
        raise ValueError("no line tells the use of the processor and of memory")
    use = round(1 - float(cpu[1]) / 100, 4)
    unit = (memory[1] or "")[:1]
    figures = {name: f"{number}{scale or unit}" for number, scale, name in _figures(memory[2])}
    total, used = values.octets(figures.get("total")), values.octets(figures.get("used"))
    share = used / total if used is not None and total else None
    return Found(load=Load(use, share, (CpuFact("0", use),), total, used))


def _figures(line: str) -> list[tuple[str, str, str]]:
    return re.findall(r"([\d.]+)\s*([kmgKMG]?)\s+(total|used|free)", line)


def ntp_servers(answer: str) -> Found:
    """Of the configuration's section: what is configured, whether it answers or not."""
    found = tuple(
        NtpFact(match["address"], "server", routing_instance=match["vrf"])
        for match in _SERVER.finditer(answer)
    )
    return Found(ntp=found)


def ntp_associations(answer: str) -> Found:
    rows = Rows()
    peers = mapping(tree(answer).get("peers")).items()
    return Found(ntp=rows.of("peer", peers, _peer), unparsed=rows.unparsed)


def _peer(item: tuple[str, Any]) -> NtpFact:
    name, said = item
    history = said.get("reachabilityHistory")
    return NtpFact(
        address=str(said.get("peerIpAddr") or name),
        association="server",
        synchronized=said.get("condition") == "sys.peer",
        reference=values.words(said.get("refid")),
        stratum=values.integer(said.get("stratumLevel")),
        kind=values.words(said.get("peerType")),
        poll_s=values.integer(said.get("pollInterval")),
        reachability=_octet(history) if isinstance(history, list) else None,
        delay_ms=values.number(said.get("delay")),
        offset_ms=values.number(said.get("offset")),
        jitter_ms=values.number(said.get("jitter")),
    )


def _octet(history: list[Any]) -> int:
    """The last eight answers as the bits of a number, as NTP shows it."""
    return sum(1 << place for place, heard in enumerate(history[:8]) if heard)
