"""The editor of templates: tried on a device and a change set, saved by those who deploy."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from tests.web.conftest import BrowserMaker
from tests.web.seed import Seeded

from netwright.app.context import open_context


@pytest.fixture
def home(tmp_path: Path, full_folder: Path) -> Iterator[Seeded]:
    """The demo network with a folder for templates."""
    folder = Path(shutil.copytree(full_folder, tmp_path / "home"))
    (tmp_path / "templates").mkdir()
    (folder / "settings.toml").write_text(f'templates = "{tmp_path / "templates"}"\n')
    seeded = Seeded(open_context(folder))
    yield seeded
    seeded.context.close()


def files(tmp_path: Path) -> set[str]:
    folder = tmp_path / "templates"
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


async def text_of(browser: object, device: str, template: str) -> str:
    page = (await browser.get(f"/templates?device={device}&template={template}")).text  # type: ignore[attr-defined]
    return unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[0])


async def test_a_preview_shows_the_difference_and_writes_nothing(
    home: Seeded, browser_of: BrowserMaker, tmp_path: Path
) -> None:
    otto = await browser_of(home, "otto")
    text = await text_of(otto, "ams-edge1", "frr/config.j2")
    assert text.strip()
    wished = {"template": "frr/config.j2", "device": "ams-edge1", "text": f"! ours\nbanner x\n{text}"}
    shown = await otto.post("/templates", action="preview", **wished)
    assert shown.status_code == 200
    assert "ams-edge1 would change" in shown.text
    assert "banner x" in shown.text
    assert (
        "No difference for ams-edge1"
        in (await otto.post("/templates", action="preview", **{**wished, "text": text})).text
    )
    assert files(tmp_path) == set()


async def test_saving_needs_the_right_and_a_text_that_renders(
    home: Seeded, browser_of: BrowserMaker, tmp_path: Path
) -> None:
    otto = await browser_of(home, "otto")
    vera = await browser_of(home, "vera")
    text = await text_of(otto, "ams-edge1", "frr/config.j2")
    wished = {"scope": "role", "name": "edge", "template": "frr/config.j2", "device": "ams-edge1"}
    assert (await vera.post("/templates", action="save", text=text, **wished)).status_code == 403
    wrong = await otto.post("/templates", action="save", text="hostname {{ device.nowhere }}", **wished)
    assert wrong.status_code == 400
    said = unescape(re.findall(r'role="alert">.*?<p>(.*?)</p>', wrong.text, re.DOTALL)[0])
    assert "ams-edge1" in said
    assert "role/edge/frr/config.j2:1" in said
    assert files(tmp_path) == set()
    saved = await otto.post("/templates", action="save", text=f"! ours\n{text}", **wished)
    assert saved.headers["location"] == "/templates?own=role/edge/frr/config.j2"
    assert files(tmp_path) == {"role/edge/frr/config.j2"}
    assert "role/edge/frr/config.j2" in (await vera.get("/templates")).text
    await otto.post("/templates", action="save", text="", **wished)
    assert files(tmp_path) == set()


@pytest.mark.parametrize(
    "place",
    [
        {"template": "../../etc/passwd"},
        {"template": "frr/../x.j2"},
        {"template": "nothing/config.j2"},
        {"scope": "site", "name": "../..", "template": "frr/config.j2"},
        {"scope": "elsewhere", "template": "frr/config.j2"},
    ],
)
async def test_no_place_is_outside_the_folder(
    home: Seeded, browser_of: BrowserMaker, tmp_path: Path, place: dict[str, str]
) -> None:
    otto = await browser_of(home, "otto")
    answer = await otto.post("/templates", action="save", text="x", device="ams-edge1", **place)
    assert answer.status_code == 400
    assert files(tmp_path) == set()


async def test_without_a_folder_it_says_what_to_do(full: Seeded, browser_of: BrowserMaker) -> None:
    otto = await browser_of(full, "otto")
    text = await text_of(otto, "ams-edge1", "frr/config.j2")
    answer = await otto.post(
        "/templates", action="save", text=text, template="frr/config.j2", device="ams-edge1"
    )
    assert answer.status_code == 400
    assert "settings.toml" in answer.text
