"""Linux as a whole: release, uptime and what ended the run before, processors, memory, accounts, time."""

from __future__ import annotations

import re
import shlex

from netwright.platforms import values
from netwright.platforms.facts import CpuFact, Found, Load, NtpFact, System, UserFact

RELEASE = "cat /etc/os-release"
KERNEL = "uname -srn"
UPTIME = "cat /proc/uptime"
BOOTS = "last -x -F -n 20 reboot shutdown"
PROCESSORS = "cat /proc/stat; sleep 1; cat /proc/stat"
MEMORY = "cat /proc/meminfo"
ACCOUNTS = "getent passwd"
GROUPS = "getent group"
CHRONY = "chronyc -n -c sources"
NTPQ = "ntpq -pn"
TIMESYNC = "timedatectl show-timesync --all"

_TIMES = re.compile(r"^cpu(\d*) +([\d ]+)$", re.MULTILINE)
_SIZE = re.compile(r"^(\w+): +(\d+) kB$", re.MULTILINE)
_BOOT = re.compile(r"^(reboot|shutdown) +system (?:boot|down) ", re.MULTILINE)
_NO_SHELL = ("nologin", "false", "sync", "shutdown", "halt")
_WHEEL = ("sudo", "wheel", "admin")
_FIRST_PERSON = 1000
"""The first number of an account that is not the system's (login.defs, UID_MIN)."""
_SOURCE_MODES = {"^": "server", "=": "peer", "#": "reference-clock"}
_NTPQ_ROW = re.compile(
    r"^(?P<mark>[ *#+~x.o-])(?P<peer>\S+) +(?P<ref>\S+) +(?P<st>\d+) +(?P<t>\w) +(?P<when>\S+) +"
    r"(?P<poll>\d+) +(?P<reach>\d+) +(?P<delay>[-\d.]+) +(?P<offset>[-+\d.]+) +(?P<jitter>[-\d.]+)",
    re.MULTILINE,
)
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def release(output: str) -> Found:
    """The distribution (os-release(5)). What runs upon it (FRR, BIRD) is told before it, and counts."""
    said: dict[str, str] = {}
    for line in output.splitlines():
        name, mark, text = line.partition("=")
        if mark and not line.startswith("#"):
            said[name] = " ".join(shlex.split(text))
    if "NAME" not in said:
        raise ValueError("no line tells NAME=")
    return Found(system=System(os=said["NAME"], os_version=values.words(said.get("VERSION_ID"))))


def kernel(output: str) -> Found:
    """``Linux NAME RELEASE``: the kernel is the image that was booted."""
    words = output.split()
    if len(words) != 3:
        raise ValueError("is not a kernel's name, the host's and a release")
    name, host, version = words
    return Found(system=System(host.partition(".")[0], fqdn=host if "." in host else None,
                               image=f"{name} {version}"))  # fmt: skip


def uptime(output: str) -> Found:
    return Found(system=System(uptime_s=float(output.split(maxsplit=1)[0])))


def boots(output: str) -> Found:
    """Why it booted last: after an orderly shutdown or without one. ``wtmp`` tells the newest first."""
    found = [match[1] for match in _BOOT.finditer(output)]
    if not found or found[0] != "reboot":
        if "wtmp begins" not in output:
            raise ValueError("no line tells a boot")
        return Found()
    if len(found) == 1:
        return Found()
    orderly = found[1] == "shutdown"
    why = "orderly shutdown" if orderly else "no shutdown recorded (crash, reset or loss of power)"
    return Found(system=System(reboot_reason=why))


def processors(output: str) -> Found:
    """Use between two readings of /proc/stat (proc(5)); the first of them counts since the boot."""
    readings: dict[str, list[tuple[int, int]]] = {}
    for name, text in _TIMES.findall(output):
        times = [int(one) for one in text.split()][:8]
        if len(times) < 5:
            raise ValueError(f"cpu{name} tells too few times")
        readings.setdefault(name, []).append((sum(times), times[3] + times[4]))
    if not readings:
        raise ValueError("no line tells the times of a processor")
    used = {name: _use(told) for name, told in readings.items()}
    cpus = tuple(CpuFact(name, use) for name, use in used.items() if name and use is not None)
    return Found(load=Load(cpu=used.get(""), cpus=cpus))


def _use(told: list[tuple[int, int]]) -> float | None:
    (total, idle) = told[-1] if len(told) == 1 else (told[1][0] - told[0][0], told[1][1] - told[0][1])
    return round(max(0.0, 1 - idle / total), 4) if total > 0 else None


def memory(output: str) -> Found:
    """Used is what could not be had by a new program (``MemAvailable``, Linux 3.14 and later)."""
    said = {name: int(count) * 1024 for name, count in _SIZE.findall(output)}
    total = said["MemTotal"]
    free = said.get("MemAvailable", said["MemFree"] + said.get("Buffers", 0) + said.get("Cached", 0))
    used = total - free
    return Found(load=Load(memory=used / total if total else None, memory_total=total, memory_used=used))


def accounts(output: str) -> Found:
    """Who may log in: people's accounts and root, those with a shell. Passwords don't stand here (shadow)."""
    found = []
    for line in output.strip().splitlines():
        name, _, number, _, _, _, shell = line.split(":")
        if shell.rpartition("/")[2] in _NO_SHELL or not (int(number) >= _FIRST_PERSON or number == "0"):
            continue
        root = number == "0"
        found.append(UserFact(name, level=15 if root else None, role="root" if root else None))
    return Found(users=tuple(found))


def groups(output: str) -> Found:
    """Members of the groups that may do all that root may."""
    found = []
    for line in output.strip().splitlines():
        group, _, _, members = line.split(":")
        if group in _WHEEL:
            found += [UserFact(name, level=15, role=group) for name in members.split(",") if name]
    return Found(users=tuple(found))


def chrony(output: str) -> Found:
    """Rows of commas: mode, state, source, stratum, poll (log2 s), reach, age, offsets (s), error."""
    found = []
    for line in output.strip().splitlines():
        mode, state, name, stratum, poll, reach, last, _, measured, error = line.split(",")[:10]
        found.append(
            NtpFact(
                name, _SOURCE_MODES.get(mode), synchronized=state == "*", stratum=int(stratum), when=last,
                poll_s=2 ** int(poll) if int(poll) < 20 else None, reachability=int(reach),
                offset_ms=float(measured) * 1000, jitter_ms=float(error) * 1000,
            )
        )  # fmt: skip
    return Found(ntp=tuple(found))


def ntpq(output: str) -> Found:
    """The table of ntpd; an empty one has its heading only."""
    if "remote" not in output and "No association" not in output:
        raise ValueError("no heading tells a table of peers")
    return Found(
        ntp=tuple(
            NtpFact(
                row["peer"], "peer" if row["t"] == "s" else "server", synchronized=row["mark"] in "*o",
                reference=row["ref"], stratum=int(row["st"]), kind=row["t"], when=row["when"],
                poll_s=int(row["poll"]), reachability=int(row["reach"]), delay_ms=float(row["delay"]),
                offset_ms=float(row["offset"]), jitter_ms=float(row["jitter"]),
            )
            for row in _NTPQ_ROW.finditer(output)
        )
    )  # fmt: skip


def timesync(output: str) -> Found:
    """systemd-timesyncd: one server at a time; none yet: nothing."""
    said = dict(line.partition("=")[::2] for line in output.splitlines() if "=" in line)
    if not said:
        raise ValueError("no line tells NAME=VALUE")
    address = said.get("ServerAddress") or said.get("ServerName")
    if not address:
        return Found()
    packet = said.get("NTPMessage", "")
    stratum = re.search(r"Stratum=(\d+)", packet)
    jitter = re.search(r"Jitter=([\d.]+)(us|ms|s)\b", packet)
    return Found(
        ntp=(
            NtpFact(
                address,
                "server",
                synchronized=bool(packet) and "Ignored=yes" not in packet,
                stratum=int(stratum[1]) if stratum else None,
                jitter_ms=float(jitter[1]) * _UNITS[jitter[2]] if jitter else None,
            ),
        )
    )
