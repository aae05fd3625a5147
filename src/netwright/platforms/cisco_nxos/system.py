"""NX-OS: the device as a whole, hardware, environment, load, time."""

from __future__ import annotations

import re
from typing import Any

from netwright.platforms import values
from netwright.platforms.cisco_nxos.body import body, first, rows, walk
from netwright.platforms.facts import (
    ComponentFact,
    CpuFact,
    Found,
    Limits,
    Load,
    NtpFact,
    SensorFact,
    System,
    UserFact,
)
from netwright.platforms.records import Rows, mapping
from netwright.platforms.text import system as text

_CPU = re.compile(r"^\s*CPU(\d+) states\s*:.*?([\d.]+)% idle", re.MULTILINE)
_ALL = re.compile(r"^CPU states\s*:.*?([\d.]+)% idle", re.MULTILINE)
_MEMORY = re.compile(r"^Memory usage: *(\d+)K total, *(\d+)K used", re.MULTILINE)
_THERMOMETER = re.compile(r"^(\d+) +(\S.*?) +(\d+) +(\d+) +(-?\d+) +(\S+) *$")
_USER = re.compile(r"^user: *(\S+)[^\n]*\n(?:(?!user:)[^\n]*\n)*? *roles: *([^\n]*)", re.MULTILINE)
_PEER = re.compile(r"^ *([0-9A-Fa-f.:]+) +(Server|Peer) ", re.MULTILINE)


def version(answer: str) -> Found:
    said = body(answer)
    parts = [values.integer(said.get(f"kern_uptm_{unit}")) for unit in ("days", "hrs", "mins", "secs")]
    uptime = None
    if None not in parts:
        uptime = float(
            sum(count * size for count, size in zip(parts, (86_400, 3600, 60, 1), strict=True) if count)
        )
    memory = values.integer(said.get("memory"))
    return Found(
        system=System(
            hostname=str(said.get("host_name") or ""),
            vendor="Cisco",
            model=values.words(said.get("chassis_id")),
            serial=values.words(said.get("proc_board_id")),
            os="nxos",
            os_version=str(first(said, "nxos_ver_str", "sys_ver_str", "kickstart_ver_str", "rr_sys_ver")),
            uptime_s=uptime,
            reboot_reason=values.words(said.get("rr_reason")),
            image=values.words(first(said, "nxos_file_name", "isan_file_name")),
        ),
        load=Load(memory_total=memory * 1024 if memory else None),
    )


def hostname(answer: str) -> Found:
    name = str(body(answer)["hostname"])
    return Found(system=System(name.partition(".")[0], fqdn=name))


def hostname_text(answer: str) -> Found:
    name = answer.strip().splitlines()[-1].strip() if answer.strip() else ""
    if not re.fullmatch(r"[\w.-]+", name):
        raise ValueError("is no name")
    return Found(system=System(name.partition(".")[0], fqdn=name))


def inventory(answer: str) -> Found:
    kept = Rows()
    pieces = kept.of("piece", rows(body(answer), "inv"), _piece)
    return Found(
        system=text.chassis(pieces),
        components=pieces,
        transceivers=tuple(text.optics(pieces)),
        unparsed=kept.unparsed,
    )


def _piece(said: dict[str, Any]) -> ComponentFact:
    names = {
        "name": "name",
        "desc": "description",
        "productid": "pid",
        "vendorid": "vid",
        "serialnum": "serial",
    }
    return text.component({ours: str(said.get(theirs) or "").strip('" ') for theirs, ours in names.items()})


def environment(answer: str) -> Found:
    said, kept = body(answer), Rows()
    _number(rows(said, "tempinfo"))
    fans = [row for row in walk(said, "faninfo") if "fanname" in row]
    supplies = list(enumerate(walk(said, "psinfo"), 1))
    return Found(
        components=(*kept.of("fan", fans, _fan), *kept.of("supply", supplies, _supply)),
        sensors=(
            *kept.of("sensor", rows(said, "tempinfo"), _temperature),
            *kept.of("supply", supplies, _output),
        ),
        unparsed=kept.unparsed,
    )


def _number(said: list[dict[str, Any]]) -> None:
    """Sensors of one name in one module get a number: the second ASIC is ``ASIC #2``."""
    count: dict[tuple[str, str], int] = {}
    for row in said:
        key = str(row.get("tempmod")), str(row.get("sensor"))
        count[key] = count.get(key, 0) + 1
        if count[key] > 1:
            row["sensor"] = f"{key[1].strip()} #{count[key]}"


def _fan(said: dict[str, Any]) -> ComponentFact:
    state = str(said.get("fanstatus", "")).strip()
    return ComponentFact(
        str(said["fanname"]).strip(), "fan", model=values.words(said.get("fanmodel")),
        ok=state.lower() in {"ok", "present"}, state=state or None,
    )  # fmt: skip


def _supply(row: tuple[int, dict[str, Any]]) -> ComponentFact:
    place, said = row
    state = str(first(said, "ps_status", "ps_status_3k") or "").strip()
    model = values.words(said.get("psmodel"))
    rated = re.search(r"-(\d{3,4})W|^[\w-]*?(\d{3,4})(?:W|AC|DC)", model or "")
    capacity = values.number(first(said, "tot_capa", "watts_capacity")) or (
        float(rated[1] or rated[2]) if rated else None
    )
    return ComponentFact(
        str(first(said, "psnum") or place).strip(), "power-supply", model=model, ok=state.lower() == "ok",
        state=state or None, capacity_w=capacity,
    )  # fmt: skip


def _output(row: tuple[int, dict[str, Any]]) -> SensorFact | None:
    place, said = row
    watts = values.number(first(said, "actual_out", "watts"))
    name = str(first(said, "psnum") or place).strip()
    return None if watts is None else SensorFact(f"{name} output", "watts", watts, "W", component=name)


def _temperature(said: dict[str, Any]) -> SensorFact:
    sensor = str(said["sensor"]).strip()
    module = str(said.get("tempmod", "")).strip()
    return _reading(
        module,
        sensor,
        said["majthres"],
        said["minthres"],
        said["curtemp"],
        str(said.get("alarmstatus", "Ok")),
    )


def _reading(module: str, sensor: str, major: Any, minor: Any, current: Any, state: str) -> SensorFact:
    return SensorFact(
        sensor, "celsius", float(values.number(current) or 0), "°C", ok=state.strip().lower() == "ok",
        limits=Limits(high_warning=values.number(minor), high_critical=values.number(major)),
        component=f"module {module}" if module else None,
    )  # fmt: skip


def temperatures(answer: str) -> Found:
    """``show environment temperature`` as text."""
    if "Sensor" not in answer and "Temperature" not in answer:
        raise ValueError("no line names a sensor")
    found = (match for line in answer.splitlines() if (match := _THERMOMETER.match(line)))
    return Found(sensors=tuple(_reading(m[1], m[2].strip(), m[3], m[4], m[5], m[6]) for m in found))


def resources(answer: str) -> Found:
    """``show system resources`` as text."""
    memory, whole = _MEMORY.search(answer), _ALL.search(answer)
    if memory is None and whole is None:
        raise ValueError("no line tells the use of the processor or of memory")
    cpus = tuple(CpuFact(name, round(1 - float(idle) / 100, 4)) for name, idle in _CPU.findall(answer))
    total, used = (int(memory[1]) * 1024, int(memory[2]) * 1024) if memory else (None, None)
    return Found(
        load=Load(
            cpu=round(1 - float(whole[1]) / 100, 4) if whole else None,
            memory=used / total if used is not None and total else None,
            cpus=cpus, memory_total=total, memory_used=used,
        )
    )  # fmt: skip


def cpu(answer: str) -> Found:
    said = body(answer)
    idle = values.number(said["idle_percent"])
    if idle is None:
        raise ValueError("no use of the processor is told")
    use = round(1 - idle / 100, 4)
    return Found(load=Load(cpu=use, cpus=(CpuFact("0", use),)))


def shared_memory(answer: str) -> Found:
    """Shared memory in megabytes: what the releases of NX-API that know no resources tell."""
    said = mapping(next(iter(rows(body(answer), "process_tag")), {}))
    total = values.integer(said.get("process-memory-share-total-shm-avail"))
    used = values.integer(said.get("process-memory-share-total-shm-used"))
    if total is None or used is None:
        raise ValueError("no memory is told")
    return Found(load=Load(memory_total=total * 1_000_000, memory_used=used * 1_000_000))


def ntp_status(answer: str) -> Found:
    kept = Rows()
    return Found(ntp=kept.of("peer", rows(body(answer), "peersstatus"), _ntp), unparsed=kept.unparsed)


def _ntp(said: dict[str, Any]) -> NtpFact:
    remote = str(said["remote"]).strip()
    return NtpFact(
        remote, "server", synchronized=str(said.get("syncmode", "")).strip() == "*", reference=remote,
        stratum=values.integer(said.get("st")), poll_s=values.integer(said.get("poll")),
        reachability=values.integer(said.get("reach")), delay_ms=values.number(said.get("delay")),
        routing_instance=values.words(said.get("vrf")),
    )  # fmt: skip


def users(answer: str) -> Found:
    """``show user-account`` as text: a block a user, its roles in one line."""
    found = tuple(
        UserFact(name, 15 if "network-admin" in roles.split() else None, next(iter(roles.split()), None))
        for name, roles in _USER.findall(answer)
    )
    if not found:
        raise ValueError("no line begins with user:")
    return Found(users=found)


def ntp_peers(answer: str) -> Found:
    """``show ntp peers`` as text."""
    return Found(ntp=tuple(NtpFact(match[1], match[2].lower()) for match in _PEER.finditer(answer)))
