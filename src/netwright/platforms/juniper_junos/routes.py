"""Junos: routing tables, and how many routes each holds."""

from __future__ import annotations

from netwright.platforms import markup, values
from netwright.platforms.facts import Found, PathFact, RouteFact, RouteSummary
from netwright.platforms.markup import Element
from netwright.platforms.records import Rows

_PROTOCOLS = {"direct": "connected", "is-is": "isis", "access-internal": "access"}
_FAMILIES = {"inet": "ipv4", "inet6": "ipv6"}


def summary(answer: str) -> Found:
    """``show route summary``."""
    rows = Rows()
    tables = markup.document(answer, "route-summary-information").below("route-table")
    found = rows.of("table", tables, _counts)
    return Found(route_summary=tuple(one for group in found for one in group), unparsed=rows.unparsed)


def _counts(said: Element) -> tuple[RouteSummary, ...]:
    instance, family = _table(said)
    if family not in _FAMILIES:
        return ()
    return tuple(
        RouteSummary(
            _FAMILIES[family], _protocol(one.need("protocol-name")), one.number("protocol-route-count") or 0,
            instance or "default",
        )
        for one in said.each("protocols")
    )  # fmt: skip


def _table(said: Element) -> tuple[str | None, str]:
    """Instance and family of ``red.inet6.0``."""
    instance, _, family = said.need("table-name").removesuffix(".0").rpartition(".")
    return instance or None, family


def _protocol(name: str) -> str:
    return _PROTOCOLS.get(name.lower(), name.lower())


def routes(answer: str) -> Found:
    """``show route``: unicast tables of IPv4 and IPv6; those of labels and link state are no prefixes."""
    rows = Rows()
    found: list[RouteFact] = []
    for table in markup.document(answer, "route-information").below("route-table"):
        instance, family = _table(table)
        if family in _FAMILIES:
            each = ((instance, one, entry) for one in table.each("rt") for entry in one.each("rt-entry"))
            found += [fact for facts in rows.of("route", each, _entry) for fact in facts]
    return Found(routes=tuple(found), unparsed=rows.unparsed)


def _entry(row: tuple[str | None, Element, Element]) -> tuple[RouteFact, ...]:
    instance, route, said = row
    prefix = values.prefix(_destination(route))
    protocol = _protocol(said.text("protocol-name") or "")
    active = (said.text("active-tag") or "") in {"*", "+", "#"}
    age = values.number(said.attribute("age", "seconds"))
    hops: list[Element | None] = [*said.each("nh")]
    return tuple(
        RouteFact(
            prefix, protocol, next_hop=hop.text("to") if hop else None,
            interface=(hop.text("via") or hop.text("nh-local-interface")) if hop else None,
            preference=said.number("preference"), metric=said.number("metric") or said.number("med"),
            age_s=age, active=active, routing_instance=instance,
            path=_path(said) if protocol == "bgp" else None, why_not=said.text("inactive-reason"),
        )
        for hop in hops or [None]
    )  # fmt: skip


def _destination(route: Element) -> str:
    """With its length, which stands apart in the long answers."""
    text, length = route.need("rt-destination"), route.text("rt-prefix-length")
    return text if "/" in text or length is None else f"{text}/{length}"


def _path(said: Element) -> PathFact:
    words = (said.text("as-path") or "").split()
    return PathFact(
        " ".join(word for word in words if word.isdigit()),
        said.text("learned-from") or said.text("gateway"),
        remote_asn=said.number("peer-as"), local_asn=said.number("local-as"),
        local_preference=said.number("local-preference"),
        communities=tuple(
            text for group in said.each("communities") for one in group.each("community") if (text := one.own)
        ),
        metric=said.number("med"),
    )  # fmt: skip
