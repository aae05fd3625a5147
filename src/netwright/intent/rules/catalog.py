"""The rules, and asking all of them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from netwright.intent.rules import (
    addressing,
    bundling,
    cabling,
    fitting,
    labels,
    placing,
    power,
    redundancy,
    routing,
    values,
)
from netwright.intent.rules.platform import managed_without_platform, unknown_platform
from netwright.intent.rules.rule import Rule, Touched
from netwright.store.delta import Change
from netwright.store.problem import Problem

RULES: tuple[Rule, ...] = (
    Rule("value-out-of-form", tuple({form.kind for form in values.FORMS}), values.out_of_form),
    Rule("interface-name-unfit-for-platform", ("interface", "device"), values.unfit_for_platform),
    Rule("unknown-tag", labels.LABELLED, labels.unknown_tag),
    Rule("custom-field-value", labels.LABELLED, labels.custom_fields),
    Rule("custom-field-of-no-kind", ("custom_field",), labels.custom_field_of_no_kind),
    Rule("unknown-platform", ("device",), unknown_platform),
    Rule("attachment-of-one-object", ("attachment",), labels.attachment_of_one),
    Rule("managed-without-platform", ("device",), managed_without_platform),
    Rule("region-circle", ("region",), placing.region_circle),
    Rule("rack-misplaced", ("device", "rack", "model"), placing.rack_misplaced),
    Rule("position-without-rack", ("device",), placing.position_without_rack),
    Rule("unlike-in-redundancy-group", ("device",), placing.unlike_in_group),
    Rule("prefixes-overlap", ("prefix",), addressing.overlapping_prefixes),
    Rule("service-prefix-without-site", ("prefix",), routing.prefixes_without_site),
    Rule("address-used-twice", ("address", "device"), addressing.address_used_twice),
    Rule("outside-its-prefixes", ("device", "prefix"), addressing.outside_its_prefixes, back=("prefix",)),
    Rule(
        "service-address-elsewhere",
        ("appliance", "address"),
        addressing.service_address_elsewhere,
        back=("address",),
    ),
    Rule("cable-end-unclear", ("cable",), cabling.ends_are_one_thing),
    Rule("cable-end-used-twice", ("cable",), cabling.end_used_twice),
    Rule(
        "cable-ends-in-different-subnets",
        ("cable", "address", "interface"),
        cabling.ends_in_different_subnets,
        back=("address",),
    ),
    Rule("bundle-members", ("interface",), bundling.lag_members),
    Rule("parent-interface", ("interface",), bundling.parents),
    Rule("model-of-other-form", ("component", "device", "model"), fitting.model_form),
    Rule("bay-of-other-device", ("bay", "component"), fitting.bay_occupied),
    Rule("vlan-outside-group", ("vlan", "vlan_group"), fitting.vlan_outside_group),
    Rule("prefix-off-its-vlan", ("prefix", "vlan", "vlan_group"), fitting.prefix_off_its_vlan),
    Rule("address-off-its-vrf", ("address", "interface"), fitting.address_off_its_vrf),
    Rule("circuit-in-one-site", ("circuit", "circuit_end"), fitting.circuit_ends),
    Rule("asset-in-two-places", ("asset",), fitting.asset_in_two_places),
    Rule("power-feed-overdrawn", ("power_feed", "cable", "port", "device"), power.overdrawn_feeds),
    Rule(
        "group-not-redundant",
        ("device", "cable", "circuit", "circuit_end"),
        redundancy.not_redundant,
    ),
    Rule("session-isp", ("bgp_session", "isp"), routing.isp_mismatch),
    Rule(
        "session-broken",
        ("bgp_session", "device", "address", "interface"),
        routing.broken_sessions,
        back=("bgp_session", "device", "address"),
    ),
)


def check(session: Session, changes: Collection[Change]) -> list[Problem]:
    """Everything that is wrong with the merged state around what ``changes`` made of it."""
    around = Touched(session, changes)
    asked = (rule for rule in RULES if rule.concerned(around))
    return [problem for rule in asked for problem in rule.find(around)]
