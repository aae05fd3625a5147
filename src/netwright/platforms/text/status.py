"""``show interface[s] status`` of Cisco's and Arista's switches: a row a port."""

from __future__ import annotations

import re

from netwright.platforms import values
from netwright.platforms.facts import Found, InterfaceFact
from netwright.platforms.records import Rows
from netwright.platforms.text.names import full

_STATES = (
    r"connecte?d?|notconn\w*|disable\w*|err-?\w*|inactive|monitor\w*|suspend\w*|sfp\w+|xcvr\w+|noOper\w*|"
    r"linkFlap\w*|channelDo\w*|faulty\w*|down|up|dormant|out-of-\w+|parent\w*|auth\w*|vpc\w+|admin\w*"
)
_ROW = re.compile(
    rf"^(?P<port>[A-Za-z]\S*\d)(?:\s+(?P<name>\S.*?))?\s+(?P<state>{_STATES})(?P<more>:.*?)?"
    r"\s+(?P<vlan>in \S+|\S+)\s+(?P<duplex>(?:a-)?(?:fu\w*|ha\w*)|auto|unconf\w*|--)\s+(?P<speed>\S+)"
)


def status(answer: str) -> Found:
    """Columns move with what is in them, so a row is known by its words. Raises ValueError where no line is
    the heading."""
    lines = answer.expandtabs().splitlines()
    place = next(
        (n for n, line in enumerate(lines) if line.lstrip().startswith("Port ") and "Status" in line), None
    )
    if place is None:
        raise ValueError("no line begins with Port and names a Status")
    rows = Rows()
    body = (
        line
        for line in lines[place + 1 :]
        if line.strip() and not line.startswith(("-", "Port ", "Interface "))
    )
    return Found(interfaces=rows.of("line", body, _port), unparsed=rows.unparsed)


def _port(line: str) -> InterfaceFact:
    match = _ROW.match(line.strip())
    if match is None:
        raise ValueError("is no row of a port")
    state = match["state"]
    return InterfaceFact(
        full(match["port"]),
        admin_up=not state.startswith(("disabl", "admin")),
        oper=values.oper("up" if state.startswith("connect") else "down"),
        status=state,
        description=values.words(match["name"]),
        speed_bps=values.speed(match["speed"].removeprefix("a-"), "m"),
        duplex=match["duplex"].removeprefix("a-") if match["duplex"] not in {"auto", "--"} else None,
    )
