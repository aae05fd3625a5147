"""``show ntp associations`` as IOS and IOS-XR write it."""

from __future__ import annotations

import re

from netwright.platforms.facts import Found, NtpFact

_NTP_ROW = re.compile(
    r"^(?P<mark>[ *#+~x.-]*)(?P<peer>[0-9a-fA-F.:]+) +(?P<ref>\S+) +(?P<st>\d+) +(?P<when>\S+) +"
    r"(?P<poll>\d+) +(?P<reach>\d+) +(?P<delay>[-\d.]+) +(?P<offset>[-\d.]+) +(?P<disp>[-\d.]+)"
)


def associations(answer: str) -> Found:
    found = []
    for line in answer.splitlines():
        match = _NTP_ROW.match(line.rstrip())
        if match:
            found.append(
                NtpFact(
                    match["peer"], "server", synchronized="*" in match["mark"], reference=match["ref"],
                    stratum=int(match["st"]), when=match["when"], poll_s=int(match["poll"]),
                    reachability=int(match["reach"]), delay_ms=float(match["delay"]),
                    offset_ms=float(match["offset"]), jitter_ms=float(match["disp"]),
                )
            )  # fmt: skip
    return Found(ntp=tuple(found))
