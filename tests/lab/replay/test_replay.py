"""What was recorded of a device is read from the recording as it was from the device."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from lxml import etree
from tests.device.conftest import PASSWORD, Router, started
from tests.device.gnmi.target import PASSWORD as GNMI_PASSWORD
from tests.device.gnmi.target import Target, serve
from tests.device.http.server import served
from tests.device.http.switches import Arista, Nokia
from tests.device.netconf.server import Server, reply
from tests.platforms.recorded import wire_table

from netwright.base.errors import CommandFailedError, InputError, NotFoundError
from netwright.base.secret import Secret
from netwright.device.cli.dialogue import Dialogue
from netwright.device.connect import open_session
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.gnmi.client import gnmi_client
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.netconf.session import netconf_session
from netwright.device.session import Session
from netwright.device.snmp import SnmpClient
from netwright.device.tls import Tls
from netwright.lab.replay.recorder import FolderRecorder
from netwright.lab.replay.replay import replaying
from netwright.lab.sim.agent import Agent
from netwright.lab.terminal.character import Character
from netwright.lab.terminal.line import Line
from netwright.lab.terminal.server import SimulatedDevice
from netwright.platforms.catalog import catalog
from netwright.platforms.document import document
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.linux import question
from netwright.platforms.snmp.probe import probe as snmp_facts
from netwright.platforms.terminal import terminal_facts
from netwright.platforms.webapi import web_facts
from netwright.platforms.yang.probe import gnmi_facts, netconf_facts

pytestmark = pytest.mark.slow
AT = 1_700_000_000.0
CASES = Path(__file__).parents[2] / "cases"
ROUTER = json.loads((CASES / "yang/openconfig_router.json").read_bytes())
ENABLE = "more power"
IOS = "Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.7(3)M, RELEASE\n"
ANSWERS = {
    "show version": IOS,
    "show running-config": f"hostname r1\nenable secret {ENABLE}\n" + "interface Vlan1\n no shutdown\n" * 40,
    **{
        one["command"]: one["answer"]
        for one in yaml.safe_load((CASES / "facts/answers.yaml").read_text())
        if one["platform"] == "cisco_ios"
    },
}
Ask = Callable[[Endpoint], Awaitable[DeviceFacts]]


async def ask_ssh(endpoint: Endpoint) -> DeviceFacts:
    def opener(dialogue: Dialogue | None) -> Session:
        return open_session(endpoint, MemoryHostKeys(), dialogue)

    return await terminal_facts(catalog(), opener, device=endpoint.device, now=AT)


async def same_facts(folder: Path, ask: Ask, at: Endpoint, probe: str, **about: str) -> str:
    """The document of the device and of its recording are one; the text of the recording."""
    recorder = FolderRecorder(folder, AT, {"probe": probe, **about})
    facts = await ask(_recorded(at, recorder))
    told = document(replace(facts, observed_at=AT, answered=tuple((one, AT) for one, _ in facts.answered)))
    assert told["system"]["vendor"] or told["interfaces"], told
    async with replaying(folder) as replay:
        assert document(await replay.facts()) == told
        replay.complain()
    return _text(folder)


def _text(folder: Path) -> str:
    return "".join(path.read_text() for path in sorted(folder.iterdir()))


def _recorded(at: Endpoint, recorder: FolderRecorder) -> Endpoint:
    return Endpoint(
        at.device, at.host, at.credentials, at.ssh_port, at.snmp_port, at.timeouts, recorder=recorder
    )


def endpoint(
    ssh: int = 9,
    snmp: int = 9,
    password: str = "simulated",
    enable: Secret | None = None,
    snmp_community: Secret | None = None,
) -> Endpoint:
    known = Credentials("netops", password=Secret(password), enable=enable, snmp_community=snmp_community)
    return Endpoint("r1", "127.0.0.1", known, ssh, snmp, Timeouts(command_s=20, snmp_s=1))


@asynccontextmanager
async def simulated(*, execs: bool = False, enable: str | None = None) -> AsyncIterator[SimulatedDevice]:
    made = Character("r1", ANSWERS, banner="Welcome\n", enable=enable)
    device = SimulatedDevice(lambda: Line(made), execs=execs)
    await device.start()
    try:
        yield device
    finally:
        await device.stop()


@pytest.mark.parametrize("execs", [True, False], ids=["exec", "terminal"])
async def test_ssh(tmp_path: Path, execs: bool) -> None:
    async with simulated(execs=execs) as device:
        text = await same_facts(tmp_path, ask_ssh, endpoint(device.port), "ssh")
    assert "C2900-UNIVERSALK9-M" in text
    assert "simulated" not in text


async def test_ssh_with_an_enable_password(tmp_path: Path) -> None:
    async with simulated(enable=ENABLE) as device:
        at = endpoint(device.port, enable=Secret(ENABLE))
        text = await same_facts(tmp_path, ask_ssh, at, "ssh", enable="True")
    assert re.search(r'typed: "<secret:[0-9a-f]{16}>\\n"', text)
    assert ENABLE not in text


async def test_pages_are_turned_as_they_were(tmp_path: Path) -> None:
    """A terminal whose pager can't be turned off, and a configuration with secrets."""
    spoken = Dialogue(prompt=re.compile(r"^r1[>#]$"), settle_s=0.02)
    async with simulated() as device:
        at = _recorded(endpoint(device.port), FolderRecorder(tmp_path, AT))
        session = open_session(at, MemoryHostKeys(), spoken)
        told = (await session.run("show running-config")).output
        await session.close()
    assert told == ANSWERS["show running-config"]
    async with replaying(tmp_path) as replay:
        session = replay.session(spoken)
        again = (await session.run("show running-config")).output
        await session.close()
    first, second, rest = again.split("\n", 2)
    assert (first, re.sub("[0-9a-f]{16}", "HASH", second)) == (
        "hostname r1",
        "enable secret <secret:HASH> power",
    )
    assert rest == told.split("\n", 2)[2]


async def test_netconf(tmp_path: Path) -> None:
    router, server = Router(), Server("base:1.1", "capability:xpath:1.0")
    tops = etree.parse(CASES / "yang/ietf_router.xml").getroot()
    namespaces = sorted({etree.QName(one).namespace or "" for one in tops})
    told = "".join(f"<capability>{one}</capability>" for one in namespaces)
    server.hello = server.hello.replace(b"</capabilities>", told.encode() + b"</capabilities>")

    def answer(number: str, request: etree._Element) -> bytes:
        wanted = {etree.QName(one).localname for one in request.iterfind(".//{*}filter/*")}
        found = [one for one in tops if etree.QName(one).localname in wanted]
        return reply(number, f"<data>{''.join(etree.tostring(one).decode() for one in found)}</data>")

    server.answer, router.handler = answer, server
    await router.start()

    async def ask(at: Endpoint) -> DeviceFacts:
        async with netconf_session(at, MemoryHostKeys()) as session:
            return await netconf_facts(session, at.device, AT)

    try:
        await same_facts(tmp_path, ask, endpoint(router.port, password=PASSWORD), "netconf")
    finally:
        await router.stop()


@pytest.mark.parametrize("api", ["eapi", "srlinux"])
async def test_http(tmp_path: Path, api: str) -> None:
    models = {f"/{name.rpartition(':')[2]}": value for name, value in ROUTER.items()}
    with served(Arista() if api == "eapi" else Nokia(models=models)) as port:

        async def ask(at: Endpoint) -> DeviceFacts:
            return await web_facts(at, port, Tls(plain=True), AT)

        text = await same_facts(tmp_path, ask, endpoint(password=PASSWORD), "http")
    assert PASSWORD not in text


async def test_gnmi(tmp_path: Path) -> None:
    target = Target({f"/{name.rpartition(':')[2]}": value for name, value in ROUTER.items()})
    server, port = await serve(target)

    async def ask(at: Endpoint) -> DeviceFacts:
        async with gnmi_client(at, port=port, tls=Tls(plain=True)) as client:
            return await gnmi_facts(client, at.device, AT)

    try:
        await same_facts(tmp_path, ask, endpoint(password=GNMI_PASSWORD), "gnmi")
    finally:
        await server.stop(0)


async def test_snmp(tmp_path: Path) -> None:
    table = wire_table("iosxr_router")
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Agent("swordfish".encode, lambda: table), local_addr=("127.0.0.1", 0)
    )

    async def ask(at: Endpoint) -> DeviceFacts:
        client = SnmpClient(at)
        try:
            return await snmp_facts(client, at.device, AT)
        finally:
            client.close()

    port = transport.get_extra_info("sockname")[1]
    try:
        at = endpoint(snmp=port, snmp_community=Secret("swordfish"))
        text = await same_facts(tmp_path, ask, at, "snmp")
    finally:
        transport.close()
    assert "swordfish" not in text


async def recorded(folder: Path, *, execs: bool) -> None:
    async with simulated(execs=execs) as device:
        recorder = FolderRecorder(folder, AT, {"probe": "ssh"})
        await ask_ssh(_recorded(endpoint(device.port), recorder))


@pytest.mark.parametrize("execs", [True, False], ids=["exec", "terminal"])
async def test_what_was_never_asked_is_told(tmp_path: Path, execs: bool) -> None:
    await recorded(tmp_path, execs=execs)
    spoken = catalog().platform("cisco_ios").dialogue
    async with replaying(tmp_path) as replay:
        session = replay.session(spoken if not execs else None)
        with pytest.raises(CommandFailedError, match="recording has no answer"):
            await session.run("show moon")
        assert (await session.run("show version")).output == IOS
        await session.close()
        assert replay.unknown == ["show moon"]
        with pytest.raises(InputError, match="`show moon`"):
            replay.complain()


async def test_an_unknown_command_is_refused_in_the_device_s_words(tmp_path: Path) -> None:
    """Here a switch that words it as Huawei does."""
    words = "Error: Unrecognized command found at '^' position."
    spoken = catalog().platform("huawei_vrp").dialogue
    made = Character("<r1", refusal=words, enable="never")
    device = SimulatedDevice(lambda: Line(made))
    await device.start()
    session = open_session(
        _recorded(endpoint(device.port), FolderRecorder(tmp_path, AT)), MemoryHostKeys(), spoken
    )
    await session.run("display sun", check=False)
    await session.close()
    await device.stop()
    async with replaying(tmp_path) as replay:
        session = replay.session(spoken)
        said = await session.run("display moon", check=False)
        await session.close()
    assert said.output == f"{words} (the recording has no answer to this)\n"


async def test_of_commands_asked_together_each_keeps_its_answer(tmp_path: Path) -> None:
    async with started() as router:
        at = _recorded(endpoint(router.port, password=PASSWORD), FolderRecorder(tmp_path, AT))
        session = open_session(at, MemoryHostKeys())
        await question.ask(session, {"0": "echo one", "1": "echo 'two;'"})
        await session.close()
    async with replaying(tmp_path) as replay:
        session = replay.session(None)
        again = await question.ask(session, {"0": "echo 'two;'", "1": "echo three", "2": "echo one"})
        await session.close()
        assert replay.unknown == ["echo three"]
    assert again == {"0": "two;\n", "1": "", "2": "one\n"}


async def test_a_recording_that_was_cut_off_counts_as_far_as_it_goes(tmp_path: Path) -> None:
    async with simulated(execs=True) as device:
        at = _recorded(endpoint(device.port), FolderRecorder(tmp_path, AT))
        session = open_session(at, MemoryHostKeys())
        for command in ("show interfaces", "show version"):
            await session.run(command)
        await session.close()
    _cut_last_entry(tmp_path)
    async with replaying(tmp_path) as replay:
        session = replay.session(None)
        assert (await session.run("show interfaces")).output == ANSWERS["show interfaces"]
        assert (await session.run("show version", check=False)).status == 127
        await session.close()


async def test_what_was_said_stands_in_the_file_at_once(tmp_path: Path) -> None:
    async with simulated(execs=True) as device:
        session = open_session(
            _recorded(endpoint(device.port), FolderRecorder(tmp_path, AT)), MemoryHostKeys()
        )
        await session.run("show version")
        assert "C2900-UNIVERSALK9-M" in _text(tmp_path)
        await session.close()


def _cut_last_entry(folder: Path) -> None:
    (path,) = folder.glob("*-exec.yaml")
    text = path.read_text()
    path.write_text(text[: text.rindex("- exec:") + 30])


async def test_a_folder_holds_one_run(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no recorded sessions"):
        async with replaying(tmp_path):
            pass
    await recorded(tmp_path, execs=True)
    with pytest.raises(InputError, match="not empty"):
        FolderRecorder(tmp_path, AT)


async def test_devices_are_told_apart(tmp_path: Path) -> None:
    async with simulated(execs=True) as device:
        recorder = FolderRecorder(tmp_path, AT)
        for name in ("r1", "r2"):
            at = Endpoint(name, "127.0.0.1", endpoint().credentials, device.port, recorder=recorder)
            session = open_session(at, MemoryHostKeys())
            await session.run("show version")
            await session.close()
    with pytest.raises(InputError, match="2 devices"):
        async with replaying(tmp_path):
            pass
    async with replaying(tmp_path, "r2") as replay:
        assert replay.endpoint.device == "r2"
