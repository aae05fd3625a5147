"""What people added to kinds: fields of their own, and the words that objects carry."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.inventory import CustomField, Tag
from netwright.inventory.people import CustomType
from netwright.store.kind import FieldSpec, FieldType

_TAGS = 500
_TYPES = {
    CustomType.TEXT: FieldType.TEXT,
    CustomType.URL: FieldType.TEXT,
    CustomType.DATE: FieldType.TEXT,
    CustomType.INTEGER: FieldType.INTEGER,
    CustomType.NUMBER: FieldType.NUMBER,
    CustomType.BOOLEAN: FieldType.BOOLEAN,
    CustomType.CHOICE: FieldType.CHOICE,
}


def custom_fields(session: Session, kind_name: str) -> list[CustomField]:
    """The fields that people added to a kind, by name."""
    query = select(CustomField).where(CustomField.on_kind == kind_name).order_by(CustomField.name)
    return list(session.scalars(query))


def custom_specs(fields: Sequence[CustomField]) -> list[FieldSpec]:
    """They as specs, for what works from those."""
    return [
        FieldSpec(
            one.name,
            "custom",
            _TYPES[one.value_type],
            one.required,
            one.help,
            choices=tuple(one.choices or ()),
        )
        for one in fields
    ]


def tag_words(session: Session) -> list[str]:
    """The tags that are declared."""
    return list(session.scalars(select(Tag.name).order_by(Tag.name).limit(_TAGS)))
