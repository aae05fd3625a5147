"""Masks secrets in a configuration so that it can be kept, shown and compared."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from netwright.base.secret import Secret
from netwright.config.encoded import MASKED, reading
from netwright.config.schema import Schema

_MASK = "<secret:{}>"
_PROSE = re.compile(r"\s*(?:(?:neighbor|peer) \S+ )?(?:description|remark)\s")
"""Lines in which a word like `password` is only a word."""


def secret_spans(line: str, patterns: Sequence[str]) -> list[tuple[int, int]]:
    """Where a line has secrets, in order; none overlap."""
    if not patterns or _PROSE.match(line) or not _any_of(tuple(patterns))(line):
        return []
    return _spans(line, _compiled(tuple(patterns)))


Reading = Callable[[str, str], str]
"""What a secret says, from the line before it and its text; itself where that can't be read."""


def _as_it_is(_: str, secret: str) -> str:
    return secret


def scrub(text: str, patterns: Sequence[str], key: Secret, read: Reading = _as_it_is) -> str:
    """``text`` with the group ``secret`` of every match of ``patterns`` replaced by a keyed hash.

    The same secret under the same key gives the same mask, so that a change stays visible. A pattern is
    matched line by line, any number of times a line; text that is already a mask is left alone, so that
    scrubbing twice changes nothing. ``read`` makes one mask of the forms of a secret. Everything else comes
    back byte for byte."""
    if not patterns:
        return text
    compiled, any_of = _compiled(tuple(patterns)), _any_of(tuple(patterns))
    return "\n".join(_line(line, compiled, key, read) if any_of(line) else line for line in text.split("\n"))


def scrub_config(text: str, schema: Schema, key: Secret) -> str:
    """``text`` with the secrets that the platform's rules find replaced by a keyed hash."""
    for head, patterns in schema.secrets_within:
        if head in text:
            text = _within(text, head, patterns, key)
    return scrub(text, schema.secrets, key, lambda before, secret: reading(before, secret, schema))


def _within(text: str, head: str, patterns: Sequence[str], key: Secret) -> str:
    """Scrub only inside the blocks that begin with ``head``: up to the first line that stands as far out."""
    compiled = _compiled(tuple(patterns))
    lines = text.split("\n")
    margin = -1
    for index, line in enumerate(lines):
        body = line.strip()
        indent = len(line) - len(line.lstrip())
        if margin >= 0 and body and indent <= margin and (body[0] in "}/" or indent < margin):
            margin = -1
        if margin >= 0:
            lines[index] = _line(line, compiled, key)
        elif body.split("{")[0].strip() == head:
            margin = indent
    return "\n".join(lines)


def secrets_in(text: str, patterns: Sequence[str]) -> set[str]:
    """The secrets that ``patterns`` find, for masking them in other text (error messages)."""
    compiled = _compiled(tuple(patterns))
    return {
        match["secret"]
        for line in text.split("\n")
        for pattern in compiled
        for match in pattern.finditer(line)
        if not MASKED.fullmatch(match["secret"])
    }


@lru_cache(maxsize=64)
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


@lru_cache(maxsize=64)
def _any_of(patterns: tuple[str, ...]) -> Callable[[str], object]:
    """Tells in one pass the few lines that need a closer look, in a tenth of the time of trying each
    pattern. Those bound to the line's beginning are tried there only."""
    plain = [pattern.replace("(?P<secret>", "(?:") for pattern in patterns]
    bound = [pattern[1:] for pattern in plain if pattern.startswith("^") and not _has_branches(pattern)]
    free = [pattern for pattern in plain if not pattern.startswith("^") or _has_branches(pattern)]
    at_start = re.compile("|".join(bound)).match if bound else None
    anywhere = re.compile("|".join(free)).search if free else None
    if at_start is None or anywhere is None:
        return at_start or anywhere or (lambda _: None)
    return lambda line: at_start(line) or anywhere(line)


def _has_branches(pattern: str) -> bool:
    """Whether a ``|`` stands outside all groups; yes also where counting brackets could not tell."""
    if "|" not in pattern:
        return False
    if "[" in pattern or r"\(" in pattern or r"\)" in pattern:
        return True
    depth = 0
    for sign in pattern:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth <= 0:
            return True
    return False


def _line(line: str, patterns: Sequence[re.Pattern[str]], key: Secret, read: Reading = _as_it_is) -> str:
    """All patterns look at the line as it came; the union of what they find is masked from the right."""
    if _PROSE.match(line):
        return line
    for start, end in reversed(_spans(line, patterns)):
        secret = line[start:end]
        if secret and not MASKED.fullmatch(secret):
            line = f"{line[:start]}{mask(read(line[:start], secret), key)}{line[end:]}"
    return line


def _spans(line: str, patterns: Sequence[re.Pattern[str]]) -> list[tuple[int, int]]:
    return _apart(sorted({match.span("secret") for pattern in patterns for match in pattern.finditer(line)}))


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping spans joined."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def mask(secret: str, key: Secret) -> str:
    """What stands in place of a secret."""
    digest = hmac.new(key.reveal().encode(), secret.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return _MASK.format(digest.hexdigest()[:16])
