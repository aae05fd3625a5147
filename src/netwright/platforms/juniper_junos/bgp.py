"""Junos: BGP sessions."""

from __future__ import annotations

from netwright.platforms import markup, values
from netwright.platforms.facts import BgpDetail, BgpFamily, BgpSessionFact, Found
from netwright.platforms.markup import Element
from netwright.platforms.records import Rows

_FAMILIES = {
    "inet": "ipv4-unicast", "inet6": "ipv6-unicast", "evpn": "l2vpn-evpn", "bgp.evpn": "l2vpn-evpn",
    "bgp.l3vpn": "vpnv4-unicast", "bgp.l3vpn-inet6": "vpnv6-unicast", "inetflow": "ipv4-flow",
}  # fmt: skip


def neighbors(answer: str) -> Found:
    """``show bgp neighbor``: with counts by table, which stand for families."""
    rows = Rows()
    found = markup.document(answer, "bgp-information").below("bgp-peer")
    return Found(bgp_sessions=rows.of("peer", found, _session), unparsed=rows.unparsed)


def summary(answer: str) -> Found:
    """``show bgp summary``: the only answer that tells since when."""
    rows = Rows()
    found = markup.document(answer, "bgp-information").below("bgp-peer")
    return Found(bgp_sessions=rows.of("peer", found, _brief), unparsed=rows.unparsed)


def _brief(said: Element) -> BgpSessionFact:
    return BgpSessionFact(
        values.ip(said.need("peer-address").partition("+")[0]),
        values.asn(said.need("peer-as")),
        values.bgp_state(said.text("peer-state")),
        uptime_s=values.number(said.attribute("elapsed-time", "seconds")),
        description=said.text("description"),
        routing_instance=_instance(said.text("peer-fwd-rti")),
    )


def _instance(name: str | None) -> str | None:
    """``master`` is Junos' word for the default instance, which shorter answers leave out."""
    return None if name == "master" else name


def _ends(text: str | None) -> tuple[str | None, int | None]:
    """Address and port of ``192.0.2.1+179``."""
    if text is None:
        return None, None
    where, _, port = text.partition("+")
    return where, values.integer(port or None)


def _session(said: Element) -> BgpSessionFact:
    remote, remote_port = _ends(said.need("peer-address"))
    local, local_port = _ends(said.text("local-address"))
    families = tuple(_family(one) for one in said.each("bgp-rib"))
    told = [family.received for family in families if family.received is not None]
    sent = [family.sent for family in families if family.sent is not None]
    local_asn = said.text("local-as")
    return BgpSessionFact(
        values.ip(remote),
        values.asn(said.need("peer-as")),
        values.bgp_state(said.text("peer-state")),
        prefixes_received=sum(told) if told else None,
        prefixes_sent=sum(sent) if sent else None,
        description=said.text("description"),
        local_address=values.ip_or_none(local),
        local_asn=values.asn(local_asn) if local_asn else None,
        enabled="Shutdown" not in _options(said),
        routing_instance=_instance(said.text("peer-fwd-rti") or said.text("peer-cfg-rti")),
        remote_id=said.text("peer-id"),
        local_id=said.text("local-id"),
        families=families,
        interface=said.text("local-interface-name") if values.ip(remote).is_link_local else None,
        group=said.text("peer-group"),
        detail=_detail(said, local_port, remote_port),
    )


def _options(said: Element) -> set[str]:
    """Words; newer releases tell some of them apart (``bgp-options-extended``)."""
    names = ("bgp-options", "bgp-options2", "bgp-options-extended")
    texts = (said.text(f"bgp-option-information/{name}") or "" for name in names)
    return {word for text in texts for word in text.split()}


def _detail(said: Element, local_port: int | None, remote_port: int | None) -> BgpDetail:
    options = _options(said)
    keepalive = said.number("keepalive-interval")
    return BgpDetail(
        local_port=local_port,
        remote_port=remote_port,
        hold_s=said.number("active-holdtime"),
        keepalive_s=keepalive,
        configured_hold_s=said.number("bgp-option-information/holdtime"),
        configured_keepalive_s=keepalive,
        previous_state=said.text("last-state"),
        last_event=said.text("last-event"),
        flaps=said.number("flap-count"),
        messages_in=said.number("input-messages"),
        messages_out=said.number("output-messages"),
        updates_in=said.number("input-updates"),
        updates_out=said.number("output-updates"),
        queued_out=said.number("bgp-output-queue/count"),
        import_policy=said.text("bgp-option-information/import-policy"),
        export_policy=said.text("bgp-option-information/export-policy"),
        multihop="Multihop" in options,
        multipath="Multipath" in options,
        remove_private_as="RemovePrivateAS" in options,
        local_address_configured="LocalAddress" in options,
    )


def _family(said: Element) -> BgpFamily:
    """A table's name without its instance and number: ``red.inet6.0``."""
    table = said.need("name").removesuffix(".0")
    name = _FAMILIES.get(table) or _FAMILIES.get(table.rpartition(".")[2], table)
    return BgpFamily(
        name,
        said.number("received-prefix-count"),
        said.number("accepted-prefix-count"),
        said.number("advertised-prefix-count"),
        said.number("active-prefix-count"),
    )
