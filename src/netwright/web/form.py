"""Forms of every kind, made from what its fields declare; and what people filled in, back to plain values.

Errors stand beside the field they are about and say what was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from netwright.base.errors import InputError, NotFoundError
from netwright.intent.document import Scalar
from netwright.intent.draft import written
from netwright.inventory import KINDS, CustomField
from netwright.inventory.people import CustomType
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.problem import Problem
from netwright.store.value import Doc, codec
from netwright.web.words import spoken

Find = Callable[[Kind, str], int]
"""The id of an object by its name. Raises NotFoundError or InputError."""

CUSTOM = "custom."
_WIDGETS = {
    FieldType.BOOLEAN: "boolean",
    FieldType.CHOICE: "choice",
    FieldType.REFERENCE: "reference",
    FieldType.LIST: "words",
    FieldType.JSON: "json",
    FieldType.INTEGER: "number",
    FieldType.NUMBER: "number",
}
_CUSTOM_WIDGETS = {
    CustomType.BOOLEAN: "boolean",
    CustomType.CHOICE: "choice",
    CustomType.INTEGER: "number",
    CustomType.NUMBER: "number",
    CustomType.DATE: "date",
    CustomType.URL: "url",
}


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form. ``text`` is what stands in it; ``kind`` what a reference refers to."""

    name: str
    label: str
    widget: str
    text: str
    help: str
    required: bool
    optional: bool
    choices: tuple[str, ...] = ()
    kind: str = ""
    unit: str = ""
    error: str = ""
    max_length: int | None = None

    @property
    def words(self) -> list[str]:
        """The words of a list."""
        return [word for part in self.text.split(",") if (word := part.strip())]


@dataclass(frozen=True, slots=True)
class Filled:
    """What came back: plain values by column where they could be read, and errors by the input's name."""

    fields: Doc
    errors: dict[str, str] = field(default_factory=dict)


class Form:
    """The inputs of one kind. ``names``: fields to show; ``custom``: what people added to the kind; ``tags``:
    the words there are."""

    def __init__(
        self,
        kind: Kind,
        names: Collection[str],
        custom: Sequence[CustomField] = (),
        tags: Sequence[str] = (),
    ) -> None:
        self.kind = kind
        self.specs = [spec for spec in kind.fields if spec.name in names]
        self._tags = tuple(tags)
        self._has_custom = any(spec.name == "custom" for spec in self.specs)
        self._custom = custom if self._has_custom else ()

    def inputs(self, texts: Mapping[str, str], errors: Mapping[str, str] | None = None) -> list[Input]:
        """The form with these texts in it; declared fields first, people's own last."""
        made = [self._input(spec, texts.get(spec.name, "")) for spec in self.specs if spec.name != "custom"]
        made += [_custom_input(one, texts.get(CUSTOM + one.name, "")) for one in self._custom]
        found = errors or {}
        return [replace(one, error=found[one.name]) if one.name in found else one for one in made]

    def texts(self, doc: Mapping[str, Any], key: Callable[[FieldSpec, int], str]) -> dict[str, str]:
        """Plain values by column as texts by the input's name; ``key`` names what a reference refers to."""
        found: dict[str, str] = {}
        for spec in self.specs:
            value = doc.get(spec.column)
            if spec.name == "custom":
                values = value if isinstance(value, dict) else {}
                found |= {CUSTOM + name: _text(one) for name, one in values.items()}
            elif spec.reference is not None and value is not None:
                found[spec.name] = key(spec, value)
            elif spec.type is FieldType.JSON and value is not None:
                found[spec.name] = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
            else:
                found[spec.name] = _text(value)
        return found

    def blank(self) -> dict[str, str]:
        """The texts of a new object: what its fields are when nothing is said."""
        ways = codec(self.kind)
        return {
            spec.name: _text(ways.missing(spec.column))
            for spec in self.specs
            if spec.reference is None and spec.type is not FieldType.JSON
        }

    def read(self, texts: Mapping[str, str], find: Find, before: Mapping[str, Any] | None = None) -> Filled:
        """Texts as plain values. ``before``: the object as it is; only what differs comes back then."""
        filled = Filled({})
        for spec in self.specs:
            if spec.name == "custom":
                self._read_custom(texts, before, filled)
            elif spec.name in texts:
                self._read_one(spec, texts[spec.name], find, before, filled)
        return filled

    def _read_one(
        self, spec: FieldSpec, text: str, find: Find, before: Mapping[str, Any] | None, filled: Filled
    ) -> None:
        ways = codec(self.kind)
        try:
            value = self._value(spec, text, find)
            if value is None and before is None and not ways.fields[spec.column].nullable:
                if spec.required:
                    filled.errors[spec.name] = "This is needed."
                return  # its default
            taken = ways.take({spec.column: value}, "")[spec.column]
        except (InputError, NotFoundError) as error:
            what = error.what.removeprefix(f"field {spec.name}").removeprefix(":").strip()
            hint = error.remedy or ""
            said = f"{what[:1].upper()}{what[1:]}."
            filled.errors[spec.name] = f"{said} {hint}".strip() if "Did you mean" in hint else said
            return
        if before is None or not ways.same(spec.column, before.get(spec.column), taken):
            filled.fields[spec.column] = taken

    def _value(self, spec: FieldSpec, text: str, find: Find) -> Any:
        text = text if spec.multiline else text.strip()
        if spec.reference is not None:
            return find(KINDS[spec.reference], text) if text else None
        if spec.type is FieldType.TEXT:
            nullable = codec(self.kind).fields[spec.column].nullable
            return text.replace("\r\n", "\n") if text or not nullable else None
        return written(spec, Scalar(text, 0)) if text else None

    def _read_custom(
        self, texts: Mapping[str, str], before: Mapping[str, Any] | None, filled: Filled
    ) -> None:
        given = {one.name: texts[CUSTOM + one.name] for one in self._custom if CUSTOM + one.name in texts}
        if not given:
            return
        old = (before or {}).get("custom")
        values: dict[str, Any] = dict(old) if isinstance(old, dict) else {}
        for one in self._custom:
            text = given.get(one.name, "").strip()
            if one.name not in given:
                continue
            if not text:
                values.pop(one.name, None)
                continue
            try:
                values[one.name] = _custom_value(one, text)
            except ValueError:
                filled.errors[CUSTOM + one.name] = f"Expected {_EXPECTED[one.value_type]}, not {text[:60]!r}."
        new = values or None
        if new != (old or None) and not any(name.startswith(CUSTOM) for name in filled.errors):
            filled.fields["custom"] = new

    def _input(self, spec: FieldSpec, text: str) -> Input:
        nullable = codec(self.kind).fields[spec.column].nullable
        widget = _WIDGETS.get(spec.type, "long" if spec.multiline else "text")
        return Input(
            name=spec.name,
            label=spoken(spec.name),
            widget=widget,
            text=text,
            help=spec.help,
            required=spec.required,
            optional=nullable,
            choices=self._tags if spec.type is FieldType.LIST and spec.name == "tags" else spec.choices,
            kind=spec.reference or "",
            unit=spec.unit,
            max_length=spec.max_length,
        )


def beside(
    problems: Sequence[Problem], kind: Kind, ids: Collection[int]
) -> tuple[dict[str, str], list[Problem]]:
    """Problems of these objects by the input they belong to, and the rest."""
    names = {spec.name for spec in kind.fields}
    errors: dict[str, str] = {}
    rest: list[Problem] = []
    for one in problems:
        mine = one.kind == kind.name and (one.object_id in ids or one.object_id is None)
        if mine and one.field in names and one.field != "custom":
            said = f"{one.message[:1].upper()}{one.message[1:]}."
            errors[one.field] = f"{errors[one.field]} {said}" if one.field in errors else said
        else:
            rest.append(one)
    return errors, rest


_EXPECTED = {
    CustomType.TEXT: "text",
    CustomType.INTEGER: "a whole number",
    CustomType.NUMBER: "a number",
    CustomType.BOOLEAN: "true or false",
    CustomType.CHOICE: "one of the words",
    CustomType.DATE: "a day as 2026-12-31",
    CustomType.URL: "an http or https URL",
}


def _custom_input(one: CustomField, text: str) -> Input:
    return Input(
        name=CUSTOM + one.name,
        label=spoken(one.name),
        widget=_CUSTOM_WIDGETS.get(one.value_type, "text"),
        text=text,
        help=one.help,
        required=one.required,
        optional=not one.required,
        choices=tuple(one.choices or ()),
    )


def _custom_value(one: CustomField, text: str) -> Any:
    if one.value_type is CustomType.INTEGER:
        return int(text)
    if one.value_type is CustomType.NUMBER:
        return float(text)
    if one.value_type is CustomType.BOOLEAN:
        if text not in {"true", "false"}:
            raise ValueError(text)
        return text == "true"
    return text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
