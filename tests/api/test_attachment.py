"""Files of objects over HTTP: what is put is got, as a file and never as a page."""

from __future__ import annotations

import hashlib

import pytest
from tests.api.conftest import Served
from tests.api.test_writing import device, ground

from netwright.api import attachment

PAGE = b"<html><script>alert(1)</script></html>"


async def test_bytes_there_and_back(own: Served) -> None:
    async with own.client() as client, own.client("viewer") as viewer:
        await ground(client)
        await client.post("/v1/device", json=device("d1"))
        here = "/v1/attachment/door.html/bytes"
        refused = await viewer.put(here, content=PAGE, params={"device": "d1"})
        assert refused.status_code == 403
        slip = await client.put(here, content=PAGE, params={"devise": "d1"})
        assert slip.status_code == 400
        assert "there is no 'devise' here" in slip.text
        made = await client.put(
            here, content=PAGE, params={"device": "d1"}, headers={"content-type": "text/html"}
        )
        assert made.status_code == 201, made.text
        doc = made.json()
        assert doc["device"]["key"] == "d1"
        assert (doc["size_bytes"], doc["media_type"]) == (len(PAGE), "text/html")
        assert doc["sha256"] == hashlib.sha256(PAGE).hexdigest()

        got = await viewer.get(here)
        assert got.content == PAGE
        assert got.headers["content-type"] == "application/octet-stream", (
            "a page of someone's is no page of ours"
        )
        assert got.headers["content-disposition"].startswith("attachment;")
        assert "sandbox" in got.headers["content-security-policy"]
        assert got.headers["etag"] == f'"{doc["sha256"]}"'
        again = await viewer.get(here, headers={"if-none-match": got.headers["etag"]})
        assert again.status_code == 304
        part = await viewer.get(here, headers={"range": "bytes=0-5"})
        assert (part.status_code, part.content) == (206, b"<html>")

        image = await client.put(here, content=b"\x89PNG", headers={"content-type": "image/png"})
        assert image.status_code == 200, image.text
        assert image.json()["id"] == doc["id"]
        assert (await viewer.get(here)).headers["content-type"] == "image/png"
        assert (await client.put("/v1/attachment/id:999999/bytes", content=b"x")).status_code == 404
        assert (await viewer.get("/v1/attachment/nothing/bytes")).status_code == 404


async def test_a_file_that_is_too_large(own: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachment, "MAX_BYTES", 10)
    async with own.client() as client:
        answer = await client.put("/v1/attachment/large/bytes", content=b"12345678901")
        assert answer.status_code == 413
        assert (await client.get("/v1/attachment/large")).status_code == 404


async def test_bytes_of_what_is_not_seen(own: Served) -> None:
    """The right to the object is the right to its bytes."""
    async with own.client() as client, own.client("") as nobody:
        await ground(client)
        made = await client.put("/v1/attachment/plan/bytes", content=b"secret", params={"site": "ams"})
        assert made.status_code == 201, made.text
        assert (await nobody.get("/v1/attachment/plan/bytes")).status_code == 401
