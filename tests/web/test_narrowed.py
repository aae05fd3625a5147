"""A user whose role reaches one region: pages tell of that region, and nothing breaks."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from tests.web.conftest import Browser
from tests.web.seed import PASSWORD, Seeded
from tests.web.test_security import OPEN, concrete, routes

from netwright.app.access import Actor, Means, role
from netwright.app.access.audit import entries
from netwright.app.access.user import create_user, set_roles
from netwright.app.access.wording import take_grant
from netwright.inventory import Device, Region, Site
from netwright.web.application import create_app

BY = Actor("root", Means.MACHINE)


@pytest.fixture
def home(own_full: Seeded) -> tuple[Seeded, set[str], set[str]]:
    """With a user `rita` of one region; names of the devices inside and outside."""
    context = own_full.context
    with context.database.read() as session:
        rows = session.execute(
            select(Device.name, Region.name)
            .join(Site, Site.id == Device.site_id)
            .join(Region, Region.id == Site.region_id)
        ).all()
        region = rows[0][1]
        see = take_grant(session, ["view", "update"], places=[f"region={region}"], unplaced=True)
        rest = take_grant(session, ["observe", "propose", "merge"])
    role.create_role(context.database, context.clock, "regional", "", by=BY)
    for grant in (see, rest):
        role.add_grant(context.database, context.clock, "regional", grant, by=BY)
    create_user(context.database, "rita", PASSWORD, "viewer", by=BY)
    set_roles(context.database, "rita", ["regional"], by=BY)
    inside = {name for name, where in rows if where == region}
    return own_full, inside, {name for name, _ in rows} - inside


@pytest.mark.slow
async def test_each_page_of_one_region(home: tuple[Seeded, set[str], set[str]]) -> None:
    seeded, inside, outside = home
    assert inside
    assert outside
    browser = Browser(create_app(seeded.context))
    await browser.login("rita")
    for method, path in routes(seeded):
        if method == "GET" and path not in OPEN and "events" not in path:
            response = await browser.get(concrete(path))
            words = re.sub(r"<[^>]+>|\s+", " ", response.text)
            assert response.status_code < 500, (path, words[-600:])
    for path in ("/devices", "/sites", "/backups", "/findings", "/"):
        text = (await browser.get(path)).text
        shown = {name for name in outside if re.search(rf"/devices/{name}\b", text)}
        assert shown == set(), path
    mine, other = min(inside), min(outside)
    assert f"/devices/{mine}" in (await browser.get("/devices")).text
    assert (await browser.get(f"/devices/{mine}")).status_code == 200
    for tail in ("", "/interfaces", "/hardware", "/backups", "/configuration", "/series?object=device"):
        assert (await browser.get(f"/devices/{other}{tail}")).status_code == 404, tail


async def test_a_change_set_beyond_the_region(home: tuple[Seeded, set[str], set[str]]) -> None:
    seeded, inside, outside = home
    context = seeded.context
    mine, other = min(inside), min(outside)
    with context.database.read() as session:
        ids = {row.name: row.id for row in session.execute(select(Device.name, Device.id))}
    browser = Browser(create_app(context))
    await browser.login("rita")
    number = context.changesets.open("Rename", "someone").id
    for name in (mine, other):
        context.changesets.update(number, "device", ids[name], {"serial": f"planted-{name}"})
    text = (await browser.get(f"/changes/{number}")).text
    assert f"planted-{mine}" in text
    assert f"planted-{other}" not in text
    response = await browser.post(f"/changes/{number}/merge")
    assert response.status_code == 403
    assert context.changesets.get(number).state == "open"
    line = entries(context.database)[0]
    assert (line.event, line.who, line.verb, line.subject) == (
        "refused",
        "rita",
        "merge",
        f"POST /changes/{number}/merge",
    )
    assert f"device {other}: rita may not update it" in line.detail
    mended = context.changesets.open("Mine alone", "rita").id
    context.changesets.update(mended, "device", ids[mine], {"serial": "new"})
    assert (await browser.post(f"/changes/{mended}/merge")).status_code == 303
    assert context.changesets.get(mended).state == "merged"
