"""Lists over HTTP: pages, lines, chosen parts, errors; GraphQL; the description."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest
from tests.api.conftest import BOTH
from tests.api.test_writing import device, ground

from netwright.inventory import KINDS

pytestmark = BOTH


@pytest.fixture
async def filled(fresh: httpx.AsyncClient) -> httpx.AsyncClient:
    await ground(fresh)
    answer = await fresh.post("/v1/device", json=[device(f"d{number}") for number in range(5)])
    assert answer.status_code == 201
    return fresh


async def test_pages_follow_each_other(filled: httpx.AsyncClient) -> None:
    seen, params = [], {"limit": "2", "sort": "-name", "count": "true"}
    while True:
        answer = await filled.get("/v1/device", params=params)
        body = answer.json()
        assert body["total"] == 5
        seen += [one["name"] for one in body["items"]]
        if body["next"] is None:
            assert "link" not in answer.headers
            break
        assert answer.headers["link"].endswith('rel="next"')
        params["after"] = body["next"]
    assert seen == ["d4", "d3", "d2", "d1", "d0"]


async def test_lines_walk_the_whole_table(filled: httpx.AsyncClient) -> None:
    answer = await filled.get("/v1/interface", params={"fields": "name,device.name", "format": "ndjson"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [orjson.loads(line) for line in answer.text.splitlines()]
    assert len(lines) == 10
    assert set(lines[0]) == {"id", "name", "device"}
    assert set(lines[0]["device"]) == {"id", "name"}
    wrong = await filled.get("/v1/interface", params={"nam": "x", "format": "ndjson"})
    assert wrong.status_code == 400


@pytest.mark.parametrize(
    "params",
    [
        {"nam": "x"},
        {"name__xx": "x"},
        {"limit": "0"},
        {"limit": "1001"},
        {"limit": "x"},
        {"after": "x"},
        {"sort": "nope"},
        {"fields": "nope"},
        {"expand": "nope"},
        {"as_of": "9999"},
        {"site": "nowhere"},
    ],
)
async def test_wrong_questions(filled: httpx.AsyncClient, params: dict[str, str]) -> None:
    answer = await filled.get("/v1/device", params=params)
    assert answer.status_code == 400, answer.text
    assert answer.json()["status"] == 400
    assert answer.json()["remedy"] or answer.json()["detail"]


async def graph(client: httpx.AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_graphql(filled: httpx.AsyncClient) -> None:
    query = """
    query ($name: String!, $with: Boolean = true) {
      revision
      device(name: $name) { ...Named site { region { name } } }
      some: devices(filter: ["site.region=eu", "name__n=d0"], sort: ["-name"], limit: 2) {
        total next items {
          ...Named __typename
          first: interfaces(filter: ["name=swp1"]) @include(if: $with) { name speed: speed_bps }
          interfaces(sort: ["-name"], limit: 1) { name device { name } }
        }
      }
    }
    fragment Named on Device { id called: name }
    """
    data = (await graph(filled, query, name="d1"))["data"]
    assert data["device"] == {"id": data["device"]["id"], "called": "d1", "site": {"region": {"name": "eu"}}}
    assert data["some"]["total"] == 4
    assert data["some"]["next"]
    first = data["some"]["items"][0]
    assert first == {
        "id": first["id"],
        "called": "d4",
        "__typename": "Device",
        "first": [{"name": "swp1", "speed": 10**10}],
        "interfaces": [{"name": "swp2", "device": {"name": "d4"}}],
    }
    without = await graph(filled, query, name="d1", **{"with": False})
    assert "first" not in without["data"]["some"]["items"][0]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ devices { items { nam } } }", "Did you mean"),
        ("{ devices", "Syntax Error"),
        ("mutation { x }", "mutation"),
        ('{ device(name: "d99") { name } }', "there is no device"),
        ('{ devices(filter: ["x"]) { items { name } } }', "expected name=value"),
        ("{ devices(limit: 5000) { items { name } } }", "limit"),
        (
            "{ devices { items { " + "site { devices { " * 5 + "name" + " } }" * 5 + " } } }",
            "unfolds more than",
        ),
        ("{ " + " ".join(f"a{n}: devices {{ total }}" for n in range(30)) + " }", "more than 20"),
        ("{ " + "a " * 5000 + "}", "Document contains more than"),
    ],
)
async def test_graphql_says_no(filled: httpx.AsyncClient, query: str, words: str) -> None:
    body = await graph(filled, query)
    assert "data" not in body
    assert words in body["errors"][0]["message"]


async def test_graphql_introspection(api: httpx.AsyncClient) -> None:
    body = await graph(
        api, '{ s: __schema { queryType { name } } __type(name: "Device") { fields { name } } }'
    )
    assert body["data"]["s"] == {"queryType": {"name": "Query"}}
    names = {field["name"] for field in body["data"]["__type"]["fields"]}
    assert {"id", "key", "site", "interfaces"} <= names


async def test_description_covers_every_kind(api: httpx.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    references = set(_references(document))
    for reference in references:
        target = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
    for name, kind in KINDS.items():
        operations = document["paths"][f"/v1/{name}"]
        assert set(operations) == {"get", "post", "put", "patch", "delete"}
        written = operations["post"]["requestBody"]["content"]["application/json"]["schema"]["anyOf"][0][
            "$ref"
        ]
        properties = document["components"]["schemas"][written.rpartition("/")[2]]["properties"]
        assert list(properties) == [spec.name for spec in kind.fields]
    page = await api.get("/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "<script" not in page.text


def _references(part: Any) -> Any:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)
