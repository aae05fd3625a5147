"""Whole configurations from device views, by Jinja2 templates in a sandbox.

A platform's templates are in the folder ``template`` beside its data and are named ``NAME/file.j2``;
``NAME/config.j2`` is the whole; a bare ``file.j2`` in an include is one of the same platform. A folder of
people's own, laid over them, replaces any file by name.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from netwright.base.errors import InputError, NotFoundError
from netwright.base.secret import Secret, SecretStore
from netwright.intent.neutral import VIEWS, DeviceView
from netwright.platforms.catalog import Catalog, catalog
from netwright.platforms.platform import Platform

_SUFFIX = ".j2"
_BUILT_IN = "built-in:"
_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What a template can raise: Jinja's own errors, and those of the expressions in it."""


_VALUES = frozenset(
    {
        *VIEWS,
        ipaddress.IPv4Address,
        ipaddress.IPv6Address,
        ipaddress.IPv4Interface,
        ipaddress.IPv6Interface,
        ipaddress.IPv4Network,
        ipaddress.IPv6Network,
    }
)
"""Frozen values: whatever a template reads of them is harmless, but for names with an underscore."""


class MaskedSecrets:
    """A SecretStore for showing: each secret is its name in a mask."""

    def get(self, name: str) -> Secret:
        return Secret(f"<secret:{name}>")


class Renderer:
    """Renders views. Templates are compiled once; one renderer serves any number of devices."""

    def __init__(self, overlay: Path | None = None, platforms: Catalog | None = None) -> None:
        if overlay is not None and not overlay.is_dir():
            raise NotFoundError(
                "there is no such folder of templates",
                subject=str(overlay),
                remedy="Mend `templates` in settings.toml.",
            )
        self._environment = _Sandbox(
            loader=_PlatformLoader(platforms or catalog(), overlay),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            autoescape=False,
            cache_size=-1,
        )
        self._whole: dict[str, Template] = {}

    def renders(self, platform: str) -> bool:
        """Whether there is a template for the platform."""
        try:
            self._environment.get_template(f"{platform}/config{_SUFFIX}")
        except TemplateNotFound:
            return False
        except TemplateSyntaxError:
            return True
        return True

    def render(self, view: DeviceView, secrets: SecretStore) -> str:
        """The whole configuration of a device; it holds secrets in clear.

        Raises InputError naming device, template and line; NotFoundError for a secret that is not set, and
        for a platform without template."""
        if view.fault is not None:
            raise view.fault
        try:
            return self._template(view).render(device=view, secret=_revealer(view.name, secrets))
        except (InputError, NotFoundError):
            raise
        except _FAULTS as error:
            where = _where(error)
            raise InputError(
                f"the template fails{f' at {where}' if where else ''}: {_said(error)}",
                subject=view.name,
                remedy="Mend the template.",
            ) from error

    def _template(self, view: DeviceView) -> Template:
        name = f"{view.platform}/config{_SUFFIX}"
        template = self._whole.get(name)
        if template is None:
            if not self.renders(view.platform):
                raise NotFoundError(
                    f"platform {view.platform} has no template, its configuration is not rendered",
                    subject=view.name,
                    remedy=f"Put {name} into your folder of templates.",
                )
            template = self._whole[name] = self._environment.get_template(name)
        return template


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, without its two microseconds of questions at each attribute of a view."""

    def join_path(self, template: str, parent: str) -> str:
        """A bare name is a template of the parent's platform."""
        return template if "/" in template else f"{parent.partition('/')[0]}/{template}"

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) in _VALUES and not attribute.startswith("_"):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass  # told by the undefined value that the sandbox gives
        return super().getattr(obj, attribute)


class _PlatformLoader(BaseLoader):
    """``frr/bgp.j2`` is ``bgp.j2`` among the templates of platform ``frr``, or of the platform that it is
    based on. The overlay's files come first."""

    def __init__(self, catalog: Catalog, overlay: Path | None) -> None:
        self._catalog = catalog
        self._overlay = FileSystemLoader(overlay) if overlay else None

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        name, _, file = template.partition("/")
        if self._overlay is not None:
            try:
                return self._overlay.get_source(environment, template)
            except TemplateNotFound:
                pass
        for platform in self._line(name):
            if self._overlay is not None and platform.name != name:
                try:
                    return self._overlay.get_source(environment, f"{platform.name}/{file}")
                except TemplateNotFound:
                    pass
            for folder in platform.templates if "/" not in file and file.endswith(_SUFFIX) else ():
                if (folder / file).is_file():
                    source = (folder / file).read_text(encoding="utf-8")
                    return source, f"{_BUILT_IN}{platform.name}/{file}", None
        raise TemplateNotFound(template)

    def _line(self, name: str) -> list[Platform]:
        try:
            return self._catalog.line(name)
        except NotFoundError:
            return []


def _revealer(device: str, secrets: SecretStore) -> Callable[[str], str]:
    def secret(name: str) -> str:
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


def _where(error: BaseException) -> str:
    """Template and line of an error: Jinja2 puts them into the traceback."""
    if isinstance(error, TemplateSyntaxError):
        return f"{_shown(error.filename or error.name or '?')}:{error.lineno}"
    found = ""
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file.endswith(_SUFFIX):
            found = f"{_shown(file)}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found


def _shown(file: str) -> str:
    return file.removeprefix(_BUILT_IN)


def _said(error: BaseException) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error}"
    return str(error) or type(error).__name__
