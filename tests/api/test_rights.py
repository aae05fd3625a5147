"""Nobody hears of what they may not see: every read route over random networks, as callers of many kinds.

Each object's texts hold a word of its own (``n17``). Which objects and fields a caller may see is known from
the tables; the words of all others must not be in any byte of any answer.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, true
from starlette.requests import Request
from tests.api.conftest import Homes
from tests.app.access.world import World, random_world

from netwright.api.application import create_api
from netwright.app.access import Access, Actor, Anchor, Grant, Means, Scope, Verb
from netwright.app.context import Context, open_context
from netwright.inventory import KINDS
from netwright.store.history import current_revision
from netwright.store.identity import ObjectId
from netwright.store.kind import FieldType, Kind
from netwright.store.past import as_of_revision

pytestmark = pytest.mark.slow
_WORD = re.compile(r"(?<![A-Za-z0-9])n\d+(?![A-Za-z0-9])")
_SEED = 7
_NEW = count(100_000)


def callers(world: World, dice: random.Random) -> dict[str, tuple[Grant, ...]]:
    """Rights of many kinds. All may look at change sets."""
    regions = sorted(world.docs["region"])
    sites = sorted(world.docs["site"])
    here = Anchor("region", frozenset(dice.sample(regions, 2)))
    look = frozenset({Verb.VIEW, Verb.OBSERVE})
    few = frozenset({"interface", "cable", "address", "prefix", "device", "bgp_session"})
    return {
        "region": (Grant(look, scope=Scope((here,))),),
        "region and unplaced": (Grant(look, scope=Scope((here,), unplaced=True)),),
        "some kinds": (Grant(look, kinds=few),),
        "no devices": (Grant(look, kinds=frozenset(KINDS) - {"device", "site"}),),
        "role of devices": (
            Grant(look, scope=Scope((Anchor("device", frozenset({"edge"}), "role"),), unplaced=True)),
        ),
        "no texts": (Grant(look, without=frozenset({"description", "title", "serial", "notes", "comment"})),),
        "two": (
            Grant(look, kinds=few, scope=Scope((here,))),
            Grant(look, scope=Scope((Anchor("site", frozenset(sites[:1])),))),
        ),
    }


@pytest.fixture(scope="module")
def context(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    made = open_context(Path(shutil.copytree(homes.empty, tmp_path_factory.mktemp("rights") / "home")))
    yield made
    made.close()


@pytest.fixture(scope="module")
def world(context: Context) -> World:
    """A network with history: what it is was merged, then its texts and references were changed, and another
    such change waits."""
    made = next(
        one
        for seed in range(_SEED, 500)
        if len((one := random_world(seed, most=4)).docs["region"]) > 3
        and len(one.docs["site"]) > 2
        and len(one.docs["interface"]) > 2
        and len(one.docs["cable"]) > 0
    )
    with context.database.write() as session:
        made.write(session)
        newest = max(one for docs in made.docs.values() for one in docs)
        session.merge(ObjectId(id=1, last=newest))
    dice = random.Random(1)
    for merged in (True, False):
        opened = context.changesets.open(f"Change {', '.join(names(made))}"[:255], "admin", "because").id
        with context.changesets.edit(opened) as editor:
            for kind in KINDS.values():
                for object_id, doc in made.docs[kind.name].items():
                    fields = changed(made, kind, doc, dice)
                    if fields:
                        editor.update(kind.name, object_id, fields)
        if merged:
            context.changesets.merge(opened, "admin", lambda _session, _changes: [])
        else:
            context.changesets.review.comment(opened, "admin", "Look at " + "/eth0 ".join(names(made)))
    return made


def names(world: World) -> list[str]:
    """Names that stand by themselves, as people use them in what they write."""
    return [
        doc[kind.key_fields[0].column]
        for kind in KINDS.values()
        if kind.key_fields[0].type is FieldType.TEXT
        for doc in world.docs[kind.name].values()
    ]


def changed(world: World, kind: Kind, doc: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """Other values for one text and one reference, that no rule of the tables forbids."""
    fields: dict[str, Any] = {}
    for spec in kind.fields:
        column = kind.table.c[spec.column]
        if spec.name in kind.key or column.unique or dice.random() < 0.3:
            continue
        if spec.type is FieldType.TEXT:
            fields[spec.column] = f"n{next(_NEW)}"
        elif spec.reference is not None and spec.reference != kind.name and not spec.owner:
            fields[spec.column] = dice.choice([*world.docs[spec.reference], doc[spec.column]])
    return fields


def by_header(rights: dict[str, tuple[Grant, ...]]) -> Any:
    async def authenticate(request: Request) -> Access | None:
        name = request.headers.get("x-caller", "")
        return Access(Actor(name, Means.TOKEN), rights[name]) if name in rights else None

    return authenticate


def secrets_of(context: Context, access: Access, revision: int) -> set[str]:
    """Words of objects that are not seen, and of hidden fields of those that are, in the state of a revision;
    not those that stand in what is seen as well."""
    unseen, seen = set[str](), set[str]()
    with context.database.read() as session, as_of_revision(session, KINDS, revision):
        for kind in KINDS.values():
            condition = access.where(Verb.VIEW, kind)
            hidden = access.hidden(kind)
            table = kind.table
            query = select(table.c.id) if condition is None else select(table.c.id).where(condition)
            mine = set(session.scalars(query)) if access.may(Verb.VIEW, kind.name) else set()
            columns = [table.c.id, *(table.c[spec.column] for spec in kind.fields)]
            for row in session.execute(select(*columns)).mappings():
                for spec in kind.fields:
                    if spec.reference is None:
                        found = set(_WORD.findall(str(row[spec.column])))
                        (seen if row["id"] in mine and spec.name not in hidden else unseen).update(found)
    return unseen - seen


def planned(context: Context, access: Access) -> set[str]:
    """Words that the open change set plans for what is not seen."""
    found = set[str]()
    with context.database.read() as session:
        for change in context.changesets.changes(2):
            kind = KINDS[change.kind]
            condition = access.where(Verb.VIEW, kind)
            table = kind.table
            here = select(table.c.id).where(
                table.c.id == change.id, condition if condition is not None else true()
            )
            seen = access.may(Verb.VIEW, kind.name) and session.scalar(here) is not None
            for column, value in (change.after or {}).items():
                if not seen or next(s.name for s in kind.fields if s.column == column) in access.hidden(kind):
                    found.update(_WORD.findall(str(value)))
    return found


@pytest.fixture(scope="module")
def rights(world: World) -> dict[str, tuple[Grant, ...]]:
    return callers(world, random.Random(2))


@pytest.fixture
async def client(context: Context, rights: dict[str, tuple[Grant, ...]]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_api(context, [by_header(rights)]), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as made:
        yield made


def questions(world: World, kind: Kind) -> Iterator[tuple[str, dict[str, str]]]:
    """Every way to read a kind."""
    here = f"/v1/{kind.name}"
    references = [spec.name for spec in kind.fields if spec.reference]
    yield here, {"limit": "1000"}
    yield here, {"format": "ndjson"}
    yield here, {"count": "true", "limit": "1", "sort": "-key"}
    yield here, {"q": "n"}
    for name in references:
        yield here, {"sort": name, "limit": "2"}
        yield here, {"expand": name, "fields": name}
        yield here, {f"{name}__isnull": "false", "fields": f"key,{name}"}
    yield f"{here}/key:nowhere/at/all", {}
    yield here, {"key": "nowhere"}
    for one in list(world.docs[kind.name])[:3]:
        for about in ("", "/history", "/blame"):
            yield f"{here}/id:{one}{about}", {}
        yield f"{here}/id:{one}", {"as_of": "0"}


@pytest.mark.parametrize(
    "caller",
    ["region", "region and unplaced", "some kinds", "no devices", "role of devices", "no texts", "two"],
)
async def test_no_word_of_what_is_not_seen(
    caller: str,
    context: Context,
    world: World,
    rights: dict[str, tuple[Grant, ...]],
    client: httpx.AsyncClient,
) -> None:
    access = Access(Actor(caller, Means.TOKEN), rights[caller])
    with context.database.read() as session:
        now = current_revision(session)
    secret = secrets_of(context, access, now) | planned(context, access)
    once = secrets_of(context, access, 0)
    assert secret, "this caller sees all: the test would prove nothing"
    headers = {"x-caller": caller}
    told = 0

    def check(answer: httpx.Response) -> None:
        nonlocal told
        assert answer.status_code < 500, f"{answer.request.url}: {answer.text}"
        leaked = (once if "as_of" in answer.request.url.params else secret) & {*_WORD.findall(answer.text)}
        assert not leaked, (
            f"{caller} hears {sorted(leaked)[:3]} from {answer.request.url}: {answer.text[:3000]}"
        )
        told += answer.status_code == 200

    for kind in KINDS.values():
        for path, params in questions(world, kind):
            check(await client.get(path, params=params, headers=headers))
    for path in ("", "/1", "/1/diff", "/1/review", "/2", "/2/diff", "/2/preview", "/2/review"):
        check(await client.get(f"/v1/change-sets{path}", headers=headers))
    for query in graph_queries():
        check(await client.post("/graphql", json={"query": query}, headers=headers))
    assert told > 5


def graph_queries() -> Iterator[str]:
    from netwright.store.query.relation import plural, relations  # noqa: PLC0415

    for name, kind in KINDS.items():
        edges = [spec.name for spec in kind.fields if spec.reference] + list(relations(KINDS, kind))
        inner = " ".join(f"{edge} {{ id key }}" for edge in edges)
        yield f"{{ {plural(name)} {{ total items {{ id key {inner} }} }} }}"
