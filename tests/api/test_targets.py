"""Lists of devices for other tools over HTTP, in their forms, of what the caller sees."""

from __future__ import annotations

from typing import Any

import httpx
from tests.api.conftest import Served
from tests.api.test_writing import device, ground

from netwright.api.application import create_api
from netwright.app.access import Access, Actor, Grant, Means, Verb


async def test_forms(own: Served) -> None:
    async with own.client() as client, own.client("") as nobody:
        await ground(client)
        for number, role in enumerate(("edge", "core"), 1):
            fields = {"role": role, "platform": "frr", "status": "active"}
            made = await client.post(
                "/v1/device",
                json={**device(f"d{number}"), **fields, "management_address": f"192.0.2.{number}"},
            )
            assert made.status_code == 201, made.text
        await client.post("/v1/device", json=device("without"))
        groups = (await client.get("/v1/targets/prometheus", params={"port": "9100"})).json()
        assert [one["targets"] for one in groups] == [["192.0.2.1:9100"], ["192.0.2.2:9100"]]
        labels = groups[0]["labels"]
        assert labels["__meta_netwright_device"] == "d1"
        assert labels["__meta_netwright_site"] == "ams"
        assert labels["__meta_netwright_region"] == "eu"
        assert all(isinstance(value, str) for value in labels.values()), "Prometheus takes texts only"
        cores = (await client.get("/v1/targets/oxidized", params={"role": "core", "region": "eu"})).json()
        assert [(one["name"], one["ip"], one["group"]) for one in cores] == [("d2", "192.0.2.2", "ams")]
        gnmic = (await client.get("/v1/targets/gnmic")).json()
        assert gnmic["d1"] == {
            "address": "192.0.2.1:57400",
            "event-tags": {"site": "ams", "region": "eu", "role": "edge"},
        }
        assert (await client.get("/v1/targets/nagios")).status_code == 404
        assert (await client.get("/v1/targets/gnmic", params={"nonsense": "1"})).status_code == 400
        assert (await nobody.get("/v1/targets/gnmic")).status_code == 401

        view = Grant(frozenset({Verb.VIEW}), without=frozenset({"device.platform", "device.serial"}))
        only = Grant(frozenset({Verb.VIEW}), kinds=frozenset({"site"}))
        assert await as_caller(own, view, "/v1/targets/oxidized") == [], "Oxidized needs the platform"
        shown: Any = await as_caller(own, view, "/v1/targets/prometheus")
        assert len(shown) == 2
        assert "__meta_netwright_platform" not in shown[0]["labels"]
        refused: Any = await as_caller(own, only, "/v1/targets/prometheus")
        assert refused["status"] == 403


async def as_caller(served: Served, grant: Grant, path: str) -> Any:
    async def authenticate(_request: Any) -> Access:
        return Access(Actor("ada", Means.TOKEN), (grant,))

    transport = httpx.ASGITransport(create_api(served.context, [authenticate]), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        return (await client.get(path)).json()
