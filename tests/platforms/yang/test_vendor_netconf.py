"""A Junos that answers some of its RPCs over real SSH: its own words are told beside the open models."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from lxml import etree
from lxml.etree import _Element
from tests.device.conftest import Router, endpoint
from tests.device.netconf.server import Server, reply

from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.netconf.framing import framed
from netwright.device.netconf.session import netconf_session
from netwright.device.netconf.xml import BASE
from netwright.platforms.yang.probe import netconf_facts

JUNOS = "http://xml.juniper.net/netconf/junos/1.0"
ANSWERS = {
    "get-software-information": """<software-information xmlns="http://xml.juniper.net/junos/23.4R1/junos">
      <host-name>fra-edge1</host-name><product-model>mx204</product-model>
      <junos-version>23.4R1.9</junos-version></software-information>""",
    "get-chassis-inventory": """<chassis-inventory xmlns="http://xml.juniper.net/junos/23.4R1/junos-chassis">
      <chassis><name>Chassis</name><serial-number>BB0001</serial-number><description>MX204</description>
      <chassis-module><name>PEM 0</name><part-number>740-070749</part-number>
      <serial-number>1EDV0001</serial-number><description>JPSU-650W-AC-AO</description></chassis-module>
      </chassis></chassis-inventory>""",
}
REFUSED = """<rpc-error><error-type>protocol</error-type><error-tag>operation-failed</error-tag>
<error-severity>error</error-severity><error-message>syntax error</error-message></rpc-error>"""


@pytest.fixture
async def router() -> AsyncIterator[Router]:
    router = Router()
    await router.start()
    yield router
    await router.stop()


async def test_junos_own_questions_are_asked(router: Router) -> None:
    def answer(number: str, request: _Element) -> bytes:
        name = etree.QName(request).localname
        return reply(number, "<ok/>" if name == "close-session" else ANSWERS.get(name, REFUSED))

    server = Server("capability:candidate:1.0")
    told = (
        f'<hello xmlns="{BASE}"><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability>'
        f"<capability>{JUNOS}</capability></capabilities><session-id>7</session-id></hello>"
    )
    server.hello = framed(told.encode(), chunked=False)
    server.answer = answer
    router.handler = server
    async with netconf_session(endpoint(router.port), MemoryHostKeys()) as session:
        facts = await netconf_facts(session, "fra-edge1", 1_700_000_000.0)
    system = facts.system
    assert (system.vendor, system.os, system.os_version, system.model, system.serial) == (
        "Juniper",
        "junos",
        "23.4R1.9",
        "MX204",
        "BB0001",
    )
    assert ("PEM 0", "1EDV0001") in {(part.name, part.serial) for part in facts.components}
    problems = dict(facts.unparsed)
    assert "syntax error" in problems["netconf: get-arp-table-information"]
    assert "netconf: get-chassis-inventory" not in problems
