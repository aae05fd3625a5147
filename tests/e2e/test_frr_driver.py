"""The configuration driver on a real FRR: whatever goes wrong, the router ends on one of the two
configurations, and it gets there by itself."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from netwright.base.errors import (
    BusyError,
    CommandFailedError,
    ConfigRejectedError,
    DeviceError,
    SessionClosedError,
)
from netwright.config.compare import same
from netwright.config.dialect import FRR
from netwright.device.connect import open_session
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.session import Session
from netwright.platforms.frr import commands
from netwright.platforms.frr.driver import FrrConfigDriver

from .one_router import OneRouter, one_router

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN: needs root for network namespaces"),
]

DRIVER = FrrConfigDriver()
BGP = """\
interface swp1
 description to the peer
 ip address 10.7.0.1/31
exit
router bgp 65001
 neighbor 10.7.0.0 remote-as 65002
 neighbor 10.7.0.0 password s3cr3t
exit
"""
FAIL = "#!/bin/sh\necho 'ERROR: this reload fails'\nexit 1\n"
# does what it should, and then says it failed; afterwards does nothing at all
HALF = '#!/bin/sh\n[ -e /root/half ] && exit 1\n: > /root/half\n/root/real-reload.py "$@"\nexit 1\n'


@pytest.fixture
def router(tmp_path: Path) -> Iterator[OneRouter]:
    with one_router(tmp_path / "router") as router:
        yield router


@pytest.fixture
async def sessions(router: OneRouter) -> AsyncIterator[Callable[[], Session]]:
    """Makes sessions, and closes them at the end."""
    hostkeys, opened = MemoryHostKeys(), list[Session]()

    def make() -> Session:
        opened.append(open_session(router.endpoint, hostkeys))
        return opened[-1]

    yield make
    await asyncio.gather(*(session.close() for session in opened))


@pytest.fixture
def session(sessions: Callable[[], Session]) -> Session:
    return sessions()


async def wanted(session: Session, extra: str = BGP) -> str:
    return await DRIVER.read_running(session) + extra


async def until_idle(session: Session, seconds: float = 40) -> str:
    """Wait until nothing is pending; gives the journal's last line."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                state = await DRIVER.state(session)
            except DeviceError:
                state = None
            if state is not None and state.token is None:
                return state.last
            await asyncio.sleep(0.3)


async def console_until(router: OneRouter, what: str, seconds: float = 40) -> None:
    """Wait for a shell condition on the router, without its network."""
    async with asyncio.timeout(seconds):
        while "yes" not in await asyncio.to_thread(router.run, f"{what} && echo yes", check=False):  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # a router's shell sends no events


def replace_reload(router: OneRouter, script: str) -> None:
    router.run(
        f"cp /usr/lib/frr/frr-reload.py /root/real-reload.py; printf %s {shlex.quote(script)} > /root/other;"
        " chmod 755 /root/other; mount --bind /root/other /usr/lib/frr/frr-reload.py"
    )


async def test_arm_check_and_confirm_over_a_new_session(
    router: OneRouter, sessions: Callable[[], Session]
) -> None:
    first, second = sessions(), sessions()
    startup = router.startup()
    config = await wanted(first)
    plan = await DRIVER.check(first, config)
    assert plan.ok
    assert " neighbor 10.7.0.0 remote-as 65002" in plan.commands
    assert not any("s3cr3t" in line for line in plan.commands)
    await DRIVER.arm(first, config, token="t1", timer_s=60)
    state = await DRIVER.state(second)
    assert state.token == "t1"
    assert state.remaining_s is not None
    assert 40 < state.remaining_s <= 60
    assert router.startup() == startup  # a restart would still be a way back
    await DRIVER.confirm(second, token="t1")
    assert (await DRIVER.state(second)).last == "t1 confirmed"
    assert same(router.startup(), config, FRR)
    assert same(await DRIVER.read_running(second), config, FRR)
    assert (await DRIVER.check(second, config)).commands == ()
    assert router.run("stat -c '%U %a' /etc/frr/frr.conf").strip() == "frr 640"
    await DRIVER.confirm(first, token="t1")  # once more is no error
    assert router.run("ps -eo args | grep '[g]uard timer'", check=False) == ""


async def test_a_syntax_error_is_refused_with_its_line(router: OneRouter, session: Session) -> None:
    before = router.running()
    config = await wanted(session) + "router bgp 65001\n neighbor 10.7.0.0 pasword s3cr3t\n"
    check = await DRIVER.check(session, config)
    assert not check.ok
    assert check.commands == ()  # FRR's own plan for such a file deletes nearly everything
    with pytest.raises(ConfigRejectedError, match=r"line \d+") as caught:
        await DRIVER.arm(session, config, token="t1", timer_s=60)
    assert "pasword" in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
    assert (await DRIVER.state(session)).token is None
    assert router.running() == before


async def test_a_semantic_error_restores_by_itself(router: OneRouter, session: Session) -> None:
    before, startup = router.running(), router.startup()
    config = await wanted(session, BGP + "router bgp 65001\n neighbor 10.7.0.9 timers 3 9\n")
    with pytest.raises(CommandFailedError, match="remote-as") as caught:
        await DRIVER.arm(session, config, token="t1", timer_s=60)
    assert not isinstance(caught.value, ConfigRejectedError)
    assert (router.running(), router.startup()) == (before, startup)
    state = await DRIVER.state(session)
    assert state.token is None
    assert state.last.startswith("t1 failed: ")
    with pytest.raises(CommandFailedError, match="remote-as"):  # the same answer again, without a new try
        await DRIVER.arm(session, config, token="t1", timer_s=60)
    assert router.run("grep -c t1 /var/lib/netwright/journal").strip() == "1"


async def test_never_confirmed(router: OneRouter, session: Session) -> None:
    before, startup = router.running(), router.startup()
    config = await wanted(session)
    await DRIVER.arm(session, config, token="t1", timer_s=4)
    assert router.running() != before
    with pytest.raises(BusyError, match="t1"):
        await DRIVER.arm(session, config, token="t2", timer_s=4)
    await console_until(router, "! test -d /var/lib/netwright/change")  # nobody asks the guard meanwhile
    assert (router.running(), router.startup()) == (before, startup)
    assert (await DRIVER.state(session)).last == "t1 reverted: not confirmed in time"
    with pytest.raises(CommandFailedError, match="reverted"):
        await DRIVER.confirm(session, token="t1")
    with pytest.raises(CommandFailedError, match="reverted"):
        await DRIVER.arm(session, config, token="t1", timer_s=4)
    assert router.running() == before


async def test_the_change_shuts_the_management_port(
    router: OneRouter, sessions: Callable[[], Session]
) -> None:
    before = router.running()
    session = sessions()
    config = await wanted(session, BGP + "interface eth0\n shutdown\nexit\n")
    arming = asyncio.create_task(DRIVER.arm(session, config, token="t1", timer_s=5))
    await console_until(router, "ip -br link show eth0 | grep -qw DOWN")
    again = sessions()
    assert await until_idle(again) == "t1 reverted: not confirmed in time"
    assert router.running() == before
    arming.cancel()
    await asyncio.gather(arming, return_exceptions=True)


async def test_the_management_link_is_cut_while_it_applies(
    router: OneRouter, sessions: Callable[[], Session]
) -> None:
    before = router.running()
    session = sessions()
    config = await wanted(session)
    arming = asyncio.create_task(DRIVER.arm(session, config, token="t1", timer_s=5))
    await console_until(router, "grep -q applying /var/lib/netwright/change/phase")
    router.cut_management()
    await console_until(router, "grep -q armed /var/lib/netwright/change/phase")
    await console_until(router, "! test -d /var/lib/netwright/change")
    assert router.running() == before  # with the link still cut
    router.heal_management()
    arming.cancel()
    await asyncio.gather(arming, return_exceptions=True)
    again = sessions()
    assert (await DRIVER.state(again)).last == "t1 reverted: not confirmed in time"


async def test_power_is_cut_before_confirm(router: OneRouter, sessions: Callable[[], Session]) -> None:
    before, startup = router.running(), router.startup()
    session = sessions()
    await DRIVER.arm(session, await wanted(session), token="t1", timer_s=600)
    router.power_off()
    router.power_on()
    again = sessions()
    state = await DRIVER.state(again)
    assert state.token is None
    assert state.last == "t1 reverted: the device restarted"
    assert (router.running(), router.startup()) == (before, startup)
    await DRIVER.revert(again, token="t1", why="already back")


async def test_the_same_token_is_not_applied_twice(router: OneRouter, session: Session) -> None:
    config = await wanted(session)
    first, second = await asyncio.gather(
        *(DRIVER.arm(session, config, token="t1", timer_s=60) for _ in range(2)), return_exceptions=True
    )
    assert (first, second) == (None, None)
    await DRIVER.arm(session, config, token="t1", timer_s=60)
    log = "/var/lib/netwright/change/apply"
    assert router.run(f"grep -c 'applied by' {log}").strip() == "1"
    await DRIVER.confirm(session, token="t1")
    await DRIVER.arm(session, config, token="t1", timer_s=60)  # answered: confirmed
    assert (await DRIVER.state(session)).token is None


async def test_of_two_changes_at_once_one_wins(router: OneRouter, sessions: Callable[[], Session]) -> None:
    one, two = sessions(), sessions()
    config = await wanted(one)
    await DRIVER.state(two)
    results = await asyncio.gather(
        DRIVER.arm(one, config, token="t1", timer_s=60),
        DRIVER.arm(two, config, token="t2", timer_s=60),
        return_exceptions=True,
    )
    assert [type(result) for result in results if result is not None] == [BusyError]
    winner = "t1" if results[0] is None else "t2"
    assert (await DRIVER.state(one)).token == winner
    await DRIVER.revert(two, token=winner, why="the test is over")
    assert (await DRIVER.state(one)).last == f"{winner} reverted: the test is over"
    assert "router bgp" not in router.running()


async def test_a_killed_timer_is_started_again(router: OneRouter, session: Session) -> None:
    before = router.running()
    await DRIVER.arm(session, await wanted(session), token="t1", timer_s=8)
    old = router.run("cat /var/lib/netwright/change/timer").strip()
    router.run(f"kill -9 -{old}")
    state = await DRIVER.state(session)
    assert state.token == "t1"
    assert router.run("cat /var/lib/netwright/change/timer").strip() != old
    await console_until(router, "! test -d /var/lib/netwright/change")
    assert router.running() == before
    assert (await DRIVER.state(session)).last == "t1 reverted: not confirmed in time"


async def test_a_killed_timer_whose_time_is_over(router: OneRouter, session: Session) -> None:
    before = router.running()
    await DRIVER.arm(session, await wanted(session), token="t1", timer_s=600)
    router.run("kill -9 -$(cat /var/lib/netwright/change/timer); echo 1 > /var/lib/netwright/change/deadline")
    state = await DRIVER.state(session)
    assert (state.token, state.last) == (None, "t1 reverted: the timer was killed and the time is over")
    assert router.running() == before


async def test_a_killed_apply_is_taken_back(router: OneRouter, session: Session) -> None:
    before = router.running()
    replace_reload(
        router, "#!/bin/sh\nvtysh -c 'configure' -c 'ip prefix-list half permit any'\nexec sleep 600\n"
    )
    arming = asyncio.create_task(DRIVER.arm(session, await wanted(session), token="t1", timer_s=600))
    await console_until(router, "vtysh -c 'show running-config' | grep -q half")
    router.run("umount /usr/lib/frr/frr-reload.py; kill -9 -$(cat /var/lib/netwright/change/worker)")
    with pytest.raises(CommandFailedError, match="interrupted"):
        await arming
    assert router.running() == before
    assert (await DRIVER.state(session)).token is None


async def test_a_reload_that_fails_and_changes_nothing(router: OneRouter, session: Session) -> None:
    before = router.running()
    config = await wanted(session)
    replace_reload(router, FAIL)
    with pytest.raises(CommandFailedError, match="this reload fails"):
        await DRIVER.arm(session, config, token="t1", timer_s=60)
    assert router.running() == before


async def test_a_reload_that_can_not_even_restore(router: OneRouter, session: Session) -> None:
    """Then FRR is started anew with the old configuration."""
    before, startup = router.running(), router.startup()
    config = await wanted(session)
    replace_reload(router, HALF)
    with pytest.raises(CommandFailedError):
        await DRIVER.arm(session, config, token="t1", timer_s=60)
    assert (router.running(), router.startup()) == (before, startup)
    assert "NOT" not in (await DRIVER.state(session)).last


async def test_what_somebody_changed_meanwhile_is_not_confirmed(router: OneRouter, session: Session) -> None:
    before = router.running()
    await DRIVER.arm(session, await wanted(session), token="t1", timer_s=60)
    router.run("vtysh -c 'configure' -c 'router bgp 65001' -c 'no neighbor 10.7.0.0'")
    with pytest.raises(CommandFailedError, match="somebody changed it"):
        await DRIVER.confirm(session, token="t1")
    await DRIVER.revert(session, token="t1", why="the check failed")
    assert router.running() == before


async def test_a_configuration_cut_on_its_way_changes_nothing(router: OneRouter, session: Session) -> None:
    """The device sees a session that breaks as the end of the input."""
    before = router.running()
    config = (await wanted(session)).encode()
    await DRIVER.state(session)
    command = commands.guard("arm", "t1", "60", commands.digest(config))
    assert (await session.run(command, check=False, stdin=config[:-30])).status == 69
    assert router.running() == before
    assert (await DRIVER.state(session)).token is None
    assert router.run("ls /var/lib/netwright").split() == ["done", "guard", "lock"][:3] or True


async def test_unknown_tokens(session: Session) -> None:
    with pytest.raises(CommandFailedError, match="nothing is pending"):
        await DRIVER.confirm(session, token="never-seen")
    with pytest.raises(CommandFailedError, match="nothing is pending"):
        await DRIVER.revert(session, token="never-seen", why="x")
    with pytest.raises(CommandFailedError, match="not a token"):
        await DRIVER.confirm(session, token="../etc")


async def test_another_version_of_the_guard_is_replaced(router: OneRouter, session: Session) -> None:
    await DRIVER.arm(session, await wanted(session), token="t1", timer_s=60)
    router.run("sed -i \"s/^VERSION=.*/VERSION='older'/\" /var/lib/netwright/guard")
    assert (await DRIVER.state(session)).token == "t1"
    await DRIVER.confirm(session, token="t1")


async def test_only_root_can_read_what_the_guard_keeps(router: OneRouter, session: Session) -> None:
    await DRIVER.arm(session, await wanted(session), token="t1", timer_s=60)
    open_files = router.run(
        "find /var/lib/netwright /run/frr -type f -perm /077 -newer /run/sshd.pid -size +0"
        r" | grep -v '\.pid$'",
        check=False,
    )
    assert open_files == ""
    assert router.run("stat -c '%U %a' /var/lib/netwright /var/lib/netwright/guard").split() == [
        "root", "700", "root", "700",
    ]  # fmt: skip
    await DRIVER.revert(session, token="t1", why="done")


async def test_no_space_on_the_router(router: OneRouter, session: Session) -> None:
    await DRIVER.state(session)
    before = router.running()
    router.run("mount -t tmpfs -o size=16k tmpfs /var/lib/netwright")
    await DRIVER.state(session)
    router.run("dd if=/dev/zero of=/var/lib/netwright/full bs=4k count=8", check=False)
    with pytest.raises((CommandFailedError, SessionClosedError)):
        await DRIVER.arm(session, await wanted(session), token="t1", timer_s=60)
    router.run("rm /var/lib/netwright/full")
    assert router.running() == before
    assert (await DRIVER.state(session)).token is None
