"""``show interface[s] status`` of Cisco's switches: by the columns of its heading, for names hold blanks."""

from __future__ import annotations

from netwright.platforms import values
from netwright.platforms.facts import Found, InterfaceFact
from netwright.platforms.records import Rows
from netwright.platforms.text.names import full

_COLUMNS = ("Port", "Name", "Status", "Vlan", "Duplex", "Speed")


def status(answer: str) -> Found:
    """Raises ValueError where no line is the heading."""
    lines = answer.splitlines()
    place = next(
        (n for n, line in enumerate(lines) if line.lstrip().startswith("Port ") and "Status" in line), None
    )
    if place is None:
        raise ValueError("no line begins with Port and names a Status")
    starts = [lines[place].find(name) for name in _COLUMNS]
    rows = Rows()
    body = [
        line
        for line in lines[place + 1 :]
        if line.strip() and not line.startswith(("-", "Port ", "Interface "))
    ]
    found = rows.of("line", ((line, starts) for line in body), _port)
    return Found(interfaces=found, unparsed=rows.unparsed)


def _port(row: tuple[str, list[int]]) -> InterfaceFact:
    line, starts = row
    name = line[starts[0] :].split()[0]
    words = line[starts[2] :].split()
    if not words or not name[-1].isdigit():
        raise ValueError("is no row of a port")
    state = words[0]
    down = state.startswith(("disabl", "admin"))
    return InterfaceFact(
        full(name),
        admin_up=not down,
        oper=values.oper("up" if state.startswith("connect") else "down"),
        status=state,
        description=values.words(line[max(starts[1], len(name)) : starts[2]]),
    )
