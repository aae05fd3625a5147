"""Answers of several sources of one device made one: nothing twice, nothing lost, each with its source."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.platforms.facts import (
    AddressFact,
    BgpSessionFact,
    BgpState,
    ComponentFact,
    DeviceFacts,
    InterfaceFact,
    NeighborFact,
    OperState,
    System,
)
from netwright.platforms.facts.sources import merged, same_ports, stamped


def port(name: str, **more: object) -> InterfaceFact:
    return InterfaceFact(name, True, OperState.UP, **more)  # type: ignore[arg-type]


def told(source: str, at: float = 1.0, **more: object) -> DeviceFacts:
    values: dict[str, object] = {"device": "r1", "platform": "unknown", "observed_at": at} | more
    return DeviceFacts(sources=(source,), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ([port("Ethernet1")], [port("Ethernet1")], {"Ethernet1": "Ethernet1"}),
        ([port("GigabitEthernet0/1")], [port("Gi0/1")], {"Gi0/1": "GigabitEthernet0/1"}),
        ([port("Gi0/1")], [port("x", label="GigabitEthernet0/1")], {"x": "Gi0/1"}),
        ([port("eth0", mac="aa:bb")], [port("2", mac="AA:BB")], {"2": "eth0"}),
        ([port("eth0", mac="aa:bb"), port("eth1", mac="aa:bb")], [port("2", mac="aa:bb")], {}),
        ([port("Te0/1")], [port("Gi0/1")], {}),
        ([port("Gi0/1"), port("Gi0/11")], [port("GigabitEthernet0/11")], {"GigabitEthernet0/11": "Gi0/11"}),
        ([port("Gi0/1")], [port("Gi0/1"), port("GigabitEthernet0/1")], {"Gi0/1": "Gi0/1"}),
    ],
)
def test_a_port_is_known_by_its_name_in_other_words(
    ours: list[InterfaceFact], theirs: list[InterfaceFact], same: dict[str, str]
) -> None:
    assert same_ports(ours, theirs) == same


def test_the_first_source_counts_and_the_other_fills_it() -> None:
    cli = told(
        "ssh",
        system=System("r1", serial="A1", source="cli: show version"),
        interfaces=(port("GigabitEthernet0/1", mtu=9000),),
        addresses=(AddressFact("GigabitEthernet0/1", ipaddress.ip_interface("192.0.2.1/31")),),
        components=(ComponentFact("Chassis", "chassis", serial="A1"),),
        neighbors=(NeighborFact("GigabitEthernet0/1", "r2", "Gi0/2"),),
    )
    agent = told(
        "snmp",
        2.0,
        system=System("other", serial="B2", sys_descr="words"),
        interfaces=(port("Gi0/1", mtu=1500, if_index=7), port("Null0")),
        addresses=(
            AddressFact("Gi0/1", ipaddress.ip_interface("192.0.2.1/24"), prefix_known=False),
            AddressFact("Gi0/1", ipaddress.ip_interface("2001:db8::1/64")),
            AddressFact("Null0", ipaddress.ip_interface("198.51.100.1/32")),
        ),
        components=(ComponentFact("Rack 0", "chassis", serial="A1", model="NCS"),),
        neighbors=(NeighborFact("Gi0/1", "r2.example", "Gi0/2", remote_address="192.0.2.9"),),
    )
    found = merged([cli, agent])
    assert (found.system.hostname, found.system.serial, found.system.sys_descr) == ("r1", "A1", "words")
    (interface,) = found.interfaces
    assert (interface.name, interface.mtu, interface.if_index) == ("GigabitEthernet0/1", 9000, 7)
    assert [str(one.address) for one in found.addresses] == ["192.0.2.1/31", "2001:db8::1/64"]
    assert {one.interface for one in found.addresses} == {"GigabitEthernet0/1"}
    assert [(one.name, one.model) for one in found.components] == [("Chassis", "NCS")]
    assert [(one.remote_device, one.remote_address) for one in found.neighbors] == [("r2", "192.0.2.9")]
    assert found.sources == ("snmp", "ssh")
    assert dict(found.answered) == {"ssh": 1.0, "snmp": 2.0}


def test_a_guessed_length_gives_way_to_one_that_was_told() -> None:
    guessed = AddressFact("e1", ipaddress.ip_interface("10.0.0.1/8"), prefix_known=False)
    known = AddressFact("e1", ipaddress.ip_interface("10.0.0.1/31"))
    for parts in ([guessed, known], [known, guessed]):
        first, second = (told(source, addresses=(one,)) for source, one in zip("ab", parts, strict=True))
        (found,) = merged([first, second]).addresses
        assert (str(found.address), found.prefix_known) == ("10.0.0.1/31", True)


def test_what_could_not_be_read_is_kept_of_both() -> None:
    found = merged([told("ssh", unparsed=(("x", "?"),)), told("snmp", unparsed=(("y", "!"),))])
    assert found.unparsed == (("x", "?"), ("y", "!"))


_NAMES = st.sampled_from(["Gi0/1", "GigabitEthernet0/1", "Gi0/2", "Ethernet1", "1", "lo", "Null0"])
_PORTS = st.lists(st.builds(port, _NAMES), max_size=5, unique_by=lambda one: one.name)
_SESSIONS = st.lists(
    st.builds(
        lambda last, state: BgpSessionFact(ipaddress.ip_address(f"192.0.2.{last}"), 65000, state),
        st.integers(1, 5),
        st.sampled_from(list(BgpState)),
    ),
    max_size=4,
    unique_by=lambda one: one.remote_address,
)
_PARTS = st.lists(
    st.builds(
        ComponentFact,
        st.sampled_from(["Chassis", "Slot 1", "Slot 2"]),
        st.just("module"),
        serial=st.sampled_from([None, "S1", "S2", "S3"]),
    ),
    max_size=3,
    unique_by=lambda one: one.name,
)
_FACTS = st.builds(
    lambda source, ports, sessions, parts: told(
        source, interfaces=tuple(ports), bgp_sessions=tuple(sessions), components=tuple(parts)
    ),
    st.sampled_from(["ssh", "snmp", "netconf"]),
    _PORTS,
    _SESSIONS,
    _PARTS,
)


@settings(deadline=None)
@given(_FACTS, _FACTS)
def test_nothing_stands_twice_and_no_session_is_lost(one: DeviceFacts, other: DeviceFacts) -> None:
    found = merged([one, other])
    names = [fact.name for fact in found.interfaces]
    assert len(names) == len(set(names))
    assert set(names) == {fact.name for fact in one.interfaces or other.interfaces}
    remotes = [fact.remote_address for fact in found.bgp_sessions]
    assert sorted(remotes) == sorted(
        {fact.remote_address for fact in (*one.bgp_sessions, *other.bgp_sessions)}
    )
    serials = {fact.serial for fact in found.components if fact.serial}
    assert len(serials) >= max(
        len({fact.serial for fact in facts.components if fact.serial}) for facts in (one, other)
    )
    sources = {fact.source for fact in found.interfaces} | {fact.source for fact in found.bgp_sessions}
    assert sources <= dict(found.answered).keys()


@settings(deadline=None)
@given(_FACTS)
def test_an_answer_beside_itself_is_itself(one: DeviceFacts) -> None:
    assert merged([one, one]) == stamped(one)
