"""The lab's hold on Linux: running the system's tools with deadlines, network namespaces, and the exact
processes inside them.

A process of a lab is known by the inode of its network namespace or by the lab's id in its environment,
never by its name or by a bare number that may have been given out again.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from netwright.base.errors import NetwrightError

NETNS = Path("/run/netns")
ENVIRONMENT_MARK = "NETWRIGHT_LAB"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# tool -> Debian package
_TOOLS = {
    "ip": "iproute2",
    "tc": "iproute2",
    "nft": "nftables",
    "nsenter": "util-linux",
    "unshare": "util-linux",
    "setsid": "util-linux",
    "/usr/lib/frr/frrinit.sh": "frr",
    "/usr/lib/frr/frr-reload.py": "frr-pythontools",
    "/usr/lib/x86_64-linux-gnu/frr/modules/zebra_snmp.so": "frr-snmp",
    "bird": "bird2",
    "snmpd": "snmpd",
    "lldpd": "lldpd",
    "sshd": "openssh-server",
    "nginx": "nginx-light",
    "sudo": "sudo",
    "curl": "curl",
    "ethtool": "ethtool",
    "/usr/bin/python3": "python3",
}


class LabError(NetwrightError):
    """The lab could not do what was asked. ``subject`` is the lab, the node or the cable."""


def missing() -> list[str]:
    """What this machine lacks for a lab of real routers, each in one phrase; empty when all is there."""
    if sys.platform != "linux":
        return ["Linux"]
    lacks = [] if os.geteuid() == 0 else ["root rights"]
    packages = {package for tool, package in _TOOLS.items() if not _present(tool)}
    return lacks + [f"package {package}" for package in sorted(packages)]


def require() -> None:
    """Raise LabError when this machine can't hold a lab."""
    lacks = missing()
    if lacks:
        raise LabError(
            f"a lab of real routers can't run here, missing: {', '.join(lacks)}",
            remedy="Run as root on Debian 12 with these packages, or use the simulated lab.",
        )


def _present(tool: str) -> bool:
    if tool.endswith(".so"):
        return any(Path("/usr/lib").glob(f"*/frr/modules/{Path(tool).name}"))
    return shutil.which(tool, path=_PATH) is not None


def environment(mark: str = "") -> dict[str, str]:
    """A bare environment for processes of the lab: nothing of ours leaks into a node."""
    plain = {"PATH": _PATH, "LANG": "C.UTF-8", "TERM": os.environ.get("TERM", "dumb")}
    return {**plain, ENVIRONMENT_MARK: mark} if mark else plain


def run(
    argv: Sequence[str],
    *,
    stdin: str = "",
    deadline_s: float = 30.0,
    check: bool = True,
    env: Mapping[str, str] | None = None,
    subject: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a tool. Raises LabError when it fails (``check``) or does not end in time; the error names
    ``subject`` or the tool, never its arguments, for there may be a secret among them."""
    subject = subject or Path(argv[0]).name
    try:
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=deadline_s,
            env=dict(env) if env is not None else environment(),
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LabError(f"did not end within {deadline_s:g} s", subject=subject) from None
    except OSError as error:
        raise LabError(f"can't run {argv[0]} ({error.strerror})", remedy="Install it.") from None
    if check and done.returncode != 0:
        said = (done.stderr or done.stdout).strip() or f"exit status {done.returncode}"
        raise LabError(said.replace("\n", "; ")[:500], subject=subject)
    return done


def ip_batch(lines: Iterable[str], *, namespace: str = "", force: bool = False, mark: str = "") -> None:
    """Many ``ip`` commands in one process. ``force`` goes on after an error and reports none. ``mark``: the
    lab's, for commands that make things and must not outlive a killed ``up`` unseen."""
    text = "".join(f"{line}\n" for line in lines)
    if not text:
        return
    inside = ["-n", namespace] if namespace else []
    run(
        ["ip", *inside, *(["-force"] if force else []), "-batch", "-"],
        stdin=text,
        deadline_s=120,
        check=not force,
        env=environment(mark),
    )


def namespaces(prefix: str) -> list[str]:
    """Names of the network namespaces that begin with ``prefix``, as far as they have a file."""
    try:
        return sorted(entry.name for entry in NETNS.iterdir() if entry.name.startswith(prefix))
    except FileNotFoundError:
        return []


def inode(namespace: str) -> int:
    """The namespace's inode; 0 when it does not exist (or its file is not a namespace yet)."""
    try:
        found = (NETNS / namespace).stat()
        return found.st_ino if found.st_dev == Path("/proc/self/ns/net").stat().st_dev else 0
    except OSError:
        return 0


def processes(inodes: Collection[int], mark: str = "") -> list[int]:
    """Processes in one of these network namespaces, or started with the lab's mark in their environment."""
    sought = f"{ENVIRONMENT_MARK}={mark}\0".encode() if mark else b""
    own = os.getpid()
    return [pid for pid in _all_processes() if pid != own and _belongs(pid, inodes, sought)]


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _belongs(pid: int, inodes: Collection[int], mark: bytes) -> bool:
    try:
        if Path(f"/proc/{pid}/ns/net").stat().st_ino in inodes:
            return True
        return bool(mark) and mark in Path(f"/proc/{pid}/environ").read_bytes() + b"\0"
    except OSError:  # it ended meanwhile, or it is a zombie
        return False


def init_of(namespace: str, hint: int = 0) -> int:
    """The PID (as seen from here) of the node's first process, 0 when the node is down. ``hint``: where it
    was last time."""
    wanted = inode(namespace)
    if not wanted:
        return 0
    if hint and _is_init(hint, wanted):
        return hint
    return next((pid for pid in _all_processes() if _is_init(pid, wanted)), 0)


def _is_init(pid: int, wanted: int) -> bool:
    try:
        if Path(f"/proc/{pid}/ns/net").stat().st_ino != wanted:
            return False
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                numbers = line.split()[1:]
                return len(numbers) > 1 and numbers[-1] == "1"
    except OSError:
        pass
    return False


def kill(pids: Iterable[int]) -> None:
    """SIGKILL; those that ended already are no error."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def wait_gone(pids: Iterable[int], deadline_s: float = 20.0) -> None:
    """Wait until these processes have ended (a zombie has). Raises LabError after the deadline."""
    end = time.monotonic() + deadline_s
    left = list(pids)
    while left := [pid for pid in left if _alive(pid)]:
        if time.monotonic() > end:
            raise LabError(f"processes {left[:5]} did not end within {deadline_s:g} s of SIGKILL")
        time.sleep(0.01)


def _alive(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in "ZX"


def filesystem(path: Path) -> str:
    """The type of the file system that holds ``path``, as ext4, tmpfs or overlay."""
    best = ("", "")
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        point = left.split()[4]
        if path.is_relative_to(point) and len(point) >= len(best[0]):
            best = (point, right.split()[0])
    return best[1]
