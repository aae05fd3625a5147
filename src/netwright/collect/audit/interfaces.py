"""Interfaces and their addresses."""

from __future__ import annotations

from collections.abc import Iterator

from netwright.base import address
from netwright.collect.audit.ground import Ground, Subject
from netwright.collect.findings import FindingDraft, Severity
from netwright.collect.link import port_problem
from netwright.collect.wanted import Port, WantedInterface

_LOOPBACKS = frozenset({"lo", "lo0"})


def existence(subject: Subject) -> Iterator[FindingDraft]:
    """``missing-interface``, ``extra-interface``."""
    seen = subject.seen.interfaces
    if not seen:
        return
    for name, interface in subject.wanted.interfaces.items():
        if name not in seen:
            used = subject.port(name) in subject.ground.wanted.link_at or interface.addresses
            yield _draft(
                subject,
                "missing-interface",
                Severity.MAJOR if used else Severity.MINOR,
                name,
                f"{subject.name} has no interface {name}, which is wanted. Check the line card or the name,"
                " or take it out of the inventory.",
                "present",
                "absent",
            )
    for name in seen.keys() - subject.wanted.interfaces.keys() - _LOOPBACKS:
        yield _draft(
            subject,
            "extra-interface",
            Severity.MINOR,
            name,
            f"{subject.name} has an interface {name} that is not in the inventory. Add it there, or remove it"
            " from the device.",
            "absent",
            "present",
        )


def states(subject: Subject) -> Iterator[FindingDraft]:
    """``interface-down``: wanted up, and cabled or leading to a partner."""
    partners = {session.interface: session for session in subject.wanted.sessions if session.isp}
    for name, interface in subject.wanted.interfaces.items():
        port = subject.port(name)
        link = subject.ground.wanted.link_at.get(port)
        partner = partners.get(name)
        seen = subject.seen.interfaces.get(name)
        if not interface.enabled or seen is None or (link is None and partner is None):
            continue
        if seen.fresh and not seen.admin_up:
            what, remedy = "is shut down", "Enable it, or say in the inventory that it is not meant to be up."
        elif seen.down:
            what, remedy = "is down", "Check the cable, the optics and the other end."
        else:
            continue
        towards = str(link.far(subject.name)) if link else partner.neighbor() if partner else ""
        yield _draft(
            subject,
            "interface-down",
            Severity.MAJOR,
            name,
            f"{port} {what}; wanted up, towards {towards}. {remedy}",
            "up",
            what.removeprefix("is "),
            cause=_other_end(subject.ground, port),
        )


def addresses(subject: Subject) -> Iterator[FindingDraft]:
    """``address-missing``, ``address-extra``; the loopback address may be on any interface."""
    seen = subject.seen.addresses
    if not subject.seen.discovered or not seen:
        return
    for name, interface in subject.wanted.interfaces.items():
        yield from _interface_addresses(subject, interface, seen.get(name, frozenset()))
    loopback = subject.wanted.loopback
    if loopback is not None and loopback not in {value.ip for values in seen.values() for value in values}:
        yield _address(subject, "lo", str(loopback), missing=True)


def _interface_addresses(
    subject: Subject, interface: WantedInterface, seen: frozenset[address.Interface]
) -> Iterator[FindingDraft]:
    own = {subject.wanted.management_address, subject.wanted.loopback}
    guessed = {value.ip for value in seen} & subject.seen.guessed
    own |= guessed & {value.ip for value in interface.addresses}  # nobody told us another length
    for value in interface.addresses:
        if value not in seen and value.ip not in guessed:
            yield _address(subject, interface.name, str(value), missing=True)
    for value in sorted(seen - frozenset(interface.addresses), key=address.key):
        if value.ip not in own and not value.ip.is_link_local and not value.ip.is_loopback:
            yield _address(subject, interface.name, str(value), missing=False)


def _address(subject: Subject, interface: str, value: str, *, missing: bool) -> FindingDraft:
    if missing:
        words = f"{subject.name} {interface} has no address {value}, which is wanted."
    else:
        words = f"{subject.name} {interface} has address {value}, which is not in the inventory."
    return _draft(
        subject,
        "address-missing" if missing else "address-extra",
        Severity.MAJOR if missing else Severity.MINOR,
        interface,
        f"{words} See `netwright plan {subject.name}`.",
        value if missing else "absent",
        "absent" if missing else value,
        extra=f" {value}",
        depends=(f"config:{subject.name}",),
    )


def _other_end(ground: Ground, port: Port) -> str:
    """A dead link shows at both ends; the end that was shut down tells, or else the first one."""
    link = ground.wanted.link_at.get(port)
    if link is None:
        return ""
    far = link.far(port.device)
    far_problem = port_problem(ground.seen, far) or ""
    here_shut = (port_problem(ground.seen, port) or "").endswith("shut down")
    if not far_problem or here_shut:
        return ""
    return far_problem if far_problem.endswith("shut down") or far == link.a else ""


def _draft(
    subject: Subject,
    kind: str,
    severity: Severity,
    interface: str,
    message: str,
    wanted: str,
    observed: str,
    *,
    cause: str = "",
    extra: str = "",
    depends: tuple[str, ...] = (),
) -> FindingDraft:
    return FindingDraft(
        kind,
        severity,
        subject.name,
        message,
        site=subject.site,
        object=f"interface {interface}{extra}",
        wanted=wanted,
        observed=observed,
        via=subject.via(*subject.ground.far_via(subject.port(interface)), *depends),
        cause=cause,
    )
