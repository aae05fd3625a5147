"""Writes: lists, names, parts of models, preconditions, repetitions, change sets."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from tests.api.conftest import BASE, BOTH, PASSWORD, Served

pytestmark = BOTH


async def ground(client: httpx.AsyncClient) -> None:
    """A site, and a model with a port, two interfaces and a component."""
    changes: list[dict[str, Any]] = [
        {"op": "create", "kind": "region", "fields": {"name": "eu"}},
        {
            "op": "create",
            "kind": "site",
            "fields": {"name": "ams", "region": "eu", "kind": "exchange", "latitude": 52.3, "longitude": 4.9},
        },
        {"op": "create", "kind": "manufacturer", "fields": {"name": "maker"}},
        {"op": "create", "kind": "model", "fields": {"name": "m2", "manufacturer": "maker"}},
        *(
            {
                "op": "create",
                "kind": "model_interface",
                "fields": {"model": "m2", "name": name, "speed_bps": 10**10},
            }
            for name in ("swp1", "swp2")
        ),
        {
            "op": "create",
            "kind": "model_component",
            "fields": {"model": "m2", "name": "PSU 1", "component_class": "power-supply"},
        },
        {
            "op": "create",
            "kind": "model_port",
            "fields": {"model": "m2", "name": "c", "port_class": "console"},
        },
    ]
    answer = await client.post("/v1/batch", json={"changes": changes})
    assert answer.status_code == 201, answer.text
    assert len(answer.json()["items"]) == 8


def device(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "site": "ams", "model": "m2", "role": "edge", **fields}


async def test_devices_bring_the_parts_of_their_model(fresh: httpx.AsyncClient) -> None:
    await ground(fresh)
    made = await fresh.post("/v1/device", json=[device(f"d{number}") for number in range(3)])
    assert made.status_code == 201, made.text
    assert [one["object"]["name"] for one in made.json()["items"]] == ["d0", "d1", "d2"]
    got = await fresh.get("/v1/device/d1", params={"expand": "interfaces,components,ports"})
    doc = got.json()
    assert [one["name"] for one in doc["interfaces"]] == ["swp1", "swp2"]
    assert {one["speed_bps"] for one in doc["interfaces"]} == {10**10}
    assert [one["key"] for one in doc["components"]] == ["d1/PSU 1"]
    assert [one["port_class"] for one in doc["ports"]] == ["console"]
    cable = {"name": "x", "a_interface": "d0/swp1", "b_interface": {"device": {"name": "d1"}, "name": "swp1"}}
    assert (await fresh.post("/v1/cable", json=cable)).status_code == 201
    assert (await fresh.delete("/v1/device/d0")).status_code == 204
    assert (await fresh.get("/v1/cable", params={"count": "1"})).json()["total"] == 0


async def test_a_batch_may_say_more_of_the_parts(fresh: httpx.AsyncClient) -> None:
    await ground(fresh)
    changes = [
        {"op": "create", "kind": "device", "fields": device("d1")},
        {"op": "create", "kind": "interface", "fields": {"device": "d1", "name": "swp2", "mtu": 9000}},
        {"op": "create", "kind": "interface", "fields": {"device": "d1", "name": "lo"}},
    ]
    answer = await fresh.post("/v1/batch", json={"changes": changes})
    assert answer.status_code == 201, answer.text
    listed = await fresh.get("/v1/interface", params={"device": "d1", "sort": "name"})
    shown = [(one["name"], one["mtu"], one["speed_bps"]) for one in listed.json()["items"]]
    assert shown == [("lo", None, None), ("swp1", None, 10**10), ("swp2", 9000, 10**10)]


async def test_all_or_nothing_and_each_for_itself(fresh: httpx.AsyncClient) -> None:
    await ground(fresh)
    items = [device("good"), device("bad", role="nonsense"), device("lost", site="nowhere"), device("good")]
    stopped = await fresh.post("/v1/device", json=items)
    assert stopped.status_code == 422
    assert [(one["item"], one["field"]) for one in stopped.json()["errors"]] == [(1, "role"), (2, "site")]
    assert (await fresh.get("/v1/device")).json()["items"] == []
    some = await fresh.post("/v1/device", json=[*items[:3], device("other")], params={"on_error": "continue"})
    assert some.status_code == 207, some.text
    assert [one["status"] for one in some.json()["items"]] == [201, 422, 422, 201]
    again = await fresh.post(
        "/v1/device", json=[device("good"), device("third")], params={"on_error": "continue"}
    )
    assert [one["status"] for one in again.json()["items"]] == [422, 201], again.text
    names = [one["name"] for one in (await fresh.get("/v1/device")).json()["items"]]
    assert sorted(names) == ["good", "other", "third"]


async def test_all_mistakes_of_an_item_are_told(fresh: httpx.AsyncClient) -> None:
    await ground(fresh)
    wrong = {**device("d"), "site": "amsx", "role": "egde", "nonsense": 1}
    answer = await fresh.post("/v1/device", json=wrong)
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["errors"]} == {"site", "role", "nonsense"}


async def test_put_creates_replaces_and_repeats(fresh: httpx.AsyncClient) -> None:
    await ground(fresh)
    first = await fresh.put("/v1/region/na", json={"name": "na", "title": "America"})
    assert first.status_code == 201, first.text
    second = await fresh.put("/v1/region/na", json={"name": "na", "parent": "eu"})
    assert second.status_code == 200, second.text
    assert second.json()["title"] == ""
    assert second.json()["parent"]["key"] == "eu"
    many = await fresh.put("/v1/region", json=[{"name": "na", "title": "A"}, {"name": "af", "title": "B"}])
    assert [one["status"] for one in many.json()["items"]] == [200, 201], many.text


async def test_a_key_makes_a_request_repeatable(fresh: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "k1"}
    first = await fresh.post("/v1/region", json={"name": "eu"}, headers=headers)
    again = await fresh.post("/v1/region", json={"name": "eu"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["x-revision"] == first.headers["x-revision"]
    other = await fresh.post("/v1/region", json={"name": "na"}, headers=headers)
    assert other.status_code == 409
    assert "another request" in other.json()["detail"]
    answers = await asyncio.gather(
        *(fresh.post("/v1/region", json={"name": "as"}, headers={"idempotency-key": "k2"}) for _ in range(4))
    )
    assert [one.status_code for one in answers] == [201] * 4
    assert len({one.json()["id"] for one in answers}) == 1


async def test_change_sets(fresh: httpx.AsyncClient) -> None:
    await ground(fresh)
    opened = (await fresh.post("/v1/change-sets", json={"title": "Two regions"})).json()
    number = opened["id"]
    added = await fresh.post("/v1/region", json={"name": "na"}, headers={"x-change-set": str(number)})
    assert added.status_code == 202, added.text
    assert (await fresh.get("/v1/region/na")).status_code == 404
    diff = (await fresh.get(f"/v1/change-sets/{number}/diff")).json()["items"]
    assert [(one["kind"], one["key"], one["op"]) for one in diff] == [("region", "na", "create")]
    preview = (await fresh.get(f"/v1/change-sets/{number}/preview")).json()
    assert preview["mergeable"] is True
    merged = await fresh.post(f"/v1/change-sets/{number}/merge")
    assert merged.status_code == 200, merged.text
    assert (await fresh.get("/v1/region/na")).status_code == 200
    undo = (await fresh.post(f"/v1/change-sets/{number}/revert")).json()["change_set"]
    assert (await fresh.post(f"/v1/change-sets/{undo}/merge")).status_code == 200
    assert (await fresh.get("/v1/region/na")).status_code == 404
    assert (await fresh.post(f"/v1/change-sets/{undo}/merge")).status_code == 400
    assert (await fresh.get("/v1/change-sets/999")).status_code == 404


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"[1]", "application/json", 422),
        (b'"x"', "application/json", 422),
        (b"[" * 3000 + b"]" * 3000, "application/json", 400),
    ],
)
async def test_bodies_that_are_none(api: httpx.AsyncClient, content: bytes, kind: str, status: int) -> None:
    answer = await api.post("/v1/region", content=content, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_next_free(fresh: httpx.AsyncClient) -> None:
    await ground(fresh)
    pool = (await fresh.post("/v1/prefix", json={"prefix": "10.0.0.0/24", "role": "container"})).json()
    path = f"/v1/prefix/{pool['id']}/next-free"
    tried = await fresh.post(path, json={"length": 31, "fields": {"role": "link"}}, params={"dry_run": "1"})
    assert tried.status_code == 200, tried.text
    answers = await asyncio.gather(
        *(fresh.post(path, json={"length": 31, "fields": {"role": "link"}}) for _ in range(8))
    )
    assert [one.status_code for one in answers] == [201] * 8
    assert len({one.json()["prefix"] for one in answers}) == 8
    three = await fresh.post(path, json={"length": 30, "count": 3, "fields": {"role": "link"}})
    assert [one["object"]["prefix"] for one in three.json()["items"]] == [
        "10.0.0.16/30",
        "10.0.0.20/30",
        "10.0.0.24/30",
    ]
    await fresh.post("/v1/device", json=device("d1"))
    link = {"kind": "address", "fields": {"interface": "d1/swp1"}}
    taken = await fresh.post("/v1/prefix/10.0.0.0%2F31/next-free", json=link)
    assert taken.status_code == 201, taken.text
    assert taken.json()["address"] == "10.0.0.0/31"
    group = (await fresh.post("/v1/vlan_group", json={"name": "g", "lowest": 100, "highest": 102})).json()
    numbers = await fresh.post(f"/v1/vlan_group/{group['id']}/next-free", json={"kind": "vlan", "count": 3})
    assert [one["object"]["number"] for one in numbers.json()["items"]] == [100, 101, 102], numbers.text
    full = await fresh.post(f"/v1/vlan_group/{group['id']}/next-free", json={"kind": "vlan"})
    assert full.status_code == 409
    asn = await fresh.post("/v1/asn/next-free", json={"from": 64512, "to": 64520})
    assert asn.json()["number"] == 64512
    name = await fresh.post("/v1/region/next-free", json={"pattern": "r-{n:02}"})
    assert name.json()["name"] == "r-01"
    for wrong in ({"length": 8}, {"nonsense": 1}, {"count": 0}, {"kind": "region"}):
        assert (await fresh.post(path, json=wrong)).status_code in {400, 422}


async def test_the_cookie_of_the_web_needs_its_token_to_write(shared: Served) -> None:
    async with shared.client("") as client:
        login = await client.post(
            f"{BASE}/login", data={"name": "admin", "password": PASSWORD}, headers={"origin": BASE}
        )
        assert login.status_code == 303
        assert (await client.get("/v1/region")).status_code == 200
        bare = await client.post("/v1/region", json={"name": "forged"}, headers={"origin": BASE})
        assert bare.status_code == 403
        account = await client.get(f"{BASE}/account")
        token = account.text.partition('name="csrf" value="')[2].partition('"')[0]
        headers = {"origin": BASE, "x-csrf-token": token}
        assert (await client.post("/v1/region", json={"name": "ours"}, headers=headers)).status_code == 201
        other = {**headers, "origin": "http://elsewhere.example"}
        assert (await client.post("/v1/region", json={"name": "x"}, headers=other)).status_code == 403


async def test_tokens_that_are_none(shared: Served) -> None:
    async with shared.client("") as client:
        for given in ("Bearer nwt_wrong", "Basic YTpi", "Bearer"):
            answer = await client.get("/v1/region", headers={"authorization": given})
            assert answer.status_code == 401
            assert "bearer" in answer.headers["www-authenticate"].lower()


async def test_reviewing_a_change_set(own: Served) -> None:
    async with own.client() as fresh, own.client("operator") as other:
        await ground(fresh)
        number = (await fresh.post("/v1/change-sets", json={"title": "A region"})).json()["id"]
        here = f"/v1/change-sets/{number}"
        made = await fresh.post("/v1/region", json={"name": "na"}, headers={"x-change-set": str(number)})
        region = made.json()["id"]
        said = {"text": "Why?", "kind": "region", "id": region, "field": "name"}
        assert (await other.post(f"{here}/comment", json=said)).status_code == 200
        assert (await fresh.post(f"{here}/approve")).status_code == 400, "nobody approves their own"
        assert (await other.post(f"{here}/approve", json={"note": "Fine"})).status_code == 200
        review = (await fresh.get(f"{here}/review")).json()
        assert [(one["text"], one["field"]) for one in review["comments"]] == [("Why?", "name")]
        assert [one["note"] for one in review["approvals"]] == ["Fine"]
        assert (await other.post(f"{here}/withdraw")).json()["approvals"] == []
        assert (await fresh.post(f"{here}/rebase")).status_code == 200
        assert (await fresh.post(f"{here}/schedule", json={"at": "tomorrow"})).status_code == 422
        assert (await fresh.post(f"{here}/schedule", json={"at": "2999-01-01T00:00:00Z"})).status_code == 200
        assert (await fresh.get(here)).json()["merge_at"] is not None
        assert (await fresh.post(f"{here}/unschedule")).status_code == 200
        assert (await fresh.post(f"{here}/abandon")).status_code == 200
        assert (await fresh.post(f"{here}/reopen")).json()["state"] == "open"
        assert (await fresh.post(f"{here}/comment", json={"text": ""})).status_code == 422


async def test_an_answer_is_given_again_as_it_was(fresh: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "one"}
    first = await fresh.post("/v1/region", json={"name": "eu", "description": "a"}, headers=key)
    assert first.status_code == 201, first.text
    changed = await fresh.patch("/v1/region/eu", json={"description": "b"})
    assert changed.json()["description"] == "b"
    again = await fresh.post("/v1/region", json={"name": "eu", "description": "a"}, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    for name in ("etag", "location", "x-revision"):
        assert again.headers[name] == first.headers[name]

    mixed = [{"name": "na"}, {"name": "eu"}, {"nam": "x"}]
    params, key = {"on_error": "continue"}, {"idempotency-key": "two"}
    some = await fresh.post("/v1/region", json=mixed, params=params, headers=key)
    assert some.status_code == 207, some.text
    assert [one["status"] for one in some.json()["items"]] == [201, 422, 422]
    await fresh.delete("/v1/region/na")
    same = await fresh.post("/v1/region", json=mixed, params=params, headers=key)
    assert (same.status_code, same.json()["items"]) == (207, some.json()["items"])

    put = {"idempotency-key": "three"}
    made = await fresh.put("/v1/region/as", json={"name": "as"}, headers=put)
    assert made.status_code == 201
    await fresh.delete("/v1/region/as")
    told = await fresh.put("/v1/region/as", json={"name": "as"}, headers=put)
    assert (told.status_code, told.json()) == (201, made.json())


async def test_conditions(fresh: httpx.AsyncClient) -> None:
    """RFC 9110, 13.1."""
    absent = await fresh.put("/v1/region/eu", json={"name": "eu"}, headers={"if-match": "*"})
    assert absent.status_code == 412
    assert (await fresh.get("/v1/region/eu")).status_code == 404
    made = await fresh.put("/v1/region/eu", json={"name": "eu"}, headers={"if-none-match": "*"})
    assert made.status_code == 201
    twice = await fresh.put("/v1/region/eu", json={"name": "eu"}, headers={"if-none-match": "*"})
    assert twice.status_code == 412
    there = await fresh.put(
        "/v1/region/eu", json={"name": "eu", "description": "x"}, headers={"if-match": "*"}
    )
    assert there.status_code == 200
    stale, now = made.headers["etag"], there.headers["etag"]
    same = {"name": "eu", "description": "x"}
    for tags, status in (
        (stale, 412),
        (f"{stale}, {now}", 200),
        (f"W/{now}", 200),
        ('"foreign"', 412),
        (f'"foreign", {now}', 200),
    ):
        answer = await fresh.put("/v1/region/eu", json=same, headers={"if-match": tags})
        assert answer.status_code == status, (tags, answer.text)
    assert (await fresh.get("/v1/region/eu", headers={"if-none-match": now})).status_code == 304
    assert (await fresh.get("/v1/region/eu", headers={"if-none-match": stale})).status_code == 200
    for method in ("PATCH", "DELETE"):
        gone = await fresh.request(
            method, "/v1/region/nowhere", json={"name": "x"}, headers={"if-match": "*"}
        )
        assert gone.status_code == 404
    late = await fresh.delete("/v1/region/eu", headers={"if-match": stale})
    assert late.status_code == 412
    assert (await fresh.delete("/v1/region/eu", headers={"if-match": now})).status_code == 204


async def test_a_part_that_changed_is_none_of_its_owners_tag(fresh: httpx.AsyncClient) -> None:
    await ground(fresh)
    await fresh.post("/v1/device", json=device("d1"))
    await fresh.patch("/v1/interface/key:d1%2Fswp1", json={"description": "new"})
    tag = (await fresh.get("/v1/device/d1")).headers["etag"]
    assert (await fresh.delete("/v1/device/d1", headers={"if-match": tag})).status_code == 204


async def test_what_a_database_keeps_otherwise(fresh: httpx.AsyncClient) -> None:
    """A JSON value that is a number; ids that no database holds."""
    context = {"name": "c", "data": 5}
    made = await fresh.post("/v1/config_context", json=context)
    assert made.status_code in {201, 422}, made.text
    assert (await fresh.get("/v1/config_context")).status_code == 200
    assert (await fresh.get(f"/v1/region/{1 << 70}")).status_code == 404
    for body in ([1 << 70], [{"id": 1 << 70}]):
        answer = await fresh.request("DELETE", "/v1/region", json=body)
        assert answer.status_code in {404, 422}, answer.text
    assert (await fresh.post("/v1/region", json={"name": "x", "parent": 1 << 70})).status_code in {409, 422}
    assert (await fresh.post("/v1/isp_contact/next-free", json={})).status_code == 400


async def test_a_tag_that_is_carried_goes_by_force_only(fresh: httpx.AsyncClient) -> None:
    tagged = [{"name": "eu", "tags": ["core"]}, {"name": "us", "tags": ["core"]}, {"name": "asia"}]
    assert (await fresh.post("/v1/tag", json={"name": "core"})).status_code == 201
    assert (await fresh.post("/v1/region", json=tagged)).status_code == 201
    refused = await fresh.delete("/v1/tag/core")
    assert refused.status_code == 409, refused.text
    assert "region eu and region us carry it" in refused.text
    found = (await fresh.get("/v1/region", params={"tags__has": "core", "sort": "name"})).json()["items"]
    assert [one["name"] for one in found] == ["eu", "us"]
    assert (await fresh.patch("/v1/tag/core", json={"name": "trunk"})).status_code == 200
    assert (await fresh.get("/v1/region/eu")).json()["tags"] == ["trunk"]
    tried = await fresh.delete("/v1/tag/trunk", params={"force": "true", "dry_run": "true"})
    assert tried.status_code == 200, tried.text
    assert (await fresh.get("/v1/region/eu")).json()["tags"] == ["trunk"]
    assert (await fresh.delete("/v1/tag/trunk", params={"force": "true"})).status_code == 204
    assert (await fresh.get("/v1/region/eu")).json()["tags"] is None
    assert (await fresh.get("/v1/region", params={"tags__has": "trunk"})).json()["items"] == []
