"""Masks secrets in a configuration so that it can be kept, shown and compared."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from netwright.base.secret import Secret

_MASK = "<secret:{}>"


def scrub(text: str, patterns: Sequence[str], key: Secret) -> str:
    """``text`` with the group ``secret`` of every match of ``patterns`` replaced by a keyed hash.

    The same secret under the same key gives the same mask, so that a change stays visible. A pattern is
    matched line by line; text that is already a mask is left alone."""
    if not patterns:
        return text
    compiled = [re.compile(pattern) for pattern in patterns]
    return "".join(_line(line, compiled, key) for line in text.splitlines(keepends=True))


def _line(line: str, patterns: Sequence[re.Pattern[str]], key: Secret) -> str:
    for pattern in patterns:
        match = pattern.search(line)
        if match is None or match["secret"].startswith("<secret:"):
            continue
        digest = hmac.new(key.reveal().encode(), match["secret"].encode(), hashlib.sha256)
        start, end = match.span("secret")
        line = line[:start] + _MASK.format(digest.hexdigest()[:16]) + line[end:]
    return line
