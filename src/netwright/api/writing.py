"""Writes: items checked, merged at once as one change set or added to an open one, and answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from netwright.api.order import Order, body_of, items_of, mapping, order_of, parsed
from netwright.api.problem import ApiError, problem_entry
from netwright.api.reading import JSON, reading
from netwright.api.state import Call, call_of, in_thread
from netwright.app.access import Verb as Right
from netwright.app.idempotency import DoneRequest, done, write_done
from netwright.base.errors import ForbiddenError
from netwright.intent import rules
from netwright.intent.objects import Item, ObjectEdits, Outcome, Verb
from netwright.store.changeset import Committed
from netwright.store.delta import Change, Op
from netwright.store.editor import Editor
from netwright.store.history import History, current_revision
from netwright.store.kind import Kind
from netwright.store.problem import Problem, RulesBrokenError, Severity, broken
from netwright.store.query.named import numbered
from netwright.store.query.sight import Sight

_RIGHTS = {
    Verb.CREATE: (Right.CREATE,),
    Verb.UPDATE: (Right.UPDATE,),
    Verb.PUT: (Right.CREATE, Right.UPDATE),
    Verb.DELETE: (Right.DELETE,),
}
_STATUS = {Verb.CREATE: 201, Verb.UPDATE: 200, Verb.PUT: 200, Verb.DELETE: 200}
_ROUNDS = 5
_WORDS = {Verb.CREATE: "Create", Verb.UPDATE: "Update", Verb.PUT: "Put", Verb.DELETE: "Delete"}


@dataclass(slots=True)
class Written:
    """What a request did. ``outcomes`` are in the order of its items."""

    outcomes: list[Outcome]
    revision: int | None = None
    change_set: int | None = None
    warnings: Sequence[Problem] = ()
    dry_run: bool = False
    replayed: bool = False
    created: set[int] = field(default_factory=set)


class _Tried(Exception):  # noqa: N818 (never leaves this module)
    """Ends a transaction whose outcome was only asked for."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("tried")
        self.problems = problems


class _Replayed(Exception):  # noqa: N818
    """The request was done already."""

    def __init__(self, found: DoneRequest) -> None:
        super().__init__("replayed")
        self.found = found


async def write_list(request: Request) -> Response:
    """POST one object or a list; PUT, PATCH and DELETE a list."""
    call = await call_of(request)
    kind = call.kind()
    verb = {"POST": Verb.CREATE, "PUT": Verb.PUT, "PATCH": Verb.UPDATE, "DELETE": Verb.DELETE}[request.method]
    body = await body_of(call)
    value = parsed(body)
    single = verb is Verb.CREATE and not isinstance(value, list)
    items = [_item(verb, kind, one, place) for place, one in enumerate(items_of(value))]
    return await _answer(call, items, body, single=single)


async def write_one(request: Request) -> Response:
    """PUT, PATCH or DELETE the object in the path."""
    call = await call_of(request)
    kind = call.kind()
    name = request.path_params["name"]
    verb = {"PUT": Verb.PUT, "PATCH": Verb.UPDATE, "DELETE": Verb.DELETE}[request.method]
    body = b"" if verb is Verb.DELETE else await body_of(call)
    fields = {} if verb is Verb.DELETE else mapping(parsed(body), kind.name)
    return await _answer(call, [Item(verb, kind, fields, name)], body, single=True)


async def write_batch(request: Request) -> Response:
    """POST a list of changes to objects of any kinds, all or nothing."""
    call = await call_of(request)
    body = await body_of(call)
    items = []
    for place, one in enumerate(items_of(mapping(parsed(body), "body").get("changes"))):
        change = mapping(one, f"change {place}")
        verb = change.get("op")
        if verb not in set(Verb):
            raise ApiError(422, f"change {place}: expected op to be one of {', '.join(Verb)}, not {verb!r}")
        kind = call.state.kinds[str(change.get("kind"))]
        fields = mapping(change.get("fields", {}), f"change {place}")
        items.append(Item(Verb(verb), kind, fields, change.get("target")))
    return await _answer(call, items, body, single=False)


def _item(verb: Verb, kind: Kind, value: Any, place: int) -> Item:
    if verb is Verb.DELETE:
        return Item(verb, kind, {}, value)
    fields = mapping(value, f"item {place}")
    if verb is Verb.CREATE:
        return Item(verb, kind, {name: one for name, one in fields.items() if name not in {"id", "key"}})
    target = fields.get("id", fields.get("key"))
    return Item(verb, kind, {name: one for name, one in fields.items() if name not in {"id", "key"}}, target)


async def _answer(call: Call, items: list[Item], body: bytes, *, single: bool) -> Response:
    order = order_of(call, body, title_of(items))
    written = await in_thread(write, call, items, order)
    return await in_thread(answer, call, items, written, single=single)


def title_of(items: Sequence[Item]) -> str:
    """What a change set of these items is called when nobody says."""
    counts = Counter((item.verb, item.kind.name) for item in items)
    parts = [f"{_WORDS[verb]} {count} {kind}" for (verb, kind), count in counts.most_common(3)]
    return f"{', '.join(parts)}{', …' if len(counts) > 3 else ''} over the API" if parts else "Nothing"


def write(
    call: Call,
    items: Sequence[Item],
    order: Order,
    prepare: Callable[[Session, Editor], list[Outcome]] | None = None,
) -> Written:
    """Do what the items ask for. ``prepare`` makes outcomes of its own behind the lock of merges."""
    _allowed(call, items)
    found = _done(call, order)
    if found is not None:
        return _replay(call, found)
    try:
        if order.change_set is not None:
            return _into_open(call, items, order, prepare)
        return _rounds(call, items, order, prepare)
    except _Replayed as replayed:
        return _replay(call, replayed.found)
    except RulesBrokenError:
        found = _done(call, order)  # done meanwhile: what stands against it may be its own objects
        if found is None:
            raise
        return _replay(call, found)


def _done(call: Call, order: Order) -> DoneRequest | None:
    if order.key is None:
        return None
    with call.state.context.database.read() as session:
        return done(session, order.key, call.state.context.clock.now())


def _allowed(call: Call, items: Iterable[Item]) -> None:
    for verb, kind in {(item.verb, item.kind.name) for item in items}:
        rights = [right for right in _RIGHTS[verb] if call.access.may(right, kind)]
        if not rights:
            raise ForbiddenError(call.access.name, _RIGHTS[verb][0], kind)


def _into_open(
    call: Call,
    items: Sequence[Item],
    order: Order,
    prepare: Callable[[Session, Editor], list[Outcome]] | None,
) -> Written:
    call.access.require(Right.PROPOSE)
    assert order.change_set is not None
    context = call.state.context
    with context.database.read() as session:
        _met(session, order, [])
        with context.changesets.edit(order.change_set) as editor:
            outcomes = _edited(call, session, editor, items, order, prepare)
    if order.key is not None:
        with context.database.write() as session:
            write_done(session, order.key, context.clock.now(), -order.change_set, _objects(outcomes))
    return Written(outcomes, change_set=order.change_set, created=editor.created)


def _rounds(
    call: Call,
    items: Sequence[Item],
    order: Order,
    prepare: Callable[[Session, Editor], list[Outcome]] | None,
) -> Written:
    """Once; when items may fail by themselves, again without those that the rules stand against."""
    failed: dict[int, Outcome] = {}
    for left in range(_ROUNDS, 0, -1):
        places = [place for place in range(len(items)) if place not in failed]
        written, places_of = _attempt(call, items, places, order, prepare)
        failed.update({place: one for place, one in places_of.items() if one.problems})
        if isinstance(written, Written):
            written.outcomes = [
                failed[place] if place in failed else places_of[place] for place in range(len(items))
            ] or written.outcomes
            return written
        guilty = _guilty(written, places_of)
        if not guilty or left == 1:
            guilty = {place: list(written.problems) for place in places_of}
        for place, problems in guilty.items():
            failed[place] = Outcome(items[place].kind, items[place].verb, problems=problems)
        if len(failed) == len(items):
            break
    return Written([failed[place] for place in range(len(items))])


def _attempt(
    call: Call,
    items: Sequence[Item],
    places: Sequence[int],
    order: Order,
    prepare: Callable[[Session, Editor], list[Outcome]] | None,
) -> tuple[Written | RulesBrokenError, dict[int, Outcome]]:
    context = call.state.context
    editor = context.changesets.editor()
    with context.database.read() as session:
        outcomes = _edited(call, session, editor, [items[place] for place in places], order, None)
    by_place = dict(zip(places, outcomes, strict=True))
    made: list[Outcome] = []

    def before(session: Session) -> None:
        if prepare is not None:
            made.extend(prepare(session, editor))

    def check(session: Session, changes: Sequence[Change]) -> list[Problem]:
        return _check(call, session, changes, order, made or outcomes)

    try:
        committed = context.changesets.commit(
            editor, order.title, call.access.name, check, order.reason, prepare=before
        )
    except _Tried as tried:
        written = Written(made or outcomes, warnings=tried.problems, dry_run=True, created=editor.created)
        return written, by_place
    except RulesBrokenError as error:
        if order.keep_going:
            return error, by_place
        raise
    return _written(committed, made or outcomes, editor), by_place


def _written(committed: Committed, outcomes: list[Outcome], editor: Editor) -> Written:
    return Written(
        outcomes, committed.revision, committed.changeset_id, committed.problems, created=editor.created
    )


def _edited(
    call: Call,
    session: Session,
    editor: Editor,
    items: Sequence[Item],
    order: Order,
    prepare: Callable[[Session, Editor], list[Outcome]] | None,
) -> list[Outcome]:
    sight = Sight(session, call.state.kinds, call.seen)
    outcomes = ObjectEdits(sight, editor).edit(items) if items else []
    if prepare is not None:
        outcomes = prepare(session, editor)
    wrong = [(place, one) for place, one in enumerate(outcomes) if one.problems]
    if wrong and not order.keep_going:
        entries = [
            problem_entry(problem, place if len(items) > 1 else None)
            for place, outcome in wrong
            for problem in outcome.problems
        ]
        missing = all(outcome.missing for _, outcome in wrong)
        what = entries[0]["detail"] if len(entries) == 1 else f"{len(entries)} mistakes"
        raise ApiError(
            404 if missing else 422,
            what,
            subject=entries[0]["object"],
            remedy="Mend them and send it again; nothing was changed.",
            errors=entries,
        )
    return outcomes


def _check(
    call: Call, session: Session, changes: Sequence[Change], order: Order, outcomes: Sequence[Outcome]
) -> list[Problem]:
    """What is asked of a merge: preconditions, rules, rights; and that the request is not done twice."""
    now = call.state.context.clock.now()
    if order.key is not None:
        found = done(session, order.key, now)
        if found is not None:
            raise _Replayed(found)
    _met(session, order, changes)
    problems = [*call.access.check(session, changes)]
    if not broken(problems):
        problems += rules.check(session, changes)
    if order.dry_run and not broken(problems):
        raise _Tried(problems)
    if order.key is not None and not broken(problems):
        write_done(session, order.key, now, current_revision(session) + 1, _objects(outcomes))
    return problems


def _met(session: Session, order: Order, changes: Sequence[Change]) -> None:
    """Raises ApiError 412 when the object changed since the revision that the caller knows."""
    if order.if_revision is None or order.if_revision == -1:
        return
    for change in changes:
        if change.op is Op.CREATE:
            continue
        last = session.scalar(select(func.max(History.revision)).where(History.object_id == change.id)) or 0
        if last > order.if_revision:
            raise ApiError(
                412,
                f"was changed in revision {last}, you know revision {order.if_revision}",
                subject=f"{change.kind} #{change.id}",
                remedy="Read it again, and decide anew.",
            )


def _guilty(error: RulesBrokenError, by_place: Mapping[int, Outcome]) -> dict[int, list[Problem]]:
    """Whose item a problem is: the object's, or that of what came with it."""
    owner: dict[int, int] = {}
    for place, outcome in by_place.items():
        for object_id in (outcome.object_id, *outcome.parts):
            if object_id is not None:
                owner[object_id] = place
    found: defaultdict[int, list[Problem]] = defaultdict(list)
    for problem in error.problems:
        if problem.severity is Severity.ERROR and problem.object_id in owner:
            found[owner[problem.object_id]].append(problem)
    return dict(found)


def _objects(outcomes: Iterable[Outcome]) -> list[tuple[str, int, str]]:
    return [(one.kind.name, one.object_id, str(one.verb)) for one in outcomes if one.object_id is not None]


def _replay(call: Call, found: DoneRequest) -> Written:
    kinds = call.state.kinds
    outcomes = [Outcome(kinds[kind], Verb(verb), object_id) for kind, object_id, verb in found.objects]
    if found.revision < 0:
        return Written(outcomes, change_set=-found.revision, replayed=True)
    return Written(outcomes, revision=found.revision, replayed=True)


def answer(call: Call, items: Sequence[Item], written: Written, *, single: bool) -> Response:
    """The answer to a write: the objects as they are now, the revision and the change set."""
    headers = {}
    if written.revision is not None:
        headers["x-revision"] = str(written.revision)
    if written.change_set is not None:
        headers["x-change-set"] = str(written.change_set)
    if written.replayed:
        headers["idempotent-replayed"] = "true"
    merged = written.revision is not None and not written.dry_run
    documents = _documents(call, written) if merged else {}
    entries = [_entry(one, documents, written) for one in written.outcomes]
    failures = any(one.problems for one in written.outcomes)
    if single and not failures:
        return _single(written, entries, documents, headers, merged=merged)
    body: dict[str, Any] = {
        "revision": written.revision,
        "change_set": written.change_set,
        "items": entries,
    }
    if written.dry_run:
        body["dry_run"] = True
    if written.warnings:
        body["warnings"] = [problem_entry(one) for one in written.warnings]
    status = 207 if failures else 202 if not merged and not written.dry_run else 200
    if status == 200 and not written.dry_run and items and items[0].verb is Verb.CREATE:
        status = 201
    return Response(orjson.dumps(body), status, headers=headers, media_type=JSON)


def _single(
    written: Written,
    entries: list[dict[str, Any]],
    documents: Mapping[tuple[str, int], dict[str, Any]],
    headers: dict[str, str],
    *,
    merged: bool,
) -> Response:
    (outcome,) = written.outcomes
    if outcome.verb is Verb.DELETE and merged:
        return Response(status_code=204, headers=headers)
    if not merged:
        body = {**entries[0], "change_set": written.change_set, "dry_run": written.dry_run}
        if written.warnings:
            body["warnings"] = [problem_entry(one) for one in written.warnings]
        status = 200 if written.dry_run else 202
        return Response(orjson.dumps(body), status, headers=headers, media_type=JSON)
    assert outcome.object_id is not None
    doc = documents.get((outcome.kind.name, outcome.object_id), {"id": outcome.object_id})
    headers["etag"] = f'"{written.revision}"'
    created = outcome.verb is Verb.CREATE or outcome.object_id in written.created
    if created:
        mark = "id:" if numbered(outcome.kind) else ""
        headers["location"] = f"/api/v1/{outcome.kind.name}/{mark}{outcome.object_id}"
    status = 201 if created else 200
    return Response(orjson.dumps(doc), status, headers=headers, media_type=JSON)


def _documents(call: Call, written: Written) -> dict[tuple[str, int], dict[str, Any]]:
    ids: defaultdict[str, list[int]] = defaultdict(list)
    for one in written.outcomes:
        if one.object_id is not None and one.verb is not Verb.DELETE and not one.problems:
            ids[one.kind.name].append(one.object_id)
    found: dict[tuple[str, int], dict[str, Any]] = {}
    with reading(call.state, call) as (_, reader):
        for name, wanted in ids.items():
            docs = reader.by_id(call.state.kinds[name], wanted)
            found.update({(name, object_id): doc for object_id, doc in docs.items()})
    return found


def _entry(
    one: Outcome, documents: Mapping[tuple[str, int], dict[str, Any]], written: Written
) -> dict[str, Any]:
    if one.problems:
        errors = [problem_entry(problem) for problem in one.problems]
        return {"status": 404 if one.missing else 422, "kind": one.kind.name, "errors": errors}
    assert one.object_id is not None
    created = one.verb is Verb.CREATE or one.object_id in written.created
    entry: dict[str, Any] = {"status": 201 if created else _STATUS[one.verb], "kind": one.kind.name}
    if not (written.dry_run and created):
        entry["id"] = one.object_id
    doc = documents.get((one.kind.name, one.object_id))
    if doc is not None:
        entry["object"] = doc
    return entry
