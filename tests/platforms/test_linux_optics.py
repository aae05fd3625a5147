"""What ``ethtool -m`` prints of optics of one lane and of four (ethtool's own names; modules made up)."""

from __future__ import annotations

import pytest

from netwright.platforms.facts import ComponentFact, Found, Limits
from netwright.platforms.linux.optics import optic
from netwright.platforms.linux.shows import further

QSFP = """\
\tIdentifier                                : 0x11 (QSFP28)
\tExtended identifier                       : 0xfc
\tTransceiver codes                         : 0x80 0x00
\tTransceiver type                          : 100G Ethernet: 100G Base-SR4 or 25GBase-SR
\tVendor name                               : EXAMPLE CORP.
\tVendor PN                                 : EX-100G-SR4
\tVendor rev                                : A0
\tVendor SN                                 : X000001
\tLaser output power high alarm threshold   : 3.4673 mW / 5.40 dBm
\tLaser output power low alarm threshold    : 0.0724 mW / -11.40 dBm
\tLaser output power high warning threshold : 1.7378 mW / 2.40 dBm
\tLaser output power low warning threshold  : 0.1445 mW / -8.40 dBm
\tLaser rx power high alarm threshold       : 3.4673 mW / 5.40 dBm
\tLaser bias current high alarm   (Chan 1)  : Off
\tModule temperature                        : 33.13 degrees C / 91.64 degrees F
\tModule voltage                            : 3.2903 V
\tLaser tx bias current (Channel 1)         : 7.276 mA
\tLaser tx bias current (Channel 2)         : 7.300 mA
\tTransmit avg optical power (Channel 1)    : 0.8128 mW / -0.90 dBm
\tTransmit avg optical power (Channel 2)    : 0.8222 mW / -0.85 dBm
\tRcvr signal avg optical power(Channel 1)  : 0.9120 mW / -0.40 dBm
\tRcvr signal avg optical power(Channel 2)  : 0.0000 mW / -inf dBm
"""
SFP = """\
\tIdentifier                                : 0x03 (SFP)
\tVendor name                               : EXAMPLE
\tVendor PN                                 : EX-10G-LR
\tVendor SN                                 : X2
\tLaser bias current                        : 36.036 mA
\tLaser output power                        : 0.5730 mW / -2.42 dBm
\tReceiver signal average optical power     : 0.4943 mW / -3.06 dBm
"""


def test_four_lanes() -> None:
    (found,) = optic("eno1", QSFP).transceivers
    assert (found.vendor, found.part_number, found.serial) == ("EXAMPLE CORP.", "EX-100G-SR4", "X000001")
    assert found.kind == "100G Base-SR4 or 25GBase-SR"
    assert (found.temperature_c, found.voltage_v) == (33.13, 3.2903)
    assert [(one.index, one.rx_dbm, one.tx_dbm, one.bias_ma) for one in found.lanes] == [
        (0, -0.4, -0.9, 7.276),
        (1, None, -0.85, 7.3),
    ]
    assert found.tx_limits == Limits(-11.4, -8.4, 2.4, 5.4)
    assert found.rx_limits == Limits(None, None, None, 5.4)


def test_one_lane() -> None:
    found = optic("eno1", SFP)
    (lane,) = found.transceivers[0].lanes
    assert (lane.index, lane.rx_dbm, lane.tx_dbm, lane.bias_ma) == (0, -3.06, -2.42, 36.036)
    (part,) = found.components
    assert (part.component_class, part.parent, part.part_number) == ("transceiver", "eno1", "EX-10G-LR")


def test_an_empty_cage_is_reported() -> None:
    with pytest.raises(ValueError, match="what kind of module"):
        optic("eno1", "netlink error: Invalid argument\n")


def test_only_ports_of_cards_are_asked() -> None:
    ports = (
        ComponentFact("eno1", "module", "pci 0000:3b:00"),
        ComponentFact("cpu0", "other", "chassis"),
    )
    assert [show.command for show in further(Found(components=ports))] == ["sudo -n ethtool -m eno1"]
