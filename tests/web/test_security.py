"""Who gets in, who may do what, and what a strange page can't make a browser do."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi.routing import APIRoute
from tests.web.conftest import BASE, Browser, BrowserMaker
from tests.web.seed import PASSWORD, RUNNING, Seeded

from netwright.app.access import Role
from netwright.app.access import login as logins
from netwright.app.access import user as users
from netwright.web.application import create_app
from netwright.web.security import csrf_token, safe_next

OPEN = {"/login", "/logout", "/login/sso", "/login/sso/callback"}
_CHANGE = "/changes/{changeset_id:int}"
_OBJECT = "/inventory/{kind_name}/{object_id:int}"
OPERATOR_GETS = {
    "/inventory/prefix/{object_id:int}/next/{made}",
    "/inventory/{kind_name}/new",
    "/inventory/{kind_name}/import",
    f"{_OBJECT}/edit",
    f"{_OBJECT}/delete",
    f"{_OBJECT}/cell/{{name}}",
}
VIEWER_POSTS = {"/inventory/{kind_name}/views", "/inventory/{kind_name}/views/{view_id}/remove", "/templates"}
OPERATOR_POSTS = {
    *OPERATOR_GETS,
    f"{_OBJECT}/undo/{{number:int}}",
    "/compliance/check",
    "/findings",
    "/findings/tasks/{number:int}/done",
    "/discovered/adopt",
    "/attachments/{kind_name}/{object_id:int}",
    "/inventory/{kind_name}/bulk",
    "/changes/leave",
    "/changes/new",
    "/changes/{changeset_id}/work",
    f"{_CHANGE}/merge",
    f"{_CHANGE}/schedule",
    f"{_CHANGE}/unschedule",
    f"{_CHANGE}/abandon",
    f"{_CHANGE}/reopen",
    f"{_CHANGE}/rename",
    f"{_CHANGE}/revert",
    f"{_CHANGE}/rebase",
    f"{_CHANGE}/resolve",
    f"{_CHANGE}/drop",
    f"{_CHANGE}/comment",
    f"{_CHANGE}/comments/{{comment_id:int}}/resolve",
    f"{_CHANGE}/approve",
    f"{_CHANGE}/withdraw",
    "/rollouts",
    "/rollouts/{rollout_id}/stop",
}
ADMIN = {
    "/users",
    "/users/{name}/password",
    "/users/{name}/disable",
    "/users/{name}/enable",
    "/users/{name}/roles",
    "/tokens/{token_id}/revoke",
    "/roles",
    "/roles/{name}/remove",
    "/roles/{name}/grants",
    "/roles/{name}/grants/{grant_id}/remove",
    "/groups",
    "/groups/{name}",
    "/groups/{name}/remove",
    "/audit",
}
EXAMPLES = {
    "rack_id": "999999",
    "name": "ams-edge1",
    "interface": "swp1",
    "changeset_id": "999999",
    "rollout_id": RUNNING,
    "device": "ams-edge1",
    "revision": "nothing",
    "kind_name": "device",
    "object_id": "999999",
    "token_id": "999999",
    "grant_id": "999999",
    "view_id": "999999",
    "number": "999999",
    "comment_id": "999999",
    "section": "bgp",
    "made": "address",
}


def routes(seeded: Seeded) -> list[tuple[str, str]]:
    """Every (method, path) of the application, read from itself: a new route is tested unnamed."""
    found: list[tuple[str, str]] = []
    stack = list(create_app(seeded.context).routes)
    while stack:
        route = stack.pop()
        if isinstance(route, APIRoute):
            found += [(method, route.path) for method in sorted((route.methods or set()) - {"HEAD"})]
        else:
            stack += list(getattr(getattr(route, "original_router", None), "routes", []))
    assert len(found) > 30
    return found


def concrete(path: str) -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: EXAMPLES[match[1]], path)


def needed(method: str, path: str) -> str:
    """The role a route is meant to need."""
    if path in ADMIN:
        return "admin"
    if path in (OPERATOR_GETS if method == "GET" else OPERATOR_POSTS):
        return "operator"
    assert method == "GET" or path.startswith("/account/") or path in VIEWER_POSTS, (
        f"say who may {method} {path}"
    )
    return "viewer"


async def ask(browser: Browser, method: str, path: str) -> httpx.Response:
    if method == "GET":
        return await browser.get(path)
    return await browser.post(path)


async def test_without_a_login_every_route_sends_to_it(full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(full)
    for method, path in routes(full):
        if path in OPEN:
            continue
        response = await browser.client.request(method, concrete(path), headers={"origin": BASE})
        assert response.status_code == 303, (method, path)
        assert response.headers["location"].startswith("/login"), (method, path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vera", "otto", "ada"])
async def test_each_route_as_each_role(bare: Seeded, browser_of: BrowserMaker, name: str) -> None:
    role = Role({"vera": "viewer", "otto": "operator", "ada": "admin"}[name])
    browser = await browser_of(bare, name)
    for method, path in routes(bare):
        if path in OPEN or "events" in path or (method, path) == ("POST", "/rollouts"):
            continue  # streams have no end here; a rollout would start a process
        if path in {"/users/{name}/disable", "/users/{name}/password"} and role is Role.ADMIN:
            continue  # of a user who is not there; others test them
        status = (await ask(browser, method, concrete(path))).status_code
        allowed = role.includes(Role(needed(method, path)))
        assert (status != 403) == allowed, (method, path, status)
        assert status < 500, (method, path)


async def test_a_viewer_can_start_no_rollout(bare: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(bare, "vera")
    assert (await browser.post("/rollouts")).status_code == 403


async def test_login_and_logout(own: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own)
    response = await browser.login("ada")
    cookie = response.headers["set-cookie"]
    assert response.headers["location"] == "/"
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await browser.get("/")).status_code == 200
    assert (await browser.post("/logout")).status_code == 303
    assert (await browser.get("/")).status_code == 303


async def test_wrong_passwords_are_refused_then_limited(own: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own)
    for _ in range(logins.FAILURES_PER_USER):
        response = await browser.login("ada", "wrong")
        assert response.status_code == 401
        assert "Wrong user or password" in response.text
    response = await browser.login("ada", PASSWORD)
    assert response.status_code == 429
    assert "Try again in" in response.text


async def test_a_cookie_over_https_is_secure(own: Seeded) -> None:
    transport = httpx.ASGITransport(create_app(own.context))
    async with httpx.AsyncClient(transport=transport, base_url="https://netwright.example") as client:
        response = await client.post(
            "/login",
            data={"name": "ada", "password": PASSWORD},
            headers={"origin": "https://netwright.example"},
        )
    assert response.headers["set-cookie"].startswith("__Host-netwright=")
    assert "Secure" in response.headers["set-cookie"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8081", ""])
async def test_forms_of_other_sites_are_refused(own: Seeded, browser_of: BrowserMaker, origin: str) -> None:
    browser = await browser_of(own, "ada")
    token = await browser.token()
    headers = {"origin": origin} if origin else {}
    data = {"csrf": token, "name": "eve", "role": "admin"}
    response = await browser.client.post("/users", data=data, headers=headers)
    assert response.status_code == 403
    login = await browser.client.post("/login", data={"name": "ada", "password": PASSWORD}, headers=headers)
    assert login.status_code == 403
    assert "eve" not in {user.name for user in users.list_users(own.context.database)}


async def test_forms_need_the_token_of_the_session(own: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own, "ada")
    other = await browser_of(own, "ada")
    for token in ("", "x" * 40, await other.token()):
        data = {"csrf": token, "name": "eve", "role": "viewer"}
        response = await browser.client.post("/users", data=data, headers={"origin": BASE})
        assert response.status_code == 403, token
    assert (await browser.post("/users", name="eve", role="viewer")).status_code == 200


async def test_another_host_name_is_refused(own: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own)
    response = await browser.client.get("/login", headers={"host": "rebound.example"})
    assert response.status_code == 400


@pytest.mark.slow
async def test_pages_are_closed_to_strange_scripts(full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(full, "ada")
    for path in ("/", "/login", "/devices", "/nowhere", "/static/app.css"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
    assert (await browser.get("/devices")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ("/devices?q=a", "/devices?q=a"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: x=y", "/"),
        ("", "/"),
    ],
)
def test_login_comes_back_to_this_server_only(target: str, where: str) -> None:
    assert safe_next(target) == where


def test_form_tokens_differ_by_session() -> None:
    assert csrf_token("a") != csrf_token("b")
    assert "a" * 43 not in csrf_token("a" * 43)


async def test_what_people_wrote_is_shown_as_text(own: Seeded, browser_of: BrowserMaker) -> None:
    own.context.changesets.open("<script>alert(1)</script>", "ada", '"><img src=x>')
    browser = await browser_of(own, "ada")
    for path in ("/changes", "/changes/1", "/devices?q=%3Cscript%3E"):
        text = (await browser.get(path)).text
        assert "<script>alert" not in text
        assert "<img src=x>" not in text
    assert "&lt;script&gt;alert(1)" in (await browser.get("/changes/1")).text
