"""Names that may do without their last part: prefixes outside any VRF, and the same ones inside."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from netwright.inventory import KINDS
from netwright.store.history import documents
from netwright.store.naming import natural_keys, resolve
from netwright.store.problem import RulesBrokenError
from netwright.store.query.named import find_all

from .stores import Store

PREFIX = "10.0.0.0/8"


@pytest.fixture
def prefixes(inventory: Store) -> dict[str, int]:
    """The same prefix in the global table and in two VRFs, by VRF."""
    found = {"": inventory.make("prefix", prefix=PREFIX, role="container")}
    for name in ("red", "8"):
        vrf = inventory.make("vrf", name=name)
        found[name] = inventory.make("prefix", prefix=PREFIX, role="container", vrf_id=vrf)
    return found


def test_names_lead_there_and_back(inventory: Store, prefixes: dict[str, int]) -> None:
    texts = {vrf: f"{PREFIX}/{vrf}".rstrip("/") for vrf in prefixes}
    with inventory.database.read() as session:
        names = natural_keys(session, "prefix")
        assert names == {prefixes[vrf]: text for vrf, text in texts.items()}
        assert {text: resolve(session, "prefix", text) for text in texts.values()} == {
            text: prefixes[vrf] for vrf, text in texts.items()
        }
        found = find_all(session, KINDS, KINDS["prefix"], list(texts.values()))
    assert found == {text: prefixes[vrf] for vrf, text in texts.items()}


@pytest.mark.parametrize("vrf", ["", "red"])
def test_a_second_one_in_a_table_is_told(inventory: Store, prefixes: dict[str, int], vrf: str) -> None:
    with inventory.database.read() as session:
        vrf_id = documents(session, KINDS["prefix"], [prefixes[vrf]])[prefixes[vrf]]["vrf_id"]
    with pytest.raises(RulesBrokenError, match=f"prefix {PREFIX}.* is taken"):
        inventory.make("prefix", prefix=PREFIX, role="link", vrf_id=vrf_id)


@pytest.mark.parametrize("vrf", ["", "red"])
def test_the_database_holds_it_too(inventory: Store, prefixes: dict[str, int], vrf: str) -> None:
    row = {"id": 999, "prefix": PREFIX, "role": "link", "status": "active", "description": ""}
    table = KINDS["prefix"].table
    with inventory.database.read() as session:
        row["vrf_id"] = documents(session, KINDS["prefix"], [prefixes[vrf]])[prefixes[vrf]]["vrf_id"]
    with pytest.raises(IntegrityError), inventory.database.write() as session:
        session.execute(table.insert(), row)


def test_moving_between_tables(inventory: Store, prefixes: dict[str, int]) -> None:
    """Three objects trade places in one change set; none is in the other's way."""
    with inventory.database.read() as session:
        docs = documents(session, KINDS["prefix"], prefixes.values())
    order = list(prefixes.values())
    opened = inventory.changesets.open("Round", "tester").id
    with inventory.changesets.edit(opened) as editor:
        for one, following in zip(order, order[1:] + order[:1], strict=True):
            editor.update("prefix", one, {"vrf_id": docs[following]["vrf_id"]})
    inventory.merge(opened)
    with inventory.database.read() as session:
        now = documents(session, KINDS["prefix"], order)
    assert [now[one]["vrf_id"] for one in order] == [docs[one]["vrf_id"] for one in order[1:] + order[:1]]
