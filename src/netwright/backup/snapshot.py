"""One run of the backup: every running configuration read, checked, scrubbed, and kept in one commit."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from netwright.backup.archive import Archive, path_of, paths_of
from netwright.backup.change import changed, told
from netwright.base.clock import Clock
from netwright.base.errors import NetwrightError, NotFoundError, UnparsedAnswerError
from netwright.base.outcome import Outcome
from netwright.base.secret import Secret
from netwright.config.schema import Schema
from netwright.device.fleet import for_each
from netwright.device.session import Session
from netwright.platforms.platform import ConfigReader
from netwright.platforms.target import Target
from netwright.store.database import Database
from netwright.store.sealed import text_digest

_DEADLINE_S = 120.0
_TEXTS_AT_ONCE = 32
_FEW_LINES = 20
"""Below so many lines a copy may shrink as it likes."""
_SHRUNK = 0.5
_SUBJECT_WORDS = 3
_AUTHOR = "netwright"


class BackupState(enum.StrEnum):
    """What a run found on a device."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    FAILED = "failed"
    """Not read, or not whole; the last good copy stays."""


@dataclass(frozen=True, slots=True)
class DeviceBackup:
    """One device in a run. ``added`` and ``removed`` statements against the last copy, by what they mean, and
    the ``sections`` that they stand in."""

    device: str
    state: BackupState
    added: int = 0
    removed: int = 0
    message: str = ""
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run. ``commit`` is None when nothing was different."""

    commit: str | None
    devices: tuple[DeviceBackup, ...]

    def count(self, state: BackupState) -> int:
        return sum(device.state is state for device in self.devices)

    @property
    def complete(self) -> bool:
        return self.count(BackupState.FAILED) == 0


@dataclass(frozen=True, slots=True)
class _Copy:
    device: str
    scrubbed: str
    whole: Secret
    rules: Schema
    note: str = ""


@dataclass(frozen=True, slots=True)
class Backups:
    """Takes snapshots into an archive."""

    database: Database
    archive: Archive
    scrub_key: Secret
    clock: Clock
    open_session: Callable[[Target], Session]
    concurrency: int = 100
    deadline_s: float = field(default=_DEADLINE_S)

    async def take(
        self, targets: Iterable[Target], *, on_device: Callable[[DeviceBackup], None] = lambda _: None
    ) -> Snapshot:
        """Read all devices whose configuration can be read and commit what changed, all at once.

        A device that fails keeps its last good copy. Raises StorageError when the disk refuses; the
        archive is then as it was."""
        ours = [target for target in targets if target.platform.readable is not None]
        with self.database.read() as session:
            paths = paths_of(session, [target.device for target in ours])
        files: dict[str, bytes | None] = {}
        results: list[DeviceBackup] = []
        whole: dict[str, Secret] = {}
        work = partial(self._read, paths)
        async for outcome in for_each(ours, work, concurrency=self.concurrency, deadline_s=self.deadline_s):
            copy = outcome.value
            if copy is None:
                result = _failed(outcome)
            else:
                path = paths.get(copy.device, path_of("unknown", copy.device))
                result = self._compare(copy, path)
                if result.state is not BackupState.SAME:
                    files[path] = copy.scrubbed.encode()
                if path in files or self._last(path) == copy.scrubbed:
                    whole[text_digest(copy.scrubbed)] = copy.whole
            results.append(result)
            on_device(result)
            if len(whole) >= _TEXTS_AT_ONCE:
                self.archive.texts.put(whole)
                whole.clear()
        self.archive.texts.put(whole)  # before the commit: what git has can be restored
        results.sort(key=lambda result: result.device)
        files.update(self._moved(paths))
        commit = None
        if files:
            message = _message(results)
            commit = self.archive.repository.commit(files, message, _AUTHOR, self.clock.now())
        return Snapshot(commit, tuple(results))

    async def _read(self, paths: dict[str, str], target: Target) -> _Copy:
        reader = target.platform.readable
        assert reader is not None
        session = self.open_session(target)
        try:
            text, note = await self._whole_text(reader, session, paths.get(target.device, ""))
        finally:
            await session.close()
        scrubbed = target.platform.scrub(text, self.scrub_key)
        return _Copy(target.device, scrubbed, Secret(text), target.platform.rules, note)

    async def _whole_text(self, reader: ConfigReader, session: Session, path: str) -> tuple[str, str]:
        """The running configuration; read twice when it has shrunk so much that it may have been cut."""
        text = await reader.read_running(session)
        device = session.endpoint.device
        if not text.strip():
            raise UnparsedAnswerError("the device shows an empty configuration", subject=device)
        before, now = len(self._last(path).splitlines()), len(text.splitlines())
        if before <= _FEW_LINES or now >= before * _SHRUNK:
            return text, ""
        if await reader.read_running(session) != text:
            raise UnparsedAnswerError(
                f"{now} lines instead of {before}, and a second reading differs: it is not whole",
                subject=device,
                remedy="Look at the device; the last good copy was kept.",
                raw=text[-500:],
            )
        return text, f"{now} lines instead of {before}, read twice"

    def _last(self, path: str) -> str:
        try:
            return self.archive.repository.read(path).decode() if path else ""
        except NotFoundError:
            return ""

    def _compare(self, copy: _Copy, path: str) -> DeviceBackup:
        last = self._last(path)
        if not last:
            return DeviceBackup(copy.device, BackupState.NEW, added=len(copy.scrubbed.splitlines()))
        found = changed(last, copy.scrubbed, copy.rules)
        if found is None:
            return DeviceBackup(copy.device, BackupState.SAME)
        return DeviceBackup(
            copy.device, BackupState.CHANGED, found.added, found.removed, copy.note, found.sections
        )

    def _moved(self, paths: dict[str, str]) -> dict[str, None]:
        """Files of devices that stand in another site now."""
        here = {path.rpartition("/")[2]: path for path in paths.values()}
        return {
            path: None
            for path in self.archive.repository.paths()
            if here.get(path.rpartition("/")[2], path) != path
        }


def _failed(outcome: Outcome[_Copy]) -> DeviceBackup:
    error = outcome.error
    text = str(error) if isinstance(error, NetwrightError) else f"{type(error).__name__}: {error}"
    return DeviceBackup(outcome.device, BackupState.FAILED, message=text)


def _message(results: list[DeviceBackup]) -> str:
    """A subject with what changed, then a line a device."""
    changed = [result for result in results if result.state in (BackupState.NEW, BackupState.CHANGED)]
    names = ", ".join(result.device for result in changed[:_SUBJECT_WORDS])
    more = f" and {len(changed) - _SUBJECT_WORDS} more" if len(changed) > _SUBJECT_WORDS else ""
    lines = [f"Back up {names}{more}" if changed else "Move files of devices to their sites", ""]
    for result in changed:
        counts = f"+{result.added} -{result.removed}{told(result.sections)}"
        what = "new" if result.state is BackupState.NEW else counts
        lines.append(f"{result.device}: {what}{f' ({result.message})' if result.message else ''}")
    lines += [f"{r.device}: not read, {r.message}" for r in results if r.state is BackupState.FAILED]
    return "\n".join(lines) + "\n"
