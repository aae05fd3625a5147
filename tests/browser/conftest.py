"""A real server on loopback and a real Chromium."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from tests.web.seed import PASSWORD, Seeded, seed

from netwright.app.context import open_context
from netwright.web.application import create_app

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_S = 30.0


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        self.ready.set()


class Site:
    """A served home folder."""

    def __init__(self, seeded: Seeded) -> None:
        self.seeded = seeded
        app = create_app(seeded.context, hosts=["127.0.0.1"])
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1)
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        assert self._server.ready.wait(START_S)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(START_S)
        self.seeded.context.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("browser") / "home"
    seed(made).context.close()
    return made


@pytest.fixture
def site(folder: Path, tmp_path: Path) -> Iterator[Site]:
    """The demo network, served."""
    served = Site(Seeded(open_context(Path(shutil.copytree(folder, tmp_path / "home")))))
    yield served
    served.close()


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Site]:
    """Users and nothing else, served."""
    served = Site(seed(tmp_path / "empty", "empty"))
    yield served
    served.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM.exists(), "install Debian's chromium, or leave browser tests out with -m 'not browser'"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


class Window:
    """A page that remembers everything that went wrong in it."""

    def __init__(self, browser: Browser, url: str, *, width: int = 1440, scheme: str = "light") -> None:
        self._context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            is_mobile=width < 600,
        )
        self.page: Page = self._context.new_page()
        self.url = url
        self.troubles: list[str] = []
        self.elsewhere: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        self.page.on("response", self._response)
        self.page.on("request", self._request)

    def login(self, name: str = "ada") -> None:
        self.page.goto(f"{self.url}/login")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(f"{self.url}/")

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)
        self.page.wait_for_load_state("load")

    def close(self) -> None:
        self._context.close()

    def _console(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in {"error", "warning"}:
            self.troubles.append(f"{kind}: {text}")

    def _response(self, response: object) -> None:
        status, url = getattr(response, "status", 0), getattr(response, "url", "")
        if status >= 400:
            self.troubles.append(f"{status}: {url}")

    def _request(self, request: object) -> None:
        url = getattr(request, "url", "")
        if not url.startswith((self.url, "data:")):
            self.elsewhere.append(url)
