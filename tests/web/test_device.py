"""The sides of a device's page, on a chassis with cards in cards, panels, power and consoles."""

from __future__ import annotations

import difflib
import re

import pytest
from sqlalchemy import select
from tests.web.conftest import BASE, BrowserMaker
from tests.web.seed import Seeded

from netwright.collect.observed import ObservedConfig
from netwright.deploy.records import RolloutDevice
from netwright.inventory import Attachment, Device
from netwright.store.sealed import text_digest


async def test_the_hardware_is_a_tree(rig: Seeded, browser_of: BrowserMaker) -> None:
    text = (await (await browser_of(rig, "vera")).get("/devices/r1/hardware")).text
    rows = re.findall(r'class="depth depth-(\d)">(.*?)</span></td>', text)
    told = [(int(depth), re.sub(r"<[^>]+>", "", row).split()) for depth, row in rows]
    assert told == [
        (0, ["Slot", "1", "lc1"]),
        (1, ["MIC", "1/0", "mic1"]),
        (1, ["cpu1"]),
        (0, ["Slot", "2", "empty"]),
        (0, ["fan1"]),
        (0, ["fan2"]),
    ]
    assert "SN-LC-1" in text


async def test_power_is_followed_to_its_feed(rig: Seeded, browser_of: BrowserMaker) -> None:
    text = (await (await browser_of(rig, "vera")).get("/devices/r1/ports")).text
    assert "planned to draw 1\u202f000 W" in text
    assert re.search(r">PSU0</a>.*?>pdu1</a>.*?>out1</a>.*?>f1, 230 V 16 A</a>", text, re.DOTALL)
    assert re.search(r">con0</a>.*?>cs1</a>.*?>p7</a>", text, re.DOTALL)
    assert "no feed" not in text
    panel = (await (await browser_of(rig, "vera")).get("/devices/pp1/ports")).text
    assert re.search(r">f2</a>.*?>r1</a>.*?>et-1/0</a>", panel, re.DOTALL)
    assert "no feed" in (await (await browser_of(rig, "vera")).get("/devices/r2/ports")).text


async def test_an_interface_tells_its_far_end_through_panels(rig: Seeded, browser_of: BrowserMaker) -> None:
    text = (await (await browser_of(rig, "vera")).get("/devices/r1/interfaces")).text
    assert re.search(r'>et-1/0</a>.*?>r2</a> <span class="mono quiet">e0</span>', text, re.DOTALL)
    assert "open end" in text
    assert re.search(r'bundle of</span> <span class="mono">et-1/0, et-1/1<', text)
    assert "missing" not in text, "nobody asked the device yet"


async def test_context_data_is_merged_with_its_sources(rig: Seeded, browser_of: BrowserMaker) -> None:
    text = (await (await browser_of(rig, "vera")).get("/devices/r1/data")).text
    assert "noc@example.net" in text
    assert text.index("everywhere") < text.index("<b>edges</b>")


async def test_files_are_put_on_and_taken_out(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    with own_full.context.database.read() as session:
        device = int(
            re.findall(r"/inventory/device/(\d+)", (await browser.get("/devices/ams-edge1")).text)[0]
        )
    answer = await browser.client.post(
        f"/attachments/device/{device}",
        data={"csrf": await browser.token(), "description": "its front"},
        files={"file": ("front.html", b"<script>1</script>", "text/html")},
        headers={"origin": BASE},
    )
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/devices/ams-edge1/data?saved=")
    with own_full.context.database.read() as session:
        row = session.query(Attachment).one()
    assert (row.name, row.description, row.device_id) == ("front.html", "its front", device)
    assert "front.html" in (await browser.get("/devices/ams-edge1/data")).text
    taken = await browser.get(f"/attachments/{row.id}")
    assert taken.content == b"<script>1</script>"
    assert taken.headers["content-type"] == "application/octet-stream", "no file acts as a page of ours"
    assert taken.headers["content-disposition"].startswith("attachment;")
    assert (await (await browser_of(own_full)).get(f"/attachments/{row.id}")).status_code == 303
    viewer = await browser_of(own_full, "vera")
    refused = await viewer.client.post(
        f"/attachments/device/{device}",
        data={"csrf": await viewer.token()},
        files={"file": ("a.txt", b"a", "text/plain")},
        headers={"origin": BASE},
    )
    assert refused.status_code == 403


async def test_a_devices_history_can_be_undone(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    device = re.findall(r"/inventory/device/(\d+)", (await browser.get("/devices/ams-edge1")).text)[0]
    await browser.post(f"/inventory/device/{device}/cell/description", description="by mistake")
    history = (await browser.get("/devices/ams-edge1/history")).text
    undo = re.findall(rf'action="(/inventory/device/{device}/undo/\d+)"', history)
    assert undo
    assert (await browser.post(undo[0])).status_code == 303
    with own_full.context.database.read() as session:
        row = session.get_one(Device, int(device))
    assert row.description == ""


@pytest.mark.slow
async def test_the_commands_of_a_rollout(own_full: Seeded, browser_of: BrowserMaker) -> None:
    """As planned: from what the device ran then, which it still runs; and when it runs what was wanted."""
    context = own_full.context
    with context.database.write() as session:
        row = session.scalars(select(RolloutDevice).order_by(RolloutDevice.rollout_id)).first()
        assert row is not None
        seen = session.get_one(ObservedConfig, "par-edge1")
        running = seen.running
        wanted = running.replace(" neighbor 203.0.113.99 remote-as 64999\n", "")
        assert wanted != running
        lines = difflib.unified_diff(running.splitlines(), wanted.splitlines(), lineterm="")
        rollout = row.rollout_id
        session.merge(
            RolloutDevice(
                rollout_id=rollout, device="par-edge1", site="par", wave=1, state=row.state, token="t",
                wanted_hash=text_digest(wanted), running_hash=text_digest(running), sessions=None,
                baseline=None, diff="\n".join(lines), message="", started_at=None, armed_at=None,
                finished_at=None,
            )
        )  # fmt: skip
        seen.running_hash = text_digest(running)
    otto = await browser_of(own_full, "otto")
    url = f"/rollouts/{rollout}/devices/par-edge1"
    for text, hash_ in ((running, text_digest(running)), (wanted, text_digest(wanted))):
        with context.database.write() as session:
            seen = session.get_one(ObservedConfig, "par-edge1")
            seen.running, seen.running_hash = text, hash_
        commands = (await otto.get(f"{url}?show=patch")).text
        assert "no neighbor 203.0.113.99" in commands
        assert "a session reset" in commands
        assert "neighbor 203.0.113.99 remote-as 64999" in (await otto.get(f"{url}?show=inverse")).text
        assert "side-del" in (await otto.get(f"{url}?show=side")).text
    with context.database.write() as session:
        session.get_one(ObservedConfig, "par-edge1").running_hash = "f" * 64
    assert "runs something else by now" in (await otto.get(f"{url}?show=patch")).text
