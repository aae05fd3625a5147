"""Secrets are planted everywhere that one is kept; then all is read and nothing of them is heard."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest
from tests.api.conftest import PASSWORD, Served
from tests.api.test_writing import device, ground

from netwright.app.access import machine_actor
from netwright.app.access.token import create_token
from netwright.base.clock import SystemClock
from netwright.base.secret import Secret
from netwright.inventory import KINDS

pytestmark = pytest.mark.slow
_INTROSPECT = "{ __schema { types { name description fields { name description } } } }"


def planted(served: Served) -> list[str]:
    """Plants them; what must never be heard."""
    context = served.context
    words = [PASSWORD, *served.tokens.values()]
    for name in ("device/ams-edge1", "bgp/ams", "oidc-client-secret"):
        words.append(f"pl4nted-{len(words)}-{name}")
        context.vault.put(name, Secret(words[-1]))
    words.append(context.webhooks.add("hook", "http://127.0.0.1:9/hook", "admin").reveal())
    words.append(
        create_token(context.database, SystemClock(), "viewer", "extra", by=machine_actor()).reveal()
    )
    return words


def routes() -> Iterator[str]:
    yield from ("/openapi.json", "/docs", "/v1", "/v1/audit", "/v1/change-sets", "/v1/nothing", "/nothing")
    yield from (f"/v1/change-sets/1{about}" for about in ("", "/diff", "/preview", "/review"))
    yield from (f"/v1/targets/{form}" for form in ("prometheus", "oxidized", "gnmic"))
    for name, kind in KINDS.items():
        yield f"/v1/{name}?limit=1000"
        yield f"/v1/{name}?format=ndjson"
        yield f"/v1/{name}?q=pl4nted"
        references = ",".join(spec.name for spec in kind.fields if spec.reference)
        yield f"/v1/{name}?expand={references}"
        yield f"/v1/{name}?nonsense=1"
    for about in ("", "/history", "/blame"):
        yield f"/v1/device/d1{about}"


async def test_no_secret_is_heard(own: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    words = planted(own)
    heard: list[tuple[str, str]] = []
    async with own.client() as client, own.client("") as nobody:
        await ground(client)
        await client.post("/v1/device", json=device("d1"))
        for bad in (words[1][:-1], f"{words[1]}x", words[5]):
            wrong = await nobody.get("/v1/site", headers={"authorization": f"Bearer {bad}"})
            heard.append(("a wrong token", wrong.text + str(wrong.headers)))
        typed = {"name": PASSWORD, "password": PASSWORD}  # in the wrong box; the audit log must not keep it
        origin = {"origin": "http://127.0.0.1:8080"}
        login = await nobody.post("http://127.0.0.1:8080/login", data=typed, headers=origin)
        assert login.status_code < 500
        for path in routes():
            answer = await client.get(path)
            assert answer.status_code < 500, answer.text
            heard.append((path, answer.text + str(answer.headers)))
        heard += await writes(client)
        asked = await client.post("/graphql", json={"query": _INTROSPECT})
        heard.append(("introspection", asked.text))
    heard.append(("the log", caplog.text))
    for where, text in heard:
        for word in words:
            assert word not in text, f"{where} tells {word[:12]}..."


async def writes(client: httpx.AsyncClient) -> list[tuple[str, str]]:
    """Errors of writes speak of what was sent, and of nothing else."""
    found = []
    for body in ({"name": 5}, [{"name": "a"}, {"nam": 1}], {}, "text", None):
        for kind in ("region", "device", "bgp_session"):
            answer = await client.post(f"/v1/{kind}", json=body)
            assert answer.status_code < 500
            found.append((f"an error of {kind}", answer.text))
    return found
