"""Objects of another's inventory on their way to drafts: names, references, tags, custom fields, and a word
about every field that nobody took."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import orjson

from netwright.exchange.remote.report import Homeless
from netwright.intent.document import Scalar
from netwright.intent.draft import Draft, key_of
from netwright.inventory import KINDS
from netwright.store.given import take_text
from netwright.store.kind import FieldType

Read: TypeAlias = Callable[[str], Iterable[dict[str, Any]]]
"""Gives the objects of a list."""
_HOST = re.compile(r"[^A-Za-z0-9.-]+")
_WORD = re.compile(r"[^A-Za-z0-9._:/@-]+")
_CUSTOM_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_QUIET = re.compile(
    r"id|url|display|display_url|web_url|notes_url|natural_slug|object_type|created|last_updated|last_seen"
    r"|tags|custom_fields|description|computed_fields|relationships|children|family|_depth|_?occupied"
    r"|cable|cable_end|cable_label|(cable_peer|connected_endpoints?|link_peers)(_type|_reachable)?"
    r"|owner_content_type|(local_)?config_template|tagged_items|count_ipaddresses|is_(module|bay)_compatible|.*_count"
)
"""Fields that say nothing of their own: addresses, counts, what stands elsewhere too."""
_USUAL = {"width": 19, "starting_unit": 1, "enabled": True, "positions": 1}
"""What everything is that nobody said otherwise of."""


class Told(dict[str, Any]):
    """An answer that knows which of its fields were asked for."""

    __slots__ = ("asked",)

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__(answer)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)

    def unasked(self) -> Iterator[str]:
        """Fields with a value that nobody looked at."""
        for name, value in self.items():
            if name in self.asked or _QUIET.fullmatch(name):
                continue
            if _USUAL.get(name) == plain(value) or plain(value) in (None, "", False, 0) or value in ([], {}):
                continue
            yield name


class Drafting:
    """The drafts so far. ``tags``: the words that an answer carries."""

    def __init__(
        self, read: Read, homeless: Homeless, tags: Callable[[Mapping[str, Any]], list[str]]
    ) -> None:
        self._read, self.homeless, self._tags = read, homeless, tags
        self.drafts: dict[tuple[str, str], Draft] = {}
        self.ends: dict[tuple[str, Any], tuple[str, str]] = {}
        """(field of a cable's end, key), by the other's type and id."""
        self._keys: dict[tuple[str, Any], str] = {}
        self.customs: dict[tuple[str, str], str] = {}
        """Our name of a custom field, by kind and the other's name."""
        self.locals: list[tuple[str, Any]] = []
        """Devices and the data that stands at them themselves."""
        self._told: list[tuple[str, Told]] = []

    def read(self, path: str) -> Iterator[Told]:
        """The objects of a list. What nobody asks of them is told in the end."""
        for one in self._read(path):
            told = Told(one)
            self._told.append((path, told))
            self.homeless.read(path)
            yield told

    def finish(self) -> list[Draft]:
        """All drafts; tells the fields that nobody took."""
        for path, told in self._told:
            for name in told.unasked():
                self.homeless.say(path, f"field {name}", shown(told))
        self._told.clear()
        return list(self.drafts.values())

    def put(
        self,
        path: str,
        kind: str,
        answer: Mapping[str, Any],
        fields: Mapping[str, Any],
        fills: Mapping[str, Any] | None = None,
        kept: Mapping[str, str] | None = None,
    ) -> Draft | None:
        """A draft of ``fields`` (None: not said; empty text: none). None when its name can't be. ``kept``:
        what has no field here and is kept in a custom one."""
        described = KINDS[kind]
        draft = Draft(described, f"{path}/{answer.get('id', '')}", 0)
        known = {spec.name: spec for spec in described.fields}
        common: dict[str, Any] = {}
        if "tags" in known and answer.get("tags"):
            common["tags"] = ",".join(self._tags(answer))
        if "description" in known and "description" not in fields:
            common["description"] = answer.get("description") or ""
        if "custom" in known and (custom := self._custom(path, kind, answer) | self._kept(kind, kept or {})):
            common["custom"] = orjson.dumps(custom, option=orjson.OPT_SORT_KEYS).decode()
            draft.partial = frozenset(("custom",))
        for name, value in {**common, **fields}.items():
            if value is None:
                continue
            text = str(value).lower() if isinstance(value, bool) else str(value)
            spec = known[name]
            if spec.type is FieldType.TEXT and not spec.multiline:
                text = " ".join(text.split("\n")).strip()
            if spec.reference is None and text and take_text(spec, text) is None:
                self.homeless.say(path, f"{name} can't be taken as it is", f"{shown(answer)}: {text[:60]}")
                continue
            draft.values[name] = Scalar(text, 0)
        draft.fills = {name: Scalar(str(value), 0) for name, value in (fills or {}).items()}
        draft.key = key_of(draft)
        if not draft.key or (kind, draft.key) in self.drafts:
            why = (
                f"a second {kind} of this name"
                if draft.key
                else "has no name, or belongs to what was left out"
            )
            self.homeless.say(path, why, shown(answer))
            return None
        self.drafts[kind, draft.key] = draft
        if (number := answer.get("id")) is not None and (path, number) not in self._keys:
            self._keys[path, number] = draft.key
            self.homeless.taken(path)
        return draft

    def has(self, kind: str, key: str) -> bool:
        return (kind, key) in self.drafts

    def key(self, path: str, answer: Mapping[str, Any] | None) -> str | None:
        """Our key of an object that another one refers to; None when it was not taken."""
        return None if answer is None else self._keys.get((path, answer["id"]))

    def known_as(self, path: str, answer: Mapping[str, Any], key: str) -> None:
        """An object of theirs has a home in one of ours that is drafted elsewhere."""
        self._keys[path, answer["id"]] = key
        self.homeless.taken(path)

    def status(self, path: str, answer: Mapping[str, Any], word: str | None, known: Mapping[str, str]) -> str:
        if word and word not in known:
            self.homeless.say(path, f"status {word}; taken as active", shown(answer))
        return known.get(word or "", "active")

    def refer(self, kind: str, key: str, field: str, target: str) -> None:
        """A reference of an object that is drafted, to one drafted after it."""
        self.drafts[kind, key].values[field] = Scalar(target, 0)

    def declare(
        self, path: str, kind: str, answer: Mapping[str, Any], name: str, fields: Mapping[str, Any]
    ) -> None:
        """A custom field of theirs; its name in our form."""
        ours = custom_name(name)
        self.customs[kind, name] = ours
        if not self.has("custom_field", f"{kind}/{ours}"):
            self.put(path, "custom_field", answer, {"on_kind": kind, "name": ours, **fields})

    def _kept(self, kind: str, kept: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in kept.items():
            found[name] = value or None
            if value and not self.has("custom_field", f"{kind}/{name}"):
                fields = {"on_kind": kind, "name": name, "value_type": "text", "help": f"Their {name}"}
                self.put("kept", "custom_field", {}, fields)
        return {name: value for name, value in found.items() if self.has("custom_field", f"{kind}/{name}")}

    def _custom(self, path: str, kind: str, answer: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, told in (answer.get("custom_fields") or {}).items():
            value = plain(told)
            ours = self.customs.get((kind, name))
            if ours is not None and (value is None or isinstance(value, str | int | float | bool)):
                found[ours] = value
            elif value not in (None, "", [], {}):
                self.homeless.say(path, f"custom field {name}", shown(answer))
        return found


def plain(answer: Any) -> Any:
    """The plain value of a choice, which is told with its label."""
    return answer.get("value") if isinstance(answer, dict) and "value" in answer else answer


def shown(answer: Mapping[str, Any]) -> str:
    return str(answer.get("display") or answer.get("name") or answer.get("id") or "")


def host_name(name: str) -> str:
    return _HOST.sub("-", name).strip("-.")


def word_name(name: str) -> str:
    return _WORD.sub("-", name).strip("-")


def custom_name(name: str) -> str:
    """A custom field's name in our form: a word in lower case."""
    word = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")
    return word if _CUSTOM_NAME.fullmatch(word) else f"field_{word}"[:63]
