"""``--record`` of the commands that ask many devices: all that was told is there, and no secret."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from netwright.base.errors import InputError
from netwright.cli.main import root
from netwright.lab.replay.recording import recordings
from netwright.lab.replay.replay import replaying
from netwright.platforms.catalog import catalog
from netwright.platforms.facts import DeviceSample

from .conftest import LAB, Run

pytestmark = pytest.mark.slow
DESIGN = Path(__file__).parents[2] / "examples/five/design"
DEVICES = ("hel-edge1", "hel-edge2", "hel-tor1", "osl-core1", "osl-core2")
QUESTION = "show running-config no-header"


def netwright(*words: str, status: int = 0) -> Result:
    done = CliRunner().invoke(root, words)
    assert done.exit_code == status, (done.output, done.exception)
    return done


@pytest.fixture
def fleet(sim: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The devices of the five as simulated ones, and a home that wants them."""
    lab = yaml.safe_load(LAB)
    node = lab["nodes"]["a"]
    lab["nodes"] = {
        name: {**node, "serial": f"S{number}", "management": f"10.250.0.{number + 10}"}
        for number, name in enumerate(DEVICES)
    }
    (tmp_path / "lab.yaml").write_text(yaml.safe_dump({**lab, "cables": []}))
    sim("up", "lab.yaml")
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path / "home"))
    netwright("init", "--access", str(tmp_path / "state/access.yaml"))
    netwright("import", str(DESIGN))
    return sim


def no_secret_in(folder: Path, access: Path) -> None:
    known = yaml.safe_load(access.read_text())
    text = "".join(path.read_text() for path in folder.iterdir())
    assert text
    for secret in (known["password"], known["snmp_community"], *known["secrets"].values()):
        assert secret not in text


def test_backups(fleet: Run, tmp_path: Path) -> None:
    """A device that does not answer keeps nobody else out."""
    fleet("crash", "hel-tor1")
    folder = tmp_path / "recorded"
    netwright("backup", "run", "--record", str(folder), status=1)
    answered = [one for one in DEVICES if one != "hel-tor1"]
    assert list(recordings(folder)) == answered
    no_secret_in(folder, tmp_path / "state/access.yaml")

    async def running(device: str) -> str:
        async with replaying(folder, device) as replay:
            session = replay.session(None)
            output = (await session.run(f"vtysh -c '{QUESTION}'")).output
            await session.close()
            return output

    for device in answered:
        assert asyncio.run(running(device)) == fleet("exec", device, "--", "vtysh", "-c", QUESTION)
    again = netwright("backup", "run", "--record", str(folder), status=1)
    assert isinstance(again.exception, InputError)


def test_a_round_of_collection(fleet: Run, tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    told = netwright("collect", "--once", "--no-config", "--json", "--record", str(folder))
    assert json.loads(told.stdout)["answered"] == len(DEVICES)
    assert list(recordings(folder)) == list(DEVICES)
    no_secret_in(folder, tmp_path / "state/access.yaml")

    async def sampled(device: str) -> DeviceSample:
        async with replaying(folder, device) as replay:
            session = replay.session(None)
            sample = await catalog().platform("frr").facts.sample(session)
            await session.close()
            replay.complain()
            return sample

    sample = asyncio.run(sampled("osl-core1"))
    assert {"eth0", "swp1", "swp2"} <= {one.name for one in sample.interfaces}
    assert sample.uptime_s
    assert not sample.unparsed
