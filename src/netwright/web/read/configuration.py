"""The configuration that a device is meant to have, rendered now and scrubbed of its secrets."""

from __future__ import annotations

from netwright.app.context import Context
from netwright.app.deployment import intended
from netwright.platforms.catalog import catalog, platform


def wanted_configuration(context: Context, device: str, platform_name: str) -> tuple[str | None, str]:
    """The text, or None and why there is none. Raises NetwrightError when it can't be rendered."""
    known = platform(platform_name)
    if known.name not in catalog().rendered():
        return None, f"The configuration of {known.title} is not rendered here."
    text = intended(context, {device})(device)
    return known.scrub(text, context.vault.scrub_key), ""
