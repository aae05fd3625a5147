"""What a writing request asks for beside its items, read from headers and parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

from netwright.api.problem import ApiError
from netwright.api.reading import integer, only_json
from netwright.api.state import Call, flag
from netwright.app.idempotency import RequestKey, request_key
from netwright.base.errors import InputError

MOST_BYTES = 64 << 20
MOST_ITEMS = 20_000
_TAG = re.compile(r'\s*(?:W/)?"([0-9]{1,18})"\s*\Z')


@dataclass(frozen=True, slots=True)
class Order:
    """``change_set``: an open one to write into; else the change is merged at once. ``keep_going``: items
    without a mistake are done though others have one. ``force``: a deletion takes the name off what
    mentions it.

    ``if_revision``: the objects must not have changed since this revision; ``if_present``: they must be
    there; ``if_absent``: they must not; ``unless``: they must not be of one of these revisions."""

    title: str
    reason: str = ""
    change_set: int | None = None
    dry_run: bool = False
    keep_going: bool = False
    force: bool = False
    if_revision: int | None = None
    if_present: bool = False
    if_absent: bool = False
    unless: frozenset[int] = frozenset()
    key: RequestKey | None = None

    @property
    def conditional(self) -> bool:
        return self.if_present or self.if_absent or self.if_revision is not None or bool(self.unless)


def order_of(call: Call, body: bytes, title: str) -> Order:
    """Raises InputError for what can't be meant."""
    headers, params = call.request.headers, call.request.query_params
    opened = integer(params.get("changeset") or headers.get("x-change-set"), "changeset", 1, 1 << 62)
    dry_run = "dry_run" in params and flag(params["dry_run"])
    on_error = params.get("on_error", "stop")
    if on_error not in {"stop", "continue"}:
        raise InputError(f"expected stop or continue, not {on_error[:40]!r}", subject="on_error")
    if opened is not None and dry_run:
        raise InputError(
            "writes into a change set are not tried", subject="dry_run", remedy="Ask for the set's preview."
        )
    given = headers.get("idempotency-key")
    path = f"{call.request.method} {call.request.url.path}?{call.request.url.query}".encode()
    key = None
    if given is not None and not dry_run:
        rights = call.access.said.encode()  # a token with less may not hear what one with more did
        key = request_key(call.access.name, given, path, str(opened).encode(), rights, body)
    return Order(
        title=params.get("message") or title,
        reason=params.get("reason", ""),
        change_set=opened,
        dry_run=dry_run,
        keep_going=on_error == "continue",
        force="force" in params and flag(params["force"]),
        if_revision=_if_match(headers.get("if-match")),
        if_present=headers.get("if-match", "").strip() == "*",
        if_absent=headers.get("if-none-match", "").strip() == "*",
        unless=revisions_in(headers.get("if-none-match", "")),
        key=key,
    )


def _if_match(given: str | None) -> int | None:
    """The newest revision that the caller knows. Weak tags are taken too: a proxy that packs answers weakens
    them, and our revisions tell no less for that."""
    if given is None or given.strip() == "*":
        return None
    known = revisions_in(given)
    if not known:
        raise ApiError(
            412, "the tag is none of ours", subject="If-Match", remedy="Send the ETag that GET answered."
        )
    return max(known)


def revisions_in(tags: str) -> frozenset[int]:
    """The revisions in a list of entity tags; tags that are none of ours can't match anything."""
    return frozenset(int(found[1]) for tag in tags.split(",") if (found := _TAG.match(tag)))


async def body_of(call: Call) -> bytes:
    """The body, as far as it is allowed to be large. Raises ApiError 413 and 415."""
    only_json(call.request)
    parts, size = [], 0
    async for part in call.request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise ApiError(
                413, f"the body is larger than {MOST_BYTES >> 20} MiB", remedy="Send it in several parts."
            )
        parts.append(part)
    return b"".join(parts)


def parsed(body: bytes) -> Any:
    """Raises ApiError 400 for what is not JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"the body is not JSON ({error})", remedy="Send one object, or a list.") from None


def mapping(value: Any, what: str) -> dict[str, Any]:
    """Raises ApiError 422 unless it is a JSON object."""
    if isinstance(value, dict):
        return value
    raise ApiError(422, f'{what}: expected an object, as {{"name": "ams"}}, not {str(value)[:80]!r}')


def items_of(value: Any) -> list[Any]:
    """The list in a body. Raises ApiError for one that is too long."""
    found = value if isinstance(value, list) else [value]
    if len(found) > MOST_ITEMS:
        raise ApiError(413, f"more than {MOST_ITEMS} items", remedy="Send them in several parts.")
    return found
