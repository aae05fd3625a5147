"""Generated labs are sound at any size."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.lab.access import make_access
from netwright.lab.generate import generate
from netwright.lab.isp import bird_configuration, frr_configuration
from netwright.lab.topology import NodeType
from netwright.lab.topologyfile import parse_topology


@settings(max_examples=10, deadline=None)
@given(pops=st.integers(1, 60))
def test_a_generated_lab_is_sound(pops: int) -> None:
    topology = generate(pops)
    assert parse_topology(topology.source, "again") == topology
    kinds = [node.type for node in topology.nodes.values()]
    assert kinds.count(NodeType.ROUTER) == 2 + 3 * pops
    assert kinds.count(NodeType.SERVER) == 1 + 2 * pops
    addresses = [address.ip for node in topology.nodes.values() for address in node.addresses.values()]
    assert len(addresses) == len(set(addresses))
    for node in topology.nodes.values():
        if node.gateway:
            assert all(node.gateway in address.network for address in node.addresses.values())
    assert len(topology.uplinks("p01")) == 6


@pytest.mark.parametrize("pops", [0, 61])
def test_sizes_out_of_range(pops: int) -> None:
    with pytest.raises(ValueError, match="POPs"):
        generate(pops)


def test_isps_get_their_passwords_and_peers() -> None:
    topology = generate(2)
    access = make_access("ns", topology.secret_names())
    aurora, borealis = topology.node("isp-aurora"), topology.node("isp-borealis")
    frr, bird = frr_configuration(topology, aurora, access), bird_configuration(topology, borealis, access)
    assert f"neighbor 198.19.0.0 password {access.secrets['isp-aurora-md5'].reveal()}\n" in frr
    assert "neighbor 198.19.0.2 description p01-edge2\n" in frr
    assert f'password "{access.secrets["isp-borealis-md5"].reveal()}";' in bird
    assert "neighbor 198.19.0.4 as 65002;" in bird
    assert access.secrets["isp-aurora-md5"] != access.secrets["isp-borealis-md5"]
