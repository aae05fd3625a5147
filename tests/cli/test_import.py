"""``netwright import`` and ``netwright render`` on a real home."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from netwright.app.context import open_context
from netwright.app.home import create_home
from netwright.app.upgrade import upgrade
from netwright.app.vault import load_key
from netwright.base.errors import InputError, NotFoundError
from netwright.base.secret import Secret
from netwright.cli.main import root
from netwright.store.database import Database

DESIGN = Path(__file__).parents[2] / "examples" / "demo" / "design"


@pytest.fixture(scope="module")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("homes") / "empty"
    home = create_home(path, "")
    load_key(home.key_file, create=True)
    database = Database(home.database_url)
    upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="module")
def _with_demo(_empty: Path) -> Path:
    path = Path(shutil.copytree(_empty, _empty.with_name("demo")))
    assert run(path, "import", str(DESIGN)).exit_code == 0
    return path


@pytest.fixture
def home(_empty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_empty, tmp_path / "home"))


@pytest.fixture
def demo(_with_demo: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_with_demo, tmp_path / "home"))


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(root, [*words, "--home", str(home)])


def test_the_demo_is_imported_once(home: Path) -> None:
    first = run(home, "import", str(DESIGN), "--title", "The demo", "--author", "ada")
    assert first.exit_code == 0
    assert "device            18 created" in first.stdout
    assert "bgp_session       52 created" in first.stdout
    assert "Read 526 objects in 9 files. Change set 1 is merged as revision 1." in first.stdout
    assert "ada" in run(home, "change", "show", "1").stdout

    again = run(home, "import", str(DESIGN))
    assert again.exit_code == 0
    assert again.stdout == "Read 526 objects in 9 files. Nothing differs; no change set was made.\n"


def test_problems_go_to_stderr_with_file_and_line(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("regions:\n  - north\nsites:\n  - {name: ams, region: nort, kind: core, latitude: 1}\n")
    result = run(home, "import", str(file))

    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"{file}:4: site ams: there is no region 'nort' (did you mean north?)" in result.stderr
    assert f"{file}:4: site ams: longitude is missing" in result.stderr
    assert "2 problems; nothing was changed" in result.stderr
    assert orjson.loads(run(home, "change", "list", "--json").stdout) in ([], {"changesets": []})


def test_a_small_change_is_shown_field_by_field(demo: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    file.write_text("sites: [{name: ams, title: Amsterdam}]\nregions: [asia]\n")

    dry = run(demo, "import", str(file), "--dry-run")
    assert "~ ams" in dry.stdout
    assert "title: Amsterdam POP -> Amsterdam" in dry.stdout
    assert "+ asia" in dry.stdout
    assert "This was a dry run; nothing was changed." in dry.stdout

    left = orjson.loads(run(demo, "import", str(file), "--no-merge", "--json").stdout)
    assert left["ok"] is True
    assert left["revision"] is None
    assert left["changeset"] is not None
    assert left["counts"] == {"region": {"create": 1}, "site": {"update": 1}}
    assert [(one["kind"], one["key"], one["op"]) for one in left["changes"]] == [
        ("region", "asia", "create"),
        ("site", "ams", "update"),
    ]
    assert run(demo, "change", "merge", str(left["changeset"])).exit_code == 0
    assert "Nothing differs" in run(demo, "import", str(file)).stdout


def test_problems_as_json(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("devcies: []\n")
    result = run(home, "import", str(file), "--json")
    assert result.exit_code == 2
    (problem,) = orjson.loads(result.stdout)["problems"]
    assert problem["source"] == f"{file}:1"
    assert problem["severity"] == "error"


def test_a_path_that_is_not_there(home: Path) -> None:
    result = run(home, "import", "nowhere.yaml")
    assert isinstance(result.exception, InputError)
    assert result.exception.subject == "nowhere.yaml"


def test_configurations_are_printed_with_secrets_masked(demo: Path) -> None:
    text = run(demo, "render", "ams-edge1", "ams-tor1").stdout
    assert "hostname ams-edge1\n" in text
    assert "hostname ams-tor1\n" in text
    assert " neighbor 198.19.0.1 password <secret:isp-aurora-md5>\n" in text


def test_secrets_in_clear_want_the_secret(demo: Path) -> None:
    missing = run(demo, "render", "ams-edge1", "--secrets")
    assert missing.exit_code == 2
    assert "there is no secret 'isp-aurora-md5'" in missing.stderr

    context = open_context(demo)
    context.vault.put("isp-aurora-md5", Secret("s3cret"))
    context.close()
    assert " password s3cret\n" in run(demo, "render", "ams-edge1", "--secrets").stdout


def test_all_configurations_are_written_for_their_owner_only(demo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "configs"
    assert run(demo, "render", "--all", "--output", str(folder)).exit_code == 0
    files = sorted(folder.iterdir())
    assert len(files) == 18
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_devices_that_can_t_be_rendered(demo: Path) -> None:
    unknown = run(demo, "render", "nobody")
    assert isinstance(unknown.exception, NotFoundError)
    assert isinstance(run(demo, "render").exception, InputError)
    assert isinstance(run(demo, "render", "ams-tor1", "--all").exception, InputError)

    overlay = demo / "templates" / "device" / "ams-cache1" / "linux_nginx"
    overlay.mkdir(parents=True)
    (overlay / "extra.j2").write_text("{{ device.nothing }}\n")
    with (demo / "settings.toml").open("a") as settings:
        settings.write(f'\ntemplates = "{demo / "templates"}"\n')
    mixed = run(demo, "render", "ams-cache1", "ams-tor1")
    assert mixed.exit_code == 2
    assert "ams-cache1: the template fails" in mixed.stderr
    assert "hostname ams-tor1\n" in mixed.stdout
