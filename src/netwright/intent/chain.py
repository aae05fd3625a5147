"""Which file is behind a template's name, for devices that the same layers reach.

A platform's templates are in the folder ``template`` beside its data and are named ``NAME/file.j2``; what it
has not is looked for in the platform it is based on. Layers of an overlay come before the built-in files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import BaseLoader, TemplateNotFound, TemplateSyntaxError, meta, nodes

from netwright.base.errors import NotFoundError
from netwright.intent.overlay import SUFFIX, Layer, TemplateFile
from netwright.intent.sandbox import Sandbox
from netwright.platforms.catalog import Catalog
from netwright.platforms.platform import Platform

BUILT_IN = "built-in:"
BELOW = "~"
"""``frr/bgp.j2~2``: the third of the files that have this name."""


@dataclass(frozen=True, slots=True)
class TemplateSet:
    """The templates that a device's configuration is made of: shown name -> hash of the text."""

    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return _hash("\n".join(f"{name} {self.files[name]}" for name in sorted(self.files)))

    def with_text(self, name: str, text: str) -> TemplateSet:
        """With something else that the configuration is made of; no set where there are no templates."""
        return TemplateSet({**self.files, name: _hash(text)}) if self.files else self


class Chain(BaseLoader):
    """Templates of some layers, the narrowest first, then the built-in ones. A template that names itself
    means the next wider one of its name; a bare name is one of the same platform."""

    def __init__(self, layers: Sequence[Layer], catalog: Catalog) -> None:
        self._layers = layers
        self._catalog = catalog
        self._known: dict[str, list[TemplateFile]] = {}

    def get_source(
        self, environment: object, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        name, number = _taken(template)
        found = self._files(name)
        if number >= len(found):
            raise TemplateNotFound(name)
        return found[number].text, found[number].shown, None

    def joined(self, template: str, parent: str) -> str:
        """The name under which ``parent`` gets what it calls ``template``."""
        name, number = _taken(parent)
        whole = template if "/" in template else f"{name.partition('/')[0]}/{template}"
        return whole if whole != name else f"{name}{BELOW}{number + 1}"

    def names(self, platform: str) -> list[str]:
        """Names of all templates of a platform."""
        line = self._line(platform)
        own = {
            f"{platform}/{name.partition('/')[2]}"
            for layer in self._layers
            for name in layer.files
            if name.partition("/")[0] in {platform, *(one.name for one in line)}
        }
        built_in = {
            f"{platform}/{file.name}"
            for one in line
            for folder in one.templates
            for file in folder.iterdir()
            if file.name.endswith(SUFFIX)
        }
        return sorted(own | built_in)

    def _files(self, name: str) -> list[TemplateFile]:
        """All files of a name, the first being the one that is meant by it."""
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> list[TemplateFile]:
        platform, _, file = name.partition("/")
        if not file or "/" in file or not file.endswith(SUFFIX):
            return []
        found = [layer.files[name] for layer in self._layers if name in layer.files]
        for one in self._line(platform):
            other = f"{one.name}/{file}"
            if one.name != platform:
                found += [layer.files[other] for layer in self._layers if other in layer.files]
            found += [
                TemplateFile((folder / file).read_text(encoding="utf-8"), f"{BUILT_IN}{other}")
                for folder in one.templates
                if (folder / file).is_file()
            ]
        return found

    def _line(self, platform: str) -> list[Platform]:
        try:
            return self._catalog.line(platform)
        except NotFoundError:
            return []


def template_set(environment: Sandbox, chain: Chain, whole: str) -> TemplateSet:
    """The templates that ``whole`` leads to; all of the platform's where a name is made up in rendering."""
    found: dict[str, str] = {}
    waiting = [whole]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            text, file, _ = chain.get_source(environment, name)
        except TemplateNotFound:
            continue
        found[shown(file or name)] = _hash(text)
        try:
            referred = list(meta.find_referenced_templates(environment.parse(text)))
        except TemplateSyntaxError:
            continue  # it can't be rendered; its own text is what counts
        if None in referred:
            waiting += chain.names(whole.partition("/")[0])
        waiting += [chain.joined(one, name) for one in referred if one is not None]
    return TemplateSet(found)


def names_read(environment: Sandbox, text: str) -> frozenset[str]:
    """Every attribute that a template reads, whatever of. None of one that is no template."""
    try:
        tree = environment.parse(text)
    except TemplateSyntaxError:
        return frozenset()
    attributes = {one.attr for one in tree.find_all(nodes.Getattr)}
    named = {one.arg.value for one in tree.find_all(nodes.Getitem) if isinstance(one.arg, nodes.Const)}
    return frozenset(name for name in attributes | named if isinstance(name, str))


def fingerprint(overlay: str, catalog: Catalog) -> str:
    """Hash of all built-in templates, of what else of platforms they need, and of what stands over them."""
    loopbacks = (f"{one.name} {one.screen.loopback}" for one in catalog.platforms)
    texts = (
        f"{one.name}/{file.name}\n{file.read_text(encoding='utf-8')}"
        for one in catalog.platforms
        for folder in one.templates
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(SUFFIX)
    )
    return _hash("\0".join((overlay, *loopbacks, *texts)))


def whole_name(platform: str) -> str:
    """The template of a whole configuration."""
    return f"{platform}/config{SUFFIX}"


def shown(file: str) -> str:
    """A template's name for people."""
    return file.removeprefix(BUILT_IN)


def bare(name: str) -> str:
    """A name as templates write it."""
    return name.partition(BELOW)[0]


def _taken(name: str) -> tuple[str, int]:
    plain, _, number = name.partition(BELOW)
    return plain, int(number or 0)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
