"""A running Nautobot as a source."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from netwright.exchange.devicetypes.naming import ModelNames
from netwright.exchange.nautobot import links, numbers, people
from netwright.exchange.nautobot.circuits import circuits
from netwright.exchange.nautobot.contexts import contexts
from netwright.exchange.nautobot.devices import Devices
from netwright.exchange.nautobot.ground import Ground
from netwright.exchange.nautobot.models import models, software
from netwright.exchange.nautobot.places import Places, power, racks
from netwright.exchange.remote.contexts import local_contexts
from netwright.exchange.remote.drafting import Drafting
from netwright.exchange.remote.reading import ListReader
from netwright.exchange.remote.report import Homeless
from netwright.intent.source import Drafts

NEEDED = "dcim/locations"
"""The list without which nothing can be taken."""
ASKING = "&depth=0&exclude_m2m=false"
"""References as ids, and lists of them too: names come from their own lists, read once."""
HOMELESS = (
    "dcim/rack-reservations",
    "dcim/virtual-device-contexts",
    "dcim/interface-redundancy-groups",
    "dcim/controllers",
    "ipam/ip-address-ranges",
    "ipam/services",
    "circuits/provider-networks",
    "cloud/cloud-accounts",
    "cloud/cloud-networks",
    "cloud/cloud-services",
    "virtualization/clusters",
    "virtualization/virtual-machines",
    "wireless/wireless-networks",
    "vpn/vpns",
    "vpn/vpn-tunnels",
    "load-balancers/virtual-servers",
    "extras/computed-fields",
    "extras/relationships",
    "extras/dynamic-groups",
    "extras/notes",
)
"""Lists of which nothing is taken. Secrets are not even counted."""


class Nautobot:
    """Everything of a Nautobot that has a home here. It is said literally: it names each part itself."""

    def __init__(self, reader: ListReader) -> None:
        self._reader = reader

    @property
    def files(self) -> Sequence[str]:
        return [self._reader.url]

    def drafts(self, session: Session) -> Drafts:
        homeless = Homeless()
        tags: dict[str, str] = {}
        drafting = Drafting(
            self._reader.all,
            homeless,
            lambda answer: [tags[tag["id"]] for tag in answer["tags"] if tag["id"] in tags],
        )
        ground = Ground(drafting)
        ground.words()
        people.labels(ground, tags)
        people.contacts(ground)
        places = Places(ground)
        places.put()
        racks(ground, places)
        power(ground, places)
        models(ground, ModelNames(session))
        software(ground)
        self._network(ground, places)
        contexts(ground, places)
        local_contexts(drafting)
        drafts = drafting.finish()
        homeless.whole_lists(self._reader, HOMELESS)
        return Drafts(drafts, homeless.problems(), literal=True, lists=homeless.lists())

    @staticmethod
    def _network(ground: Ground, places: Places) -> None:
        numbers.vrfs(ground)
        numbers.vlans(ground, places)
        tables = numbers.prefixes(ground, places)
        circuits(ground, places)
        people.associations(ground, places)
        devices = Devices(ground, places)
        devices.devices()
        devices.modules()
        devices.items()
        devices.ports()
        links.interfaces(ground, devices)
        links.addresses(ground, devices, tables)
        links.cables(ground)
