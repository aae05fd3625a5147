"""The values of a wanted object by column, its references as what they lead to.

That is an object that is there, one that the same instance makes (``@path``), or a part that such a device
brings (``@path/part``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.orm import Session

from netwright.base.errors import InputError, NotFoundError
from netwright.design.expansion import Wanted
from netwright.design.hardware import Key
from netwright.design.instance import Instance
from netwright.design.present import Present
from netwright.design.work import Handle, New, PartOf
from netwright.intent.resolve import Names
from netwright.store.kind import FieldSpec, FieldType, Kinds
from netwright.store.naming import resolve
from netwright.store.value import Doc, codec

_WORDS = frozenset((FieldType.TEXT, FieldType.CHOICE))


class References:
    """What references lead to. ``object_of`` gives the object of an instance's path, made when it must be."""

    def __init__(
        self,
        session: Session,
        kinds: Kinds,
        present: Present,
        object_of: Callable[[Instance, Wanted], Handle | None],
    ) -> None:
        self._session = session
        self._kinds = kinds
        self._present = present
        self._object_of = object_of
        self._names = Names(session, kinds)
        self._ids: dict[str, dict[str, int]] = {}

    def load(self, instances: Iterable[Instance]) -> None:
        """Look up all names at once, by a few statements a kind, and the parts of all models named."""
        texts: dict[str, set[str]] = defaultdict(set)
        for one in instances:
            for wanted in one.wanted.values():
                kind = self._kinds[wanted.kind]
                for name, value in wanted.values.items():
                    target = kind.field(name).reference
                    if target is not None and value not in (None, "") and not str(value).startswith("@"):
                        texts[target].add(str(value))
        for name, keys in texts.items():
            self._ids[name] = self._names.find(self._kinds[name], keys)
        self._present.kits(self._ids.get("model", {}).values())

    def given(self, one: Instance, wanted: Wanted) -> Doc:
        """The values as the design gives them, for an editor that checks them."""
        kind = self._kinds[wanted.kind]
        found: Doc = {}
        for name, value in wanted.values.items():
            spec = kind.field(name)
            if spec.reference is not None:
                found[spec.column] = self._target(one, wanted, spec, value)
            elif spec.type in _WORDS and value is not None and not isinstance(value, str):
                found[spec.column] = str(value)
            else:
                found[spec.column] = value
        return found

    def taken(self, one: Instance, wanted: Wanted) -> Doc:
        """The values plain, as the database has them. Raises InputError."""
        found = self.given(one, wanted)
        plain = {c: v for c, v in found.items() if not isinstance(v, New | PartOf)}
        subject = f"{wanted.where}: {wanted.kind} {wanted.path}"
        found.update(codec(self._kinds[wanted.kind]).take(plain, subject))
        return found

    def _target(self, one: Instance, wanted: Wanted, spec: FieldSpec, value: Any) -> Handle | None:
        if value is None or value == "":
            return None
        text = str(value)
        kind = spec.reference or ""
        if text.startswith("@"):
            return self._local(one, wanted, kind, text[1:])
        found = self._ids[kind].get(text)
        if found is not None:
            return found
        try:
            return resolve(self._session, kind, text)
        except NotFoundError as error:
            raise InputError(
                f"{spec.name}: {error.what}", subject=f"{wanted.where}: {wanted.path}", remedy=error.remedy
            ) from None

    def _local(self, one: Instance, wanted: Wanted, kind: str, path: str) -> Handle:
        """What ``@path`` leads to."""
        there = one.wanted.get(path)
        if there is not None:
            if there.kind != kind:
                message = f"@{path} is a {there.kind}, expected a {kind}"
                raise InputError(message, subject=f"{wanted.where}: {wanted.path}")
            found = self._object_of(one, there)
            if found is None:
                raise InputError(
                    f"@{path} was deleted by hand, {wanted.path} refers to it",
                    subject=one.request.label,
                    remedy="Apply with --restore to have it made again.",
                )
            return found
        head, _, rest = path.partition("/")
        while rest:
            device = one.wanted.get(head)
            if device is not None and device.kind == "device":
                return self._part(one, wanted, device, (kind, rest))
            step, _, rest = rest.partition("/")
            head = f"{head}/{step}"
        raise InputError(f"@{path} leads nowhere in this design", subject=f"{wanted.where}: {wanted.path}")

    def _part(self, one: Instance, wanted: Wanted, device: Wanted, key: Key) -> Handle:
        made = self._object_of(one, device)
        if isinstance(made, New):
            if made.kit is not None and key in made.kit.parts:
                return PartOf(made, key)
        elif isinstance(made, int):
            found = self._present.parts_in(made).get(key)
            if found is not None:
                return found
        message = f"{device.path} has no {key[0]} {key[1]!r}; its model brings none of that name"
        raise InputError(message, subject=f"{wanted.where}: {wanted.path}")
