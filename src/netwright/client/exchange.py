"""What is said to the API, without saying how it is sent: each verb is a generator that gives requests and
takes answers. The clients with and without asyncio drive the same generators."""

from __future__ import annotations

import mimetypes
import uuid
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar, get_args
from urllib.parse import quote

import httpx

from netwright.base.errors import InputError
from netwright.client.problem import problem_of

Document: TypeAlias = dict[str, Any]
"""An object: ``id``, ``key`` and its fields."""
Filters: TypeAlias = Mapping[str, str | int | bool | Sequence[str | int]]
"""``{"site.region": "eu", "name__ic": ["edge", "core"]}``."""
OwnerKind: TypeAlias = Literal["site", "rack", "device", "model", "circuit"]
Form: TypeAlias = Literal["prometheus", "oxidized", "gnmic"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``content``: a body as it is, instead of a document. ``repeatable``: it may be sent again
    when no answer came."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    content: bytes | None = None


Exchange: TypeAlias = Generator[Request, httpx.Response, T]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list. ``next``: cursor of the following one, empty at the end."""

    items: list[Document]
    next: str
    revision: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a write in bulk did. ``items`` in the order given, each with status, and object or errors."""

    revision: int | None
    change_set: int | None
    items: list[Document]

    @property
    def objects(self) -> list[Document]:
        return [one["object"] for one in self.items if "object" in one]

    @property
    def failed(self) -> list[Document]:
        return [one for one in self.items if "errors" in one]


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What a list is asked with."""

    filters: Filters = field(default_factory=dict)
    q: str = ""
    sort: str = ""
    fields: str = ""
    expand: str = ""
    limit: int = 500
    as_of: int | None = None

    def params(self, after: str = "", *, count: bool = False) -> tuple[tuple[str, str], ...]:
        found = pairs(self.filters)
        named = {"q": self.q, "sort": self.sort, "fields": self.fields, "expand": self.expand, "after": after}
        found += [(name, text) for name, text in named.items() if text]
        found.append(("limit", str(self.limit)))
        if self.as_of is not None:
            found.append(("as_of", str(self.as_of)))
        return (*found, ("count", "true")) if count else tuple(found)


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a write is done: into an open change set, or only tried. ``etag``: if the object is still so.
    ``force``: a deletion takes the name off what mentions it, as a tag off what carries it."""

    change_set: int | None = None
    message: str = ""
    dry_run: bool = False
    keep_going: bool = False
    etag: str = ""
    force: bool = False

    def request(self, method: str, path: str, body: Any) -> Request:
        headers = {"idempotency-key": str(uuid.uuid4())}
        if self.etag:
            headers["if-match"] = self.etag
        named = {
            "changeset": str(self.change_set) if self.change_set is not None else "",
            "message": self.message,
            "dry_run": "true" if self.dry_run else "",
            "on_error": "continue" if self.keep_going else "",
            "force": "true" if self.force else "",
        }
        params = tuple((name, text) for name, text in named.items() if text)
        return Request(method, path, params, body, headers)


def get_page(kind: str, options: ListOptions, after: str = "", *, count: bool = False) -> Exchange[Page]:
    response = yield Request("GET", f"/v1/{kind}", options.params(after, count=count))
    body = taken(response)
    return Page(body["items"], body["next"] or "", body["revision"], body.get("total"))


def get_one(
    kind: str, name: int | str, *, fields: str = "", expand: str = ""
) -> Exchange[tuple[Document, str]]:
    """The object and its ETag."""
    params = tuple((key, text) for key, text in (("fields", fields), ("expand", expand)) if text)
    response = yield Request("GET", object_path(kind, name), params)
    return taken(response), response.headers.get("etag", "")


def write_one(method: str, path: str, body: Any, options: WriteOptions) -> Exchange[Document]:
    response = yield options.request(method, path, body)
    found: Document = taken(response) if response.content or response.status_code >= 400 else {}
    return found


def write_many(method: str, path: str, body: Any, options: WriteOptions) -> Exchange[Written]:
    response = yield options.request(method, path, body)
    answer = taken(response)
    return Written(answer.get("revision"), answer.get("change_set"), answer["items"])


def ask(method: str, path: str, body: Any = None, *, repeatable: bool = True) -> Exchange[Document]:
    """Anything else."""
    response = yield Request(method, path, body=body, repeatable=repeatable)
    found: Document = taken(response)
    return found


def put_file(
    content: bytes,
    name: int | str,
    *,
    owner: tuple[OwnerKind, str] | None,
    media_type: str,
    description: str,
    options: WriteOptions,
) -> Exchange[Document]:
    """Raises InputError for an owner of a kind that has no files: the server would not look at it."""
    if owner is not None and owner[0] not in get_args(OwnerKind):
        raise InputError(
            f"a {owner[0]} has no attachments",
            subject="owner",
            remedy=f"One of these has: {', '.join(get_args(OwnerKind))}.",
        )
    request = options.request("PUT", f"{object_path('attachment', name)}/bytes", None)
    said: list[tuple[str, str]] = [owner] if owner is not None else []
    said += [("description", description)] if description else []
    told = media_type or mimetypes.guess_type(str(name))[0]
    headers = {**request.headers, "content-type": told} if told else request.headers
    response = yield replace(request, params=(*request.params, *said), headers=headers, content=content)
    found: Document = taken(response)
    return found


def file_name(file: bytes | Path, name: int | str) -> int | str:
    """What the attachment is called. Raises InputError for bytes without a name."""
    found = name if name != "" else file.name if isinstance(file, Path) else ""
    if found == "":
        raise InputError("bytes have no name", subject="name", remedy="Say what the attachment is called.")
    return found


def get_file(name: int | str) -> Exchange[bytes]:
    headers = {"accept": "*/*"}
    response = yield Request("GET", f"{object_path('attachment', name)}/bytes", headers=headers)
    if response.status_code >= 400:
        raise problem_of(response)
    return response.content


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """What the audit log is asked with. ``since``: a time with its zone. ``limit``: entries of a page."""

    who: str = ""
    event: str = ""
    since: datetime | str = ""
    limit: int = 500


def get_audit(options: AuditOptions, after: str = "") -> Exchange[tuple[list[Document], str]]:
    """A page, the newest first, and the cursor of the following one, empty at the end."""
    since = options.since if isinstance(options.since, str) else options.since.isoformat()
    named = {"who": options.who, "event": options.event, "since": since, "after": after}
    params = (*((name, text) for name, text in named.items() if text), ("limit", str(options.limit)))
    body = taken((yield Request("GET", "/v1/audit", params)))
    return body["items"], body["next"] or ""


def get_targets(form: Form, filters: Filters, *, port: int | None, every: bool) -> Exchange[Any]:
    params = pairs(filters)
    params += [("port", str(port))] if port is not None else []
    params += [("every", "true")] if every else []
    return taken((yield Request("GET", f"/v1/targets/{quote(form, safe='')}", tuple(params))))


def object_path(kind: str, name: int | str) -> str:
    """An integer is an id, a text a natural key."""
    text = f"id:{name}" if isinstance(name, int) else f"key:{name}"
    return f"/v1/{kind}/{quote(text, safe='')}"


def taken(response: httpx.Response) -> Any:
    """The body of an answer. Raises ApiProblem for 400 and above."""
    if response.status_code >= 400:
        raise problem_of(response)
    return response.json()


def pairs(filters: Filters) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in filters.items():
        values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        found += [(name, _text(one)) for one in values]
    return found


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
