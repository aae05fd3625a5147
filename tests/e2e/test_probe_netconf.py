"""``netwright probe netconf`` at Debian's netconfd, with the IETF's models."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from netwright.cli.probe import app
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.netconf.session import netconf_session

from .netconf_server import netconf_server, require_netconfd

pytestmark = pytest.mark.e2e

CONFIG = """
<system xmlns="urn:ietf:params:xml:ns:yang:ietf-system"><hostname>fra-spine1</hostname></system>
<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">
  <interface>
    <name>eth0</name><description>to ams</description>
    <type xmlns:t="urn:ietf:params:xml:ns:yang:iana-if-type">t:ethernetCsmacd</type>
    <ipv4 xmlns="urn:ietf:params:xml:ns:yang:ietf-ip">
      <address><ip>198.51.100.1</ip><prefix-length>31</prefix-length></address>
    </ipv4>
  </interface>
</interfaces>
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    require_netconfd()
    modules = ("ietf-system", "iana-if-type", "ietf-interfaces", "ietf-ip")
    with netconf_server(tmp_path_factory.mktemp("nc"), *modules) as endpoint:
        yield endpoint


async def configure(server: Endpoint) -> None:
    async with netconf_session(server, MemoryHostKeys()) as session:
        await session.edit_config(CONFIG)
        await session.commit()


def test_one_document(server: Endpoint, tmp_path: Path) -> None:
    asyncio.run(configure(server))
    key = tmp_path / "key"
    assert server.credentials.private_key is not None
    key.write_text(server.credentials.private_key.reveal())
    where = f"127.0.0.1:{server.ssh_port}"
    arguments = ["netconf", where, "--user", server.credentials.username, "--key", str(key), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.exception
    told = json.loads(result.stdout)
    assert (told["system"]["hostname"], told["system"]["vendor"]) == ("fra-spine1", "unknown")
    assert [(row["name"], row["alias"], row["type"]) for row in told["interfaces"]] == [
        ("eth0", "to ams", "ethernetCsmacd")
    ]
    (address,) = told["addresses"]
    assert (address["address"], address["prefix_length"]) == ("198.51.100.1", 31)
    assert told["problems"] == []
