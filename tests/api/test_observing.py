"""Findings, found devices and reports over the API: what is told, what is done, by whom."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.requests import Request
from tests.api.conftest import BASE, Served
from tests.web.seed import USERS, seed

from netwright.api.application import create_api
from netwright.app.access import Access, Actor, Anchor, Grant, Means, Scope, Verb, machine_actor
from netwright.app.access.token import create_token
from netwright.app.context import open_context
from netwright.base.clock import SystemClock
from netwright.collect.audit import audit
from netwright.collect.findings import store_findings
from netwright.collect.observed import Finding
from netwright.inventory import Device, Site
from netwright.server.composition import create_server

pytestmark = pytest.mark.slow
ROLES = {role: name for name, role in USERS.items()}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo network at work, closed, to be copied."""
    folder = tmp_path_factory.mktemp("observing") / "home"
    seed(folder).context.close()
    return folder


@pytest.fixture
def served(network: Path, tmp_path: Path) -> Iterator[Served]:
    context = open_context(Path(shutil.copytree(network, tmp_path / "home")))
    tokens = {
        role: create_token(context.database, SystemClock(), name, role, by=machine_actor()).reveal()
        for role, name in ROLES.items()
    }
    yield Served(context, create_server(context), tokens)
    context.close()


@pytest.fixture
async def otto(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("operator") as client:
        yield client


async def numbers(client: httpx.AsyncClient, **params: Any) -> dict[str, int]:
    """Ids of findings by their kinds."""
    answer = await client.get("/v1/findings", params=params)
    assert answer.status_code == 200, answer.text
    return {one["kind"]: one["id"] for one in answer.json()["items"]}


async def test_findings_are_listed_narrowed_and_paged(otto: httpx.AsyncClient) -> None:
    whole = (await otto.get("/v1/findings", params={"count": "true"})).json()
    assert whole["total"] == len(whole["items"]) > 4
    ranks = ["critical", "major", "minor", "info"]
    severities = [ranks.index(one["severity"]) for one in whole["items"]]
    assert severities == sorted(severities)
    for sort in ("", "-device", "first_seen", "kind"):
        seen, after = [], ""
        while True:
            params = {"limit": "2", "sort": sort, "after": after}
            page = (await otto.get("/v1/findings", params={k: v for k, v in params.items() if v})).json()
            seen += [one["id"] for one in page["items"]]
            if page["next"] is None:
                break
            after = page["next"]
        assert sorted(seen) == sorted(one["id"] for one in whole["items"]), sort
    serial = await otto.get(
        "/v1/findings", params={"kind": "wrong-serial", "site": "ams", "device": "ams-edge2"}
    )
    (found,) = serial.json()["items"]
    assert (found["wanted"], found["observed"]) == ("NWAMSEDGE201", "NWAMSEDGE299")
    assert found["acceptable"]
    assert (await otto.get(f"/v1/findings/{found['id']}")).json() == found
    assert set(await numbers(otto, severity=["minor", "info"])).isdisjoint(
        await numbers(otto, at_least="major")
    )
    assert set(await numbers(otto, q="10.250.0.22")) == {"wrong-serial"}
    assert await numbers(otto, site="fra", kind="wrong-serial") == {}


@pytest.mark.parametrize("form", [{"params": {"format": "csv"}}, {"headers": {"accept": "text/csv"}}])
async def test_findings_as_csv(otto: httpx.AsyncClient, form: dict[str, Any], served: Served) -> None:
    with served.context.database.write() as session:
        finding = session.scalars(select(Finding).where(Finding.kind == "wrong-serial")).one()
        finding.observed = "=HYPERLINK()"
    answer = await otto.get("/v1/findings", **form)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    told = (await otto.get("/v1/findings")).json()["items"]
    assert [int(row["id"]) for row in rows] == [one["id"] for one in told]
    assert next(row for row in rows if row["kind"] == "wrong-serial")["observed"] == "'=HYPERLINK()"


async def test_a_finding_is_acknowledged_and_stands_again(otto: httpx.AsyncClient) -> None:
    number = (await numbers(otto))["bgp-down"]
    wish = {"ids": [number], "why": "The ISP works on it", "until": "2999-01-01T00:00:00Z"}
    assert (await otto.post("/v1/findings/acknowledge", json=wish)).json() == {"acknowledged": 1}
    assert "bgp-down" not in await numbers(otto)
    (known,) = (await otto.get("/v1/findings", params={"state": "acknowledged"})).json()["items"]
    assert (known["id"], known["acknowledged_by"], known["acknowledged_why"]) == (number, "otto", wish["why"])
    assert known["acknowledged_until"].startswith("2999-01-01")
    assert (await otto.post("/v1/findings/withdraw", json={"ids": [number]})).json() == {"withdrawn": 1}
    assert (await numbers(otto))["bgp-down"] == number
    for wrong, status in (
        ({"ids": [number]}, 400),
        ({"ids": [number], "why": "x", "until": "2001-01-01T00:00:00Z"}, 400),
        ({"ids": [number], "why": "x", "until": "tomorrow"}, 422),
        ({"ids": [number, 99_999], "why": "x"}, 404),
        ({"ids": ["x"], "why": "x"}, 422),
        ({"ids": [], "why": "x"}, 400),
        ({"ids": [number], "why": "x", "whose": "y"}, 422),
    ):
        answer = await otto.post("/v1/findings/acknowledge", json=wrong)
        assert answer.status_code == status, (wrong, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert "bgp-down" in await numbers(otto)  # of several all or none


async def test_what_a_finding_observed_becomes_wanted(otto: httpx.AsyncClient, served: Served) -> None:
    number = (await numbers(otto))["wrong-serial"]
    tried = (
        await otto.post("/v1/findings/accept", params={"dry_run": "true"}, json={"ids": [number]})
    ).json()
    assert tried["change_set"] is None
    assert tried["mergeable"]
    (change,) = tried["items"]
    assert change["fields"] == {"serial": ["NWAMSEDGE201", "NWAMSEDGE299"]}
    assert served.context.changesets.list()[0].title != "Accept wrong-serial of ams-edge2"
    answer = await otto.post("/v1/findings/accept", json={"ids": [number], "reason": "It was swapped"})
    assert answer.status_code == 201, answer.text
    opened = answer.json()["change_set"]
    assert (opened["title"], opened["author"], opened["state"]) == (
        "Accept wrong-serial of ams-edge2", "otto", "open",
    )  # fmt: skip
    assert answer.headers["location"] == f"/api/v1/change-sets/{opened['id']}"
    assert (await otto.post(f"/v1/change-sets/{opened['id']}/merge")).status_code == 200
    with served.context.database.read() as session:
        assert session.scalar(select(Device.serial).where(Device.name == "ams-edge2")) == "NWAMSEDGE299"
        drafts = audit(session, served.context.clock)
    with served.context.database.write() as session:
        store_findings(session, drafts, served.context.clock.now())
    assert "wrong-serial" not in await numbers(otto)
    down = await otto.post("/v1/findings/accept", json={"ids": [(await numbers(otto))["bgp-down"]]})
    assert down.status_code == 400
    assert "tells of nothing that could be wanted" in down.json()["detail"]


async def test_a_finding_becomes_a_task(otto: httpx.AsyncClient) -> None:
    number = (await numbers(otto))["miscabled"]
    opened = await otto.post(f"/v1/findings/{number}/task", json={"assignee": "field", "note": "Thursday"})
    assert opened.status_code == 201
    task = opened.json()
    assert (task["assignee"], task["opened_by"], task["site"]) == ("field", "otto", "ams")
    assert (await otto.get(f"/v1/findings/{number}")).json()["task"] == task["id"]
    assert (await otto.get("/v1/tasks", params={"site": "ams"})).json()["items"] == [task]
    assert (await otto.get("/v1/tasks", params={"site": "fra"})).json()["items"] == []
    assert (await otto.post(f"/v1/findings/{number}/task")).status_code == 400
    assert (await otto.post(f"/v1/tasks/{task['id']}/done")).json()["done_by"] == "otto"
    assert (await otto.post(f"/v1/tasks/{task['id']}/done")).status_code == 404
    assert (await otto.get(f"/v1/findings/{number}")).json()["task"] is None


async def test_found_devices_are_listed_and_adopted(otto: httpx.AsyncClient, served: Served) -> None:
    found = (await otto.get("/v1/known-devices", params={"wanted": "false", "count": "true"})).json()
    by_name = {one["device"]: one for one in found["items"]}
    assert found["total"] == 3
    assert by_name["bench-7"]["library_model"] == "NW-7100"
    assert by_name["bench-7"]["likely"] == ["ams-edge2"]
    assert by_name["new-r1"]["library_model"] is None
    assert (await otto.get("/v1/known-devices", params={"wanted": "true"})).json()["items"] == []
    wish = {"devices": ["new-r1", "new-r2"], "site": "ams"}
    lacking = await otto.post("/v1/known-devices/adopt", json=wish)
    assert lacking.status_code == 422
    assert "the role is not known: say which" in [one["detail"] for one in lacking.json()["errors"]]
    tried = await otto.post(
        "/v1/known-devices/adopt", params={"dry_run": "true"}, json={**wish, "role": "edge"}
    )
    kinds = {one["kind"] for one in tried.json()["items"]}
    assert {"device", "interface", "address", "cable", "bgp_session", "model"} <= kinds
    assert any("no model NCS-9001" in one["detail"] for one in tried.json()["problems"])
    made = await otto.post("/v1/known-devices/adopt", json={**wish, "role": "edge"})
    number = made.json()["change_set"]["id"]
    assert (await otto.post(f"/v1/change-sets/{number}/merge")).status_code == 200
    left = (await otto.get("/v1/known-devices", params={"wanted": "false"})).json()["items"]
    assert [one["device"] for one in left] == ["bench-7"]
    again = await otto.post("/v1/known-devices/adopt", json={**wish, "role": "edge"})
    assert again.json() == {"change_set": None, "differences": []}


async def test_a_difference_stays_unless_it_is_taken(otto: httpx.AsyncClient, served: Served) -> None:
    wish = {"devices": ["new-r1"], "site": "ams", "role": "edge"}
    number = (await otto.post("/v1/known-devices/adopt", json=wish)).json()["change_set"]["id"]
    await otto.post(f"/v1/change-sets/{number}/merge")
    answer = await otto.patch("/v1/device/new-r1", json={"serial": "BY-HAND"})
    assert answer.status_code == 200, answer.text
    told = (await otto.post("/v1/known-devices/adopt", json=wish)).json()
    (one,) = [found for found in told["differences"] if found["field"] == "serial"]
    assert (one["wanted"], one["observed"], one["taken"]) == ("BY-HAND", "FOC0001X", False)
    taken = await otto.post(
        "/v1/known-devices/adopt", params={"dry_run": "true"}, json={**wish, "take": [one["name"]]}
    )
    assert {"serial": ["BY-HAND", "FOC0001X"]} in [item["fields"] for item in taken.json()["items"]]
    wrong = await otto.post("/v1/known-devices/adopt", json={**wish, "take": ["device:nobody:serial"]})
    assert wrong.status_code == 400
    assert (await otto.post("/v1/known-devices/adopt", json={"devices": ["nobody"]})).status_code == 404


async def test_into_an_open_change_set(otto: httpx.AsyncClient) -> None:
    number = (await otto.post("/v1/change-sets", json={"title": "Tidy up"})).json()["id"]
    finding = (await numbers(otto))["wrong-serial"]
    added = await otto.post("/v1/findings/accept", params={"changeset": number}, json={"ids": [finding]})
    assert added.status_code == 200
    assert added.json()["change_set"]["id"] == number
    assert len((await otto.get(f"/v1/change-sets/{number}/diff")).json()["items"]) == 1


@pytest.mark.parametrize("name", ["models", "endings", "power"])
async def test_reports(otto: httpx.AsyncClient, name: str, served: Served) -> None:
    await otto.patch("/v1/model/NW-7100", json={"end_of_support": "2020-01-01"})
    whole = (await otto.get(f"/v1/reports/{name}")).json()["items"]
    of_site = (await otto.get(f"/v1/reports/{name}", params={"site": "ams"})).json()["items"]
    if name == "models":
        assert sum(one["devices"] for one in whole) > sum(one["devices"] for one in of_site) > 0
    if name == "endings":
        assert [(one["model"], one["ends"], one["days"] < 0) for one in whole] == [
            ("NW-7100", "support", True)
        ]
    table = await otto.get(f"/v1/reports/{name}", params={"format": "csv"})
    assert [list(row.values()) for row in csv.DictReader(io.StringIO(table.text))] == [
        [str(value) for value in one.values()] for one in whole
    ]
    assert (await otto.get(f"/v1/reports/{name}", params={"site": "nowhere"})).status_code == 404
    assert (await otto.get(f"/v1/reports/{name}", params={"color": "red"})).status_code == 400


async def test_a_viewer_looks_and_does_nothing(served: Served) -> None:
    async with served.client("viewer") as vera:
        number = (await numbers(vera))["wrong-serial"]
        assert (await vera.get("/v1/known-devices")).status_code == 200
        assert (await vera.get("/v1/tasks")).status_code == 200
        for path, body in (
            ("/v1/findings/acknowledge", {"ids": [number], "why": "x"}),
            ("/v1/findings/withdraw", {"ids": [number]}),
            ("/v1/findings/accept", {"ids": [number]}),
            (f"/v1/findings/{number}/task", {}),
            ("/v1/tasks/1/done", None),
            ("/v1/known-devices/adopt", {"devices": ["new-r1"], "site": "ams", "role": "edge"}),
        ):
            assert (await vera.post(path, json=body)).status_code == 403, path
            assert (await vera.post(f"{path}?dry_run=true", json=body)).status_code in {400, 403}, path
    async with served.client("") as nobody:
        for path in ("findings", "known-devices", "reports/models", "tasks"):
            assert (await nobody.get(f"/v1/{path}")).status_code == 401


def asking(served: Served, *grants: Grant) -> httpx.AsyncClient:
    async def known(_: Request) -> Access:
        return Access(Actor("rita", Means.TOKEN), grants)

    transport = httpx.ASGITransport(create_api(served.context, (known,)), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BASE)


async def test_who_sees_one_site_hears_of_no_other(served: Served) -> None:
    with served.context.database.read() as session:
        ams = session.scalars(select(Site.id).where(Site.name == "ams")).one()
    rights = frozenset({Verb.VIEW, Verb.OBSERVE, Verb.OPERATE, Verb.PROPOSE})
    here = Scope((Anchor("site", frozenset({ams})),), unplaced=True)
    async with served.client("operator") as otto, asking(served, Grant(rights, scope=here)) as rita:
        whole = (await otto.get("/v1/findings")).json()["items"]
        mine = (await rita.get("/v1/findings")).json()["items"]
        assert {one["site"] for one in mine} == {"ams"}
        assert len(mine) == sum(one["site"] == "ams" for one in whole) > 0
        other = next(one["id"] for one in whole if one["site"] != "ams")
        assert (await rita.get(f"/v1/findings/{other}")).status_code == 404
        for path in ("acknowledge", "withdraw", "accept"):
            body = {"ids": [mine[0]["id"], other], **({"why": "x"} if path == "acknowledge" else {})}
            assert (await rita.post(f"/v1/findings/{path}", json=body)).status_code == 404, path
        assert (await rita.post(f"/v1/findings/{other}/task")).status_code == 404
        assert (await rita.get("/v1/known-devices")).json()["items"] == []
        adopted = await rita.post("/v1/known-devices/adopt", json={"devices": ["new-r1"]})
        assert adopted.status_code == 404
        task = (await otto.post(f"/v1/findings/{other}/task")).json()["id"]
        assert (await rita.get("/v1/tasks")).json()["items"] == []
        assert (await rita.post(f"/v1/tasks/{task}/done")).status_code == 404
        counts = (await rita.get("/v1/reports/models")).json()["items"]
        of_ams = (await otto.get("/v1/reports/models", params={"site": "ams"})).json()["items"]
        assert [one["devices"] for one in counts] == [one["devices"] for one in of_ams]


async def test_a_hidden_field_is_told_by_no_finding(served: Served) -> None:
    rights = frozenset({Verb.VIEW, Verb.OBSERVE, Verb.PROPOSE})
    async with asking(served, Grant(rights, without=frozenset({"device.serial", "device.model"}))) as rita:
        for answer in (
            await rita.get("/v1/findings"),
            await rita.get("/v1/findings", params={"format": "csv"}),
        ):
            assert "wrong-serial" in answer.text
            assert "NWAMSEDGE2" not in answer.text
        assert await numbers(rita, q="NWAMSEDGE299") == {}
        assert (await rita.get("/v1/reports/models")).status_code == 403
        number = (await numbers(rita))["wrong-serial"]
        tried = await rita.post("/v1/findings/accept", params={"dry_run": "true"}, json={"ids": [number]})
        assert "NWAMSEDGE2" not in tried.text
