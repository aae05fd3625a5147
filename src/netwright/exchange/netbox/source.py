"""A running NetBox as a source."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from netwright.exchange.devicetypes.naming import ModelNames
from netwright.exchange.netbox.circuits import circuits
from netwright.exchange.netbox.contexts import contexts
from netwright.exchange.netbox.devices import devices, inside
from netwright.exchange.netbox.links import addresses, cables, interfaces
from netwright.exchange.netbox.models import models
from netwright.exchange.netbox.numbers import numbers
from netwright.exchange.netbox.people import assignments, contacts, labels
from netwright.exchange.netbox.places import places
from netwright.exchange.remote.contexts import local_contexts
from netwright.exchange.remote.drafting import Drafting
from netwright.exchange.remote.reading import ListReader
from netwright.exchange.remote.report import Homeless
from netwright.intent.source import Drafts

NEEDED = "dcim/sites"
"""The list without which nothing can be taken."""
HOMELESS = (
    "dcim/site-groups",
    "dcim/rack-reservations",
    "dcim/virtual-device-contexts",
    "tenancy/tenants",
    "ipam/rirs",
    "ipam/ip-ranges",
    "ipam/fhrp-groups",
    "ipam/services",
    "circuits/provider-networks",
    "circuits/virtual-circuits",
    "virtualization/clusters",
    "virtualization/virtual-machines",
    "wireless/wireless-lans",
    "vpn/tunnels",
    "vpn/l2vpns",
    "tenancy/contact-groups",
    "dcim/mac-addresses",
    "extras/journal-entries",
)
"""Lists of which nothing is taken."""


class NetBox:
    """Everything of a NetBox that has a home here. It is said literally: NetBox names each part itself."""

    def __init__(self, reader: ListReader) -> None:
        self._reader = reader

    @property
    def files(self) -> Sequence[str]:
        return [self._reader.url]

    def drafts(self, session: Session) -> Drafts:
        homeless = Homeless()
        drafting = Drafting(
            self._reader.all, homeless, lambda answer: [tag["slug"] for tag in answer["tags"]]
        )
        labels(drafting)
        contacts(drafting)
        places(drafting)
        models(drafting, ModelNames(session))
        for step in (numbers, circuits, assignments, devices, inside, interfaces, addresses, cables):
            step(drafting)
        contexts(drafting)
        local_contexts(drafting)
        drafts = drafting.finish()
        homeless.whole_lists(self._reader, HOMELESS)
        return Drafts(drafts, homeless.problems(), literal=True, lists=homeless.lists())
