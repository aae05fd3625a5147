"""Facts by questions: both sources, a silent one, plain text in place of JSON, a device that hangs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from netwright.base.errors import DeviceError, DeviceTimeoutError, DeviceUnreachableError
from netwright.device.endpoint import Credentials, Endpoint
from netwright.device.netconf.session import NetconfSession
from netwright.device.session import Reply
from netwright.platforms.arista_eos import shows as eos
from netwright.platforms.asked import AskedFacts
from netwright.platforms.cisco_nxos import shows as nxos
from netwright.platforms.document import document
from netwright.platforms.facts import Found, OperState, System, UserFact
from netwright.platforms.show import Show

VERSION = (
    '{"modelName": "DCS-7050", "version": "4.30.1F", "serialNumber": "JPE1", "memTotal": 100, "memFree": 25}'
)
INTERFACE = "GigabitEthernet0/1 is up, line protocol is up \n  MTU 1500 bytes, BW 1000000 Kbit/sec\n"


class Answering:
    """A session whose device knows these commands. ``dumb``: how it fails at others; its agent is silent."""

    def __init__(self, said: Mapping[str, str], dumb: DeviceError | None = None) -> None:
        self.said = said
        self.dumb = dumb
        self.asked: list[str] = []
        self.endpoint = Endpoint("r1", "192.0.2.1", Credentials(""))

    async def run(
        self, command: str, *, check: bool = True, timeout_s: float | None = None, stdin: bytes | None = None
    ) -> Reply:
        self.asked.append(command)
        if command not in self.said and self.dumb is not None:
            raise self.dumb
        return Reply(command, self.said.get(command, "% Invalid input\n"), "", 0)

    async def put(self, path: str, content: bytes, *, mode: int = 0o600) -> None:
        raise AssertionError

    async def snmp_get(self, oids: Sequence[str]) -> Mapping[str, object]:
        raise DeviceTimeoutError("no SNMP answer", subject="r1")

    async def snmp_walk(self, oid: str) -> Mapping[str, object]:
        raise DeviceTimeoutError("no SNMP answer", subject="r1")

    async def snmp_table(self, columns: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        raise DeviceTimeoutError("no SNMP answer", subject="r1")

    async def netconf(self) -> NetconfSession:
        raise DeviceUnreachableError("speaks no NETCONF", subject=self.endpoint.device)

    async def close(self) -> None: ...


async def test_what_a_device_tells_and_what_it_refuses() -> None:
    facts = await AskedFacts("arista_eos", eos.SHOWS).facts(Answering({"show version | json": VERSION}))
    assert (facts.system.hostname, facts.system.model, facts.system.serial) == ("r1", "DCS-7050", "JPE1")
    assert facts.system.source == "cli: show version | json"
    assert facts.load.memory == 0.75
    assert facts.sources == ("ssh",)
    assert dict(facts.answered).keys() >= {"cli: show version | json", "cli: show bfd peers | json"}
    refused = dict(facts.unparsed)
    assert "refused" in refused["cli: show bfd peers | json"]
    assert "no SNMP answer" in refused["snmp"]
    found = document(facts)
    assert found["system"]["model"] == "DCS-7050"
    assert "cli: show version | json" in found["answered"]


async def test_plain_text_where_the_device_knows_no_json() -> None:
    session = Answering({"show interface": INTERFACE})
    facts = await AskedFacts("cisco_nxos", nxos.SHOWS).facts(session)
    assert [(one.name, one.oper, one.mtu) for one in facts.interfaces] == [
        ("GigabitEthernet0/1", OperState.UP, 1500)
    ]
    assert session.asked.index("show interface") == session.asked.index("show interface | json") + 1
    assert "cli: show interface | json" not in dict(facts.unparsed)


@pytest.mark.parametrize(
    ("failure", "asked"),
    [
        (DeviceUnreachableError("is not there", subject="r1"), 1),
        (DeviceTimeoutError("hangs", subject="r1"), 2),
    ],
)
async def test_a_device_that_does_not_answer_is_left_alone(failure: DeviceError, asked: int) -> None:
    shows = tuple(Show(f"show {n}", _user, ("users",)) for n in range(9))
    session = Answering({}, failure)
    with pytest.raises(type(failure)):
        await AskedFacts("x", shows).facts(session)
    assert len(session.asked) == asked


async def test_a_round_asks_for_less() -> None:
    shows = (
        Show("show interfaces", _user, ("interfaces",)),
        Show("show users", _user, ("users",)),
        Show("show bgp", _user, ("bgp_sessions",)),
    )
    session = Answering({show.command: "ann" for show in shows})
    sample = await AskedFacts("x", shows).sample(session)
    assert session.asked == ["show interfaces", "show bgp"]
    assert sample.interfaces == ()


def _user(answer: str) -> Found:
    return Found(system=System("r9"), users=(UserFact(answer),))
