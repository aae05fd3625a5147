"""What a write did, and how it is answered: one object or a list, now or when it is asked again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.responses import Response

from netwright.api.problem import problem_entry
from netwright.api.reading import JSON, entity_tag, reading
from netwright.api.state import Call
from netwright.app.idempotency import DoneRequest
from netwright.base.errors import InputError, NotFoundError
from netwright.intent.objects import Item, Outcome, Verb
from netwright.store.kind import Kinds
from netwright.store.query.named import numbered

_STATUS = {Verb.CREATE: 201, Verb.UPDATE: 200, Verb.PUT: 200, Verb.DELETE: 200}


@dataclass(slots=True)
class Written:
    """What a request did. ``outcomes`` are in the order of its items; ``warnings`` as they are told.
    ``failed``: of a request that is answered again, what was told of items that failed, by place."""

    outcomes: list[Outcome]
    revision: int | None = None
    change_set: int | None = None
    warnings: Sequence[Mapping[str, Any]] = ()
    dry_run: bool = False
    replayed: bool = False
    created: set[int] = field(default_factory=set)
    failed: dict[int, dict[str, Any]] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """What must be kept to answer it again."""
        items = [
            [one.kind.name, one.object_id, str(one.verb), _entry(one, at, {}, self) if one.problems else None]
            for at, one in enumerate(self.outcomes)
        ]
        return {"items": items, "created": sorted(self.created), "warnings": list(self.warnings)}


def written_before(kinds: Kinds, found: DoneRequest) -> Written:
    """A request that was done, as it was done."""
    kept = found.answer
    outcomes, failed = [], {}
    for at, (kind, object_id, verb, entry) in enumerate(kept["items"]):
        outcomes.append(Outcome(kinds[kind], Verb(verb), None if entry else object_id))
        if entry:
            failed[at] = entry
    written = Written(outcomes, replayed=True, failed=failed, warnings=kept["warnings"])
    written.created = set(kept["created"])
    written.change_set = kept.get("change_set")
    if found.revision >= 0:
        written.revision = found.revision
    return written


def answer(call: Call, items: Sequence[Item], written: Written, *, single: bool) -> Response:
    """The answer to a write: the objects as they are then, the revision and the change set."""
    headers = {}
    if written.revision is not None:
        headers["x-revision"] = str(written.revision)
    if written.change_set is not None:
        headers["x-change-set"] = str(written.change_set)
    if written.replayed:
        headers["idempotent-replayed"] = "true"
    merged = written.revision is not None and not written.dry_run
    documents = _documents(call, written) if merged else {}
    entries = [_entry(one, at, documents, written) for at, one in enumerate(written.outcomes)]
    failures = any(entry["status"] >= 400 for entry in entries)
    if single and not failures:
        return _single(call, written, entries, documents, headers, merged=merged)
    body: dict[str, Any] = {
        "revision": written.revision,
        "change_set": written.change_set,
        "items": entries,
    }
    if written.dry_run:
        body["dry_run"] = True
    if written.warnings:
        body["warnings"] = list(written.warnings)
    status = 207 if failures else 202 if not merged and not written.dry_run else 200
    if status == 200 and not written.dry_run and items and items[0].verb is Verb.CREATE:
        status = 201
    return Response(orjson.dumps(body), status, headers=headers, media_type=JSON)


def _single(
    call: Call,
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
            body["warnings"] = list(written.warnings)
        status = 200 if written.dry_run else 202
        return Response(orjson.dumps(body), status, headers=headers, media_type=JSON)
    assert outcome.object_id is not None
    doc = documents.get((outcome.kind.name, outcome.object_id), {"id": outcome.object_id})
    if written.change_set is not None or written.replayed:
        headers["etag"] = f'"{written.revision}"'
    else:  # nothing was changed: the object is as it was
        with call.state.context.database.read() as session:
            headers["etag"] = entity_tag(session, outcome.object_id)
    created = outcome.verb is Verb.CREATE or outcome.object_id in written.created
    if created:
        mark = "id:" if numbered(outcome.kind) else ""
        headers["location"] = f"/api/v1/{outcome.kind.name}/{mark}{outcome.object_id}"
    status = 201 if created else 200
    return Response(orjson.dumps(doc), status, headers=headers, media_type=JSON)


def _documents(call: Call, written: Written) -> dict[tuple[str, int], dict[str, Any]]:
    """The objects; of a request that is answered again as they were after it, as long as that is kept."""
    ids: defaultdict[str, list[int]] = defaultdict(list)
    for one in written.outcomes:
        if one.object_id is not None and one.verb is not Verb.DELETE and not one.problems:
            ids[one.kind.name].append(one.object_id)
    if written.replayed:
        try:
            return _read(call, ids, written.revision)
        except (InputError, NotFoundError):
            pass
    return _read(call, ids, None)


def _read(
    call: Call, ids: Mapping[str, list[int]], revision: int | None
) -> dict[tuple[str, int], dict[str, Any]]:
    found: dict[tuple[str, int], dict[str, Any]] = {}
    with reading(call.state, call, revision) as (_, reader):
        for name, wanted in ids.items():
            docs = reader.by_id(call.state.kinds[name], wanted)
            found.update({(name, object_id): doc for object_id, doc in docs.items()})
    return found


def _entry(
    one: Outcome, at: int, documents: Mapping[tuple[str, int], dict[str, Any]], written: Written
) -> dict[str, Any]:
    if one.problems:
        errors = [problem_entry(problem) for problem in one.problems]
        return {"status": 404 if one.missing else 422, "kind": one.kind.name, "errors": errors}
    if one.object_id is None:
        return written.failed[at]
    created = one.verb is Verb.CREATE or one.object_id in written.created
    entry: dict[str, Any] = {"status": 201 if created else _STATUS[one.verb], "kind": one.kind.name}
    if not (written.dry_run and created):
        entry["id"] = one.object_id
    doc = documents.get((one.kind.name, one.object_id))
    if doc is not None:
        entry["object"] = doc
    return entry
