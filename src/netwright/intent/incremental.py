"""Intended configurations, rendered anew only where something that goes in has changed.

What changed is asked of the history, the templates, the files of context data and the secrets; of the devices
that they may concern (``impact``) the views are built, and those whose hash is another one are rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from netwright.base.errors import NetwrightError, NotFoundError
from netwright.base.secret import Secret, SecretStore
from netwright.intent.chain import TemplateSet
from netwright.intent.impact import reached_by, touched_since
from netwright.intent.ledger import (
    RenderedConfig,
    RenderState,
    TemplateSetRow,
    changed_parts,
    changed_templates,
    digest_of,
    parts_of,
)
from netwright.intent.neutral import DeviceView
from netwright.intent.render import Renderer
from netwright.intent.view import build_views
from netwright.inventory import Device
from netwright.inventory.place import Status
from netwright.store.database import Database
from netwright.store.history import chunks, current_revision, horizon
from netwright.store.sealed import SealedTexts

_AT_ONCE = 500
_STATE = 1
_LOOKED_UP = 5_000


@dataclass(slots=True)
class Refreshed:
    """What a refreshing did: devices that were looked at, and those that were rendered, with the reasons."""

    revision: int
    examined: int = 0
    rendered: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What goes into configurations beside the inventory."""

    templates: str
    contexts: Mapping[str, str]
    secrets: Mapping[str, str]


class Intended:
    """The intended configurations of all active devices. ``secret_versions``: a hash of each secret by name
    that changes with it and does not tell it."""

    def __init__(
        self,
        database: Database,
        renderer: Renderer,
        secrets: SecretStore,
        texts: SealedTexts,
        secret_versions: Callable[[], Mapping[str, str]],
    ) -> None:
        self._database = database
        self._renderer = renderer
        self._secrets = secrets
        self._texts = texts
        self._versions = secret_versions

    def refresh(self, only: Collection[str] | None = None) -> Refreshed:
        """Render what is to be rendered anew, of the devices ``only`` when given. A device that can't be
        rendered is kept with its error, and tried again the next time."""
        inputs = Inputs(self._renderer.fingerprint, self._renderer.overlay.context_hashes, self._versions())
        with self._database.read() as session:
            revision = current_revision(session)
            state = session.get(RenderState, _STATE)
            if state is not None and state.revision < horizon(session):
                state = None
            wanted = self._to_examine(session, state, inputs)
            chosen = wanted if only is None else wanted & set(_ids(session, only))
        done = Refreshed(revision)
        for part in chunks(sorted(chosen), _AT_ONCE):
            self._examine(part, inputs, done)
        if chosen == wanted and _old(state, revision, inputs):
            with self._database.write() as session:
                if state is None:
                    self._forget_unknown(session)
                self._keep_state(session, revision, inputs)
        return done

    def text(self, device: str) -> str:
        """The configuration as it was refreshed last. Raises NotFoundError for a device that is not active,
        and what rendering raises for one that can't be rendered."""
        with self._database.read() as session:
            columns = (RenderedConfig.digest, RenderedConfig.sealed)
            row = session.execute(select(*columns).where(RenderedConfig.device == device)).one_or_none()
            if row is not None and row.sealed is not None:
                return self._texts.unseal(row.digest, row.sealed).reveal()
            view = build_views(session, [device], layers=self._renderer.overlay).get(device)
        if view is None:
            raise NotFoundError("it is no active device of the inventory", subject=device)
        return self._renderer.render(view, self._secrets)

    def reasons(self, device: str) -> tuple[str, ...]:
        """Why the configuration was rendered anew the last time."""
        return self.why([device]).get(device, (0, ()))[1]

    def why(self, devices: Collection[str]) -> dict[str, tuple[int, tuple[str, ...]]]:
        """At which revision each configuration was rendered anew the last time, and why; devices that never
        were are left out."""
        columns = select(RenderedConfig.device, RenderedConfig.revision, RenderedConfig.reasons)
        with self._database.read() as session:
            return {
                device: (revision, tuple(reasons))
                for part in chunks(devices, _LOOKED_UP)
                for device, revision, reasons in session.execute(
                    columns.where(RenderedConfig.device.in_(part))
                )
            }

    def _to_examine(self, session: Session, state: RenderState | None, inputs: Inputs) -> set[int]:
        """Devices by id that may have changed, or that have no text."""
        if state is None:
            return _active(session)
        touched = touched_since(session, state.revision).devices
        if touched is None:
            return _active(session) | set(session.scalars(select(RenderedConfig.device_id)))
        found = set(touched)
        found.update(session.scalars(select(RenderedConfig.device_id).where(RenderedConfig.failed)))
        scopes = _different(state.contexts, inputs.contexts)
        found |= reached_by(session, (_scope(one) for one in scopes))
        if state.templates != inputs.templates:
            found |= _active(session)
        secrets = _different(state.secrets, inputs.secrets)
        if secrets:
            rows = session.execute(select(RenderedConfig.device_id, RenderedConfig.secrets))
            found.update(device for device, used in rows if not secrets.isdisjoint(used))
        return found

    def _examine(self, devices: Sequence[int], inputs: Inputs, done: Refreshed) -> None:
        with self._database.read() as session:
            names = _names(session, devices)
            views = build_views(session, names, layers=self._renderer.overlay)
            old = {
                row.device_id: row
                for row in session.scalars(
                    select(RenderedConfig).where(RenderedConfig.device_id.in_(devices))
                )
            }
            sets = {row.templates for row in old.values()}
            known = {
                row.digest: row.files
                for row in session.scalars(select(TemplateSetRow).where(TemplateSetRow.digest.in_(sets)))
            }
        rows: list[dict[str, Any]] = []
        used: dict[str, TemplateSet] = {}
        for name, view in views.items():
            if not self._renderer.renders(view.platform):
                continue
            templates = self._renderer.templates(view)
            used[templates.digest] = templates
            row = self._row(view, names[name], templates, old.get(names[name]), known, inputs)
            if row is not None:
                row["revision"] = done.revision
                rows.append(row)
                done.rendered[name] = tuple(row["reasons"])
        kept = {names[name] for name, view in views.items() if self._renderer.renders(view.platform)}
        gone = old.keys() - kept
        done.examined += len(devices)
        if rows or gone:
            self._write(rows, gone, used, done.revision)

    def _row(
        self,
        view: DeviceView,
        device: int,
        templates: TemplateSet,
        old: RenderedConfig | None,
        known: Mapping[str, Mapping[str, str]],
        inputs: Inputs,
    ) -> dict[str, Any] | None:
        """What is to be kept of a new rendering; None when all that goes in is as before."""
        parts = parts_of(view)
        digest = templates.digest
        if old is not None and not old.error and old.parts == parts and old.templates == digest:
            secrets = [(one, inputs.secrets.get(one, "")) for one in old.secrets]
            if old.digest == digest_of(parts, digest, secrets):
                return None
        text, names, error = "", frozenset[str](), ""
        try:
            rendered = self._renderer.render_whole(view, self._secrets)
            text, names = rendered.text, rendered.secrets
        except NetwrightError as caught:
            error = str(caught)
        whole = digest_of(parts, digest, [(one, inputs.secrets.get(one, "")) for one in names])
        return {
            "device_id": device,
            "device": view.name,
            "platform": view.platform,
            "parts": parts,
            "templates": digest,
            "secrets": sorted(names),
            "digest": whole,
            "sealed": None if error else self._texts.seal(whole, Secret(text)),
            "reasons": _reasons(old, parts, templates, known),
            "error": error,
            "failed": bool(error),
        }

    def _write(
        self,
        rows: list[dict[str, Any]],
        gone: Collection[int],
        used: Mapping[str, TemplateSet],
        revision: int,
    ) -> None:
        """A row that another process made of a later revision is left alone."""
        with self._database.write() as session:
            table = RenderedConfig
            ids = [row["device_id"] for row in rows]
            later = set(
                session.scalars(
                    select(table.device_id).where(table.device_id.in_(ids), table.revision > revision)
                )
            )
            mine = [row for row in rows if row["device_id"] not in later]
            out = [*(row["device_id"] for row in mine), *gone]
            session.execute(delete(table).where(table.device_id.in_(out), table.revision <= revision))
            names = [row["device"] for row in mine]
            session.execute(delete(table).where(table.device.in_(names), table.revision <= revision))
            if mine:
                session.execute(insert(table), mine)
            there = set(session.scalars(select(TemplateSetRow.digest).where(TemplateSetRow.digest.in_(used))))
            for digest in sorted(used.keys() - there):
                session.add(TemplateSetRow(digest=digest, files=dict(used[digest].files)))

    def _keep_state(self, session: Session, revision: int, inputs: Inputs) -> None:
        values = {
            "revision": revision,
            "templates": inputs.templates,
            "contexts": dict(inputs.contexts),
            "secrets": dict(inputs.secrets),
        }
        known = update(RenderState).where(RenderState.id == _STATE, RenderState.revision <= revision)
        changed = session.connection().execute(known.values(values)).rowcount
        if not changed and session.get(RenderState, _STATE) is None:
            session.execute(insert(RenderState).values(id=_STATE, **values))

    def _forget_unknown(self, session: Session) -> None:
        active = select(Device.id).where(Device.status == Status.ACTIVE)
        session.execute(delete(RenderedConfig).where(RenderedConfig.device_id.not_in(active)))


def _old(state: RenderState | None, revision: int, inputs: Inputs) -> bool:
    """Whether the state is another one than is kept."""
    if state is None:
        return True
    kept = (state.revision, state.templates, dict(state.contexts), dict(state.secrets))
    return kept != (revision, inputs.templates, dict(inputs.contexts), dict(inputs.secrets))


def _ids(session: Session, names: Collection[str]) -> list[int]:
    query = select(Device.id)
    return [
        one
        for part in chunks(names, _LOOKED_UP)
        for one in session.scalars(query.where(Device.name.in_(part)))
    ]


def _active(session: Session) -> set[int]:
    return set(session.scalars(select(Device.id).where(Device.status == Status.ACTIVE)))


def _names(session: Session, devices: Collection[int]) -> dict[str, int]:
    """The active ones of some devices, by name."""
    query = select(Device.name, Device.id).where(Device.status == Status.ACTIVE)
    return {
        name: one
        for part in chunks(devices, _LOOKED_UP)
        for name, one in session.execute(query.where(Device.id.in_(part)))
    }


def _different(old: Mapping[str, str], new: Mapping[str, str]) -> set[str]:
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _scope(text: str) -> tuple[str, str]:
    scope, _, name = text.partition("/")
    return scope, name


def _reasons(
    old: RenderedConfig | None,
    parts: Mapping[str, str],
    templates: TemplateSet,
    known: Mapping[str, Mapping[str, str]],
) -> list[str]:
    if old is None:
        return ["never rendered before"]
    if old.error:
        return ["could not be rendered before"]
    found: Iterable[str] = (
        *changed_parts(old.parts, parts),
        *changed_templates(known.get(old.templates, {}), templates.files),
    )
    return list(found) or ["a secret changed"]
