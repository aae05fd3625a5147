"""Findings, tasks and known devices as rows for programs: JSON and CSV of every face say the same."""

from __future__ import annotations

from netwright.base.clock import iso
from netwright.collect.attention import FindingTask
from netwright.collect.discovery.knownlist import KnownLine
from netwright.collect.findinglist import FindingLine

Row = dict[str, object]
FINDING_COLUMNS = (
    "id", "kind", "severity", "site", "device", "object", "message", "wanted", "observed", "cause",
    "first_seen", "last_seen", "cleared_at", "acknowledged_by", "acknowledged_why", "acknowledged_until",
    "task", "acceptable",
)  # fmt: skip
KNOWN_COLUMNS = (
    "record", "device", "address", "hostname", "vendor", "model", "serial", "platform", "os_version", "way",
    "first_seen", "last_seen", "wanted", "site", "library_model", "library_models", "likely",
)  # fmt: skip


def finding_row(line: FindingLine) -> Row:
    """In the order of ``FINDING_COLUMNS``. Times as ISO 8601; ``cause`` None: it stands by itself."""
    ack, task = line.ack, line.task
    return {
        "id": line.id,
        "kind": line.kind,
        "severity": line.severity,
        "site": line.site,
        "device": line.device,
        "object": line.object,
        "message": line.message,
        "wanted": line.wanted,
        "observed": line.observed,
        "cause": line.cause or None,
        "first_seen": iso(line.first_seen),
        "last_seen": iso(line.last_seen),
        "cleared_at": _time(line.cleared_at),
        "acknowledged_by": ack.by if ack else None,
        "acknowledged_why": ack.why if ack else None,
        "acknowledged_until": _time(ack.until) if ack else None,
        "task": task.id if task else None,
        "acceptable": line.acceptable,
    }


def task_row(task: FindingTask) -> Row:
    return {
        "id": task.id,
        "kind": task.kind,
        "device": task.device,
        "object": task.object,
        "site": task.site,
        "title": task.title,
        "assignee": task.assignee,
        "note": task.note,
        "opened_by": task.opened_by,
        "opened_at": iso(task.opened_at),
        "done_by": task.done_by or None,
        "done_at": _time(task.done_at),
    }


def known_row(line: KnownLine) -> Row:
    """In the order of ``KNOWN_COLUMNS``."""
    return {
        "record": line.id,
        "device": line.device,
        "address": line.address,
        "hostname": line.hostname,
        "vendor": line.vendor,
        "model": line.model,
        "serial": line.serial,
        "platform": line.platform,
        "os_version": line.os_version,
        "way": line.way,
        "first_seen": iso(line.first_seen),
        "last_seen": iso(line.last_seen),
        "wanted": line.wanted,
        "site": line.site or None,
        "library_model": line.match.name or None,
        "library_models": list(line.match.several),
        "likely": list(line.likely),
    }


def _time(at: float | None) -> str | None:
    return None if at is None else iso(at)
