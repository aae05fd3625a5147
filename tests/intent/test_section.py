"""Context data that is checked: what it may be, and what is said of what it may not be."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from netwright.base.errors import InputError
from netwright.intent.neutral import AccessAction, NtpServer, PortRange
from netwright.intent.section import EMPTY, sections


def test_what_people_may_leave_out() -> None:
    said = sections(
        "r1",
        {
            "ntp": {"servers": ["192.0.2.1", {"host": "a.example", "prefer": True}]},
            "access_lists": {
                "b": {"entries": [{"action": "permit"}]},
                "a": {
                    "entries": {
                        "100": {"action": "deny"},
                        "20": {
                            "action": "permit",
                            "protocol": "tcp",
                            "source": "10.0.0.0/8",
                            "destination_ports": [22, "80-90"],
                        },
                    }
                },
            },
            "qos": {"classes": {"voice": {"dscp": ["ef", 40]}}},
            "mine": {"whatever": 1},
        },
    )
    assert said.ntp.servers == (NtpServer("192.0.2.1"), NtpServer("a.example", prefer=True))
    assert [one.name for one in said.access_lists] == ["a", "b"]
    first, last = said.access_lists[0].entries
    assert (first.sequence, last.sequence, last.action) == (20, 100, AccessAction.DENY)
    assert first.source == ip_network("10.0.0.0/8")
    assert first.destination_ports == (PortRange(22, 22), PortRange(80, 90))
    assert said.access_lists[1].entries[0].sequence == 10
    assert said.qos.classes[0].dscp == (46, 40)
    assert sections("r1", {"mine": 1}) is EMPTY


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"ntp": {"trusted": True}}, "ntp.trusted: there is no such key"),
        ({"ntp": {"servers": "192.0.2.1"}}, "ntp.servers: should be a list"),
        ({"ntp": 3}, "ntp: should be a mapping"),
        ({"ntp": {"servers": [{"host": "a b"}]}}, "ntp.servers.0.host: should be an address or a DNS name"),
        ({"snmp": {"communities": [{}]}}, "snmp.communities.0.secret: is missing"),
        ({"snmp": {"users": {"u": {"auth": "x"}}}}, "snmp.users.u.auth: input should be 'md5'"),
        ({"logging": {"hosts": [{"host": "h", "port": 0}]}}, "logging.hosts.0.port: input should be greater"),
        (
            {
                "access_lists": {
                    "z": {"entries": {"5": {"action": "permit"}, "10": {"action": "deny", "source": "x"}}}
                }
            },
            "access_lists.z.entries.10.source: input is not a valid IPv4 network / input is not a valid IPv6",
        ),
        (
            {"access_lists": {"a": {}, "z": {"entries": [{"action": "permit", "source": "::/0"}]}}},
            "access_lists.z: entry 10 has a prefix that is not IPv4",
        ),
        (
            {"access_lists": {"a": {"entries": [{"action": "permit", "destination_ports": 80}]}}},
            "access_lists.a: entry 10 has ports, so its protocol should be tcp or udp",
        ),
        (
            {"static_routes": [{"prefix": "10.0.0.0/8"}]},
            "static_routes.0: route 10.0.0.0/8 needs a next hop or an interface",
        ),
        ({"system": {"login_banner": "a\x1bb"}}, "system.login_banner: should have no control characters"),
        ({"interfaces": {"r": {"qos_in": "a b"}}}, "interfaces.r.qos_in: should be one word"),
    ],
)
def test_errors_name_device_key_and_what_was_expected(context: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError) as error:
        sections("r1", context)
    assert error.value.subject == "r1"
    assert f"not as expected at {expected}" in str(error.value)
