"""The files that hang on an object."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.inventory import KINDS, Attachment
from netwright.store.kind import FieldSpec

OWNERS: dict[str, FieldSpec] = {
    spec.reference or "": spec for spec in KINDS["attachment"].fields if spec.owner
}
"""Kinds that files can hang on, and the field of the attachment that says so."""


def files_of(session: Session, kind: str, object_id: int) -> list[Attachment]:
    """By name; none for a kind without files."""
    owner = OWNERS.get(kind)
    if owner is None:
        return []
    column = getattr(Attachment, owner.column)
    return list(session.scalars(select(Attachment).where(column == object_id).order_by(Attachment.name)))
