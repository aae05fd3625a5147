"""The audit log over HTTP: for those who may read it, page by page."""

from __future__ import annotations

import pytest
from tests.api.conftest import Served


async def test_pages_of_the_audit_log(own: Served) -> None:
    async with own.client() as client, own.client("viewer") as viewer, own.client("operator") as operator:
        for name in ("a", "b", "c"):
            assert (await viewer.post("/v1/region", json={"name": name})).status_code == 403
        assert (await viewer.get("/v1/audit")).status_code == 403
        assert (await operator.get("/v1/audit")).status_code == 403
        seen: list[int] = []
        params = {"limit": "2", "who": "viewer", "event": "refused"}
        while True:
            page = (await client.get("/v1/audit", params=params)).json()
            seen += [one["id"] for one in page["items"]]
            assert all(one["who"] == "viewer" and one["event"] == "refused" for one in page["items"])
            if page["next"] is None:
                break
            params["after"] = page["next"]
        assert len(seen) == 4
        assert seen == sorted(seen, reverse=True)
        late = await client.get("/v1/audit", params={"since": "2999-01-01T00:00:00Z"})
        assert late.json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    "params", [{"event": "nothing"}, {"since": "yesterday"}, {"since": "2026-01-01"}, {"before": "1"}]
)
async def test_wrong_questions(shared: Served, params: dict[str, str]) -> None:
    async with shared.client() as client:
        answer = await client.get("/v1/audit", params=params)
        assert answer.status_code == 400, answer.text
