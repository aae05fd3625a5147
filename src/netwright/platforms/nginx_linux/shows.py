"""Parsers of what a content server's own tools print."""

from __future__ import annotations

import re

from netwright.platforms.facts import SensorFact

CONTENT_ROOT = "/srv/content"
NGINX_VERSION = "/usr/sbin/nginx -v 2>&1"
DISK = f"df -P -k {CONTENT_ROOT}"

_VERSION = re.compile(r"nginx/(\S+)")


def nginx_version(output: str) -> str:
    """nginx's release, as ``1.22.1``."""
    match = _VERSION.search(output)
    if match is None:
        raise ValueError("nginx does not say its version")
    return match[1]


def health_command(address: str) -> str:
    """Asks nginx on its service address, on the server itself: alive without regard to the network."""
    host = f"[{address}]" if ":" in address else address
    return f"curl -s -o /dev/null -m 3 -w '%{{http_code}}' http://{host}/health"


def health(output: str) -> SensorFact:
    """Whether nginx answers ``/health`` with 200; ``000`` is curl's word for no answer at all."""
    status = int(output.strip())
    return SensorFact("nginx", "truth-value", float(status == 200), "", ok=status == 200)


def disk(output: str) -> SensorFact:
    """How full the file system of the content is, in percent (POSIX ``df -P -k``)."""
    _, total, used, free, *_ = output.strip().splitlines()[-1].split()
    size = int(used) + int(free)
    share = round(100 * int(used) / size, 1) if size else 0.0
    return SensorFact("content-store", "percent", share, "%", ok=int(total) > 0 and share < 98)
