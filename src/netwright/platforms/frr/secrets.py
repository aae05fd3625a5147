"""Where FRR's configuration holds secrets: expressions whose group ``secret`` is masked in backups."""

from __future__ import annotations

SECRETS = (
    r"^\s*neighbor \S+ password (?P<secret>\S.*?)\s*$",
    r"^\s*(?:enable )?password (?:\d )?(?P<secret>\S.*?)\s*$",
    r"^\s*(?:ip|ipv6) ospf (?:authentication-key|message-digest-key \d+ md5) (?P<secret>\S+)",
    r"^\s*area \S+ virtual-link .*(?:authentication-key|md5) (?P<secret>\S+)",
    r"^\s*(?:area-password|domain-password|isis password) (?:clear|md5) (?P<secret>\S+)",
    r"^\s*ip rip authentication string (?P<secret>\S+)",
    r"^\s*key-string (?P<secret>\S.*?)\s*$",
    r"^\s*(?:ip )?nhrp authentication (?P<secret>\S+)",
    r"\bsnmp-server community (?P<secret>\S+)",
    r"^\s*rpki (?:cache|tcp) .*\bpassword (?P<secret>\S+)",
)
