"""Where the rules of platforms are read from: folders ``NAME/`` with ``platform.yaml`` and ``rules.yaml``.

``platform.yaml`` introduces the system: of it the engine reads ``title``, ``aliases`` and ``dialect``.
``rules.yaml`` is what the engine knows of its language; it names its ``base`` (another platform) and says
only what differs. Without a base it lies on the dialect's general rules, or on nothing if it gives its
``style``.

Folders of people's own come before the packaged one: a new name is a new platform, a known name lays its
rules over ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

import yaml

from netwright.base.errors import InputError, NotFoundError

SCREEN, RULES = "platform.yaml", "rules.yaml"
DIALECTS = ("indent", "brace", "section")
"""Ways of writing that have general rules."""
_COMMON = ("_indent",)
"""Rules that others build on and that are nobody's own."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where it was built so
_GENERAL = resources.files("netwright.config") / "general"
_PACKAGED = resources.files("netwright") / "platforms"

Data = dict[str, object]


@dataclass(frozen=True)
class Library:
    """``own``: folders of people's own, whose sub-folders are platforms; the first come first."""

    own: tuple[Traversable, ...] = ()

    @property
    def folders(self) -> tuple[Traversable, ...]:
        """Where platforms are, the packaged ones last."""
        return (*self.own, _PACKAGED)

    def names(self) -> list[str]:
        """Names of the platforms, and of the general dialects."""
        return sorted({*self.platforms(), *DIALECTS})

    def platforms(self) -> list[str]:
        """Names of the platforms: of the sub-folders with a ``platform.yaml`` in them."""
        return list(_names(self))

    def name(self, name: str) -> str:
        """The platform's own name, for an alias too. Raises NotFoundError."""
        if name in DIALECTS or name in _names(self):
            return name
        if (own := _aliases(self).get(name)) is not None:
            return own
        raise NotFoundError(
            f"there are no configuration rules for platform {name!r}",
            remedy=f"Known are {', '.join(self.names())}; 'indent' and 'brace' are the general rules.",
        )

    def screen(self, name: str) -> Data:
        """What ``platform.yaml`` says of a platform, people's own over ours."""
        return _laid(list(self._read(name, SCREEN)))

    def rules(self, name: str) -> Data:
        """The rules of a platform over those of its base: lists before the base's, mappings key by key."""
        return self._rules(self.name(name), ())

    def _rules(self, name: str, seen: tuple[str, ...]) -> Data:
        if name in seen:
            raise InputError("a platform can't be its own base", subject=f"{name}/{RULES}")
        own, title = self._own(name)
        if "base" not in own:
            return {**own, "title": title}
        base = str(own.pop("base"))
        merged = self._rules(base if base in _COMMON else self.name(base), (*seen, name))
        for own_only in ("general", "detect"):
            merged.pop(own_only, None)
        return {**over(own, merged), "title": title}

    def _own(self, name: str) -> tuple[Data, str]:
        """The rules that are the platform's own, with its base, and its title."""
        if name in (*DIALECTS, *_COMMON):
            own = _parsed(_GENERAL / f"{name}.yaml")
            return own, str(own.get("title", name))
        screen, own = self.screen(name), _laid(list(self._read(name, RULES)))
        if "base" not in own and "style" not in own:
            own["base"] = screen.get("dialect", DIALECTS[0])
        return own, str(screen.get("title", name))

    def _read(self, name: str, file: str) -> Iterator[Data]:
        for folder in self.folders:
            path = folder / name / file
            if path.is_file():
                yield _parsed(path)


PACKAGED = Library()


@lru_cache(maxsize=1)
def general_secrets() -> tuple[str, ...]:
    """Expressions for secrets that hold on any platform."""
    return tuple(yaml.safe_load((_GENERAL / "secrets.yaml").read_text()))


@lru_cache(maxsize=1)
def general_encoded() -> tuple[object, ...]:
    """Forms in which secrets are shown, on any platform."""
    return tuple(yaml.safe_load((_GENERAL / "encoded.yaml").read_text()))


def over(own: Data, base: Data) -> Data:
    """What a platform says over what its base says. Something empty takes the base's rules away."""
    return {**base, **{key: _over(value, base.get(key)) for key, value in own.items()}}


def _over(own: object, base: object) -> object:
    if not own and own is not False:
        return own
    if isinstance(own, dict) and isinstance(base, dict):
        rest = {key: value for key, value in base.items() if key not in own}
        return {**{key: _over(value, base.get(key)) for key, value in own.items()}, **rest}
    if isinstance(own, list) and isinstance(base, list):
        return [*own, *base]
    return own


def _laid(layers: list[Data]) -> Data:
    """The first layer over the second, and so on."""
    laid: Data = {}
    for layer in reversed(layers):
        laid = over(layer, laid)
    return laid


def _parsed(file: Traversable) -> Data:
    try:
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"is not YAML: {error}", subject=str(file)) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise InputError("must be a mapping of settings", subject=str(file))
    return data


@lru_cache(maxsize=16)
def _names(library: Library) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                entry.name
                for folder in library.folders
                if folder.is_dir()
                for entry in folder.iterdir()
                if (entry / SCREEN).is_file()
            }
        )
    )


@lru_cache(maxsize=16)
def _aliases(library: Library) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in library.platforms():
        aliases = library.screen(name).get("aliases")
        for alias in aliases if isinstance(aliases, list) else ():
            found[str(alias)] = name
    return found
