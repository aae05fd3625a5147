"""Single sign-on against a real provider on loopback, honest and otherwise."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web import idp as providers
from tests.web.conftest import BASE, Browser
from tests.web.idp import CLIENT, SECRET, Idp
from tests.web.seed import PASSWORD, Seeded

from netwright.app.access import Actor, Means
from netwright.app.access.audit import entries
from netwright.app.access.login import LoginOutcome, login
from netwright.app.access.sso import SECRET_NAME, link_user
from netwright.app.access.user import list_users, set_disabled
from netwright.app.context import open_context
from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.web.application import create_app

BY = Actor("root", Means.MACHINE)
SETTINGS = """
[sso]
issuer = "{url}"
client_id = "netwright"
title = "Example SSO"
roles = {{ noc = ["operator"], admins = ["admin"] }}
"""


@pytest.fixture
def idp() -> Iterator[Idp]:
    with providers.running() as running:
        yield running


@pytest.fixture
def home(own: Seeded, idp: Idp) -> Iterator[Seeded]:
    """A home with single sign-on set up."""
    path: Path = own.context.home.path
    with (path / "settings.toml").open("a") as file:
        file.write(SETTINGS.format(url=idp.url))
    seeded = Seeded(open_context(path))
    seeded.context.vault.put(SECRET_NAME, Secret(SECRET))
    yield seeded
    seeded.context.close()


async def over_the_provider(browser: Browser, start: str = "/login/sso") -> httpx.Response:
    """What a browser does: there, and back with the code."""
    away = await browser.client.get(start)
    assert away.status_code == 303, away.text
    async with httpx.AsyncClient() as client:
        back = await client.get(away.headers["location"])
    return await browser.client.get(back.headers["location"].removeprefix(BASE))


def roles(home: Seeded) -> dict[str, tuple[str, ...]]:
    return {user.name: user.roles for user in list_users(home.context.database)}


async def test_without_the_setting_there_is_no_button_and_no_page(own: Seeded) -> None:
    browser = Browser(create_app(own.context))
    assert "/login/sso" not in (await browser.get("/login")).text
    assert (await browser.get("/login/sso")).status_code == 404
    assert (await browser.get("/login/sso/callback")).status_code == 404


async def test_a_person_gets_an_account_with_the_roles_of_the_groups(home: Seeded, idp: Idp) -> None:
    idp.person["groups"] = ["noc", "unknown"]
    browser = Browser(create_app(home.context))
    assert "Log in with Example SSO" in (await browser.get("/login")).text
    response = await over_the_provider(browser, "/login/sso?next=/devices%3Fq%3Da")
    assert response.status_code == 303, response.text
    assert response.headers["location"] == "/devices?q=a"
    assert (await browser.get("/changes")).status_code == 200
    assert roles(home)["grace"] == ("operator",)
    assert "Log out" in (await browser.get("/")).text
    out = await browser.post("/logout")
    assert f"{idp.url}/logout?client_id={CLIENT}" in (await browser.get(out.headers["location"])).text
    assert (await browser.get("/")).status_code == 303
    # the next login takes what the provider says then
    idp.person["groups"] = "admins"
    assert (await over_the_provider(browser)).status_code == 303
    assert roles(home)["grace"] == ("admin",)
    events = [(line.event, line.verb, line.means) for line in entries(home.context.database, who="grace")]
    assert events[:3] == [("login", "", "sso"), ("user", "roles", "sso"), ("logout", "", "session")]


async def test_who_has_no_role_or_is_disabled_stays_out(home: Seeded, idp: Idp) -> None:
    browser = Browser(create_app(home.context))
    response = await over_the_provider(browser)
    assert response.status_code == 401
    assert "none of the person&#39;s groups has a role here" in response.text
    assert "grace" not in roles(home)
    idp.person["groups"] = ["noc"]
    await over_the_provider(browser)
    set_disabled(home.context.database, "grace", True, by=BY)
    assert (await over_the_provider(browser)).status_code == 401
    assert (await browser.get("/")).status_code == 303


async def test_a_name_opens_no_account_of_someone_else(home: Seeded, idp: Idp) -> None:
    idp.person |= {"preferred_username": "ada", "groups": ["noc"]}
    browser = Browser(create_app(home.context))
    response = await over_the_provider(browser)
    assert response.status_code == 401
    assert "someone else" in response.text
    context = home.context
    link_user(context.database, context.clock, "ada", idp.url, "1234", by=BY)
    with pytest.raises(InputError):
        link_user(context.database, context.clock, "otto", idp.url, "1234", by=BY)
    assert (await over_the_provider(browser)).status_code == 303
    assert roles(home)["ada"] == ("admin", "operator")
    by_password = login(context.database, context.clock, "ada", PASSWORD, "192.0.2.1")
    assert by_password.outcome is LoginOutcome.REFUSED


SPOILT: dict[str, dict[str, Any]] = {
    "wrong nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "wrong audience": {"aud": "another"},
    "made for another": {"aud": [CLIENT, "another"], "azp": "another"},
    "several audiences": {"aud": [CLIENT, "another"]},
    "wrong issuer": {"iss": "https://evil.example"},
    "expired": {"exp": int(time.time()) - 3600},
    "no end": {"exp": None},
    "not yet": {"nbf": int(time.time()) + 3600},
    "from the future": {"iat": int(time.time()) + 3600},
    "nobody": {"sub": None},
    "no name": {"preferred_username": "  "},
}


@pytest.mark.parametrize("how", list(SPOILT))
async def test_a_token_with_wrong_claims_opens_nothing(home: Seeded, idp: Idp, how: str) -> None:
    idp.person["groups"] = ["admins"]
    idp.spoil = SPOILT[how]
    await refused(home)


@pytest.mark.parametrize(
    "sign",
    [
        providers.unsigned,
        providers.keyed_by_the_public_key,
        providers.of_another_signer,
        providers.tampered,
        lambda _idp, _claims: "not.a.token",
        lambda _idp, _claims: "",
    ],
)
async def test_a_token_with_a_wrong_signature_opens_nothing(
    home: Seeded, idp: Idp, sign: Callable[[Idp, dict[str, Any]], str]
) -> None:
    idp.person["groups"] = ["admins"]
    idp.sign = sign
    await refused(home)


async def refused(home: Seeded) -> None:
    browser = Browser(create_app(home.context))
    response = await over_the_provider(browser)
    assert response.status_code == 401
    assert "Single sign-on failed" in response.text
    assert (await browser.get("/")).status_code == 303
    assert "grace" not in roles(home)
    assert entries(home.context.database)[0].event == "login-refused"


async def test_a_clock_a_little_off_is_forgiven(home: Seeded, idp: Idp) -> None:
    idp.person["groups"] = ["noc"]
    idp.spoil = {"iat": int(time.time()) + 30, "nbf": int(time.time()) + 30}
    assert (await over_the_provider(Browser(create_app(home.context)))).status_code == 303
    idp.spoil = {"exp": int(time.time()) - 30}
    assert (await over_the_provider(Browser(create_app(home.context)))).status_code == 303


async def test_new_keys_are_fetched_once(home: Seeded, idp: Idp, monkeypatch: pytest.MonkeyPatch) -> None:
    idp.person["groups"] = ["noc"]
    app = create_app(home.context)
    provider = app.state.web.provider
    now = [1000.0]
    monkeypatch.setattr(provider, "_clock", Held(now))
    for _ in range(2):
        assert (await over_the_provider(Browser(app))).status_code == 303
    assert idp.asked_for_keys == 1
    idp.rotate("two")
    now[0] += 60
    assert (await over_the_provider(Browser(app))).status_code == 303
    assert idp.asked_for_keys == 2
    idp.sign = providers.of_another_signer  # a flood of forged tokens makes no flood of questions
    for _ in range(3):
        assert (await over_the_provider(Browser(app))).status_code == 401
    assert idp.asked_for_keys == 2


class Held:
    """Real time of day, a held stopwatch."""

    def __init__(self, stopwatch: list[float]) -> None:
        self._stopwatch = stopwatch

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return self._stopwatch[0]


async def test_an_answer_to_another_browser_is_refused(home: Seeded, idp: Idp) -> None:
    idp.person["groups"] = ["noc"]
    app = create_app(home.context)
    attacker, victim = Browser(app), Browser(app)
    away = await attacker.client.get("/login/sso")
    async with httpx.AsyncClient() as client:
        back = (await client.get(away.headers["location"])).headers["location"].removeprefix(BASE)
    await victim.client.get("/login/sso")
    assert (await victim.client.get(back)).status_code == 401
    assert (await attacker.client.get(back)).status_code == 303
    assert (await attacker.client.get(back)).status_code == 401, "an answer is good once"
    for query in ("", "?error=access_denied", "?code=x", "?code=x&state=y"):
        assert (await victim.client.get(f"/login/sso/callback{query}")).status_code == 401


async def test_groups_may_be_told_by_userinfo(home: Seeded, idp: Idp) -> None:
    idp.userinfo = {"sub": "1234", "groups": ["noc"]}
    assert (await over_the_provider(Browser(create_app(home.context)))).status_code == 303
    idp.userinfo = {"sub": "other", "groups": ["admins"]}
    assert (await over_the_provider(Browser(create_app(home.context)))).status_code == 401
    assert roles(home)["grace"] == ("operator",)


async def test_a_provider_that_is_away_or_another_is_told(home: Seeded, idp: Idp) -> None:
    idp.names_itself = "https://evil.example"
    response = await Browser(create_app(home.context)).client.get("/login/sso")
    assert (response.status_code, "names itself otherwise" in response.text) == (401, True)


async def test_secrets_stay_where_they_are(home: Seeded, idp: Idp, caplog: pytest.LogCaptureFixture) -> None:
    """The client's secret is in no answer, URL, log, setting or line of the audit log."""
    idp.person["groups"] = ["noc"]
    browser = Browser(create_app(home.context))
    away = await browser.client.get("/login/sso")
    seen = [away.headers["location"], away.text]
    async with httpx.AsyncClient() as client:
        back = await client.get(away.headers["location"])
    response = await browser.client.get(back.headers["location"].removeprefix(BASE))
    seen += [response.text, str(response.headers), caplog.text]
    seen += [repr(line.__dict__) for line in entries(home.context.database)]
    assert not any("planted client secret" in text for text in seen)
    assert (home.context.home.path / "settings.toml").read_text().find(SECRET) == -1


@pytest.mark.parametrize("issuer", ["http://idp.example", "ftp://127.0.0.1", "idp.example"])
def test_a_provider_without_https_is_refused(own: Seeded, issuer: str) -> None:
    path = own.context.home.path
    with (path / "settings.toml").open("a") as file:
        file.write(SETTINGS.format(url=issuer))
    with pytest.raises(InputError, match="https"):
        open_context(path)
