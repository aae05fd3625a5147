"""People's own templates and context data beside the database: files in a folder or in a git repository.

``frr/bgp.j2`` takes the place of the built-in file everywhere; ``region/eu/frr/bgp.j2``, ``site/ams/...``,
``role/edge/...`` and ``device/ams-r1/...`` only where they reach. The narrower wins, in the order of context
data: everywhere, regions from the root down, site, role, device. A file that extends its own name builds on
the next wider one, so that it can replace a block and leave the rest. ``context.yaml`` at any of these places
is context data of that reach.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
import yaml

from netwright.base.errors import InputError, NotFoundError
from netwright.intent.context import DEVICE, EVERYWHERE, ROLE, SITE, Reach

SUFFIX = ".j2"
CONTEXT_FILE = "context.yaml"
_SCOPES = ("region", "site", "role", "device")
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A template's text; ``shown`` names it in errors and explanations."""

    text: str
    shown: str


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The files of one reach: ``frr/bgp.j2`` -> file. ``scope`` and ``name`` are empty for everywhere."""

    scope: str
    name: str
    files: Mapping[str, TemplateFile]

    @property
    def title(self) -> str:
        return f"{self.scope} {self.name}" if self.scope else "everywhere"


@dataclass(frozen=True)
class Overlay:
    """All layers of one source. ``origin`` is the folder, or the repository and its commit."""

    origin: str = ""
    layers: Mapping[tuple[str, str], Layer] = field(default_factory=dict)
    contexts: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    commit: str = ""

    def chain(self, reach: Reach) -> tuple[Layer, ...]:
        """The layers that reach a device, the narrowest first."""
        found = (self.layers.get(scope) for _, scope in _narrow_to_wide(reach))
        return tuple(layer for layer in found if layer is not None)

    def reaching(self, reach: Reach) -> Sequence[tuple[int, str, Mapping[str, Any]]]:
        """Context data of the files (``context.Layers``)."""
        return [
            (narrow, f"{self.origin}:{_folder(scope)}{CONTEXT_FILE}", self.contexts[scope])
            for narrow, scope in _narrow_to_wide(reach)
            if scope in self.contexts
        ]

    @cached_property
    def context_hashes(self) -> Mapping[str, str]:
        """Hash of each file of context data, by scope as ``site/ams``; of everywhere ``/``."""
        return {
            "/".join(scope): hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
            for scope, data in self.contexts.items()
        }

    @cached_property
    def digest(self) -> str:
        """Hash of all template files and where they stand."""
        whole = hashlib.sha256()
        for scope in sorted(self.layers):
            for name, file in sorted(self.layers[scope].files.items()):
                whole.update(f"{scope} {name} {len(file.text)}\n{file.text}".encode())
        return whole.hexdigest()[:16]


def read_folder(folder: Path) -> Overlay:
    """The overlay in a folder. Raises NotFoundError when there is none, InputError for a file that can't be
    read."""
    if not folder.is_dir():
        raise NotFoundError(
            "there is no such folder of templates",
            subject=str(folder),
            remedy="Mend `templates` in settings.toml.",
        )
    files: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if is_overlay_file(name) and path.is_file() and not name.startswith(".git/"):
            files[name] = decoded(path.read_bytes(), str(path))
    return overlay_of(files, str(folder))


def overlay_of(files: Mapping[str, str], origin: str, commit: str = "", separator: str = "/") -> Overlay:
    """The overlay made of some files by their paths."""
    layers: dict[tuple[str, str], dict[str, TemplateFile]] = defaultdict(dict)
    contexts: dict[tuple[str, str], Mapping[str, Any]] = {}
    for path, text in files.items():
        shown = f"{origin}{separator}{path}"
        scope, name = _placed(path, shown)
        if name == CONTEXT_FILE:
            contexts[scope] = _mapping(text, shown)
        else:
            layers[scope][name] = TemplateFile(text, shown)
    return Overlay(
        origin, {scope: Layer(*scope, files=found) for scope, found in layers.items()}, contexts, commit
    )


def _narrow_to_wide(reach: Reach) -> list[tuple[int, tuple[str, str]]]:
    regions = [(depth, ("region", name)) for depth, name in enumerate(reach.regions, 1)]
    return [
        (DEVICE, ("device", reach.device)),
        (ROLE, ("role", reach.role)),
        (SITE, ("site", reach.site)),
        *reversed(regions),
        (EVERYWHERE, ("", "")),
    ]


def _placed(path: str, shown: str) -> tuple[tuple[str, str], str]:
    """Scope and name of a file, by its path."""
    parts = PurePosixPath(path).parts
    scope = ("", "")
    if parts[0] in _SCOPES and len(parts) > 2:
        scope, parts = (parts[0], parts[1]), parts[2:]
    if parts == (CONTEXT_FILE,) or len(parts) == 2:
        return scope, "/".join(parts)
    raise InputError(
        "the file is at no place of an overlay",
        subject=shown,
        remedy="Templates stand at PLATFORM/NAME.j2 or SCOPE/NAME/PLATFORM/NAME.j2, where SCOPE is region, "
        "site, role or device; context data at context.yaml or SCOPE/NAME/context.yaml.",
    )


def is_overlay_file(name: str) -> bool:
    return name.endswith(SUFFIX) or name.rpartition("/")[2] == CONTEXT_FILE


def decoded(data: bytes, shown: str) -> str:
    try:
        return data[:_LARGEST].decode()
    except UnicodeDecodeError as error:
        raise InputError("the file is not UTF-8", subject=shown, remedy="Save it as UTF-8.") from error


def _mapping(text: str, shown: str) -> Mapping[str, Any]:
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = shown if line is None else f"{shown}:{line + 1}"
        raise InputError("the context data is no YAML", subject=where, remedy="Mend the file.") from error
    if data is None:
        return {}
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise InputError("the context data should be a mapping", subject=shown, remedy="Mend the file.")
    return data


def _folder(scope: tuple[str, str]) -> str:
    return f"{scope[0]}/{scope[1]}/" if scope[0] else ""
