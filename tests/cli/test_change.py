"""``netwright change`` and ``netwright show`` on a real home with a small network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from netwright.app.context import Context, open_context
from netwright.app.home import create_home
from netwright.app.upgrade import upgrade
from netwright.app.vault import load_key
from netwright.base.errors import InputError, NotFoundError
from netwright.cli.main import root
from netwright.store.database import Database
from netwright.store.problem import MergeConflictError, RulesBrokenError


@pytest.fixture(scope="module")
def first_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose revision 1 holds a region and two sites."""
    path = tmp_path_factory.mktemp("homes") / "first"
    home = create_home(path, "")
    load_key(home.key_file, create=True)
    database = Database(home.database_url)
    upgrade(database)
    database.close()
    context = open_context(path)
    opened = context.changesets.open("The first sites", "ada").id
    with context.changesets.edit(opened) as edit:
        region = edit.create("region", {"name": "europe"})
        for name, latitude in (("ams", 52.4), ("par", 48.9)):
            fields = {"name": name, "region_id": region, "kind": "exchange", "latitude": latitude}
            edit.create("site", {**fields, "longitude": 2.5})
    context.changesets.merge(opened, "bob", lambda session, touched: [])
    context.close()
    return path


@pytest.fixture
def home(first_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first_home, tmp_path / "home"))


@pytest.fixture
def context(home: Path) -> Iterator[Context]:
    made = open_context(home)
    yield made
    made.close()


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(root, [*words, "--home", str(home)])


def said(home: Path, *words: str) -> str:
    """The output of a command that must go well."""
    result = run(home, *words)
    assert result.exception is None, result.output
    return result.output


def refused(home: Path, *words: str) -> BaseException:
    result = run(home, *words)
    assert result.exception is not None
    return result.exception


def site_id(context: Context, name: str) -> int:
    found = orjson.loads(said(context.home.path, "show", "site", name, "--json"))
    return int(found["id"])


def edited(context: Context, **fields: Any) -> int:
    """An open change set that edits site ams."""
    opened = context.changesets.open("Rename Amsterdam", "ada", "It grew").id
    context.changesets.update(opened, "site", site_id(context, "ams"), fields)
    return opened


def test_lists(home: Path, context: Context) -> None:
    edited(context, title="Amsterdam")
    output = said(home, "change", "list")
    assert "The first sites" in output
    assert "Rename Amsterdam" in output
    merged = orjson.loads(said(home, "change", "list", "--state", "merged", "--json"))
    assert [(one["id"], one["state"], one["changes"], one["merged_revision"]) for one in merged] == [
        (1, "merged", 3, 1)
    ]
    assert "There is no abandoned change set yet" in said(home, "change", "list", "--state", "abandoned")


def test_from_review_to_revert(home: Path, context: Context) -> None:
    number = str(edited(context, title="Amsterdam", status="planned"))
    shown = said(home, "change", "show", number)
    assert "It grew" in shown
    assert "1 updated" in shown
    diff = said(home, "change", "diff", number)
    assert "~ ams" in diff
    assert "title: - -> Amsterdam" in diff
    assert orjson.loads(said(home, "change", "diff", number, "--json"))[0]["fields"]["status"] == {
        "before": "active",
        "after": "planned",
    }
    assert "can be merged" in said(home, "change", "check", number)
    assert "merged as revision 2" in said(home, "change", "merge", number, "--author", "bob")
    assert "revision 2, bob" in said(home, "show", "site", "ams")
    assert "Change set 3 takes it back" in said(home, "change", "revert", number)
    said(home, "change", "merge", "3")
    assert orjson.loads(said(home, "show", "site", "ams", "--json"))["fields"]["title"] == ""


def test_a_conflict_is_shown_and_settled(home: Path, context: Context) -> None:
    number = str(edited(context, title="ours"))
    theirs = edited(context, title="theirs")
    said(home, "change", "merge", str(theirs))
    result = run(home, "change", "check", number)
    assert result.exit_code == 1
    assert "conflict  site ams: title was empty, is now theirs, this change set wants ours" in result.output
    document = orjson.loads(run(home, "change", "check", number, "--json").output)
    assert document["mergeable"] is False
    assert document["conflicts"][0]["theirs"] == "theirs"
    assert isinstance(refused(home, "change", "merge", number), MergeConflictError)
    said(home, "change", "resolve", number, "site", "ams", "--keep", "ours")
    said(home, "change", "merge", number)
    assert orjson.loads(said(home, "show", "site", "ams", "--json"))["fields"]["title"] == "ours"


def test_a_conflict_over_something_deleted_is_settled_by_its_old_name(home: Path, context: Context) -> None:
    number = str(edited(context, title="ours"))
    opened = context.changesets.open("Give up Amsterdam", "ada").id
    context.changesets.delete(opened, "site", site_id(context, "ams"))
    said(home, "change", "merge", str(opened))
    assert "was deleted meanwhile" in run(home, "change", "check", number).output
    said(home, "change", "resolve", number, "site", "ams", "--keep", "ours")
    said(home, "change", "merge", number)
    assert orjson.loads(said(home, "show", "site", "ams", "--json"))["fields"]["title"] == "ours"


def test_problems_stop_a_merge(home: Path, context: Context) -> None:
    number = str(edited(context, name="par"))
    result = run(home, "change", "check", number)
    assert result.exit_code == 1
    assert "name par is taken by another site too" in result.output
    error = refused(home, "change", "merge", number)
    assert isinstance(error, RulesBrokenError)
    assert "name par is taken" in str(error)


def test_a_carried_tag_is_deleted_by_force(home: Path, context: Context) -> None:
    number = str(context.changesets.open("Tags", "ada").id)
    said(home, "change", "create", number, "tag", "name=core")
    said(home, "change", "set", number, "site", "ams", "tags=core")
    said(home, "change", "merge", number)
    number = str(context.changesets.open("No tags", "ada").id)
    said(home, "change", "delete", number, "tag", "core")
    assert "can't be deleted, site ams carries it" in run(home, "change", "check", number).output
    assert "(1 object)" in said(home, "change", "delete", number, "tag", "core", "--force")
    said(home, "change", "merge", number)
    assert orjson.loads(said(home, "show", "site", "ams", "--json"))["fields"]["tags"] is None


def test_abandon(home: Path, context: Context) -> None:
    number = str(edited(context, title="x"))
    assert "is abandoned" in said(home, "change", "abandon", number)
    assert isinstance(refused(home, "change", "merge", number), InputError)
    assert isinstance(refused(home, "change", "show", "99"), NotFoundError)


def test_show_kinds_and_objects(home: Path) -> None:
    counts = orjson.loads(said(home, "show", "--json"))
    assert (counts["site"], counts["device"]) == (2, 0)
    assert "A rack in a site" in said(home, "show")
    table = said(home, "show", "sites", "--filter", "region=europe", "--filter", "name=a*")
    assert "ams" in table
    assert "par" not in table
    assert "1 site" in table
    assert "There is no device" in said(home, "show", "device")
    assert "None of 2 sites matches" in said(home, "show", "site", "--filter", "kind=core")


def test_show_as_of(home: Path, context: Context) -> None:
    said(home, "change", "merge", str(edited(context, name="adam", title="Amsterdam")))
    assert orjson.loads(said(home, "show", "site", "ams", "--as-of", "1", "--json"))["fields"]["title"] == ""
    assert "ams" in said(home, "show", "site", "--as-of", "1")
    assert "Did you mean ams" in str(refused(home, "show", "site", "amz", "--as-of", "1"))
    assert "The newest is 2" in str(refused(home, "show", "site", "--as-of", "3"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("show", "sight"), "Did you mean site"),
        (("show", "site", "amss"), "Did you mean ams?"),
        (("show", "site", "--filter", "regoin=x"), "Did you mean region?"),
        (("show", "site", "--filter", "region"), "a filter is FIELD=VALUE"),
    ],
)
def test_what_is_misspelt_is_answered_with_what_is_near(
    home: Path, words: tuple[str, ...], expected: str
) -> None:
    assert expected in str(refused(home, *words))
