"""The stream of events over a real socket: from where it was left, of what the reader sees."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import orjson
import pytest
import uvicorn
from sqlalchemy.event import listen
from tests.api.conftest import Served

from netwright.api.application import create_api
from netwright.app.access import Access, Actor, Anchor, Grant, Means, Scope, Verb
from netwright.store.event import EventRow, EventType, last_event


@pytest.fixture
def url(own: Served) -> Iterator[str]:
    """The API, with a reader besides who sees one region and what is in it."""
    grant = Grant(frozenset({Verb.VIEW, Verb.OBSERVE}), scope=Scope((Anchor("region", frozenset({1})),)))

    async def narrow(request: object) -> Access | None:
        return Access(Actor("narrow", Means.TOKEN), (grant,))

    listener = socket.create_server(("127.0.0.1", 0))
    app = create_api(own.context, [narrow])
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


async def heard(
    url: str, token: str | None, count: int, **headers: str
) -> list[tuple[str, dict[str, object]]]:
    """So many events: id and document."""
    if token:
        headers["authorization"] = f"Bearer {token}"
    found: list[tuple[str, dict[str, object]]] = []
    async with (
        httpx.AsyncClient(timeout=60) as client,
        client.stream("GET", f"{url}/v1/events", headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for event in events(answer):
            found.append(event)
            if len(found) == count:
                break
    return found


async def still(count: Callable[[], int]) -> int:
    """The count, once it stands still."""
    before, same = count(), 0
    while same < 20:
        await asyncio.sleep(0.05)
        before, same = count(), same + 1 if count() == before else 0
    return before


async def events(answer: httpx.Response) -> AsyncIterator[tuple[str, dict[str, object]]]:
    number = ""
    async for line in answer.aiter_lines():
        if line.startswith("id: "):
            number = line.removeprefix("id: ")
        elif line.startswith("data: "):
            yield number, orjson.loads(line.removeprefix("data: "))


async def test_from_where_it_was_left(url: str, own: Served) -> None:
    admin = own.tokens["admin"]
    async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {admin}"}) as client:
        for name in ("eu", "secretland"):
            made = await client.post("/v1/region", json={"name": name}, params={"message": f"Make {name}"})
            assert made.status_code == 201, made.text
        both = await heard(url, admin, 2, **{"last-event-id": "0"})
        assert [one["title"] for _, one in both] == ["Make eu", "Make secretland"]
        assert both[0][1]["summary"] == {"region": {"create": 1}}
        rest = await heard(url, admin, 1, **{"last-event-id": both[0][0]})
        assert rest == both[1:]

        opened = await client.post("/v1/change-sets", json={"title": "Rename secretland"})
        assert opened.status_code == 201
        seen = await heard(url, None, 2, **{"last-event-id": "0"})
        assert [one["title"] for _, one in seen] == ["Make eu", "Rename hidden"], (
            "the second merge is not told"
        )


@pytest.mark.slow
async def test_a_slow_reader_holds_the_stream_back_and_misses_nothing(url: str, own: Served) -> None:
    """The server reads on only as the reader takes: sockets hold a few megabytes of 20."""
    count, asked = 5_000, 0
    with own.context.database.write() as session:
        begin = last_event(session)
        session.add_all(
            EventRow(
                id=begin + number,
                at=0.0,
                type=EventType.CHANGESET_OPENED,
                author="t",
                title="x" * 4_000,
                summary={},
            )
            for number in range(1, count + 1)
        )

    def look(*_: object) -> None:
        nonlocal asked
        asked += 1

    headers = {"authorization": f"Bearer {own.tokens['admin']}", "last-event-id": str(begin)}
    seen: list[int] = []
    async with (
        httpx.AsyncClient(timeout=60) as client,
        client.stream("GET", f"{url}/v1/events", headers=headers) as answer,
    ):
        listen(own.context.database.engine, "before_cursor_execute", look)
        async for number, _ in events(answer):
            seen.append(int(number))
            if len(seen) == 1:
                early = await still(lambda: asked)
            if len(seen) == count:
                break
    assert seen == sorted(set(seen))
    assert early <= count / 500 / 2, "the server read ahead of its reader"


async def test_who_may_not_observe(own: Served) -> None:
    async with own.client("") as nobody:
        assert (await nobody.get("/v1/events")).status_code == 401
    async with own.client() as client:
        assert (await client.get("/v1/events", headers={"last-event-id": "x"})).status_code == 400
