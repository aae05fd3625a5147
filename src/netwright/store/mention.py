"""Who mentions objects by name: the tags that a device carries, the custom fields that it has values of.

A field that holds names (``field(..., mentions="tag")``) keeps words, not ids, so that documents read as
people wrote them. This table says beside it which object holds which word. It is written with the rows, in
the same transaction; so a name leads to all that mention it by one index, however large the network. A kind
has at most one field that mentions another kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Select, Table, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.store.delta import Change
from netwright.store.given import in_one_line
from netwright.store.kind import FieldSpec, Kind
from netwright.store.record import Base
from netwright.store.rows import chunks, insert_rows, statements
from netwright.store.value import Doc

LONGEST = 255
"""Characters of a name; a longer word, or one with control characters, names nothing and is not written."""
_WORDS_AT_ONCE = 1_000


class Mention(Base):
    """An object mentions ``word``, which is a name among the kind ``named``."""

    __tablename__ = "mention"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy's own way)

    named: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """Of the object that mentions it."""
    object_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


_TABLE = cast("Table", Mention.__table__)
_COLUMNS = ("named", "word", "kind", "object_id")
_Row = tuple[str, str, str, int]


class Name(NamedTuple):
    """What an object is called where it is mentioned. ``kind``: the only one whose objects can mean it."""

    word: str
    kind: str | None


class Mentioning(NamedTuple):
    """Object ``id`` of ``kind`` mentions ``name``."""

    kind: str
    id: int
    name: Name


def name_of(kind: Kind, doc: Mapping[str, Any]) -> Name:
    """The name of an object that others mention: the last part of its key; a part before it is the kind of
    those that can."""
    *kinds, word = (doc[spec.column] for spec in kind.key_fields)
    return Name(word, kinds[0] if kinds else None)


def words_in(value: Any) -> set[str]:
    """The words that a field mentions: those of a list, or the names in a mapping."""
    if not value or not isinstance(value, list | dict):
        return set()
    return {word for word in value if isinstance(word, str) and len(word) <= LONGEST and in_one_line(word)}


def renamed(value: Any, words: Mapping[str, str | None]) -> Any:
    """A field's value with other words in place of some; None: that one is left out. Nothing left is None."""
    if isinstance(value, dict):
        pairs = ((words.get(word, word), one) for word, one in value.items())
        return {word: one for word, one in pairs if word is not None} or None
    return sorted({new for word in value or () if (new := words.get(word, word)) is not None}) or None


def record_mentions(connection: Connection, kind: Kind, changes: Iterable[Change]) -> None:
    """Keep the table true to what ``changes`` do to objects of a kind."""
    fields = _fields(kind)
    if not fields:
        return
    ended: list[_Row] = []
    begun: list[_Row] = []
    for change in changes:
        before, after = change.before or {}, change.after or {}
        for column, named in fields:
            old, new = before.get(column), after.get(column)
            if old or new:
                had, has = words_in(old), words_in(new)
                ended += [(named, word, kind.name, change.id) for word in had - has]
                begun += [(named, word, kind.name, change.id) for word in has - had]
    if ended:
        marks = " AND ".join(f"{name} = {statements(connection).mark}" for name in _COLUMNS)
        for part in chunks(sorted(ended)):
            connection.exec_driver_sql(f"DELETE FROM mention WHERE {marks}", part)  # noqa: S608 (names of ours)
    insert_rows(connection, _TABLE, _COLUMNS, sorted(begun))


def mentioning(session: Session, kind: Kind, names: Collection[Name]) -> list[Mentioning]:
    """The objects that mention objects of ``kind`` by one of ``names``, in the order of words, kinds, ids."""
    by_scope: dict[str | None, list[str]] = defaultdict(list)
    for name in names:
        by_scope[name.kind].append(name.word)
    found: list[Mentioning] = []
    for scope, words in by_scope.items():
        for part in chunks(words, _WORDS_AT_ONCE):
            query = select(Mention.word, Mention.kind, Mention.object_id).where(
                Mention.named == kind.name, Mention.word.in_(part)
            )
            if scope is not None:
                query = query.where(Mention.kind == scope)
            rows = session.execute(query.order_by(Mention.word, Mention.kind, Mention.object_id))
            found += [Mentioning(other, object_id, Name(word, scope)) for word, other, object_id in rows]
    return found


def mentioners(kind: Kind, spec: FieldSpec, words: Collection[str]) -> Select[int]:
    """The ids of the objects of a kind whose field mentions one of ``words``; one id may come twice."""
    query = select(Mention.object_id)
    return query.where(Mention.named == spec.mentions, Mention.word.in_(words), Mention.kind == kind.name)


def mentions_in(spec: FieldSpec, doc: Doc | Mapping[str, Any], word: str) -> bool:
    """Whether a document mentions a word."""
    return word in words_in(doc.get(spec.column))


@cache
def _fields(kind: Kind) -> tuple[tuple[str, str], ...]:
    return tuple((spec.column, spec.mentions) for spec in kind.fields if spec.mentions is not None)
