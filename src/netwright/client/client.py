"""The two clients. A request without an answer is sent again: every write carries a key by which the server
knows it, so nothing is done twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from netwright.client import exchange as say
from netwright.client.exchange import (
    AuditOptions,
    Document,
    Exchange,
    Filters,
    Form,
    ListOptions,
    OwnerKind,
    Page,
    Request,
    T,
    WriteOptions,
    Written,
)
from netwright.client.problem import Unreachable

_AGAIN = frozenset({502, 503, 504})
_WAITS_S = (0.2, 1.0, 3.0)
_TIMEOUT_S = 60.0


class _Verbs:
    """What both clients have in common: arguments to exchanges."""

    def __init__(self, url: str, token: str, *, timeout_s: float, waits_s: Sequence[float]) -> None:
        self._base = f"{url.rstrip('/')}/api"
        self._headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        self._timeout_s = timeout_s
        self._waits_s = tuple(waits_s)

    def _arguments(self, request: Request) -> dict[str, Any]:
        found: dict[str, Any] = {"params": request.params, "headers": dict(request.headers)}
        if request.body is not None:
            found["json"] = request.body
        if request.content is not None:
            found["content"] = request.content
        return found

    def _unreachable(self, error: Exception) -> Unreachable:
        return Unreachable(f"no answer ({error})", subject=self._base, remedy="See that the server runs.")


class Client(_Verbs):
    """Waits for each answer. ``transport`` is httpx's, for tests."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout_s: float = _TIMEOUT_S,
        waits_s: Sequence[float] = _WAITS_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(url, token, timeout_s=timeout_s, waits_s=waits_s)
        self._http = httpx.Client(
            base_url=self._base, headers=self._headers, timeout=timeout_s, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def page(self, kind: str, *, after: str = "", count: bool = False, **options: Any) -> Page:
        """One page; options as of :meth:`objects`."""
        return self.run(say.get_page(kind, ListOptions(**options), after, count=count))

    def objects(
        self, kind: str, *, filters: Filters | None = None, sort: str = "", **options: Any
    ) -> Iterator[Document]:
        """All that fit, page by page. Options: q, fields, expand, limit (of a page), as_of."""
        asked, after = ListOptions(filters=filters or {}, sort=sort, **options), ""
        while True:
            page = self.run(say.get_page(kind, asked, after))
            yield from page.items
            after = page.next
            if not after:
                return

    def get(self, kind: str, name: int | str, *, fields: str = "", expand: str = "") -> Document:
        """One object, by id or natural key."""
        return self.get_with_etag(kind, name, fields=fields, expand=expand)[0]

    def get_with_etag(
        self, kind: str, name: int | str, *, fields: str = "", expand: str = ""
    ) -> tuple[Document, str]:
        """One object, and what to give to a write that must not overwrite others'."""
        return self.run(say.get_one(kind, name, fields=fields, expand=expand))

    def create(self, kind: str, fields: Document, **options: Any) -> Document:
        """One object. Options: change_set, message, dry_run."""
        return self.run(say.write_one("POST", f"/v1/{kind}", fields, WriteOptions(**options)))

    def update(self, kind: str, name: int | str, fields: Document, **options: Any) -> Document:
        """Other values for some fields. ``etag``: only if nobody changed it since."""
        return self.run(say.write_one("PATCH", say.object_path(kind, name), fields, WriteOptions(**options)))

    def put(self, kind: str, name: int | str, fields: Document, **options: Any) -> Document:
        """Create, or replace as a whole."""
        return self.run(say.write_one("PUT", say.object_path(kind, name), fields, WriteOptions(**options)))

    def delete(self, kind: str, name: int | str, **options: Any) -> None:
        """One object with all it owns."""
        self.run(say.write_one("DELETE", say.object_path(kind, name), None, WriteOptions(**options)))

    def create_all(self, kind: str, items: Sequence[Document], **options: Any) -> Written:
        """Many at once, as one change set. ``keep_going``: those that can be made."""
        return self.run(say.write_many("POST", f"/v1/{kind}", list(items), WriteOptions(**options)))

    def update_all(self, kind: str, items: Sequence[Document], **options: Any) -> Written:
        """Each item with the ``id`` or ``key`` of its object."""
        return self.run(say.write_many("PATCH", f"/v1/{kind}", list(items), WriteOptions(**options)))

    def put_all(self, kind: str, items: Sequence[Document], **options: Any) -> Written:
        """Create or replace, each by its id or natural key."""
        return self.run(say.write_many("PUT", f"/v1/{kind}", list(items), WriteOptions(**options)))

    def delete_all(self, kind: str, names: Sequence[int | str], **options: Any) -> Written:
        return self.run(say.write_many("DELETE", f"/v1/{kind}", list(names), WriteOptions(**options)))

    def batch(self, changes: Sequence[Document], **options: Any) -> Written:
        """Changes to objects of any kinds: ``{"op": "create", "kind": "site", "fields": {...}}``."""
        body = {"changes": list(changes)}
        return self.run(say.write_many("POST", "/v1/batch", body, WriteOptions(**options)))

    def next_free(self, kind: str, name: int | str | None, wish: Document, **options: Any) -> Document:
        """What is free next, made an object: in the pool ``kind`` ``name``, or without a pool of ``kind``."""
        path = f"{say.object_path(kind, name) if name is not None else f'/v1/{kind}'}/next-free"
        return self.run(say.write_one("POST", path, wish, WriteOptions(**options)))

    def open_change_set(self, title: str, reason: str = "") -> int:
        body = {"title": title, "reason": reason}
        return int(self.run(say.ask("POST", "/v1/change-sets", body, repeatable=False))["id"])

    def merge(self, change_set: int) -> int:
        """The new revision."""
        return int(
            self.run(say.ask("POST", f"/v1/change-sets/{change_set}/merge", repeatable=False))["revision"]
        )

    def graphql(self, query: str, variables: Document | None = None) -> Document:
        """The whole answer: ``data``, or ``errors``."""
        return self.run(say.ask("POST", "/graphql", {"query": query, "variables": variables or {}}))

    def upload(
        self,
        file: bytes | Path,
        name: int | str = "",
        *,
        owner: tuple[OwnerKind, str] | None = None,
        media_type: str = "",
        description: str = "",
        **options: Any,
    ) -> Document:
        """A file made an attachment, or the new bytes of one: bytes with a name, or a path, whose last part
        is the name unless one is given. ``owner``: ``("device", "ams-edge1")``. The media type is told by the
        name unless it is given. Options as of :meth:`create`. The whole file is held in memory; the server
        takes up to 256 MiB."""
        content = file.read_bytes() if isinstance(file, Path) else file
        exchange = say.put_file(
            content,
            say.file_name(file, name),
            owner=owner,
            media_type=media_type,
            description=description,
            options=WriteOptions(**options),
        )
        return self.run(exchange)

    def download(self, name: int | str, to: Path | None = None) -> bytes:
        """The bytes of an attachment, also written to ``to`` if given: only when all have come."""
        content = self.run(say.get_file(name))
        if to is not None:
            to.write_bytes(content)
        return content

    def audit(self, **options: Any) -> Iterator[Document]:
        """The audit log, the newest first, page by page; needs the right ``audit``. Options: who, event,
        since (a time with its zone), limit (of a page)."""
        asked, after = AuditOptions(**options), ""
        while True:
            entries, after = self.run(say.get_audit(asked, after))
            yield from entries
            if not after:
                return

    def targets(
        self, form: Form, *, filters: Filters | None = None, port: int | None = None, every: bool = False
    ) -> Any:
        """Devices as another tool takes them: a list for Prometheus and Oxidized, a mapping for gnmic.
        Filters: site, region, role, platform, model, status, cluster, tag. ``every``: also those not
        active."""
        return self.run(say.get_targets(form, filters or {}, port=port, every=every))

    def run(self, exchange: Exchange[T]) -> T:
        """Say what an exchange says, and take its answers."""
        request = next(exchange)
        while True:
            try:
                request = exchange.send(self._send(request))
            except StopIteration as end:
                result: T = end.value
                return result

    def _send(self, request: Request) -> httpx.Response:
        for wait_s in (*self._waits_s, None):
            again = wait_s is not None and request.repeatable
            try:
                response = self._http.request(request.method, request.path, **self._arguments(request))
            except httpx.TransportError as error:
                if not again:
                    raise self._unreachable(error) from error
            else:
                if response.status_code not in _AGAIN or not again:
                    return response
            time.sleep(wait_s or 0)
        raise AssertionError("the last attempt ends the loop")


class AsyncClient(_Verbs):
    """The same with asyncio: :meth:`run` awaits any exchange of ``netwright.client.exchange``."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout_s: float = _TIMEOUT_S,
        waits_s: Sequence[float] = _WAITS_S,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(url, token, timeout_s=timeout_s, waits_s=waits_s)
        self._http = httpx.AsyncClient(
            base_url=self._base, headers=self._headers, timeout=timeout_s, transport=transport
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def objects(
        self, kind: str, *, filters: Filters | None = None, sort: str = "", **options: Any
    ) -> AsyncIterator[Document]:
        """All that fit, page by page."""
        asked, after = ListOptions(filters=filters or {}, sort=sort, **options), ""
        while True:
            page = await self.run(say.get_page(kind, asked, after))
            for document in page.items:
                yield document
            after = page.next
            if not after:
                return

    async def get(self, kind: str, name: int | str, *, fields: str = "", expand: str = "") -> Document:
        return (await self.run(say.get_one(kind, name, fields=fields, expand=expand)))[0]

    async def create(self, kind: str, fields: Document, **options: Any) -> Document:
        return await self.run(say.write_one("POST", f"/v1/{kind}", fields, WriteOptions(**options)))

    async def update(self, kind: str, name: int | str, fields: Document, **options: Any) -> Document:
        path = say.object_path(kind, name)
        return await self.run(say.write_one("PATCH", path, fields, WriteOptions(**options)))

    async def delete(self, kind: str, name: int | str, **options: Any) -> None:
        path = say.object_path(kind, name)
        await self.run(say.write_one("DELETE", path, None, WriteOptions(**options)))

    async def create_all(self, kind: str, items: Sequence[Document], **options: Any) -> Written:
        return await self.run(say.write_many("POST", f"/v1/{kind}", list(items), WriteOptions(**options)))

    async def batch(self, changes: Sequence[Document], **options: Any) -> Written:
        body = {"changes": list(changes)}
        return await self.run(say.write_many("POST", "/v1/batch", body, WriteOptions(**options)))

    async def next_free(self, kind: str, name: int | str, wish: Document, **options: Any) -> Document:
        path = f"{say.object_path(kind, name)}/next-free"
        return await self.run(say.write_one("POST", path, wish, WriteOptions(**options)))

    async def graphql(self, query: str, variables: Document | None = None) -> Document:
        return await self.run(say.ask("POST", "/graphql", {"query": query, "variables": variables or {}}))

    async def upload(
        self,
        file: bytes | Path,
        name: int | str = "",
        *,
        owner: tuple[OwnerKind, str] | None = None,
        media_type: str = "",
        description: str = "",
        **options: Any,
    ) -> Document:
        """A file made an attachment, or the new bytes of one."""
        content = await asyncio.to_thread(file.read_bytes) if isinstance(file, Path) else file
        exchange = say.put_file(
            content,
            say.file_name(file, name),
            owner=owner,
            media_type=media_type,
            description=description,
            options=WriteOptions(**options),
        )
        return await self.run(exchange)

    async def download(self, name: int | str, to: Path | None = None) -> bytes:
        """The bytes of an attachment, also written to ``to`` if given."""
        content = await self.run(say.get_file(name))
        if to is not None:
            await asyncio.to_thread(to.write_bytes, content)
        return content

    async def audit(self, **options: Any) -> AsyncIterator[Document]:
        """The log, the newest first, page by page."""
        asked, after = AuditOptions(**options), ""
        while True:
            entries, after = await self.run(say.get_audit(asked, after))
            for one in entries:
                yield one
            if not after:
                return

    async def targets(
        self, form: Form, *, filters: Filters | None = None, port: int | None = None, every: bool = False
    ) -> Any:
        """Devices as another tool takes them."""
        return await self.run(say.get_targets(form, filters or {}, port=port, every=every))

    async def run(self, exchange: Exchange[T]) -> T:
        """Await what an exchange says."""
        request = next(exchange)
        while True:
            try:
                request = exchange.send(await self._send(request))
            except StopIteration as end:
                result: T = end.value
                return result

    async def _send(self, request: Request) -> httpx.Response:
        for wait_s in (*self._waits_s, None):
            again = wait_s is not None and request.repeatable
            try:
                response = await self._http.request(request.method, request.path, **self._arguments(request))
            except httpx.TransportError as error:
                if not again:
                    raise self._unreachable(error) from error
            else:
                if response.status_code not in _AGAIN or not again:
                    return response
            await asyncio.sleep(wait_s or 0)
        raise AssertionError("the last attempt ends the loop")
