"""Whom to call, and what people hang on objects: tags, fields of their own."""

from __future__ import annotations

import enum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.store.record import Record, field


class CustomType(enum.StrEnum):
    """Type of a custom field's values."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DATE = "date"
    URL = "url"


class Tag(Record):
    """A word that objects can carry."""

    __tablename__ = "tag"

    name: Mapped[str] = field("Unique word", unique=True)
    color: Mapped[str] = field("Colour, as ff9800", default="")
    description: Mapped[str] = field("What it means", default="")


class CustomField(Record):
    """A field that people add to a kind; its values stand in the objects' `custom`."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("on_kind", "name"),)
    __key__ = ("on_kind", "name")

    on_kind: Mapped[str] = field("Kind that has it")
    name: Mapped[str] = field("Name, in lower case")
    value_type: Mapped[CustomType] = field("Type of its values", default=CustomType.TEXT)
    choices: Mapped[list[str] | None] = field("Words to choose from, of type choice")
    required: Mapped[bool] = field("Every object must have it", default=False)
    pattern: Mapped[str] = field("Regular expression that text must match as a whole", default="")
    minimum: Mapped[float | None] = field("Least number")
    maximum: Mapped[float | None] = field("Greatest number")
    help: Mapped[str] = field("What it is, a phrase for forms", default="")


class Contact(Record):
    """A person or a desk to call."""

    __tablename__ = "contact"

    name: Mapped[str] = field("Unique name", unique=True)
    role: Mapped[str] = field("What they do, as `NOC` or `remote hands`", default="")
    phone: Mapped[str] = field("Telephone number", default="")
    email: Mapped[str] = field("Mail address", default="")
    hours: Mapped[str] = field("When they answer", default="")
    link: Mapped[str] = field("Web page", default="")
    description: Mapped[str] = field("Remark", default="")
