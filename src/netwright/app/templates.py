"""People's own templates, tried before they are saved: a text is laid over the folder in memory, rendered for
one device, as things are or as a change set would make them, and nothing is written."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from jinja2 import TemplateNotFound

from netwright.app.context import Context
from netwright.base.errors import InputError, NotFoundError, StorageError
from netwright.intent.chain import Chain
from netwright.intent.omission import Omission
from netwright.intent.overlay import SUFFIX, Overlay, decoded, is_overlay_file, overlay_of
from netwright.intent.overlaygit import is_git
from netwright.intent.render import MaskedSecrets, Renderer, reach_of
from netwright.intent.view import DeviceView, build_views
from netwright.platforms.catalog import catalog

SCOPES = ("everywhere", "region", "site", "role", "device")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,100}")
_FILE = re.compile(r"[a-z0-9_][a-z0-9_-]{0,60}\.j2")
_LARGEST = 200_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a template of people's own stands: whom it reaches, and which template it takes the place of
    (``frr/bgp.j2``)."""

    scope: str
    name: str
    template: str

    @property
    def path(self) -> str:
        """Below the folder."""
        return self.template if self.scope == SCOPES[0] else f"{self.scope}/{self.name}/{self.template}"

    def checked(self) -> Place:
        """Itself. Raises InputError for what is no place."""
        platform, _, file = self.template.partition("/")
        if self.scope not in SCOPES:
            raise InputError(f"{self.scope!r} is no reach", subject="scope", remedy=f"One of {SCOPES}.")
        if platform not in catalog().names() or not _FILE.fullmatch(file):
            raise InputError(
                f"{self.template!r} is no template's name", subject="template", remedy="As `frr/bgp.j2`."
            )
        if self.scope != SCOPES[0] and not _NAME.fullmatch(self.name):
            raise InputError(f"{self.name!r} names no {self.scope}", subject="name", remedy="Give its name.")
        return self


@dataclass(frozen=True, slots=True)
class Tried:
    """What a device's configuration is now and would be with the text; secrets are masked. ``omissions``:
    what it would still lack of what it wants."""

    before: str
    after: str
    omissions: tuple[Omission, ...] = ()


class OwnTemplates:
    """The folder ``templates`` of the settings."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._setting = context.settings.templates

    @property
    def folder(self) -> Path:
        """Raises InputError when the settings name none, or a repository."""
        if not self._setting or is_git(self._setting):
            raise InputError(
                "templates can be saved in a folder only",
                subject="settings.toml",
                remedy="Set `templates` to a folder; those of a repository are changed by commits to it.",
            )
        return Path(self._setting)

    def saved(self) -> dict[str, str]:
        """Own files by their path below the folder; none without a folder."""
        if not self._setting or is_git(self._setting):
            return {}
        folder = Path(self._setting)
        found = {}
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            name = path.relative_to(folder).as_posix()
            if is_overlay_file(name) and path.is_file() and not name.startswith(".git/"):
                found[name] = decoded(path.read_bytes(), str(path))
        return found

    def names(self, device: str) -> list[str]:
        """Templates that a device's platform has, built in or own."""
        return self._chain(self._view(device, None)).names(self._view(device, None).platform)

    def source(self, device: str, template: str) -> tuple[str, str]:
        """The text that a device gets a template from now, and where it stands. Raises NotFoundError."""
        try:
            text, shown, _ = self._chain(self._view(device, None)).get_source(None, template)
        except TemplateNotFound:
            raise NotFoundError("there is no such template", subject=template) from None
        return text, shown or ""

    def preview(self, place: Place, text: str, device: str, change: int | None = None) -> Tried:
        """Raises InputError that names template, line and device for a text that can't be rendered."""
        place.checked()
        own = self.saved()
        masked = MaskedSecrets()
        now = Renderer(self._overlay(own))
        then = Renderer(self._overlay({**own, place.path: _sized(text)}))
        view = self._view(device, change)
        after = then.render(view, masked)
        before = now.render(self._view(device, None), masked)
        return Tried(before, after, tuple(then.omissions(view)))

    def save(self, place: Place, text: str) -> Path:
        """Write a file whole or not at all; an empty text takes the own one away."""
        target = self.folder / place.checked().path
        try:
            if not text.strip():
                target.unlink(missing_ok=True)
                return target
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", dir=target.parent, prefix=".saving-", delete=False, encoding="utf-8"
            ) as out:
                out.write(_sized(text))
                out.flush()
                os.fsync(out.fileno())
            Path(out.name).replace(target)
        except OSError as error:
            raise StorageError(
                f"can't be written ({error.strerror})",
                subject=str(target),
                remedy="Give this user the right to write there.",
            ) from error
        return target

    def _overlay(self, files: dict[str, str]) -> Overlay:
        return overlay_of(files, self._setting or "draft")

    def _chain(self, view: DeviceView) -> Chain:
        return Chain(self._overlay(self.saved()).chain(reach_of(view)), catalog())

    def _view(self, device: str, change: int | None) -> DeviceView:
        context = self._context
        state = context.database.read() if change is None else context.changesets.applied(change)
        with state as session:
            view = build_views(session, [device], layers=self._overlay(self.saved())).get(device)
        if view is None:
            raise NotFoundError(
                "there is no such device with a configuration", subject=device, remedy="Choose another."
            )
        return view


def _sized(text: str) -> str:
    if len(text) > _LARGEST:
        raise InputError(f"longer than {_LARGEST} letters", subject="template", remedy="Split it into parts.")
    text = text.replace("\r\n", "\n")
    return text if text.endswith("\n") else f"{text}\n"


__all__ = ["SCOPES", "SUFFIX", "OwnTemplates", "Place", "Tried"]
