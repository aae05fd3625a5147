"""What an open change set would make of configurations, before it is merged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import NetwrightError
from netwright.base.secret import Secret, SecretStore
from netwright.intent.impact import touched_by
from netwright.intent.ledger import (
    RenderedConfig,
    TemplateSetRow,
    changed_parts,
    changed_templates,
    parts_of,
)
from netwright.intent.omission import Omission
from netwright.intent.render import Renderer
from netwright.intent.view import build_views
from netwright.inventory import Device
from netwright.inventory.place import Status
from netwright.store.delta import Change
from netwright.store.history import chunks

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Ahead:
    """A device's configuration with the change set: its text, or why it can't be rendered."""

    reasons: tuple[str, ...]
    text: Secret | None = None
    error: NetwrightError | None = None
    omissions: tuple[Omission, ...] = ()

    def reveal(self) -> str:
        """The text. Raises the error."""
        if self.text is None:
            assert self.error is not None  # one of both is there
            raise self.error
        return self.text.reveal()


def look_ahead(
    session: Session, changes: Iterable[Change], renderer: Renderer, secrets: SecretStore
) -> dict[str, Ahead]:
    """The active devices whose view or templates the changes turn into others, by name, with what is another.
    ``session`` sees the changes made; compared is with what was rendered last (``Intended.refresh``)."""
    touched = touched_by(session, changes).devices
    ids = sorted(session.scalars(select(Device.id)) if touched is None else touched)
    found: dict[str, Ahead] = {}
    for part in chunks(ids, _AT_ONCE):
        found.update(_part(session, part, renderer, secrets))
    return dict(sorted(found.items()))


def _part(
    session: Session, ids: Iterable[int], renderer: Renderer, secrets: SecretStore
) -> Iterable[tuple[str, Ahead]]:
    active = select(Device.name, Device.id).where(Device.id.in_(ids), Device.status == Status.ACTIVE)
    of: dict[str, int] = {row.name: row.id for row in session.execute(active)}
    rows = session.scalars(select(RenderedConfig).where(RenderedConfig.device_id.in_(ids)))
    known = {row.device_id: row for row in rows}
    sets = select(TemplateSetRow).where(TemplateSetRow.digest.in_({row.templates for row in known.values()}))
    files = {row.digest: row.files for row in session.scalars(sets)}
    for name, view in build_views(session, list(of), layers=renderer.overlay).items():
        if not renderer.renders(view.platform):
            continue
        row, templates = known.get(of[name]), renderer.templates(view)
        if row is None:
            reasons = ["it is new"]
        else:
            reasons = changed_parts(row.parts, parts_of(view))
            reasons += changed_templates(files.get(row.templates, {}), templates.files)
        if reasons:
            try:
                text = Secret(renderer.render(view, secrets))
                yield name, Ahead(tuple(reasons), text, omissions=tuple(renderer.omissions(view)))
            except NetwrightError as error:
                yield name, Ahead(tuple(reasons), error=error)
