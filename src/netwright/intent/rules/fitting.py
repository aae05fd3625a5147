"""Things that must fit into others: modules into bays, VLANs into groups, circuits between sites, pieces of
hardware into one place."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from netwright.intent.rules.rule import Touched, rows_in
from netwright.inventory import (
    Asset,
    Bay,
    Circuit,
    CircuitEnd,
    Component,
    Device,
    Interface,
    InterfaceAddress,
    Model,
    Prefix,
    Vlan,
    VlanGroup,
)
from netwright.inventory.component import AssetStatus
from netwright.inventory.hardware import ModelForm
from netwright.inventory.partner import CircuitStatus, CircuitType
from netwright.store.problem import Problem, Severity


def model_form(touched: Touched) -> Iterator[Problem]:
    """A component's model is a module's; a device's is a device's."""
    for kind, record, wanted in (
        ("component", Component, ModelForm.MODULE),
        ("device", Device, ModelForm.DEVICE),
    ):
        query = (
            select(record.id, Model.name, Model.form)
            .join(Model, Model.id == record.model_id)
            .where(Model.form != wanted)
        )
        found = {tuple(row) for row in rows_in(touched.session, query, record.id, touched.ids(kind))}
        found |= {tuple(row) for row in rows_in(touched.session, query, Model.id, touched.ids("model"))}
        for object_id, name, form in sorted(found):
            message = f"model {name} is a model of {form}, expected one of {wanted}"
            yield touched.problem(kind, object_id, message, "model")


def bay_occupied(touched: Touched) -> Iterator[Problem]:
    """What is in a bay, and what carries it, belongs to the bay's device."""
    components = touched.ids("component")
    if not components and not touched.ids("bay"):
        return
    inside, carrier = aliased(Component), aliased(Component)
    query = (
        select(Bay.id, Bay.device_id, inside.device_id, carrier.device_id, Bay.component_id, Bay.carrier_id)
        .outerjoin(inside, inside.id == Bay.component_id)
        .outerjoin(carrier, carrier.id == Bay.carrier_id)
        .where(or_(inside.device_id != Bay.device_id, carrier.device_id != Bay.device_id))
    )
    found = {tuple(row) for row in rows_in(touched.session, query, Bay.id, touched.ids("bay"))}
    for column in (Bay.component_id, Bay.carrier_id):
        found |= {tuple(row) for row in rows_in(touched.session, query, column, components)}
    for bay, device, inside_of, carried_by, component, carrier_id in sorted(found, key=lambda row: row[0]):
        for owner, part, field in ((inside_of, component, "component"), (carried_by, carrier_id, "carrier")):
            if owner is not None and owner != device:
                name = touched.key("component", part)
                yield touched.problem("bay", bay, f"{name} is a component of another device", field)


def vlan_outside_group(touched: Touched) -> Iterator[Problem]:
    """A VLAN's number lies in the range of its group."""
    query = (
        select(Vlan.id, Vlan.number, VlanGroup.lowest, VlanGroup.highest)
        .join(VlanGroup, VlanGroup.id == Vlan.vlan_group_id)
        .where(or_(Vlan.number < VlanGroup.lowest, Vlan.number > VlanGroup.highest))
    )
    found = {tuple(row) for row in rows_in(touched.session, query, Vlan.id, touched.ids("vlan"))}
    found |= {tuple(row) for row in rows_in(touched.session, query, VlanGroup.id, touched.ids("vlan_group"))}
    for vlan, number, lowest, highest in sorted(found):
        message = f"number {number} is outside its group's {lowest} to {highest}"
        yield touched.problem("vlan", vlan, message, "number")


def prefix_off_its_vlan(touched: Touched) -> Iterator[Problem]:
    """A prefix on a VLAN of a site is of that site."""
    query = (
        select(Prefix.id, Prefix.site_id, VlanGroup.site_id)
        .join(Vlan, Vlan.id == Prefix.vlan_id)
        .join(VlanGroup, VlanGroup.id == Vlan.vlan_group_id)
        .where(VlanGroup.site_id.is_not(None), Prefix.site_id != VlanGroup.site_id)
    )
    found = {tuple(row) for row in rows_in(touched.session, query, Prefix.id, touched.ids("prefix"))}
    found |= {tuple(row) for row in rows_in(touched.session, query, Vlan.id, touched.ids("vlan"))}
    found |= {tuple(row) for row in rows_in(touched.session, query, VlanGroup.id, touched.ids("vlan_group"))}
    for prefix, _, site in sorted(found):
        message = f"its VLAN is of site {touched.key('site', site)}"
        yield touched.problem("prefix", prefix, message, "vlan")


def circuit_ends(touched: Touched) -> Iterator[Problem]:
    """A circuit comes out at two places that are not one; only between rooms of a site it may."""
    a, z = aliased(CircuitEnd), aliased(CircuitEnd)
    query = (
        select(Circuit.id, a.site_id)
        .join(a, a.circuit_id == Circuit.id)
        .join(z, (z.circuit_id == Circuit.id) & (z.id > a.id))
        .where(
            Circuit.status != CircuitStatus.TERMINATED,
            a.site_id == z.site_id,
            Circuit.circuit_type != CircuitType.CROSS_CONNECT,
        )
    )
    found = {tuple(row) for row in rows_in(touched.session, query, Circuit.id, touched.ids("circuit"))}
    found |= {tuple(row) for row in rows_in(touched.session, query, a.id, touched.ids("circuit_end"))}
    found |= {tuple(row) for row in rows_in(touched.session, query, z.id, touched.ids("circuit_end"))}
    for circuit, site in sorted(found):
        message = f"both ends come out in site {touched.key('site', site)}"
        yield touched.problem("circuit", circuit, message, severity=Severity.WARNING)


def asset_in_two_places(touched: Touched) -> Iterator[Problem]:
    """A piece of hardware that is in use is in a device; one that is not lies on a shelf, and no device has
    its serial number then."""
    query = select(Asset.id, Asset.status, Asset.device_id, Asset.component_id, Asset.serial)
    for row in rows_in(touched.session, query, Asset.id, touched.ids("asset")):
        placed = row.device_id is not None or row.component_id is not None
        if row.status is AssetStatus.IN_USE and not placed:
            yield touched.problem("asset", row.id, "is in use, expected the device that it is in", "device")
        elif row.status in (AssetStatus.STOCK, AssetStatus.ORDERED, AssetStatus.RETIRED) and placed:
            yield touched.problem("asset", row.id, f"is of status {row.status}, but in a device", "status")


def address_off_its_vrf(touched: Touched) -> Iterator[Problem]:
    """An address is in the routing table of its interface, when both say one."""
    query = (
        select(InterfaceAddress.id, Interface.vrf_id)
        .join(Interface, Interface.id == InterfaceAddress.interface_id)
        .where(InterfaceAddress.vrf_id != Interface.vrf_id)
    )
    found = {
        tuple(row) for row in rows_in(touched.session, query, InterfaceAddress.id, touched.ids("address"))
    }
    found |= {tuple(row) for row in rows_in(touched.session, query, Interface.id, touched.ids("interface"))}
    for one, vrf in sorted(found):
        message = f"its interface is in VRF {touched.key('vrf', vrf)}"
        yield touched.problem("address", one, message, "vrf")
