"""Whole configurations from device views, by Jinja2 templates in a sandbox.

``NAME/config.j2`` of a platform is the whole. An overlay (``overlay``) lays people's own templates over the
built-in ones, as far as it reaches; ``chain`` finds the file behind a name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import Template, TemplateError, TemplateNotFound, TemplateSyntaxError

from netwright.base.errors import InputError, NotFoundError
from netwright.base.secret import Secret, SecretStore
from netwright.config.library import SCREEN
from netwright.intent.chain import (
    Chain,
    TemplateSet,
    bare,
    fingerprint,
    names_read,
    shown,
    template_set,
    whole_name,
)
from netwright.intent.context import Reach
from netwright.intent.neutral import DeviceView
from netwright.intent.omission import Declared, Omission
from netwright.intent.overlay import SUFFIX, Layer, Overlay, read_folder
from netwright.intent.sandbox import QuickSandbox, Sandbox, TellingSandbox
from netwright.platforms.catalog import Catalog, catalog

_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What a template can raise: Jinja's own errors, and those of the expressions in it."""


class MaskedSecrets:
    """A SecretStore for showing: each secret is its name in a mask."""

    def get(self, name: str) -> Secret:
        return Secret(f"<secret:{name}>")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A whole configuration, with the names of the secrets in it."""

    text: str
    secrets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A line of a configuration: which line of which template wrote it, in which layer that template stands
    (``built-in`` for none), and the values of the view that were read for it."""

    text: str
    template: str = ""
    line: int = 0
    layer: str = ""
    values: tuple[Any, ...] = ()


class Renderer:
    """Renders views. Templates are compiled once; one renderer serves any number of devices."""

    def __init__(self, overlay: Overlay | Path | None = None, platforms: Catalog | None = None) -> None:
        self._catalog = platforms or catalog()
        self.overlay = read_folder(overlay) if isinstance(overlay, Path) else overlay or Overlay()
        self._renders: dict[str, bool] = {}
        self._chains: dict[tuple[Layer, ...], int] = {}
        self._environments: dict[int, tuple[Sandbox, Chain]] = {}
        self._whole: dict[tuple[int, str], Template] = {}
        self._sets: dict[tuple[int, str], TemplateSet] = {}
        self._of: dict[tuple[Any, ...], int] = {}
        self._declared: dict[str, Declared] = {}
        self._loopbacks: dict[str, str] = {}
        self._own: dict[tuple[int, str], frozenset[str]] = {}

    def renders(self, platform: str) -> bool:
        """Whether there is a template for the platform, built in or in some layer."""
        name = whole_name(platform)
        layers = tuple(self.overlay.layers.values())
        if platform not in self._renders:
            try:
                Chain(layers, self._catalog).get_source(None, name)
                self._renders[platform] = True
            except TemplateNotFound:
                self._renders[platform] = False
        return self._renders[platform]

    def render(self, view: DeviceView, secrets: SecretStore) -> str:
        """The whole configuration of a device; it holds secrets in clear.

        Raises InputError naming device, template and line, or the context data that is not as expected;
        NotFoundError for a secret that is not set, and for a platform without template."""
        return self.render_whole(view, secrets).text

    def render_whole(self, view: DeviceView, secrets: SecretStore) -> Rendered:
        """As :meth:`render`, with what secrets it took."""
        if view.fault is not None:
            raise view.fault
        used: set[str] = set()
        try:
            text = self._template(view).render(
                device=self._placed(view), secret=_revealer(view.name, secrets, used)
            )
        except (InputError, NotFoundError):
            raise
        except _FAULTS as error:
            raise _fault(view, error) from error
        return Rendered(text, frozenset(used))

    def explain(self, view: DeviceView, secrets: SecretStore) -> list[ExplainedLine]:
        """Each line of the configuration with where it comes from. Raises as :meth:`render`."""
        if view.fault is not None:
            raise view.fault
        self._template(view)  # says what is missing
        chain = self._chain(view)
        environment = TellingSandbox(Chain(chain, self._catalog))
        try:
            template = environment.get_template(whole_name(view.platform))
            text = template.render(device=self._placed(view), secret=_revealer(view.name, secrets, set()))
        except (InputError, NotFoundError):
            raise
        except _FAULTS as error:
            raise _fault(view, error) from error
        layers = {file.shown: layer.title for layer in chain for file in layer.files.values()}
        return [
            ExplainedLine(line, shown(file), number, layers.get(file, "built-in"), values)
            for line, file, number, values in environment.lines(text)
        ]

    def omissions(self, view: DeviceView) -> list[Omission]:
        """What the device wants and its platform's templates leave out. Fields that a template of an overlay
        reads are taken as written by it. Raises InputError for a list that names what views don't have."""
        try:
            platform = self._catalog.platform(view.platform)
        except NotFoundError:
            return []
        if view.platform not in self._declared:
            self._declared[view.platform] = Declared(view.platform, platform.screen.unrendered)
        return self._declared[view.platform].of(self._placed(view), self._read_by_own(view))

    def _read_by_own(self, view: DeviceView) -> frozenset[str]:
        """Names that templates of the overlay read, of those that the device's configuration is made of."""
        number = self._number(view)
        key = (number, view.platform)
        if key not in self._own:
            environment, _ = self._environments[number]
            own = {file.shown: file.text for layer in self._chain(view) for file in layer.files.values()}
            used = [own[name] for name in self.templates(view).files if name in own]
            self._own[key] = frozenset(name for text in used for name in names_read(environment, text))
        return self._own[key]

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all templates, those of the overlay and the built-in ones."""
        return fingerprint(self.overlay.digest, self._catalog)

    def templates(self, view: DeviceView) -> TemplateSet:
        """The templates that the device's configuration is made of; empty for a platform without."""
        number = self._number(view)
        key = (number, view.platform)
        if key not in self._sets:
            found = template_set(*self._environments[number], whole_name(view.platform))
            self._sets[key] = found.with_text(f"{view.platform}/{SCREEN}", self._loopback(view.platform))
        return self._sets[key]

    def _placed(self, view: DeviceView) -> DeviceView:
        """The view as its platform names the loopback interface."""
        name = self._loopback(view.platform)
        return view.with_loopback(name) if name else view

    def _loopback(self, platform: str) -> str:
        if platform not in self._loopbacks:
            try:
                self._loopbacks[platform] = self._catalog.platform(platform).screen.loopback
            except NotFoundError:  # people may have templates of a platform that is not known
                self._loopbacks[platform] = ""
        return self._loopbacks[platform]

    def _template(self, view: DeviceView) -> Template:
        number = self._number(view)
        key = (number, view.platform)
        template = self._whole.get(key)
        if template is None:
            name = whole_name(view.platform)
            try:
                template = self._whole[key] = self._environments[number][0].get_template(name)
            except TemplateNotFound:
                raise NotFoundError(
                    f"platform {view.platform} has no template, its configuration is not rendered",
                    subject=view.name,
                    remedy=f"Put {name} into your folder of templates.",
                ) from None
        return template

    def _number(self, view: DeviceView) -> int:
        """Devices that the same layers reach share an environment."""
        if not self.overlay.layers:
            place: tuple[Any, ...] = ()
        else:
            place = (view.name, view.site, view.role, view.regions)
        number = self._of.get(place)
        if number is None:
            chain = self._chain(view)
            number = self._of[place] = self._chains.setdefault(chain, len(self._chains))
            if number not in self._environments:
                loader = Chain(chain, self._catalog)
                self._environments[number] = QuickSandbox(loader), loader
        return number

    def _chain(self, view: DeviceView) -> tuple[Layer, ...]:
        return self.overlay.chain(reach_of(view))


def reach_of(view: DeviceView) -> Reach:
    """Where the device stands."""
    return Reach(view.name, view.site, view.role.value, view.platform, view.regions)


def _revealer(device: str, secrets: SecretStore, used: set[str]) -> Callable[[str], str]:
    def secret(name: str) -> str:
        used.add(name)
        try:
            value = secrets.get(name).reveal()
        except NotFoundError as error:
            raise NotFoundError(error.what, subject=device, remedy=error.remedy) from None
        if not value.isprintable() or not value or " " in value:
            raise InputError(
                f"the secret {name!r} is empty, or has blanks or control characters in it",
                subject=device,
                remedy=f"Set it again with `netwright secret set {name}`.",
            )
        return value

    return secret


def _fault(view: DeviceView, error: BaseException) -> InputError:
    where = _where(error)
    return InputError(
        f"the template fails{f' at {where}' if where else ''}: {_said(error)}",
        subject=view.name,
        remedy="Mend the template.",
    )


def _where(error: BaseException) -> str:
    """Template and line of an error: Jinja2 puts them into the traceback."""
    if isinstance(error, TemplateSyntaxError):
        return f"{shown(error.filename or error.name or '?')}:{error.lineno}"
    found = ""
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file.endswith(SUFFIX):
            found = f"{shown(file)}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found


def _said(error: BaseException) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template {bare(str(error))}"
    return str(error) or type(error).__name__
