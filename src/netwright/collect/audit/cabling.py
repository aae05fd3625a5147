"""Do the cables run where we want them? LLDP at both ends, held against each wanted cable."""

from __future__ import annotations

from collections.abc import Iterator

from netwright.collect.audit.ground import Ground, Subject
from netwright.collect.findings import FindingDraft, Severity
from netwright.collect.link import port_problem
from netwright.collect.seen import Seen, SeenNeighbor
from netwright.collect.wanted import Link, Port


def links(ground: Ground, link: Link) -> Iterator[FindingDraft]:
    """``miscabled``: an end hears somebody else. ``missing-link``: neither end hears anybody."""
    heard = {port: _heard(ground.seen, port) for port in link.ends}
    wrong = [
        f"{port} sees {_who(ground, neighbors[0])}"
        for port, neighbors in heard.items()
        if neighbors and not any(_is(ground.seen, n, link.far(port.device)) for n in neighbors)
    ]
    if wrong:
        yield _link_draft(
            ground,
            link,
            "miscabled",
            Severity.MAJOR,
            f"The cable {link} is not plugged as wanted: {' and '.join(wrong)}. Move the plugs, or correct"
            " the cable in the inventory.",
            "; ".join(wrong),
        )
    elif not any(heard.values()) and all(ground.seen.up(port.device) for port in link.ends):
        problems = [p for port in link.ends if (p := port_problem(ground.seen, port))]
        yield _link_draft(
            ground,
            link,
            "missing-link",
            Severity.MINOR,
            f"Neither end of the cable {link} hears the other by LLDP. Check that it is plugged and that both"
            " ends speak LLDP.",
            "no neighbour at either end",
            cause=problems[0] if problems else "",
        )


def strangers(subject: Subject) -> Iterator[FindingDraft]:
    """``extra-device``: a neighbour that is not in the inventory. ``extra-link``: one that is, on a port
    without a wanted cable. A partner's router behind its BGP session is expected, and management ports
    lead to a network that is not ours to judge."""
    skipped = subject.wanted.isp_ports()
    for name, neighbors in subject.seen.neighbors.items():
        interface = subject.wanted.interfaces.get(name)
        port = subject.port(name)
        if name in skipped or (interface and interface.management) or port in subject.ground.wanted.link_at:
            continue
        for neighbor in neighbors:
            known = _device(subject.ground, neighbor)
            who = _who(subject.ground, neighbor)
            if known is None:
                kind = "extra-device"
                words = f"{port} sees {who}. Add it to the inventory, or find out whose it is."
            else:
                kind = "extra-link"
                words = f"{port} sees {who}, and no cable is wanted there. Add the cable, or pull it."
            yield FindingDraft(
                kind,
                Severity.MINOR,
                subject.name,
                words,
                site=subject.site,
                object=f"interface {name} neighbor {neighbor.device}",
                wanted="no neighbour",
                observed=f"{neighbor.device} {neighbor.port}",
                via=subject.via(),
            )


def _heard(seen: Seen, port: Port) -> tuple[SeenNeighbor, ...]:
    device = seen.get(port.device)
    if device is None or not device.up:
        return ()
    return device.neighbors.get(port.interface, ())


def _is(seen: Seen, neighbor: SeenNeighbor, port: Port) -> bool:
    """LLDP names a port by its name, its description or its MAC address, as the sender pleases."""
    if not _same_name(neighbor.device, port.device):
        return False
    if port.interface in {neighbor.port, neighbor.port_description}:
        return True
    far = seen.get(port.device)
    interface = far.interfaces.get(port.interface) if far else None
    return bool(interface and interface.mac and interface.mac.lower() == neighbor.port.lower())


def _same_name(told: str, name: str) -> bool:
    """A system may tell its name with its domain."""
    told, name = told.lower(), name.lower()
    return told == name or told.split(".")[0] == name


def _device(ground: Ground, neighbor: SeenNeighbor) -> str | None:
    if neighbor.device in ground.wanted.devices:
        return neighbor.device
    short = neighbor.device.lower().split(".")[0]
    return short if short in ground.wanted.devices else None


def _who(ground: Ground, neighbor: SeenNeighbor) -> str:
    known = _device(ground, neighbor)
    name = known or f"{neighbor.device or 'a nameless system'} (not in the inventory)"
    return f"{name} {neighbor.port}".strip()


def _link_draft(
    ground: Ground,
    link: Link,
    kind: str,
    severity: Severity,
    message: str,
    observed: str,
    *,
    cause: str = "",
) -> FindingDraft:
    a, b = link.ends
    via = [f"site:{ground.wanted.site_of(port.device)}" for port in (a, b)]
    return FindingDraft(
        kind,
        severity,
        a.device,
        message,
        site=ground.wanted.site_of(a.device),
        object=f"cable {link.name}",
        wanted=str(link),
        observed=observed,
        via=(*dict.fromkeys(via), f"device:{a.device}", f"device:{b.device}"),
        cause=cause,
    )
