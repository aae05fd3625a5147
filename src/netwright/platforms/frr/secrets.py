"""Where FRR's configuration holds secrets: expressions whose group ``secret`` is masked in backups."""

from __future__ import annotations

import re

SECRETS = (
    r"^\s*(?:no )?neighbor \S+ password (?P<secret>\S.*?)\s*$",
    r"^\s*(?:no )?(?:enable )?password (?:\d )?(?P<secret>\S.*?)\s*$",
    r"^\s*(?:no )?(?:ip|ipv6) ospf (?:authentication-key|message-digest-key \d+ md5) (?P<secret>\S+)",
    r"^\s*(?:no )?area \S+ virtual-link .*(?:authentication-key|md5) (?P<secret>\S+)",
    r"^\s*(?:area-password|domain-password|isis password) (?:clear|md5) (?P<secret>\S+)",
    r"^\s*(?:no )?ip rip authentication string (?P<secret>\S+)",
    r"^\s*(?:no )?key-string (?P<secret>\S.*?)\s*$",
    r"^\s*(?:ip )?nhrp authentication (?P<secret>\S+)",
    r"\bsnmp-server community (?P<secret>\S+)",
    r"^\s*rpki (?:cache|tcp) .*\bpassword (?P<secret>\S+)",
)


def hide(text: str) -> str:
    """``text`` with its secrets made unreadable, for messages that nobody compares."""
    return "\n".join(_hidden(line) for line in text.split("\n"))


def _hidden(line: str) -> str:
    for pattern in SECRETS:
        match = re.search(pattern, line)
        if match is not None:
            return f"{line[: match.start('secret')]}<secret>{line[match.end('secret') :]}"
    return line
