"""Planning and deploying by a process beside the server; health kept for a while; the worker kept alive."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.web.conftest import BrowserMaker
from tests.web.seed import Seeded, add_rollout

from netwright.app.worker import WorkerLock
from netwright.base.errors import ConflictError
from netwright.deploy.records import DeviceState, RolloutState
from netwright.server.command import is_loopback, serve
from netwright.web.deployment import Deployments, deploy_command
from netwright.web.state import Kept
from netwright.web.workerkeeper import WorkerKeeper


def wait_for(condition: Callable[[], object], within_s: float = 60.0) -> None:
    """Look until it holds."""
    end = time.monotonic() + within_s
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        tick.wait(0.02)


def test_the_command_names_home_author_and_reason(own: Seeded) -> None:
    command = deploy_command(own.context, "otto", "--yes; rm")
    assert command[1:4] == ["-m", "netwright", "deploy"]
    assert "--author=otto" in command
    assert command[-1] == "--reason=--yes; rm"


def test_one_at_a_time_and_its_words_are_kept(own: Seeded) -> None:
    gate = own.context.home.path / "gate"
    code = "import pathlib, sys, time\nprint('planning', flush=True)\n"
    code += f"while not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.02)"
    made = Deployments(own.context, lambda *_: [sys.executable, "-c", code])
    assert made.current() is None
    made.start("otto", "")
    with pytest.raises(ConflictError, match="otto"):
        made.start("ada", "")
    wait_for(lambda: (found := made.current()) and "planning" in found.output)
    gate.touch()
    wait_for(lambda: (found := made.current()) and not found.running)
    done = made.current()
    assert done is not None
    assert done.ok
    assert done.rollout == ""
    made.close()


def test_closing_ends_the_process(own: Seeded) -> None:
    made = Deployments(own.context, lambda *_: [sys.executable, "-c", "import time; time.sleep(600)"])
    made.start("otto", "")
    made.close()
    found = made.current()
    assert found is not None
    assert not found.running
    assert not found.ok


async def test_the_queued_rollout_is_shown(own: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own, "otto")
    app = browser.client._transport.app  # type: ignore[attr-defined]
    app.state.deployments = Deployments(
        own.context, lambda *_: [sys.executable, "-c", "print('no difference')"]
    )
    response = await browser.post("/rollouts", reason="because")
    assert response.headers["location"] == "/rollouts/planning"
    wait_for(lambda: not app.state.deployments.current().running)
    assert "no difference" in (await browser.get("/rollouts/planning")).text
    at = own.context.clock.now()
    add_rollout(
        own.context, "20990101-000000-dd04", RolloutState.RUNNING, at, [DeviceState.WAITING], "because"
    )
    response = await browser.get("/rollouts/planning")
    assert response.headers["location"] == "/rollouts/20990101-000000-dd04"


def test_a_kept_value_is_made_once_while_fresh() -> None:
    now = [0.0]
    made: list[int] = []

    def make() -> int:
        made.append(1)
        now[0] += 3.0  # it takes its time: kept for five times that
        return len(made)

    kept = Kept(make, lambda: now[0], 2.0)
    assert [kept.get(), kept.get()] == [1, 1]
    now[0] += 14.9
    assert kept.get() == 1
    now[0] += 0.2
    assert kept.get() == 2


def test_others_take_the_last_value_while_one_makes_a_new_one() -> None:
    now = [0.0]
    entered, leave = threading.Event(), threading.Event()
    made: list[int] = []

    def make() -> int:
        if made:
            entered.set()
            assert leave.wait(20)
        made.append(1)
        return len(made)

    kept = Kept(make, lambda: now[0], 2.0)
    assert kept.get() == 1
    now[0] = 10.0
    thread = threading.Thread(target=kept.get)
    thread.start()
    assert entered.wait(20)
    assert kept.get() == 1
    leave.set()
    thread.join()
    assert kept.get() == 2


def test_a_worker_is_started_again_and_stopped_at_the_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = f"import time\nopen({str(log)!r}, 'a').write('x')\ntime.sleep(600)"
    keeper = WorkerKeeper(tmp_path / "lock", [sys.executable, "-c", code], lambda _: None)
    keeper.start()
    wait_for(lambda: log.exists() and log.read_text() == "x")
    process = keeper._process
    assert process is not None
    process.kill()
    wait_for(lambda: log.read_text() == "xx")
    again = keeper._process
    keeper.stop()
    assert again is not None
    assert again.poll() is not None


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs util-linux's setpriv")
def test_a_killed_server_takes_its_worker_along(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    worker = f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    server = (
        "import sys, time\nfrom pathlib import Path\n"
        "from netwright.web.workerkeeper import WorkerKeeper, bound_to_us\n"
        f"command = bound_to_us([sys.executable, '-c', {worker!r}])\n"
        f"WorkerKeeper(Path({str(tmp_path / 'lock')!r}), command, print).start()\ntime.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", server])
    wait_for(lambda: pid.exists() and pid.read_text())
    process.kill()
    process.wait()
    wait_for(lambda: not _runs(int(pid.read_text())))


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_no_worker_beside_another(tmp_path: Path) -> None:
    other = WorkerLock(tmp_path / "lock")
    assert other.acquire()
    keeper = WorkerKeeper(tmp_path / "lock", [sys.executable, "-c", ""], lambda _: None)
    keeper.start()
    threading.Event().wait(0.2)
    keeper.stop()
    assert keeper.pid is None
    other.release()


def test_a_worker_that_keeps_ending_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netwright.web.workerkeeper._LOOK_S", 0.01)
    said: list[str] = []
    keeper = WorkerKeeper(tmp_path / "lock", [sys.executable, "-c", "raise SystemExit(3)"], said.append)
    keeper.start()
    wait_for(lambda: any("not started again" in line for line in said))
    keeper.stop()
    assert sum("ended with code 3" in line for line in said) == 5


@pytest.mark.parametrize(
    ("host", "inside"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("example.net", False)],
)
def test_which_addresses_only_this_machine_reaches(host: str, inside: bool) -> None:
    assert is_loopback(host) is inside


def test_an_open_address_needs_a_flag(own: Seeded) -> None:
    result = CliRunner().invoke(serve, ["--home", str(own.context.home.path), "--host", "0.0.0.0"])
    assert result.exit_code == 1
    assert "--expose" in str(result.exception)
