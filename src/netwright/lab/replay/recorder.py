"""Writes sessions down, one file each: every entry in one piece once it is over, so that what stands in a
file stays if the process is killed."""

from __future__ import annotations

import re
import secrets as random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lxml import etree

from netwright.base.errors import InputError, StorageError
from netwright.base.secret import Secret
from netwright.device.journal import (
    Asked,
    Called,
    Ended,
    Entry,
    Exchanged,
    Greeted,
    Operated,
    Ran,
    Shown,
    Typed,
    Way,
)
from netwright.device.netconf.xml import parse
from netwright.lab.replay.calls import CALLS, message_text
from netwright.lab.replay.form import Entry as Written
from netwright.lab.replay.form import Value, lines_of, written
from netwright.lab.replay.scrubbing import Scrubber

VERSION = 1
_HEAD = """\
# A session with a device, recorded by Netwright. Secrets that are known are replaced by <secret:...>.
# Please read it through before you give it to others: nobody knows what else your device tells.
"""
_KEPT_HEADERS = ("content-type", "location", "x-auth-token")
_UNFIT = re.compile(r"[^\w.-]+")


class FolderRecorder:
    """A ``device.journal.Recorder`` that writes into ``folder``, which must be new or empty.

    ``at``: the time that facts are of. ``about``: how it was asked for, for the replay. Raises InputError."""

    def __init__(self, folder: Path, at: float, about: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._at = at
        self._about = dict(about or {})
        self._scrubber = Scrubber(Secret(random.token_hex(32)))
        self._numbers: dict[str, int] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            taken = any(folder.iterdir())
        except OSError as error:
            raise StorageError(
                f"can't be made ({error.strerror})", subject=str(folder), remedy="Name another folder."
            ) from None
        if taken:
            raise InputError(
                "is not empty", subject=str(folder), remedy="Name a new folder: a recording is one run."
            )

    def begin(self, device: str, way: Way, secrets: Sequence[Secret]) -> FileJournal:
        self._scrubber.learn(secrets)
        number = self._numbers[device] = self._numbers.get(device, 0) + 1
        path = self._folder / f"{_UNFIT.sub('_', device)}-{number:03d}-{way}.yaml"
        head: dict[str, Value] = {"recording": VERSION, "device": self._scrubber.known(device), "way": way}
        return FileJournal(path, self._scrubber, {**head, "at": self._at, **self._about})


class FileJournal:
    """One session's file. It is there once something was said."""

    def __init__(self, path: Path, scrubber: Scrubber, head: Written) -> None:
        self._path = path
        self._scrubber = scrubber
        self._head: Written | None = head
        self._typed: Typed | None = None
        self._shown = bytearray()
        self._told: set[tuple[str, bool]] = set()
        self._values: set[str] = set()

    def note(self, entry: Entry) -> None:
        match entry:
            case Typed():
                self._turn()
                self._typed = entry
            case Shown():
                self._shown += entry.data
            case Ended():
                self._turn()
            case Asked():
                self._write(self._asked(entry))
            case _:
                self._write([self._other(entry)])

    def _turn(self) -> None:
        """What was typed last, and all that came of it."""
        typed, self._typed = self._typed, None
        shown, self._shown = _decoded(bytes(self._shown)), bytearray()
        if typed is None and not shown:
            return
        made: dict[str, Value] = {}
        if typed is not None:
            made["typed"] = (self._scrubber.whole if typed.secret else self._scrubber.text)(typed.text)
        self._write([{**made, **_screen(self._scrubber.screen(shown))}])

    def _other(self, entry: Entry) -> Written:
        scrub = self._scrubber
        match entry:
            case Ran():
                made: dict[str, Value] = {"exec": scrub.text(entry.command)}
                if entry.refused:
                    return made | {"refused": scrub.text(entry.refused)}
                made["output"] = scrub.text(_decoded(entry.output))
                if entry.error:
                    made["error"] = scrub.text(_decoded(entry.error))
                return made | {"status": entry.status, "whole": entry.whole}
            case Greeted():
                return {"hello": scrub.xml(parse(entry.hello))}
            case Operated():
                return {
                    "operation": _canonical(scrub, entry.operation),
                    "reply": scrub.xml(parse(entry.reply)),
                }
            case Exchanged():
                headers = {
                    name: scrub.whole(value) if "token" in name else scrub.text(value)
                    for name, value in entry.headers.items()
                    if name in _KEPT_HEADERS
                }
                sent = {} if entry.body is None else {"body": scrub.question(entry.body)}
                return {
                    "request": f"{entry.method} {scrub.text(entry.path)}", **sent,
                    "status": entry.status, "headers": headers, "answer": scrub.body(entry.answer),
                }  # fmt: skip
            case Called():
                return self._called(entry)
        raise TypeError(type(entry).__name__)

    def _called(self, entry: Called) -> Written:
        kinds = CALLS[entry.name]
        request = kinds[0].FromString(entry.request)
        answers = [kinds[1].FromString(one) for one in entry.answers]
        for message in (request, *answers):
            self._scrubber.gnmi(message)
        made: dict[str, Value] = {"call": entry.name, "request": message_text(request)}
        if entry.code != "OK":
            made |= {"code": entry.code, "details": self._scrubber.text(entry.details)}
        return made | {f"answer{number or ''}": message_text(one) for number, one in enumerate(answers)}

    def _asked(self, entry: Asked) -> list[Written]:
        """A value that was told before is not told again."""
        scrub = self._scrubber
        rows: list[Value] = []
        for oid, value in entry.found.items():
            if oid in self._values or scrub.names_secret(oid):
                continue
            self._values.add(oid)
            rows.append([oid, *_value(scrub, value)])
        known = (entry.oid, entry.below)
        if known in self._told and not rows:
            return []
        self._told.add(known)
        asked = "walk" if entry.below else "get"
        return [{asked: scrub.known(entry.oid), **({"values": rows} if rows else {})}]

    def _write(self, entries: Iterable[Written]) -> None:
        text = "".join(map(written, entries))
        if not text:
            return
        if self._head is not None:
            text, self._head = _HEAD + written(self._head) + text, None
        try:
            with self._path.open("ab", buffering=0) as file:
                file.write(text.encode())
        except OSError as error:
            raise StorageError(
                f"can't be written ({error.strerror})", subject=str(self._path), remedy="Look at the disk."
            ) from None


def _screen(text: str) -> Written:
    """What a terminal showed. Where all lines end with CR and LF they are written as lines."""
    lines = text.replace("\r\n", "\n")
    if "\r" not in lines and "\n" not in text.replace("\r\n", ""):
        return {"screen": lines}
    return {"shown": list(lines_of(text))}


def _value(scrub: Scrubber, value: object) -> list[Value]:
    """Its kind and itself."""
    match value:
        case bytes():
            told = scrub.octets(value)
            try:
                text = told.decode()
            except UnicodeDecodeError:
                return ["hex", told.hex()]
            return ["octets", text] if text.isprintable() else ["hex", told.hex()]
        case bool() | int():
            return ["number", int(value)]
        case float():
            return ["float", value]
        case str():
            return ["name", scrub.known(value)]
        case _:
            return ["broken", scrub.known(repr(value))]


def _canonical(scrub: Scrubber, operation: bytes) -> str:
    root = parse(operation)
    scrub.xml(root)
    return etree.tostring(root, method="c14n").decode()


def _decoded(data: bytes) -> str:
    """UTF-8, or Latin-1 as older systems print it."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
