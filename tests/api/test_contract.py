"""What every kind can do over the API. Nothing is declared for a kind: objects follow from its fields."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.api.conftest import BOTH, Maker, Served

from netwright.inventory import KINDS
from netwright.store.kind import FieldType, Kind

pytestmark = [BOTH, pytest.mark.slow]


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def changeable(kind: Kind) -> str | None:
    """A field that takes any text and names nothing."""
    names = [spec.name for spec in kind.fields if spec.name not in kind.key]
    return next((name for name in ("description", "name", "title") if name in names), None)


async def test_life_of_an_object(kind: Kind, api: httpx.AsyncClient, maker: Maker) -> None:
    fields = await maker.fields(kind)
    path = f"/v1/{kind.name}"

    tried = await api.post(path, json=fields, params={"dry_run": "true"})
    assert tried.status_code == 200, tried.text
    assert "id" not in tried.json()

    made = await api.post(path, json=fields)
    assert made.status_code == 201, made.text
    doc = made.json()
    assert list(doc) == ["id", "key", *(spec.name for spec in kind.fields)]
    one = f"{path}/id:{doc['id']}"
    assert (await api.get(made.headers["location"].removeprefix("/api"))).json() == doc
    for spec in kind.fields:
        given = fields.get(spec.name)
        if given is None:
            continue
        assert doc[spec.name]["id"] == given["id"] if spec.reference else doc[spec.name] == given

    got = await api.get(one)
    assert got.json() == doc
    assert got.headers["etag"] == made.headers["etag"] == f'"{made.headers["x-revision"]}"'
    assert (await api.get(f"{path}/key:{doc['key']}")).json() == doc
    listed = await api.get(path, params={"id": str(doc["id"]), "count": "true"})
    assert listed.json()["items"] == [doc]
    assert listed.json()["total"] == 1

    name = changeable(kind)
    if name is not None:
        value = "other"
        changed = await api.patch(one, json={name: value}, headers={"if-match": got.headers["etag"]})
        assert changed.status_code == 200, changed.text
        assert changed.json() == {**doc, name: value}
        late = await api.patch(one, json={name: "third"}, headers={"if-match": got.headers["etag"]})
        assert late.status_code == 412
        before = await api.get(one, params={"as_of": made.headers["x-revision"]})
        assert before.json() == doc
        history = (await api.get(f"{one}/history")).json()["items"]
        assert [entry["op"] for entry in history] == ["update", "create"]
        assert history[0]["fields"] == {name: [doc[name], value]}
        blame = (await api.get(f"{one}/blame")).json()["fields"]
        assert blame[name]["revision"] == int(changed.headers["x-revision"])

    again = await api.post(path, json=fields)
    assert again.status_code == 409, again.text
    assert again.headers["content-type"] == "application/problem+json"

    gone = await api.delete(one)
    assert gone.status_code == 204, gone.text
    assert (await api.get(one)).status_code == 404
    assert (await api.delete(one)).status_code == 404


async def test_mistakes_are_told_together(kind: Kind, api: httpx.AsyncClient) -> None:
    wrong: dict[str, Any] = {"nonsense": 1}
    fields = {"nonsense"}
    for spec in kind.fields:
        if spec.reference is not None:
            wrong[spec.name] = "there is/no such/thing at/all"
        elif spec.type in {
            FieldType.TEXT,
            FieldType.INTEGER,
            FieldType.BOOLEAN,
            FieldType.CHOICE,
            FieldType.NUMBER,
        }:
            wrong[spec.name] = {"a": "mapping"}
        elif spec.type in {FieldType.ADDRESS, FieldType.INTERFACE_ADDRESS, FieldType.PREFIX}:
            wrong[spec.name] = "10.0.0.999"
        else:
            continue
        fields.add(spec.name)
    answer = await api.post(f"/v1/{kind.name}", json=wrong)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    told = {error["field"] for error in problem["errors"]}
    references = {spec.name for spec in kind.fields if spec.reference is not None}
    assert told == (fields & references) | {"nonsense"} or told == fields
    empty = await api.post(f"/v1/{kind.name}", json={})
    needed = {spec.name for spec in kind.fields if spec.required}
    if needed:
        assert empty.status_code == 422
        assert needed <= {error.get("field") for error in empty.json()["errors"]}


async def test_every_verb_as_every_role(kind: Kind, shared: Served, maker: Maker) -> None:
    fields = await maker.fields(kind)
    path = f"/v1/{kind.name}"
    async with (
        shared.client("") as nobody,
        shared.client("viewer") as viewer,
        shared.client("operator") as operator,
    ):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            assert (await nobody.request(method, path, json=[])).status_code == 401
        assert (await viewer.get(path)).status_code == 200
        for method, target, body in (
            ("POST", path, fields),
            ("PUT", f"{path}/1", fields),
            ("PATCH", f"{path}/1", {}),
            ("DELETE", f"{path}/1", None),
        ):
            refused = await viewer.request(method, target, json=body)
            assert refused.status_code == 403, refused.text
        made = await operator.post(path, json=fields)
        assert made.status_code == 201, made.text
        assert (await operator.delete(f"{path}/id:{made.json()['id']}")).status_code == 204
