"""Files of simulated devices: in memory, with what the system itself shows below /proc and /etc; a server's
content is real files in a folder of ours."""

from __future__ import annotations

import errno
import posixpath
from pathlib import Path

from netwright.lab.sim.answers import proc_file
from netwright.lab.sim.faults import Fault
from netwright.lab.sim.hardware import Device

CONTENT_ROOT = "/srv/content"


class DeviceFiles:
    """The files of one device. ``content``: the folder that is its ``/srv/content``, None on a router."""

    def __init__(self, device: Device, content: Path | None = None) -> None:
        self._device = device
        self._content = content

    def read(self, path: str) -> bytes | None:
        path = posixpath.normpath(path)
        if (real := self.real(path)) is not None:
            return real.read_bytes() if real.is_file() else None
        shown = proc_file(self._device, path)
        return shown.encode() if shown is not None else self._device.files.get(path)

    def write(self, path: str, data: bytes) -> None:
        """Raises OSError when the device's disk takes no writes."""
        self.check_writable()
        path = posixpath.normpath(path)
        if (real := self.real(path)) is not None:
            real.parent.mkdir(parents=True, exist_ok=True)
            real.write_bytes(data)
        else:
            self._device.files[path] = data

    def remove(self, path: str) -> bool:
        path = posixpath.normpath(path)
        if (real := self.real(path)) is not None:
            there = real.is_file()
            real.unlink(missing_ok=True)
            return there
        return self._device.files.pop(path, None) is not None

    def move(self, old: str, new: str) -> bool:
        """Rename; on one disk it is one step."""
        self.check_writable()
        source, target = self.real(posixpath.normpath(old)), self.real(posixpath.normpath(new))
        if source is not None and target is not None:
            if not source.is_file():
                return False
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
            return True
        data = self.read(old)
        if data is None:
            return False
        self.write(new, data)
        return self.remove(old)

    def check_writable(self) -> None:
        if Fault.READ_ONLY in self._device.faults:
            raise OSError(errno.EROFS, "Read-only file system")

    def real(self, path: str) -> Path | None:
        """The file of ours behind a path below the content folder."""
        inside = posixpath.normpath(path)
        if self._content is None or not (inside + "/").startswith(CONTENT_ROOT + "/"):
            return None
        return self._content / inside.removeprefix(CONTENT_ROOT).lstrip("/")

    def below(self, folder: str) -> list[str]:
        """Paths of all files below a folder, sorted."""
        start = posixpath.normpath(folder).rstrip("/") + "/"
        found = [path for path in self._device.files if path.startswith(start)]
        if (real := self.real(folder)) is not None and real.is_dir():
            found += [f"{start}{file.relative_to(real)}" for file in real.rglob("*") if file.is_file()]
        return sorted(found)
