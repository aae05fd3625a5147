"""Are the parts in the box those that we want, and are they well?"""

from __future__ import annotations

from collections.abc import Iterator

from netwright.collect.audit.ground import Subject
from netwright.collect.findings import FindingDraft, Severity
from netwright.collect.seen import SeenComponent
from netwright.collect.wanted import WantedComponent
from netwright.inventory.hardware import ComponentClass

# losing one of these takes away service or redundancy at once
_GRAVE = frozenset(
    {
        ComponentClass.LINECARD,
        ComponentClass.SUPERVISOR,
        ComponentClass.POWER_SUPPLY,
        ComponentClass.FAN,
        ComponentClass.TRANSCEIVER,
        ComponentClass.DISK,
    }
)
# what is compared slot by slot; the chassis itself is the device's identity, and its name is the maker's whim
_SLOTTED = frozenset(ComponentClass) - {ComponentClass.CHASSIS, ComponentClass.SENSOR}


def components(subject: Subject) -> Iterator[FindingDraft]:
    """``missing-component``, ``extra-component``, ``wrong-part``, ``component-serial``, and
    ``no-components`` when the device says nothing of its hardware."""
    if not subject.seen.discovered:
        return
    wanted = {n: c for n, c in subject.wanted.components.items() if c.component_class in _SLOTTED}
    seen = {n: c for n, c in subject.seen.components.items() if c.component_class in _SLOTTED}
    if wanted and not subject.seen.components:
        yield _draft(
            subject,
            "no-components",
            Severity.MINOR,
            "",
            f"{subject.name} says nothing of its hardware; {len(wanted)} components are wanted. Check its"
            " SNMP agent and the community.",
            f"{len(wanted)} components",
            "none",
        )
        return
    for name, component in wanted.items():
        if name not in seen:
            yield _missing(subject, component)
        else:
            yield from _differences(subject, component, seen[name])
    for name in seen.keys() - wanted.keys():
        yield _extra(subject, seen[name])


def sensors(subject: Subject) -> Iterator[FindingDraft]:
    """``sensor-alarm``: the device itself says that a reading is not well. ``service-down``: what it is there
    for does not work."""
    for sensor in subject.seen.sensors:
        if sensor.ok:
            continue
        if sensor.is_service:
            kind, reading = "service-down", "does not work"
            words = (
                f"the service {sensor.name} of {subject.name} does not answer on the device itself. Look at"
                " its log."
            )
        else:
            kind, reading = "sensor-alarm", f"{sensor.value:g} {sensor.unit}".strip()
            words = (
                f"{subject.name} reports its sensor {sensor.name} as not well ({reading}). Look at the part"
                " it watches."
            )
        yield _draft(subject, kind, Severity.MAJOR, f"sensor {sensor.name}", words, "ok", reading)


def _missing(subject: Subject, component: WantedComponent) -> FindingDraft:
    grave = component.component_class in _GRAVE
    part = f" ({component.part_number})" if component.part_number else ""
    return _draft(
        subject,
        "missing-component",
        Severity.MAJOR if grave else Severity.MINOR,
        f"component {component.name}",
        f"{subject.name} has no {component.component_class} {component.name}{part}, which is wanted. Put it"
        " back, or take it out of the inventory.",
        component.part_number or component.name,
        "absent",
    )


def _extra(subject: Subject, component: SeenComponent) -> FindingDraft:
    part = component.part_number or "part number not said"
    return _draft(
        subject,
        "extra-component",
        Severity.MINOR,
        f"component {component.name}",
        f"{subject.name} has a {component.component_class} {component.name} ({part}) that is not in the"
        " inventory. Add it there, or take it out of the device.",
        "absent",
        part,
    )


def _differences(subject: Subject, wanted: WantedComponent, seen: SeenComponent) -> Iterator[FindingDraft]:
    checks = (
        ("wrong-part", "part number", wanted.part_number, seen.part_number),
        ("component-serial", "serial number", wanted.serial, seen.serial),
    )
    for kind, title, want, have in checks:
        if want and have and want != have:
            yield _draft(
                subject,
                kind,
                Severity.MINOR,
                f"component {wanted.name}",
                f"{subject.name} {wanted.name} has {title} {have}; wanted {want}. Swap the part, or correct"
                " the inventory.",
                want,
                have,
            )


def _draft(
    subject: Subject, kind: str, severity: Severity, name: str, message: str, wanted: str, observed: str
) -> FindingDraft:
    # what was in the box stays true while the device is silent: nothing holds these back
    return FindingDraft(
        kind,
        severity,
        subject.name,
        message,
        site=subject.site,
        object=name,
        wanted=wanted,
        observed=observed,
    )
