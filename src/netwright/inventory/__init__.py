"""What there is and where: the wanted objects of the network.

Main path: ``place`` -> ``device`` -> ``routing``. ``KINDS`` lists every kind in order of reference.
"""

from netwright.inventory.addressing import InterfaceAddress, Prefix
from netwright.inventory.device import Appliance, Cable, Component, Device, Interface
from netwright.inventory.hardware import Manufacturer, Model, ModelComponent, ModelInterface
from netwright.inventory.place import Rack, Region, Site
from netwright.inventory.routing import Asn, BgpSession, ClientPrefix, Isp
from netwright.store.kind import Kinds

KINDS = Kinds(
    (
        Region,
        Site,
        Rack,
        Manufacturer,
        Model,
        ModelComponent,
        ModelInterface,
        Asn,
        Isp,
        ClientPrefix,
        Device,
        Component,
        Interface,
        Cable,
        Prefix,
        InterfaceAddress,
        BgpSession,
        Appliance,
    )
)

__all__ = [
    "KINDS",
    "Appliance",
    "Asn",
    "BgpSession",
    "Cable",
    "ClientPrefix",
    "Component",
    "Device",
    "Interface",
    "InterfaceAddress",
    "Isp",
    "Manufacturer",
    "Model",
    "ModelComponent",
    "ModelInterface",
    "Prefix",
    "Rack",
    "Region",
    "Site",
]
