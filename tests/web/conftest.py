"""Filled and empty home folders behind the application, and browsers without a screen."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from tests.web.seed import PASSWORD, Seeded, seed

from netwright.app.context import open_context
from netwright.intent.importer import import_documents
from netwright.web.application import create_app

BASE = "http://127.0.0.1:8080"
RIG = Path(__file__).parent / "rig.yaml"


@pytest.fixture(scope="session")
def full(full_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """The demo network at work. Tests that change it use ``own_full``."""
    seeded = Seeded(
        open_context(Path(shutil.copytree(full_folder, tmp_path_factory.mktemp("full") / "home")))
    )
    yield seeded
    seeded.context.close()


@pytest.fixture(scope="session")
def bare(bare_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """Users and nothing else."""
    seeded = Seeded(
        open_context(Path(shutil.copytree(bare_folder, tmp_path_factory.mktemp("bare") / "home")))
    )
    yield seeded
    seeded.context.close()


@pytest.fixture(scope="session")
def bare_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with users, closed, to be copied."""
    folder = tmp_path_factory.mktemp("copied") / "home"
    seed(folder, "empty").context.close()
    return folder


@pytest.fixture
def own(tmp_path: Path, bare_folder: Path) -> Iterator[Seeded]:
    """An empty home of the test's own."""
    folder = Path(shutil.copytree(bare_folder, tmp_path / "home"))
    seeded = Seeded(open_context(folder))
    yield seeded
    seeded.context.close()


@pytest.fixture(scope="session")
def full_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo network at work, closed, to be copied."""
    folder = tmp_path_factory.mktemp("copied-full") / "home"
    seed(folder).context.close()
    return folder


@pytest.fixture
def own_full(tmp_path: Path, full_folder: Path) -> Iterator[Seeded]:
    """The demo network of the test's own."""
    folder = Path(shutil.copytree(full_folder, tmp_path / "home"))
    seeded = Seeded(open_context(folder))
    yield seeded
    seeded.context.close()


class Browser:
    """Asks the application as a browser would: cookies, Origin, the form token of the page."""

    def __init__(self, app: FastAPI) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("192.0.2.7", 4321))
        self.client = httpx.AsyncClient(transport=transport, base_url=BASE)

    async def login(self, name: str, password: str = PASSWORD) -> httpx.Response:
        return await self.client.post(
            "/login", data={"name": name, "password": password}, headers={"origin": BASE}
        )

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def listed(self, path: str) -> httpx.Response:
        """The list at a path, wherever that has it: sites and devices have addresses of their own."""
        return await self.client.get(path, follow_redirects=True)

    async def token(self) -> str:
        text = (await self.get("/account")).text
        return text.partition('name="csrf" value="')[2].partition('"')[0]

    async def post(self, path: str, **data: str) -> httpx.Response:
        return await self.client.post(
            path, data={"csrf": await self.token(), **data}, headers={"origin": BASE}
        )


@pytest.fixture
async def browser_of() -> AsyncIterator[BrowserMaker]:
    """Makes browsers, logged in when a name is given."""
    maker = BrowserMaker()
    yield maker
    for browser in maker.made:
        await browser.client.aclose()


class BrowserMaker:
    """Remembers the browsers it made, to close them."""

    def __init__(self) -> None:
        self.made: list[Browser] = []

    async def __call__(self, seeded: Seeded, name: str = "") -> Browser:
        browser = Browser(create_app(seeded.context, hosts=["127.0.0.1"]))
        self.made.append(browser)
        if name:
            assert (await browser.login(name)).status_code == 303
        return browser


@pytest.fixture(scope="session")
def rig(bare_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """A small network with cards in cards, panels, a circuit, power and consoles. Only to be read."""
    folder = tmp_path_factory.mktemp("rig") / "home"
    seeded = Seeded(open_context(Path(shutil.copytree(bare_folder, folder))))
    context = seeded.context
    result = import_documents(context.database, context.changesets, [RIG], "ada", "The rig")
    assert result.ok, [str(problem) for problem in result.problems]
    yield seeded
    context.close()
