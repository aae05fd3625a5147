"""Is the device there, does it answer, and is it the one we bought?"""

from __future__ import annotations

from collections.abc import Iterator

from netwright.base.clock import iso
from netwright.collect.audit.ground import Ground, Subject
from netwright.collect.findings import FindingDraft, Severity
from netwright.collect.wanted import WantedDevice


def presence(ground: Ground, device: WantedDevice) -> Iterator[FindingDraft]:
    """``device-missing``: it never answered. ``device-unreachable``: it did, and no longer does."""
    name, seen = device.name, ground.seen.get(device.name)
    if seen is None or not seen.answered:
        asked = seen is not None and seen.error
        yield FindingDraft(
            "device-missing",
            Severity.MAJOR,
            name,
            f"{name} never answered{f' ({seen.error})' if seen and asked else ''}."
            + ("" if asked else f" Run `netwright discover {name}`."),
            site=device.site,
            wanted="answers",
            observed=seen.error if seen and asked else "never asked",
            via=(f"site:{device.site}",),
        )
    elif seen.reachable is False:
        last = iso(seen.polled_at) if seen.polled_at else "never"
        yield FindingDraft(
            "device-unreachable",
            Severity.MAJOR,
            name,
            f"{name} no longer answers: {seen.error.rstrip('.')}. Its last answer was at {last}.",
            site=device.site,
            wanted="answers",
            observed=seen.error,
            via=(f"site:{device.site}",),
        )


def identity(subject: Subject) -> Iterator[FindingDraft]:
    """``wrong-serial``, ``wrong-model``."""
    if not subject.seen.discovered:
        return
    checks = (
        ("wrong-serial", "serial number", subject.wanted.serial, subject.seen.serial),
        ("wrong-model", "model", subject.wanted.model, subject.seen.model),
    )
    for kind, title, wanted, seen in checks:
        if wanted and seen and wanted != seen:
            yield FindingDraft(
                kind,
                Severity.MAJOR,
                subject.name,
                f"{subject.name} has {title} {seen}; wanted {wanted}. If the device was replaced, correct its"
                f" {title} in the inventory; if not, find out what answers at"
                f" {subject.wanted.management_address}.",
                site=subject.site,
                wanted=wanted,
                observed=seen,
                via=subject.via()[:1],
            )


def software(subject: Subject) -> Iterator[FindingDraft]:
    """``forbidden-software``: it runs a version that may not run. ``wrong-software``: another one than is
    wanted."""
    wanted, runs = subject.wanted.software, subject.seen.version
    forbidden = runs in subject.wanted.forbidden
    if not runs or not (forbidden or (wanted and wanted != runs)):
        return
    words = f"{subject.name} runs version {runs}"
    words += ", which may not run" if forbidden else ""
    words += f"; wanted {wanted}" if wanted and wanted != runs else ""
    yield FindingDraft(
        "forbidden-software" if forbidden else "wrong-software",
        Severity.MAJOR if forbidden else Severity.MINOR,
        subject.name,
        f"{words}. Install the wanted version, or correct the inventory.",
        site=subject.site,
        object="software",
        wanted=wanted or f"not {runs}",
        observed=runs,
        via=subject.via()[:1],
    )


def configured(subject: Subject) -> Iterator[FindingDraft]:
    """``not-configured``: a router that runs nothing of what we want yet."""
    if subject.name not in subject.ground.deaths.unconfigured:
        return
    count = sum(session.enabled for session in subject.wanted.sessions)
    yield FindingDraft(
        "not-configured",
        Severity.MAJOR,
        subject.name,
        f"{subject.name} is not configured yet: it has none of its {count} BGP sessions and none of their"
        f" addresses. See `netwright plan {subject.name}`, then `netwright deploy {subject.name}`.",
        site=subject.site,
        wanted=f"{count} BGP sessions",
        observed="none",
        via=subject.via(),
    )


def freshness(subject: Subject) -> Iterator[FindingDraft]:
    """``stale-data``: nobody asked for too long. ``partial-answer``: a source failed, or a part was not
    understood; major when it leaves us without the state of interfaces or sessions."""
    seen = subject.seen
    if (
        seen.reachable
        and seen.polled_at is not None
        and subject.ground.now - seen.polled_at > subject.ground.stale_after_s
    ):
        age = subject.ground.now - seen.polled_at
        yield FindingDraft(
            "stale-data",
            Severity.MINOR,
            subject.name,
            f"what is known of {subject.name} is {age:.0f} s old. Run `netwright collect`, or start the"
            " worker.",
            site=subject.site,
            wanted=f"an answer at least every {subject.ground.stale_after_s:.0f} s",
            observed=f"last answer at {iso(seen.polled_at)}",
        )
    if seen.up and seen.error:
        blind = any(not s.fresh for s in seen.sessions.values())
        blind = blind or any(not i.fresh for i in seen.interfaces.values())
        yield FindingDraft(
            "partial-answer",
            Severity.MAJOR if blind else Severity.MINOR,
            subject.name,
            f"{subject.name} answers, but {seen.error}. `netwright discover {subject.name}` asks it again.",
            site=subject.site,
            wanted="a whole answer",
            observed=seen.error,
        )
