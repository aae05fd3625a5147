"""Which approvals the settings ask for: by kind, region, size; and with which roles someone approves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.tables import create_tables

from netwright.app.access.actor import machine_actor
from netwright.app.access.user import create_user, set_disabled
from netwright.app.approval import policy_of, roles_of
from netwright.app.home import ApprovalRule
from netwright.base.errors import InputError, NotFoundError
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database

RULES = (
    ApprovalRule(role="admin", kinds=["asn"]),
    ApprovalRule(role="operator", count=2, regions=["europe"], reason="Europe is watched"),
    ApprovalRule(role="operator", more_than=3),
)
EUROPE = "2 approvals by operator (Europe is watched)"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'approval.db'}")
    create_tables(made)
    yield made
    made.close()


@pytest.fixture
def changesets(database: Database) -> ChangeSets:
    return ChangeSets(database, KINDS, policy=policy_of(RULES))


@pytest.fixture
def ids(database: Database) -> dict[str, int]:
    """Two regions below the world, a country below one; a site in each leaf."""
    free = ChangeSets(database, KINDS)
    edit = free.editor()
    made = {"world": edit.create("region", {"name": "world"})}
    for name, parent in (("europe", "world"), ("asia", "world"), ("france", "europe")):
        made[name] = edit.create("region", {"name": name, "parent_id": made[parent]})
    for name, region in (("par", "france"), ("tyo", "asia")):
        fields = {"name": name, "region_id": made[region], "kind": "exchange"}
        made[name] = edit.create("site", {**fields, "latitude": 1, "longitude": 2})
    free.commit(edit, "world", "ada", lambda session, changes: [])
    return made


def unmet(changesets: ChangeSets, changeset: int) -> list[str]:
    preview = changesets.preview(changeset, lambda session, changes: [])
    assert preview.sound, preview
    return [str(one) for one in preview.unmet]


def test_by_kind(changesets: ChangeSets) -> None:
    changeset = changesets.open("an asn", "ada").id
    changesets.create(changeset, "asn", {"number": 1})
    assert unmet(changesets, changeset) == ["an approval by admin (asn)"]


@pytest.mark.parametrize(
    ("site", "fields", "needed"),
    [
        ("tyo", {"title": "Tokyo"}, []),
        ("par", {"title": "Paris"}, [EUROPE]),
        ("tyo", {"region_id": "france"}, [EUROPE]),
        ("par", {"region_id": "asia"}, [EUROPE]),
    ],
)
def test_by_region_before_and_after(
    changesets: ChangeSets, ids: dict[str, int], site: str, fields: dict[str, str], needed: list[str]
) -> None:
    changeset = changesets.open("move", "ada").id
    plain = {name: ids.get(value, value) for name, value in fields.items()}
    changesets.update(changeset, "site", ids[site], plain)
    assert unmet(changesets, changeset) == needed


def test_what_is_deleted_was_somewhere(changesets: ChangeSets, ids: dict[str, int]) -> None:
    changeset = changesets.open("close", "ada").id
    changesets.delete(changeset, "site", ids["par"])
    assert unmet(changesets, changeset) == [EUROPE]


def test_by_size(changesets: ChangeSets) -> None:
    changeset = changesets.open("many", "ada").id
    for number in range(4):
        assert unmet(changesets, changeset) == [] if number else True
        changesets.create(changeset, "manufacturer", {"name": f"m{number}"})
    assert unmet(changesets, changeset) == ["an approval by operator (more than 3 objects)"]


def test_the_roles_of_an_account(database: Database) -> None:
    for name, role in (("vic", "viewer"), ("adm", "admin"), ("gone", "operator")):
        create_user(database, name, "a long password", role, by=machine_actor())
    assert roles_of(database, "vic") == ("viewer",)
    assert roles_of(database, "adm") == ("viewer", "operator", "admin")
    set_disabled(database, "gone", True, by=machine_actor())
    with pytest.raises(InputError, match="disabled"):
        roles_of(database, "gone")
    with pytest.raises(NotFoundError, match="has no account"):
        roles_of(database, "nobody")
