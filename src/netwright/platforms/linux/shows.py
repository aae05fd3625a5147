"""What is asked of any Linux machine, whatever routes on it. Programs that are not there tell nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from netwright.platforms.facts import Found
from netwright.platforms.linux import forwarding, hardware, links, lldp, optics, system
from netwright.platforms.show import Show

LINKS = Show(links.IP_ADDRESSES, links.told, ("interfaces", "addresses", "lags", "vlans"))
LLDP = Show(lldp.LLDP_NEIGHBORS, lldp.found, ("neighbors",))
SHOWS = (
    LINKS,
    Show(system.RELEASE, system.release, ("system",), optional=True),
    Show(system.KERNEL, system.kernel, ("system",), optional=True),
    Show(system.UPTIME, system.uptime, ("system",), optional=True),
    Show(system.BOOTS, system.boots, ("system",), optional=True),
    Show(system.PROCESSORS, system.processors, ("load",), optional=True),
    Show(system.MEMORY, system.memory, ("load",), optional=True),
    Show(system.ACCOUNTS, system.accounts, ("users",), optional=True),
    Show(system.GROUPS, system.groups, ("users",), optional=True),
    Show(system.CHRONY, system.chrony, ("ntp",), optional=True),
    Show(system.NTPQ, system.ntpq, ("ntp",), optional=True),
    Show(system.TIMESYNC, system.timesync, ("ntp",), optional=True),
    Show(forwarding.NEIGHBOURS, forwarding.neighbours, ("arp",), optional=True),
    Show(forwarding.MACS, forwarding.macs, ("macs",), optional=True),
    Show(forwarding.VLANS, forwarding.vlans, ("vlans",), optional=True),
    Show(hardware.DMI, hardware.dmi, ("system", "components"), optional=True),
    Show(hardware.DMI_SERIAL, hardware.dmi_serial, ("system", "components"), optional=True),
    Show(hardware.PROCESSOR, hardware.processor, ("components",), optional=True),
    Show(hardware.DISKS, hardware.disks, ("components",), optional=True),
    Show(hardware.CARDS, hardware.cards, ("components",), optional=True),
    Show(hardware.PORTS, hardware.ports, ("interfaces", "components"), optional=True),
    Show(hardware.READINGS, hardware.readings, ("sensors",), optional=True),
)


def further(found: Found) -> Iterator[Show]:
    """What is asked of what the first answers told of: the optic of each port of a network card."""
    for part in found.components:
        if part.component_class == "module" and (part.parent or "").startswith("pci "):
            command = optics.question(part.name)
            yield Show(
                command, partial(optics.optic, part.name), ("transceivers", "components"), optional=True
            )
