"""Does the device run the configuration that we want?"""

from __future__ import annotations

from collections.abc import Iterator

from netwright.collect.audit.ground import Subject
from netwright.collect.findings import FindingDraft, Severity


def drift(subject: Subject) -> Iterator[FindingDraft]:
    """``config-drift``: the running configuration, when last read, was not the wanted one."""
    config = subject.seen.config
    if config is None or config.equal is not False:
        return
    lines = f"{config.changed_lines} line{'' if config.changed_lines == 1 else 's'} of difference"
    yield FindingDraft(
        "config-drift",
        Severity.MAJOR,
        subject.name,
        f"{subject.name} runs another configuration than is wanted ({lines}). See `netwright plan"
        f" {subject.name}`, then `netwright deploy {subject.name}`.",
        site=subject.site,
        object="configuration",
        wanted="equal to intent",
        observed=lines,
        via=subject.via(f"config:{subject.name}"),
    )
