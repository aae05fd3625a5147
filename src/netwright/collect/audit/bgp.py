"""BGP sessions: those that are wanted must be established; an absent one counts like a dead one."""

from __future__ import annotations

from collections.abc import Iterator

from netwright.collect.audit.ground import Subject
from netwright.collect.findings import FindingDraft, Severity
from netwright.collect.link import port_problem
from netwright.collect.seen import Seen
from netwright.collect.wanted import WantedSession


def sessions(subject: Subject) -> Iterator[FindingDraft]:
    """``bgp-down``, ``bgp-wrong-asn``, ``bgp-extra``."""
    for session in subject.wanted.sessions:
        if not session.enabled:
            continue
        state = down_state(subject.ground.seen, subject.name, session)
        if state is not None:
            yield _down(subject, session, state)
        else:
            yield from _wrong_asn(subject, session)
    wanted = {session.remote_address for session in subject.wanted.sessions if session.enabled}
    for remote, seen in subject.seen.sessions.items():
        if remote not in wanted and seen.fresh:
            yield FindingDraft(
                "bgp-extra",
                Severity.MINOR,
                subject.name,
                f"{subject.name} has a BGP session with {remote} (AS{seen.remote_asn}, {seen.state}) that is"
                f" not wanted. See `netwright plan {subject.name}`.",
                site=subject.site,
                object=f"bgp {remote}",
                wanted="absent",
                observed=seen.state,
                via=subject.via(f"config:{subject.name}"),
            )


def down_state(seen: Seen, device: str, session: WantedSession) -> str | None:
    """What a wanted session is instead of established, by the device's last answer; None when it is, or
    when the device never answered."""
    answer = seen.get(device)
    if answer is None or not answer.answered:
        return None
    found = answer.sessions.get(session.remote_address)
    if found is None:
        return "absent"
    if not found.fresh:
        return "not reported in the last answer"
    return None if found.established else found.state.value


def _down(subject: Subject, session: WantedSession, state: str) -> FindingDraft:
    via = [f"config:{subject.name}"]
    if session.far is not None:
        via.insert(0, f"device:{session.far}")
        via.append(f"config:{session.far}")
        far_site = subject.ground.wanted.site_of(session.far)
        if far_site != subject.site:
            via.insert(0, f"site:{far_site}")
    return FindingDraft(
        "bgp-down",
        Severity.MAJOR,
        subject.name,
        f"the BGP session {subject.name} – {session.neighbor()} is {state}; wanted established. See `show bgp"
        f" neighbors {session.remote_address}` on {subject.name}.",
        site=subject.site,
        object=f"bgp {session.remote_address}",
        wanted="established",
        observed=state,
        via=subject.via(*via),
        cause=_cause(subject, session),
    )


def _cause(subject: Subject, session: WantedSession) -> str:
    """The device could not tell of it; the port that carries it is dead at either end; or the same session
    is told at the other end."""
    found = subject.seen.sessions.get(session.remote_address)
    if subject.seen.partial and (found is None or not found.fresh):
        return f"part of the answer of {subject.name} is missing"
    if session.interface is not None:
        port = subject.port(session.interface)
        link = subject.ground.wanted.link_at.get(port)
        for end in link.ends if link else (port,):
            problem = port_problem(subject.ground.seen, end)
            if problem:
                return problem
    if session.far is None or session.far > subject.name:
        return ""
    for twin in subject.ground.wanted.devices[session.far].sessions:
        same = twin.remote_address == session.local_address and twin.enabled
        if (
            same
            and subject.ground.seen.up(session.far)
            and down_state(subject.ground.seen, session.far, twin)
        ):
            return f"the same session is down at {session.far}"
    return ""


def _wrong_asn(subject: Subject, session: WantedSession) -> Iterator[FindingDraft]:
    found = subject.seen.sessions.get(session.remote_address)
    if found is not None and found.remote_asn != session.remote_asn:
        yield FindingDraft(
            "bgp-wrong-asn",
            Severity.MAJOR,
            subject.name,
            f"the BGP session {subject.name} – {session.neighbor()} is with AS{found.remote_asn}; wanted"
            f" AS{session.remote_asn}. See `netwright plan {subject.name}`.",
            site=subject.site,
            object=f"bgp {session.remote_address}",
            wanted=str(session.remote_asn),
            observed=str(found.remote_asn),
            via=subject.via(),
        )
