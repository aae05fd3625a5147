"""Grants as people write and read them: ``region=eu``, ``device.role=cache,origin``, ``device.serial``."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from netwright.app.access.grant import Anchor, Grant, Scope
from netwright.app.access.verb import OBJECT_VERBS, Verb
from netwright.base.errors import InputError
from netwright.inventory import KINDS
from netwright.store.given import take_text
from netwright.store.kind import FieldType
from netwright.store.naming import Namer, resolve

_SCOPE = "Write it as region=eu, site=ams,fra or device.role=cache."


def take_verbs(words: Collection[str]) -> frozenset[Verb]:
    """Raises InputError for what is no verb; none at all is an error too."""
    for word in words:
        if word not in list(Verb):
            raise InputError(f"there is no verb {word!r}", remedy=_near(word, list(Verb)))
    if not words:
        raise InputError("a grant needs a verb", remedy=f"Verbs are: {', '.join(Verb)}.")
    return frozenset(Verb(word) for word in words)


def take_grant(
    session: Session,
    verbs: Collection[str],
    *,
    kinds: Sequence[str] = (),
    places: Sequence[str] = (),
    unplaced: bool = False,
    fields: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Grant:
    """A grant from words; empty ``kinds``, ``places`` and ``fields`` mean all. Objects are named by their
    natural keys and kept by id, so that the grant follows a rename.

    Raises InputError and NotFoundError naming the word."""
    taken = take_verbs(verbs)
    for kind in kinds:
        KINDS[kind]
    for field in (*fields, *without):
        _check_field(field, kinds or list(KINDS))
    if (fields or without) and Verb.DELETE in taken:
        raise InputError(
            "deleting is of whole objects: it can't be granted by fields",
            remedy="Make two grants: one of delete, one of the rest with its fields.",
        )
    if (kinds or places or fields or without) and taken.isdisjoint(OBJECT_VERBS):
        raise InputError(
            "kinds, places and fields are said of view, create, update and delete only",
            remedy="Leave them out.",
        )
    return Grant(
        taken,
        frozenset(kinds) if kinds else None,
        Scope(tuple(_anchor(session, text) for text in places), unplaced),
        frozenset(fields) if fields else None,
        frozenset(without),
    )


def said(session: Session, grant: Grant) -> str:
    """One line: what, on what, where, which fields."""
    words = [", ".join(sorted(grant.verbs))]
    if not grant.verbs.isdisjoint(OBJECT_VERBS):
        words.append("of everything" if grant.kinds is None else f"of {', '.join(sorted(grant.kinds))}")
    namer = Namer(session)
    for anchor in grant.scope.anchors:
        values = [
            str(value) if anchor.field or not isinstance(value, int) else namer.key(anchor.kind, value)
            for value in sorted(anchor.values, key=str)
        ]
        words.append(f"in {anchor.name}={','.join(values)}")
    if grant.scope.unplaced:
        words.append("and what belongs nowhere")
    if grant.fields is not None:
        words.append(f"fields {', '.join(sorted(grant.fields))}")
    if grant.without:
        words.append(f"without {', '.join(sorted(grant.without))}")
    return " ".join(words)


def _anchor(session: Session, text: str) -> Anchor:
    name, equals, values = text.partition("=")
    kind_name, _, field_name = name.strip().partition(".")
    words = [word.strip() for word in values.split(",") if word.strip()]
    if not equals or not words:
        raise InputError("not a place", subject=text, remedy=_SCOPE)
    if kind_name not in KINDS:
        raise InputError(
            f"there is no kind {kind_name!r}", subject=text, remedy=_near(kind_name, list(KINDS))
        )
    kind = KINDS[kind_name]
    if not field_name:
        return Anchor(kind_name, frozenset(resolve(session, kind, word) for word in words))
    spec = kind.field(field_name)
    if spec.reference is not None:
        target = KINDS[spec.reference]
        return Anchor(kind_name, frozenset(resolve(session, target, word) for word in words), field_name)
    if spec.type not in {FieldType.CHOICE, FieldType.TEXT, FieldType.INTEGER, FieldType.BOOLEAN}:
        raise InputError("can't be a place", subject=name, remedy=_SCOPE)
    taken = [take_text(spec, word) for word in words]
    for word, value in zip(words, taken, strict=True):
        if value is None:
            raise InputError(f"{word!r} is no value of {name}", remedy=_near(word, spec.choices))
    return Anchor(kind_name, frozenset(taken), field_name)


def _check_field(text: str, kinds: Collection[str]) -> None:
    first, dot, rest = text.partition(".")
    if dot:
        KINDS[first].field(rest)
        return
    known = {spec.name for kind in kinds for spec in KINDS[kind].fields}
    if text not in known:
        raise InputError(f"no kind has a field {text!r}", remedy=_near(text, sorted(known)))


def _near(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, [str(one) for one in known], n=1)
    return f"Did you mean {near[0]}?" if near else f"It is one of: {', '.join(str(one) for one in known)}."
