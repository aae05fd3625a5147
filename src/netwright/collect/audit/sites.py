"""Is a site cut off? One finding for all that follows from it."""

from __future__ import annotations

from collections.abc import Iterator

from netwright.collect.audit.ground import Ground
from netwright.collect.findings import FindingDraft, Severity


def cut_off(ground: Ground, site: str) -> Iterator[FindingDraft]:
    """``site-down``: none of its devices answers, or every link to other sites is down."""
    reason = ground.deaths.sites.get(site)
    if reason is None:
        return
    title = ground.wanted.sites.get(site, site)
    yield FindingDraft(
        "site-down",
        Severity.CRITICAL,
        "",
        f"{title}: {reason}. Its clients are served from elsewhere until it is back; check power and"
        " uplinks.",
        site=site,
        object=f"site {site}",
        wanted="reachable from other sites",
        observed=reason,
    )
