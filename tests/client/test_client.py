"""The clients against a real server on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from tests.api.conftest import Served, homes, own  # noqa: F401 (fixtures)
from tests.collect.stranger import discovered, router

from netwright.base.errors import InputError
from netwright.client import (
    AsyncClient,
    Client,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Stale,
    Unreachable,
    observing,
)
from netwright.collect.findings import FindingDraft, Severity, store_findings

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


def test_files(url: str, own: Served, tmp_path: Path) -> None:  # noqa: F811
    plan = tmp_path / "plan of ams.png"
    plan.write_bytes(b"\x89PNG\r\n\x00")
    with Client(url, own.tokens["admin"]) as client:
        client.create("region", {"name": "eu"})
        client.create("site", SITE)
        made = client.upload(plan, owner=("site", "ams"), description="The hall", message="why")
        assert (made["name"], made["media_type"], made["size_bytes"]) == (plan.name, "image/png", 7)
        assert (made["site"]["key"], made["description"]) == ("ams", "The hall")
        assert client.download(plan.name) == client.download(made["id"]) == plan.read_bytes()
        changed = client.upload(b"other", made["id"], media_type="text/plain")
        assert (changed["id"], changed["media_type"], changed["site"]["key"]) == (
            made["id"],
            "text/plain",
            "ams",
        )
        assert client.download(plan.name, tmp_path / "got") == (tmp_path / "got").read_bytes() == b"other"
        client.upload(b"", "halls/2.bin", owner=("site", "ams"))
        assert client.download("halls/2.bin") == b""
        listed = client.objects("attachment", filters={"site": "ams"}, sort="name")
        assert [one["name"] for one in listed] == ["halls/2.bin", plan.name]
        client.delete("attachment", made["id"])
        with pytest.raises(NotFound):
            client.download(plan.name, tmp_path / "none")
        assert not (tmp_path / "none").exists()
        with pytest.raises(Invalid):
            client.upload(b"x", "x", owner=("site", "nowhere"))
        with pytest.raises(InputError, match="no attachments"):
            client.upload(b"x", "x", owner=("region", "eu"))  # type: ignore[arg-type]
        with pytest.raises(InputError, match="no name"):
            client.upload(b"x")
    with Client(url, own.tokens["viewer"]) as viewer, pytest.raises(Forbidden):
        viewer.upload(b"x", "x", owner=("site", "ams"))


def test_a_lost_answer_uploads_once(url: str, own: Served) -> None:  # noqa: F811
    lossy = Lossy(1)
    with Client(url, own.tokens["admin"], waits_s=(0,)) as client:
        client.batch(
            [
                {"op": "create", "kind": "region", "fields": {"name": "eu"}},
                {"op": "create", "kind": "site", "fields": SITE},
            ]
        )
    with Client(url, own.tokens["admin"], waits_s=(0,), transport=lossy) as client:
        made = client.upload(b"once", "once.txt", owner=("site", "ams"))
        assert lossy.sent == 2
        assert [one["id"] for one in client.objects("attachment")] == [made["id"]]


def test_audit_log(url: str, own: Served) -> None:  # noqa: F811
    begin = datetime(2000, 1, 1, tzinfo=UTC)
    with Client(url, own.tokens["viewer"]) as viewer:
        for _ in range(3):
            with pytest.raises(Forbidden):
                viewer.create("region", {"name": "no"})
        with pytest.raises(Forbidden):
            next(viewer.audit())
    with Client(url, own.tokens["admin"]) as client:
        entries = list(client.audit(event="refused", since=begin, limit=2))
        assert len(entries) >= 3
        numbers = [one["id"] for one in entries]
        assert numbers == sorted(set(numbers), reverse=True)
        assert {one["event"] for one in entries} == {"refused"}
        assert list(client.audit(event="refused", who="nobody at all")) == []
        with pytest.raises(Invalid):
            next(client.audit(since=datetime(2000, 1, 1)))  # noqa: DTZ001 (a time without its zone)


async def test_files_log_and_targets_without_waiting(url: str, own: Served, tmp_path: Path) -> None:  # noqa: F811
    edge = {"site": "ams", "model": "m2", "role": "edge", "status": "active"}
    things: list[tuple[str, dict[str, Any]]] = [
        ("region", {"name": "eu"}),
        ("site", SITE),
        ("manufacturer", {"name": "maker"}),
        ("model", {"name": "m2", "manufacturer": "maker"}),
        ("device", {**edge, "name": "d1", "platform": "frr", "management_address": "192.0.2.1"}),
        ("device", {**edge, "name": "d2", "status": "planned", "management_address": "192.0.2.2"}),
    ]
    async with AsyncClient(url, own.tokens["admin"]) as client:
        await client.batch([{"op": "create", "kind": kind, "fields": fields} for kind, fields in things])
        groups = await client.targets("prometheus", port=9100)
        assert [one["targets"] for one in groups] == [["192.0.2.1:9100"]]
        oxidized = await client.targets("oxidized", filters={"role": ["core", "edge"], "region": "eu"})
        assert [one["name"] for one in oxidized] == ["d1"]
        assert await client.targets("oxidized", filters={"role": "core"}) == []
        assert sorted(await client.targets("gnmic", every=True)) == ["d1", "d2"]
        with pytest.raises(Invalid):
            await client.targets("gnmic", filters={"nonsense": "1"})
        with pytest.raises(NotFound, match="prometheus, oxidized, gnmic"):
            await client.targets("nagios")  # type: ignore[arg-type]

        file = tmp_path / "door.txt"
        file.write_bytes(b"the door")
        made = await client.upload(file, owner=("device", "d1"))
        assert (made["name"], made["device"]["key"]) == ("door.txt", "d1")
        assert await client.download("door.txt", tmp_path / "got") == (tmp_path / "got").read_bytes()
        await client.delete("attachment", "door.txt")
        with pytest.raises(NotFound):
            await client.download("door.txt")
    async with AsyncClient(url, own.tokens["viewer"]) as viewer:
        for _ in range(2):
            with pytest.raises(Forbidden):
                await viewer.upload(b"x", "x.txt", owner=("device", "d1"))
    async with AsyncClient(url, own.tokens["admin"]) as client:
        numbers = [one["id"] async for one in client.audit(event="refused", limit=1)]
        assert len(numbers) >= 2
        assert numbers == sorted(set(numbers), reverse=True)


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


async def test_what_was_observed(url: str, own: Served) -> None:  # noqa: F811
    context = own.context
    with context.database.write() as session:
        for number in range(1, 4):
            finding = FindingDraft("config-drift", Severity.MINOR, f"r{number}", f"r{number} drifted")
            store_findings(session, [finding], 1e9, devices=[f"r{number}"])
    discovered(context.database, [router(1)])
    with Client(url, own.tokens["operator"]) as client:
        found = client.run(observing.findings(sort="device"))
        assert [one["device"] for one in found] == ["r1", "r2", "r3"]
        ids = [one["id"] for one in found]
        until = datetime(2999, 1, 1, tzinfo=UTC)
        assert client.run(observing.acknowledge(ids[:2], "known", until)) == 2
        assert [one["device"] for one in client.run(observing.findings())] == ["r3"]
        assert client.run(observing.findings_csv(state="acknowledged")).count("\n") == 3
        assert client.run(observing.withdraw(ids[:2])) == 2
        task = client.run(observing.open_task(ids[0], assignee="field"))
        assert client.run(observing.tasks()) == [task]
        assert client.run(observing.close_task(task["id"]))["done_by"] == "operator"
        with pytest.raises(Invalid, match="tells of nothing that could be wanted"):
            client.run(observing.accept(ids[:1]))
        (known,) = client.run(observing.known_devices(wanted=False))
        assert known["device"] == "new-r1"
        with pytest.raises(Invalid) as refused:
            client.run(observing.adopt(["new-r1"], dry_run=False))
        assert "the site is not known: say which" in [one["detail"] for one in refused.value.errors]
        assert client.run(observing.report("models")) == []
        assert client.run(observing.report_csv("power")).startswith("site,panel,feed")
    async with AsyncClient(url, own.tokens["operator"]) as several:
        assert len(await several.run(observing.findings())) == 3
