"""A change set from opening to revert by commands alone, with review, conflict and a merge at a time."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from netwright.app.access.actor import machine_actor
from netwright.app.access.user import create_user, set_disabled, set_roles
from netwright.app.context import Context, open_context
from netwright.app.home import create_home
from netwright.app.latemerge import merge_due
from netwright.app.upgrade import upgrade
from netwright.app.vault import load_key
from netwright.base.clock import SystemClock
from netwright.base.errors import InputError, NetwrightError
from netwright.cli.main import root
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.problem import ApprovalMissingError

SETTINGS = """
[[approvals]]
role = "operator"
kinds = ["site"]
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("homes") / "review"
    made = create_home(path, SETTINGS)
    load_key(made.key_file, create=True)
    database = Database(made.database_url)
    upgrade(database)
    create_user(database, "olga", "a long password", "operator", by=machine_actor())
    database.close()
    return path


def run(home: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(root, ["change", *words, "--home", str(home)], catch_exceptions=True)
    if isinstance(done.exception, NetwrightError):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output


class Later(SystemClock):
    """Ten years on."""

    def now(self) -> float:
        return super().now() + 10 * 365 * 86_400


def test_the_whole_way(home: Path) -> None:
    assert "Change set 1 is open" in run(home, "open", "Amsterdam", "--reason", "Growth", "--author", "ada")
    run(home, "create", "1", "region", "name=europe", "--author", "ada")
    fields = ("name=ams", "region=europe", "kind=exchange", "latitude=52.4", "longitude=4.9")
    run(home, "create", "1", "site", *fields, "--author", "ada")
    run(
        home, "comment", "1", "Which building?", "--on", "site", "ams", "--field", "title", "--author", "olga"
    )
    run(home, "set", "1", "site", "ams", "title=Science Park", "--author", "ada")
    run(home, "answer", "1", "--author", "ada")
    assert "needs an approval by operator (site)" in run(home, "check", "1", code=1)
    with pytest.raises(ApprovalMissingError, match="netwright change approve 1"):
        run(home, "merge", "1")
    with pytest.raises(NetwrightError, match="has no account"):
        run(home, "approve", "1", "--author", "ada")
    run(home, "approve", "1", "--author", "olga", "--note", "Good")
    shown = run(home, "show", "1")
    assert "approved by olga" in shown
    assert "on site ams, title (answered, ada)" in shown
    document = orjson.loads(run(home, "show", "1", "--json"))
    assert (document["approvals"][0]["valid"], document["comments"][0]["field"]) == (True, "title")
    assert "merged as revision 1" in run(home, "merge", "1", "--author", "ada")

    run(home, "open", "One", "--author", "ada")
    run(home, "open", "Two", "--author", "ada")
    run(home, "set", "2", "site", "ams", "city=Amsterdam", "title=A", "--author", "ada")
    run(home, "set", "3", "site", "ams", "city=Duivendrecht", "title=B", "--author", "ada")
    assert "contests change set 3, Two: site ams (title, city)" in run(home, "show", "2")
    run(home, "drop", "2", "site", "ams", "title", "--author", "ada")
    run(home, "approve", "2", "--author", "olga")
    run(home, "merge", "2", "--author", "ada")
    assert "conflict" in run(home, "rebase", "3")
    run(home, "resolve", "3", "site", "ams", "city", "--value", "Diemen", "--author", "ada")
    with pytest.raises(InputError, match="what to keep"):
        run(home, "resolve", "3", "site", "ams")
    run(home, "approve", "3", "--author", "olga")
    run(home, "schedule", "3", "2030-01-01T03:00", "--author", "olga")
    assert "to be merged at 2030-01-01T03:00:00Z by olga" in run(home, "show", "3")
    context = open_context(home, clock=Later())
    assert [(one.changeset_id, one.revision) for one in merge_due(context)] == [(3, 3)]
    context.close()

    told = CliRunner().invoke(root, ["history", "site", "ams", "--home", str(home)]).output
    assert "city: Amsterdam -> Diemen" in told
    blamed = CliRunner().invoke(root, ["blame", "site", "ams", "city", "--json", "--home", str(home)]).output
    assert orjson.loads(blamed)["city"]["revision"] == 3
    assert "Revision 0 was the newest at 2001-01-01" in run(home, "as-of", "2001-01-01")
    run(home, "revert", "3", "--author", "ada")
    assert "-> Amsterdam" in run(home, "diff", "4")
    run(home, "abandon", "4")
    run(home, "reopen", "4")
    run(home, "edit", "4", "--title", "Back to Amsterdam")
    assert "Back to Amsterdam" in run(home, "list")
    run(home, "schedule", "4", "--off")
    assert "(1 object)" in run(home, "delete", "4", "site", "ams")


def test_a_deleted_object_has_its_history(home: Path, tmp_path: Path) -> None:
    del home
    made = create_home(tmp_path / "home", "")
    load_key(made.key_file, create=True)
    upgrade(Database(made.database_url))
    context: Context = open_context(made.path)
    for verb in ("create", "delete"):
        edit = context.changesets.editor()
        if verb == "create":
            edit.create("region", {"name": "mars"})
        else:
            edit.delete("region", 1)
        context.changesets.commit(edit, verb, "ada", lambda session, changes: [])
    context.close()
    told = CliRunner().invoke(root, ["history", "region", "mars", "--home", str(made.path)])
    assert told.exit_code == 0, told.output
    assert told.output.splitlines()[0].startswith("- revision 2, change set 2  ada")


def test_a_scheduled_merge_needs_the_rights_of_that_day(home: Path, tmp_path: Path) -> None:
    del home
    made = create_home(tmp_path / "home", "")
    load_key(made.key_file, create=True)
    upgrade(Database(made.database_url))
    context = open_context(made.path, clock=Later())
    create_user(context.database, "root", "a long password", "admin", by=machine_actor())
    for name, role in (("olga", "operator"), ("vic", "operator"), ("gone", "operator")):
        create_user(context.database, name, "a long password", role, by=machine_actor())
        changeset = context.changesets.open(name, "ada").id
        context.changesets.create(changeset, "region", {"name": name})
        ChangeSets(context.database, KINDS).agenda.schedule(changeset, Later().now() - 60, name)
    set_roles(context.database, "vic", ["viewer"], by=machine_actor())
    set_disabled(context.database, "gone", True, by=machine_actor())
    attempts = {one.changeset_id: one for one in merge_due(context)}
    assert [attempts[number].revision for number in (1, 2, 3)] == [1, None, None]
    assert "vic: needs the right to merge" in attempts[2].failure
    assert "gone: needs the right to merge" in context.changesets.get(3).merge_failure
    context.close()
