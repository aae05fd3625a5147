"""Where the lines of a configuration come from: the objects behind the values that a line was made of, and
who changed each of them last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwright.intent.context import Layers, context_sources
from netwright.intent.neutral import (
    BgpGroupView,
    CommunityView,
    ContentView,
    DeviceView,
    InterfaceView,
    SessionView,
    StaticRoute,
    VrfView,
)
from netwright.intent.render import ExplainedLine
from netwright.intent.section import KNOWN
from netwright.inventory import KINDS, Device
from netwright.store.history import History, Revision, chunks
from netwright.store.query.named import find_all

Named: TypeAlias = tuple[str, str]
"""Kind and natural key."""
_CHUNK = 5_000
_DECIDED = "decided"
"""Kind of what no object says: it follows from what sites, ISPs and prefixes there are (``policy``)."""


@dataclass(frozen=True, slots=True)
class Source:
    """An object, or a file of context data, that a line comes from, and its last change."""

    kind: str
    key: str
    revision: int | None = None
    author: str = ""
    changeset: int | None = None

    def __str__(self) -> str:
        if self.revision is None:
            return f"{self.kind} {self.key}"
        by = f"change set {self.changeset}" if self.changeset is not None else f"revision {self.revision}"
        return f"{self.kind} {self.key} ({by} by {self.author})"


def sources_of(
    session: Session,
    view: DeviceView,
    lines: Sequence[ExplainedLine],
    *,
    layers: Layers | None = None,
    revision: int | None = None,
) -> list[tuple[Source, ...]]:
    """The sources of each line. ``session`` sees the state that was rendered; changes after ``revision`` are
    left out. Of several values of a sort that were read on the way to a line (ports that a loop passed over)
    the last counts. Text that stands in the template as it is has no source."""
    names = _Names(session, view, layers)
    found = [list(dict.fromkeys(names.behind(line.values))) for line in lines]
    changes = _last_changes(session, {one for line in found for one in line}, revision)
    return [tuple(changes[one] for one in line) for line in found]


class _Names:
    """Natural keys of the objects behind the values of one view."""

    def __init__(self, session: Session, view: DeviceView, layers: Layers | None) -> None:
        self._device = view.name
        self._parts: dict[int, Named] = {}
        stored = _stored(session, view)
        for policy in view.policies:
            kind = "routing_policy" if policy.name in stored["routing_policy"] else _DECIDED
            self._parts[id(policy)] = kind, policy.name
            for term in policy.terms:
                name = f"{policy.name}/{term.sequence}" if kind != _DECIDED else policy.name
                self._parts[id(term)] = ("routing_policy_term" if kind != _DECIDED else kind), name
        for prefixes in view.prefix_lists:
            kind = "prefix_list" if prefixes.name in stored["prefix_list"] else _DECIDED
            self._parts[id(prefixes)] = kind, prefixes.name
            for entry in prefixes.entries:
                name = f"{prefixes.name}/{entry.sequence}" if kind != _DECIDED else prefixes.name
                self._parts[id(entry)] = ("prefix_list_entry" if kind != _DECIDED else kind), name
        self._sections = _sections(session, view, layers)
        for key in KNOWN:
            value = getattr(view, key, None)
            for one in value if isinstance(value, tuple) else (value,):
                for context in self._sections.get(key, ()) if one is not None else ():
                    self._parts.setdefault(id(one), context)

    def behind(self, values: Sequence[Any]) -> list[Named]:
        """The objects behind the values that were read for a line; the device, when only it was."""
        last = {type(value): value for value in values}
        found = [one for value in last.values() for one in self.of(value)]
        return found or [("device", self._device)] * (DeviceView in last)

    def of(self, value: Any) -> Iterator[Named]:
        """The objects behind a value, if any."""
        if id(value) in self._parts:
            yield self._parts[id(value)]
        elif isinstance(value, InterfaceView):
            yield "interface", f"{self._device}/{value.name}"
        elif isinstance(value, SessionView):
            yield "bgp_session", f"{self._device}/{value.remote_address}"
        elif isinstance(value, StaticRoute) and value.discard:
            yield "prefix", str(value.prefix)
        elif isinstance(value, ContentView):
            yield "appliance", self._device
        elif isinstance(value, BgpGroupView | CommunityView | VrfView):
            yield _KINDS[type(value)], value.name


_KINDS: Mapping[type, str] = {
    BgpGroupView: "bgp_group",
    CommunityView: "community",
    VrfView: "vrf",
}


def _stored(session: Session, view: DeviceView) -> dict[str, set[str]]:
    wanted = {
        "routing_policy": {one.name for one in view.policies},
        "prefix_list": {one.name for one in view.prefix_lists},
    }
    return {kind: set(find_all(session, KINDS, KINDS[kind], names)) for kind, names in wanted.items()}


def _sections(session: Session, view: DeviceView, layers: Layers | None) -> dict[str, list[Named]]:
    """Which context has the last word on each key of the context data."""
    device = session.scalar(select(Device.id).where(Device.name == view.name))
    if device is None or not view.context:
        return {}
    found: dict[str, list[Named]] = {}
    for one in context_sources(session, [device], layers).get(device, ()):
        kind = "file" if one.name.endswith(".yaml") else "config_context"
        for key in one.data:
            found[key] = [(kind, one.name)]
    return found


def _last_changes(session: Session, names: Iterable[Named], revision: int | None) -> dict[Named, Source]:
    by_kind: dict[str, set[str]] = defaultdict(set)
    found: dict[Named, Source] = {}
    for kind, key in names:
        by_kind[kind].add(key)
        found[kind, key] = Source(kind, key)
    ids: dict[int, Named] = {}
    for kind, keys in by_kind.items():
        if kind in KINDS:
            ids.update((one, (kind, key)) for key, one in find_all(session, KINDS, KINDS[kind], keys).items())
    for part in chunks(ids, _CHUNK):
        last = select(History.object_id, func.max(History.revision).label("revision")).where(
            History.object_id.in_(part)
        )
        if revision is not None:
            last = last.where(History.revision <= revision)
        grouped = last.group_by(History.object_id).subquery()
        query = select(grouped.c.object_id, Revision.number, Revision.author, Revision.changeset_id).join(
            Revision, Revision.number == grouped.c.revision
        )
        for one, number, author, changeset in session.execute(query):
            found[ids[one]] = Source(*ids[one], number, author, changeset)
    return found


__all__ = ["Source", "sources_of"]
