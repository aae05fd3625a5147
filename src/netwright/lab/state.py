"""A lab's folder: what is to be known after a crash of ours. What is meant to exist is written here before
it is made, so that ``down`` finds whatever a killed ``up`` left."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netwright.base.errors import InputError, NotFoundError
from netwright.lab import system
from netwright.lab.system import LabError
from netwright.lab.topology import Topology
from netwright.lab.topologyfile import parse_topology

_DEFAULT = Path("/run/netwright/labs")
# no hyphen: `nw-NAME-` is then the beginning of this lab's namespaces and of no other's
_NAME = re.compile(r"[a-z][a-z0-9]{0,23}")


def labs_folder() -> Path:
    """``NETWRIGHT_LAB_DIR``, or /run/netwright/labs."""
    return Path(os.environ.get("NETWRIGHT_LAB_DIR") or _DEFAULT).absolute()


@dataclass(frozen=True, slots=True)
class LabState:
    """Paths and names of one lab. Nothing here needs the lab to exist."""

    name: str
    folder: Path

    @property
    def prefix(self) -> str:
        return f"nw-{self.name}-"

    def namespace(self, node: str) -> str:
        return self.prefix + node

    @property
    def manager(self) -> str:
        return self.prefix + "mgr"

    @property
    def patch(self) -> str:
        return self.prefix + "patch"

    @property
    def access_file(self) -> Path:
        return self.folder / "access.yaml"

    @property
    def catalogue_file(self) -> Path:
        return self.folder / "catalogue.json"

    @property
    def commands(self) -> Path:
        """Programs that every node finds in /usr/local/bin."""
        return self.folder / "bin"

    def node(self, name: str) -> Path:
        return self.folder / "nodes" / name

    def hardware(self, name: str) -> Path:
        """Folder with the node's chassis.json; the node sees it as /run/hardware."""
        return self.node(name) / "hardware"

    def exists(self) -> bool:
        return self.folder.is_dir() or bool(system.namespaces(self.prefix))

    def prepare(self) -> None:
        """Make the folder. Layers can't lie on an overlay (a container's root): a tmpfs is put there then."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if system.filesystem(self.folder) == "overlay":
            system.run(["mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", str(self.folder)])

    def write_intent(self, topology: Topology, phase: str) -> None:
        """Say what is being made, before it is made."""
        write_atomic(self.folder / "lab.yaml", topology.source)
        mark = self.mark() or secrets.token_hex(8)
        write_atomic(self.folder / "lab.json", json.dumps({"mark": mark, "phase": phase}))

    def mark(self) -> str:
        """The lab's id, in the environment of every process it starts."""
        return str(self._intent().get("mark", ""))

    def phase(self) -> str:
        """``starting``, ``up``; empty when there is no such lab."""
        return str(self._intent().get("phase", ""))

    def topology(self) -> Topology:
        """What was asked for at ``lab up``. Raises NotFoundError when there is no such lab."""
        file = self.folder / "lab.yaml"
        try:
            return parse_topology(file.read_text(), str(file))
        except PermissionError:
            raise _no_rights(self.name) from None
        except FileNotFoundError:
            raise NotFoundError(
                "there is no such lab", subject=self.name, remedy="See `netwright lab list`, or start it."
            ) from None

    @contextlib.contextmanager
    def lock(self, deadline_s: float = 60.0) -> Iterator[None]:
        """One command at a time changes a lab. The kernel lets go when its process dies."""
        end = time.monotonic() + deadline_s
        # the lock's file lies outside the folder, for the folder is removed under the lock
        file = self.folder.parent / f".{self.name}.lock"
        while True:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except PermissionError:
                raise _no_rights(self.name) from None
            try:
                if _try_lock(descriptor) and _same(descriptor, file):
                    try:
                        yield
                    finally:
                        self._tidy(file)
                    return
            finally:
                os.close(descriptor)
            if time.monotonic() > end:
                raise LabError(
                    f"another command holds this lab since over {deadline_s:g} s",
                    subject=self.name,
                    remedy="Wait for it, or end it.",
                )
            time.sleep(0.05)

    def _tidy(self, lock_file: Path) -> None:
        """After the lab's end its lock goes too, and the default folder when it is empty."""
        if self.folder.is_dir():
            return
        lock_file.unlink(missing_ok=True)
        if self.folder.parent == _DEFAULT:
            for folder in (_DEFAULT, _DEFAULT.parent):
                with contextlib.suppress(OSError):
                    folder.rmdir()

    def _intent(self) -> dict[str, object]:
        try:
            found: dict[str, object] = json.loads((self.folder / "lab.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found


def _no_rights(lab: str) -> LabError:
    return LabError("no rights to the lab's folder", subject=lab, remedy="Run as root.")


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same(descriptor: int, file: Path) -> bool:
    """Whether the file we locked still is the one of that name (a ``down`` may have removed it)."""
    try:
        return os.fstat(descriptor).st_ino == file.stat().st_ino
    except FileNotFoundError:
        return False


def write_atomic(file: Path, text: str, mode: int = 0o600) -> None:
    """Write under another name, then rename: a reader sees the old text or the new one."""
    temporary = file.with_name(f".{file.name}.new")
    temporary.write_text(text)
    temporary.chmod(mode)
    temporary.replace(file)


def lab_state(name: str) -> LabState:
    """The state of the lab called ``name``. Raises InputError for a name that can't be a lab's."""
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} can't be the name of a lab",
            subject="--name",
            remedy="Use up to 24 small letters and digits, a letter first.",
        )
    return LabState(name, labs_folder() / name)


def lab_names() -> list[str]:
    """All labs that exist, wholly or in parts."""
    folder = labs_folder()
    names = {entry.name for entry in folder.iterdir() if entry.is_dir()} if folder.is_dir() else set()
    spaces = (name.removeprefix("nw-").split("-", 1)[0] for name in system.namespaces("nw-"))
    return sorted(name for name in names | set(spaces) if _NAME.fullmatch(name))
