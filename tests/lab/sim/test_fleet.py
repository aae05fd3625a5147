"""The devices on the wire, asked by real clients: asyncssh, gufo-snmp and Netwright's own drivers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from gufo.snmp.aio import SnmpSession

from netwright.base.errors import (
    AuthenticationError,
    BusyError,
    CommandFailedError,
    ConfigRejectedError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    HostKeyChangedError,
    NotFoundError,
    SessionClosedError,
    UnparsedAnswerError,
)
from netwright.base.secret import Secret
from netwright.device.endpoint import Timeouts
from netwright.lab.sim.fleet import SimulatedFleet
from netwright.platforms.catalog import catalog
from netwright.platforms.frr.driver import FrrConfigDriver
from netwright.platforms.snmp.sensors import read_sensors

SHORT = Timeouts(connect_s=2.0, login_s=1.0, command_s=1.0, snmp_s=0.2)
NEW = "frr defaults traditional\nhostname core\nagentx\ninterface swp1\n description new\nexit\n"


async def test_a_plain_ssh_client_logs_in_by_key_and_by_password(bench: Any) -> None:
    access, port = bench.fleet.access, bench.fleet.ports("core").ssh
    key = asyncssh.import_private_key(access.key.private.reveal())
    common: dict[str, Any] = {"username": access.username, "known_hosts": None, "config": None}
    for login in ({"client_keys": [key]}, {"password": access.password.reveal(), "client_keys": None}):
        async with asyncssh.connect("127.0.0.1", port, **common, **login) as connection:
            done = await connection.run("hostname; nonsense")
            assert (done.stdout, done.exit_status) == ("core\n", 127)
    with pytest.raises(asyncssh.PermissionDenied):
        await asyncssh.connect("127.0.0.1", port, **common, password="wrong", client_keys=None)


async def test_a_plain_snmp_client_walks_it(bench: Any) -> None:
    access, port = bench.fleet.access, bench.fleet.ports("core").snmp
    async with SnmpSession("127.0.0.1", port, community=access.snmp_community.reveal()) as session:
        assert await session.get("1.3.6.1.2.1.1.5.0") == b"core"
        rows = {oid: value async for oid, value in session.getbulk("1.3.6.1.2.1.47.1.1.1.1.7")}
    names = {str(value, "ascii") for value in rows.values() if isinstance(value, bytes)}
    assert {"chassis", "psu1", "psu2", "fan1", "optic-swp1"} <= names


async def test_our_readers_understand_all_it_says(bench: Any) -> None:
    """What a simulated device does not have it refuses, as a real one would; it never talks nonsense."""
    for name, platform in (("core", "frr"), ("cache", "nginx_linux")):
        facts = await catalog().platform(platform).facts.facts(bench.session(name))
        assert facts.unparsed == ()
        assert facts.system.hostname == name
        assert (facts.system.image or "").startswith("Linux ") is (platform == "frr")


async def test_another_community_gets_no_answer(bench: Any) -> None:
    port = bench.fleet.ports("core").snmp
    async with SnmpSession("127.0.0.1", port, community="wrong", timeout=0.2) as session:
        with pytest.raises(TimeoutError):
            await session.get("1.3.6.1.2.1.1.5.0")


async def test_the_driver_arms_confirms_and_reads_back(bench: Any) -> None:
    driver, session = FrrConfigDriver(), bench.session("core")
    before = await driver.read_running(session)
    check = await driver.check(session, NEW)
    assert check.ok
    assert " description new" in check.commands
    await driver.arm(session, NEW, token="t1", timer_s=60)
    state = await driver.state(session)
    assert state.token == "t1"
    assert state.remaining_s is not None
    assert 50 < state.remaining_s <= 60
    with pytest.raises(BusyError):
        await driver.arm(session, before, token="t2", timer_s=60)
    await driver.confirm(bench.session("core"), token="t1")
    assert "description new" in await driver.read_running(session)
    assert (await driver.check(session, NEW)).commands == ()
    assert (await driver.state(session)).last == "t1 confirmed"


async def test_the_devices_timer_reverts_though_its_management_link_is_cut(bench: Any) -> None:
    driver, session = FrrConfigDriver(), bench.session("core", timeouts=SHORT)
    before = await driver.read_running(session)
    await driver.arm(session, NEW, token="t1", timer_s=1)
    bench.fleet.cut("core", "eth0")
    with pytest.raises(DeviceTimeoutError):
        await driver.read_running(session)
    async with asyncio.timeout(10):
        while bench.fleet.member("core").guard.armed is not None:  # noqa: ASYNC110 - the timer is the device's
            await asyncio.sleep(0.02)
    bench.fleet.heal("core", "eth0")
    assert await driver.read_running(bench.session("core")) == before
    assert (await driver.state(bench.session("core"))).last == "t1 reverted: not confirmed in time"


async def test_a_crash_ends_sessions_and_a_boot_brings_the_saved_configuration(bench: Any) -> None:
    driver, session = FrrConfigDriver(), bench.session("core")
    before = await driver.read_running(session)
    await driver.arm(session, NEW, token="t1", timer_s=60)
    await bench.fleet.crash("core")
    with pytest.raises((DeviceUnreachableError, SessionClosedError)):
        await session.run("hostname")
    with pytest.raises(DeviceUnreachableError):
        await bench.session("core").run("hostname")
    await bench.fleet.boot("core")
    assert await driver.read_running(bench.session("core")) == before


async def test_a_refused_configuration_says_which_line(bench: Any) -> None:
    driver, session = FrrConfigDriver(), bench.session("core")
    with pytest.raises(ConfigRejectedError, match="line 2"):
        await driver.arm(session, "hostname core\nnonsense\n", token="t1", timer_s=60)
    assert not (await driver.check(session, "hostname core\nnonsense\n")).ok
    with pytest.raises(CommandFailedError):
        await driver.confirm(session, token="t1")


async def test_a_file_is_put_whole(bench: Any) -> None:
    session = bench.session("core")
    data = bytes(range(256)) * 300
    await session.put("/tmp/file", data)
    assert bench.fleet.device("core").files["/tmp/file"] == data


async def test_neighbours_by_lldp_come_from_the_cables(bench: Any) -> None:
    reply = await bench.session("edge").run("sudo -n lldpcli -f json0 show neighbors")
    found = {
        entry["name"]: (entry["chassis"][0]["name"][0]["value"], entry["port"][0]["id"][0]["value"])
        for entry in json.loads(reply.output)["lldp"][0]["interface"]
    }
    assert found == {"swp1": ("core", "swp1"), "swp2": ("tor", "swp1")}


async def test_bgp_is_shown_as_frr_shows_it(bench: Any) -> None:
    bench.configure()
    said = json.loads((await bench.session("edge").run("vtysh -c 'show bgp summary json'")).output)
    peers = said["ipv4Unicast"]["peers"]
    assert {name: (p["state"], p["remoteAs"], p["pfxRcd"], p["pfxSnt"]) for name, p in peers.items()} == {
        "10.0.0.0": ("Established", 64500, 1, 2),
        "10.0.0.3": ("Established", 4200000001, 1, 2),
        "198.19.0.1": ("Established", 64496, 1, 1),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("refuse", DeviceUnreachableError),
        ("silent", DeviceTimeoutError),
        ("close", SessionClosedError),
        ("garbage", SessionClosedError),
        ("wrong-password", AuthenticationError),
        ("new-host-key", HostKeyChangedError),
        ("hang", DeviceTimeoutError),
        ("drop", SessionClosedError),
        ("noise", UnparsedAnswerError),
        ("slow", DeviceTimeoutError),
    ],
)
async def test_a_fault_is_met_and_goes_away(bench: Any, fault: str, error: type[Exception]) -> None:
    await bench.session("core").run("hostname")
    bench.fleet.router("core").enter(f"ip route 10.{n}.0.0/16 blackhole" for n in range(200))
    await bench.fleet.fault("core", fault, on=True)
    command = "vtysh -c 'show running-config'"
    with pytest.raises(error):
        await bench.session("core", timeouts=SHORT).run(command)
    assert (await bench.session("edge").run("hostname")).output == "edge\n"
    if fault != "new-host-key":
        await bench.fleet.fault("core", fault, on=False)
        assert "10.199.0.0/16" in (await bench.session("core").run(command)).output


async def test_a_flood_does_not_stop_by_itself(bench: Any) -> None:
    """The client's limit of time or that of size ends it, whichever comes first."""
    await bench.fleet.fault("core", "flood", on=True)
    with pytest.raises((DeviceTimeoutError, UnparsedAnswerError), match=r"\d{6,} bytes"):
        await bench.session("core", timeouts=SHORT).run("hostname")


async def test_a_silent_agent_is_a_fault_too(bench: Any) -> None:
    await bench.fleet.fault("core", "no-snmp", on=True)
    with pytest.raises(DeviceTimeoutError):
        await bench.session("core", timeouts=SHORT).snmp_get(["1.3.6.1.2.1.1.5.0"])


async def test_a_wrong_password_is_refused(bench: Any) -> None:
    with pytest.raises(AuthenticationError):
        await bench.session("core", password=Secret("wrong")).run("hostname")


async def test_a_swapped_chassis_is_another_one_and_bare(bench: Any) -> None:
    bench.configure()
    bench.fleet.router("core").save()
    key = bench.fleet.member("core").machine.public_key
    assert await bench.fleet.swap("core") == "CORE02"
    assert bench.fleet.member("core").machine.public_key != key
    assert bench.up("core") == set()
    chassis = json.loads((await bench.session("core").run("show-chassis")).output)
    assert chassis["serial"] == "CORE02"
    assert await bench.fleet.swap("core", serial="X9", keep_configuration=True) == "X9"


async def test_a_pulled_part_is_gone_and_its_optic_takes_the_light_with_it(bench: Any) -> None:
    bench.configure()
    bench.fleet.pull("core", "psu2")
    chassis = json.loads((await bench.session("core").run("show-chassis")).output)
    names = {part["name"] for part in chassis["components"]}
    assert "psu1" in names
    assert "psu2" not in names
    assert "psu2-power" not in {sensor["name"] for sensor in chassis["sensors"]}
    bench.fleet.pull("core", "optic-swp1")
    assert bench.up("core") == set()
    bench.fleet.plug("core", "optic-swp1")
    assert bench.up("core") == {"10.0.0.1"}
    with pytest.raises(NotFoundError):
        bench.fleet.pull("core", "psu9")


async def test_the_agent_tells_the_readings_that_the_shell_tells(bench: Any) -> None:
    session = bench.session("core")
    told = json.loads((await session.run("show-chassis")).output)["sensors"]
    read = await read_sensors(session)
    assert [(fact.name, fact.sensor_class) for fact in read] == [(row["name"], row["class"]) for row in told]
    assert {"celsius", "rpm", "watts", "dbm"} <= {fact.sensor_class for fact in read}
    assert all(fact.ok for fact in read)


async def test_a_name_that_is_not_there_is_an_error_with_a_remedy(bench: Any) -> None:
    for other in ("nobody", "tor"):
        with pytest.raises(NotFoundError):
            bench.fleet.cut("core", other)
    with pytest.raises(NotFoundError):
        await bench.fleet.crash("nobody")


async def test_ports_can_be_chosen_and_are_free_again(topology: Any, tmp_path: Path) -> None:
    first = SimulatedFleet(topology, tmp_path, own_keys=False)
    await first.start()
    ports = [first.ports(name) for name in first.members]
    keys = {member.machine.public_key for member in first.members.values()}
    await first.stop()
    assert len(keys) == 1
    assert len({port.ssh for port in ports}) == len(ports)
