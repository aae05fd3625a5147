"""The clients against a real server on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from tests.api.conftest import Served, homes, own  # noqa: F401 (fixtures)

from netwright.client import (
    AsyncClient,
    Client,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Stale,
    Unreachable,
)

SITE = {"name": "ams", "region": "eu", "kind": "core", "latitude": 52.0, "longitude": 4.0}


@pytest.fixture
def url(own: Served) -> Iterator[str]:  # noqa: F811
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(own.app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


def test_life_of_objects(url: str, own: Served) -> None:  # noqa: F811
    with Client(url, own.tokens["admin"]) as client:
        eu = client.create("region", {"name": "eu"})
        assert client.get("region", eu["id"]) == client.get("region", "eu") == eu
        written = client.create_all("region", [{"name": f"r{number:02}"} for number in range(25)])
        assert len(written.objects) == 25
        listed = [
            one["name"] for one in client.objects("region", filters={"name__sw": "r"}, sort="-name", limit=10)
        ]
        assert listed == [f"r{number:02}" for number in reversed(range(25))]
        assert client.page("region", count=True, limit=1).total == 26
        made = client.batch([{"op": "create", "kind": "site", "fields": SITE}])
        assert made.objects[0]["region"]["key"] == "eu"
        site, etag = client.get_with_etag("site", "ams", expand="region")
        assert site["region"]["name"] == "eu"
        assert client.update("site", "ams", {"title": "Amsterdam"}, etag=etag)["title"] == "Amsterdam"
        with pytest.raises(Stale):
            client.update("site", "ams", {"title": "other"}, etag=etag)
        with pytest.raises(Invalid) as caught:
            client.create_all("site", [{**SITE, "kind": "cor"}, {**SITE, "region": "eux"}])
        assert [error["field"] for error in caught.value.errors] == ["kind", "region"]
        some = client.create_all("region", [{"name": "new"}, {"name": ""}], keep_going=True)
        assert [len(some.objects), len(some.failed)] == [1, 1]
        with pytest.raises(Conflict):
            client.create("region", {"name": "eu"})
        with pytest.raises(NotFound, match="Did you mean"):
            client.get("site", "amsx")
        opened = client.open_change_set("From a program")
        client.update("site", "ams", {"city": "Amsterdam"}, change_set=opened)
        assert client.get("site", "ams")["city"] == ""
        client.merge(opened)
        assert client.get("site", "ams")["city"] == "Amsterdam"
        assert client.next_free("asn", None, {"from": 64512, "to": 64520})["number"] == 64512
        answer = client.graphql("{ sites { items { name } } }")
        assert answer["data"]["sites"]["items"] == [{"name": "ams"}]
        client.delete("site", "ams")
        assert client.delete_all("region", [eu["id"], "new"]).revision
    with Client(url, own.tokens["viewer"]) as viewer, pytest.raises(Forbidden):
        viewer.create("region", {"name": "no"})


async def test_without_waiting(url: str, own: Served) -> None:  # noqa: F811
    async with AsyncClient(url, own.tokens["admin"]) as client:
        await client.create_all("region", [{"name": f"r{number}"} for number in range(5)])
        names = [one["name"] async for one in client.objects("region", sort="name", limit=2)]
        assert names == [f"r{number}" for number in range(5)]
        changed = await client.update("region", "r0", {"title": "zero"})
        assert (await client.get("region", changed["id"]))["title"] == "zero"
        await client.delete("region", "r4")
        with pytest.raises(NotFound):
            await client.get("region", "r4")
        assert "errors" in await client.graphql("{ nonsense }")


class Lossy(httpx.BaseTransport):
    """Sends each request on and loses the first answers."""

    def __init__(self, lost: int) -> None:
        self._inner = httpx.HTTPTransport()
        self._lost = lost
        self.sent = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        self.sent += 1
        if self.sent <= self._lost:
            response.close()
            raise httpx.ReadError("lost", request=request)
        return response

    def close(self) -> None:
        self._inner.close()


def test_a_lost_answer_does_nothing_twice(url: str, own: Served) -> None:  # noqa: F811
    lossy = Lossy(2)
    with Client(url, own.tokens["admin"], waits_s=(0, 0, 0), transport=lossy) as client:
        made = client.create("region", {"name": "once"})
        assert lossy.sent == 3
        assert [one["id"] for one in client.objects("region")] == [made["id"]]
    with (
        Client(url, own.tokens["admin"], waits_s=(0,), transport=Lossy(9)) as client,
        pytest.raises(Unreachable),
    ):
        client.get("region", "once")


def test_nobody_listens(tmp_path: Path) -> None:
    def refuse(request: httpx.Request) -> Any:
        raise httpx.ConnectError("refused", request=request)

    client = Client("http://127.0.0.1:1", "nwt_x", waits_s=(), transport=httpx.MockTransport(refuse))
    with client, pytest.raises(Unreachable):
        client.get("region", "x")
