"""Interface names of Cisco's systems, short and long: ``Gi0/1`` is ``GigabitEthernet0/1``."""

from __future__ import annotations

import re

_LONG = {
    "et": "Ethernet", "eth": "Ethernet", "fa": "FastEthernet", "gi": "GigabitEthernet",
    "gig": "GigabitEthernet",
    "tw": "TwoGigabitEthernet", "fi": "FiveGigabitEthernet", "te": "TenGigabitEthernet",
    "ten": "TenGigabitEthernet", "twe": "TwentyFiveGigE", "fo": "FortyGigabitEthernet", "fif": "FiftyGigE",
    "hu": "HundredGigE", "hun": "HundredGigE", "fh": "FourHundredGigE", "po": "Port-channel",
    "be": "Bundle-Ether", "lo": "Loopback", "tu": "Tunnel", "vl": "Vlan", "se": "Serial", "mg": "MgmtEth",
    "mgmt": "mgmt", "nu": "Null", "bd": "BDI", "ma": "Management", "ap": "AppGigabitEthernet", "nve": "nve",
}  # fmt: skip
_NXOS = {"Port-channel": "port-channel", "Loopback": "loopback"}
_PARTS = re.compile(r"^([A-Za-z-]+?) ?(\d.*)$")


def full(name: str, *, nxos: bool = False) -> str:
    """The long name; one that is none of these is left as it is."""
    match = _PARTS.match(name.strip())
    if match is None:
        return name.strip()
    kind = _LONG.get(match[1].lower(), match[1])
    return (_NXOS.get(kind, kind) if nxos else kind) + match[2]
