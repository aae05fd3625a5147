"""A simulated router's configuration: a tree that takes commands as FRR does and prints itself as FRR does.

Loading a whole file is entering its commands into an empty tree, so that what is read back is what FRR's
``show running-config`` would print: its order, its sequence numbers, without defaults.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from netwright.lab.sim.grammar import ENDINGS, FORMS, HEADERS, HEADERS_BY_WORD, Form, find

_SEQUENCED = re.compile(
    r"(?P<list>(?:ip prefix-list|ipv6 prefix-list|access-list|bgp as-path access-list"
    r"|bgp (?:large-)?community-list (?:standard|expanded)) \S+) (?P<rest>(?:permit|deny) .*)"
)
_SEQ = re.compile(r" seq (\d+) ")
_NEIGHBOR = re.compile(r"neighbor (\S+)(?: (.*))?\Z")
_HEAD = ("frr version 8.4.4", "frr defaults traditional")
_KEPT = (*_HEAD, "service integrated-vtysh-config")
_BLOCKS = (
    r"(?:no )?(?:frr|hostname|log|agentx|service|ip forwarding|ipv6 forwarding)\b",
    r"(?:no )?(?:ip nht|ipv6 nht|ip router-id|ip route|ipv6 route|ip protocol)\b",
    r"access-list\b",
    r"ip prefix-list\b",
    r"ipv6 prefix-list\b",
    r"bgp as-path\b",
    r"bgp (?:large-)?community-list\b",
)
_BLOCK = tuple(re.compile(block) for block in _BLOCKS)
_FIRST_NEIGHBOR = {
    kind: next(form.rank for form in FORMS[kind] if form.whole.pattern.startswith("neighbor "))
    for kind in ("bgp", "family")
}
_SECTION_ORDER = {"vrf": 1.1, "interface": 1.2, "bgp": 1.3, "route-map": 7, "vty": 8, "bfd": 9}


@dataclass(frozen=True, slots=True)
class LineError:
    """A line that was refused. ``syntax``: no such command; else FRR's word about what it would mean."""

    number: int
    line: str
    syntax: bool
    message: str

    def __str__(self) -> str:
        if self.syntax:
            return f"line {self.number}: % Unknown command: {self.line}"
        return f"line {self.number}: {self.message}"


@dataclass(slots=True)
class Section:
    """A block of the configuration: its lines by the setting they make, and the blocks inside."""

    kind: str
    header: str = ""
    lines: dict[str, str] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)


class Configuration:
    """One configuration. Not shared between tasks."""

    def __init__(self) -> None:
        self.top = Section("top")
        self._path = [self.top]
        for line in _KEPT:
            _set(self.top, find(self.top.kind, line), line)

    def enter(self, line: str) -> LineError | None:
        """Take one line, in the section that the lines before it opened."""
        line = " ".join(line.split())
        if not line or line[0] in "!#" or line in {"end", "configure terminal"}:
            if line == "end":
                self._path = [self.top]
            return None
        if line.startswith("exit") or line == "quit":
            if len(self._path) > 1:
                self._path.pop()
            return None
        while True:
            error = self._enter_here(line)
            if error is None or not error.syntax or len(self._path) == 1:
                return error
            if not _fits_above(self._path[:-1], line):
                return error
            self._path.pop()

    def _enter_here(self, line: str) -> LineError | None:
        here = self._path[-1]
        removed = line.removeprefix("no ") if line.startswith("no ") else None
        word = (removed or line).partition(" ")[0]
        if (opened := HEADERS_BY_WORD.get((here.kind, word))) is not None:
            kind, header = opened
            if header.match(line):
                self._open(here, kind, line)
                return None
            if removed and _remove_section(here, kind, header, removed):
                return None
        if (form := find(here.kind, line)) is not None:
            return self._set(here, form, line)
        if removed is not None:
            return _unset(here, removed)
        if (form := find(here.kind, f"no {line}")) is not None:
            _drop(here, f"no {line}")
            return None
        return LineError(0, line, True, "")

    def _open(self, here: Section, kind: str, line: str) -> None:
        if kind == "route-map":
            name, number = line.split()[1], line.split()[3]
            for header in [h for h in here.sections if h.split()[:2] == ["route-map", name]]:
                if header.split()[3] == number and header != line:
                    del here.sections[header]
            here.order.setdefault(f"route-map {name}", len(here.order))
        self._path.append(here.sections.setdefault(line, Section(kind, line)))

    def _set(self, here: Section, form: Form, line: str) -> LineError | None:
        if here.kind in {"bgp", "family"} and (problem := self._neighbor_problem(line)):
            return LineError(0, line, False, problem)
        if not form.printed:
            return None
        _set(here, form, line)
        return None

    def _neighbor_problem(self, line: str) -> str | None:
        """FRR wants a neighbour to have an AS or a group before anything else."""
        match = _NEIGHBOR.match(line)
        if not match or (match[2] or "").startswith(("remote-as", "peer-group", "interface")):
            return None
        bgp = next(section for section in reversed(self._path) if section.kind == "bgp")
        start = f"neighbor {match[1]} "
        if any(line.startswith(start) and _defines(line) for line in bgp.lines.values()):
            return None
        return "% Specify remote-as or peer-group commands first"

    def text(self) -> str:
        """As ``show running-config no-header`` prints it."""
        return "\n".join(_printed(self.top)) + "\n"


def load(text: str) -> tuple[Configuration, list[LineError]]:
    """A configuration from a whole file, and the lines that were refused."""
    configuration = Configuration()
    return configuration, enter_all(configuration, text.splitlines())


def enter_all(configuration: Configuration, lines: Iterable[str]) -> list[LineError]:
    """Enter lines one after the other; the refused ones come back with their numbers."""
    errors = []
    for number, line in enumerate(lines, 1):
        if (error := configuration.enter(line)) is not None:
            errors.append(LineError(number, error.line, error.syntax, error.message))
    return errors


def difference(running: str, wanted: str) -> tuple[list[str], list[str]]:
    """(commands that delete, commands that add), each with the headers it stands under joined by newlines,
    as ``frr-reload.py --test`` prints them."""
    before, after = dict.fromkeys(_paths(running)), dict.fromkeys(_paths(wanted))
    kept = {(line,) for line in _KEPT}
    gone = [path for path in before if path not in after and path not in kept]
    heads = {path for path in gone if _is_section(path)}
    gone = [path for path in gone if not any(path[:length] in heads for length in range(1, len(path)))]
    new = [path for path in after if path not in before]
    return [_command(path, delete=True) for path in gone], [_command(path) for path in new]


def _is_section(path: tuple[str, ...]) -> bool:
    return len(path) == 1 and any(header.match(path[0]) for header, _ in HEADERS.values())


def _command(path: tuple[str, ...], *, delete: bool = False) -> str:
    *heads, line = path
    if delete:
        line = line.removeprefix("no ") if line.startswith("no ") else f"no {line}"
    return "\n".join(" " * depth + text for depth, text in enumerate([*heads, line]))


def _paths(text: str) -> Iterator[tuple[str, ...]]:
    """Each line of a printed configuration with the headers above it."""
    stack: list[str] = []
    for raw in text.splitlines():
        line = raw.strip()
        if line in {"", "!", "end"} or line.startswith("exit"):
            continue
        depth = len(raw) - len(raw.lstrip())
        stack = [*stack[:depth], line]
        yield tuple(stack)


def _set(section: Section, form: Form | None, line: str) -> None:
    assert form is not None
    if match := _SEQUENCED.match(line):
        line = _numbered(section, match)
    name = form.named.match(line)
    slot = name[0] if name else line
    if sequence := _SEQ.search(line):
        slot = line[: sequence.end()]
        section.order.setdefault(line[: sequence.start()], len(section.order))
    section.lines[slot] = line
    if profile := re.match(r"(neighbor \S+ bfd) profile ", line):
        section.lines[profile[1]] = profile[1]


def _numbered(section: Section, match: re.Match[str]) -> str:
    """A list entry without a number takes the next one; one that is there already keeps its own."""
    start = f"{match['list']} seq "
    numbers = []
    for line in section.lines.values():
        if line.startswith(start):
            number, rest = line[len(start) :].split(" ", 1)
            if rest == match["rest"]:
                return line
            numbers.append(int(number))
    return f"{start}{(max(numbers, default=0) // 5 + 1) * 5} {match['rest']}"


def _unset(section: Section, line: str) -> LineError | None:
    """Remove a setting, by its whole line or its name; ``no neighbor X`` takes all of the neighbour."""
    neighbor = _NEIGHBOR.match(line) if section.kind == "bgp" else None
    if neighbor and (neighbor[2] is None or neighbor[2].startswith(("remote-as", "peer-group"))):
        for part in (section, *section.sections.values()):
            for slot in [s for s in part.lines if re.match(rf"(no )?neighbor {re.escape(neighbor[1])} ", s)]:
                del part.lines[slot]
        return None
    known = False
    for form in FORMS[section.kind]:
        if (match := form.whole.match(line)) or (match := form.named.match(line)):
            known = True
            _drop(section, line)
            if match[0] != line or form.named.match(line):
                _drop_slot(section, form, line)
            if section.kind == "family" and line.endswith(" activate"):
                section.lines[f"no {line}"] = f"no {line}"
    return None if known else LineError(0, f"no {line}", True, "")


def _drop(section: Section, line: str) -> None:
    for slot in [slot for slot, held in section.lines.items() if held == line]:
        del section.lines[slot]
    if match := _SEQUENCED.match(line):
        start, rest = f"{match['list']} seq ", match["rest"]
        for slot in [
            s for s, held in section.lines.items() if held.startswith(start) and held.endswith(rest)
        ]:
            del section.lines[slot]


def _drop_slot(section: Section, form: Form, line: str) -> None:
    match = form.named.match(line)
    if match and not _SEQUENCED.match(line):
        section.lines.pop(match[0], None)


def _remove_section(here: Section, kind: str, header: re.Pattern[str], line: str) -> bool:
    if header.match(line) and line in here.sections:
        del here.sections[line]
        return True
    if kind == "route-map" and (match := re.match(r"route-map (\S+)\Z", line)):
        for found in [h for h in here.sections if h.split()[:2] == ["route-map", match[1]]]:
            del here.sections[found]
        return True
    return bool(header.match(line))


def _fits_above(path: list[Section], line: str) -> bool:
    """Whether a section that is still open takes the line (vtysh leaves sections by itself)."""
    plain = line.removeprefix("no ")
    return any(
        any(header.match(plain) for header, parent in HEADERS.values() if parent == section.kind)
        or any(form.whole.match(x) for form in FORMS[section.kind] for x in (line, plain, f"no {line}"))
        for section in path
    )


def _defines(line: str) -> bool:
    return line.split(" ", 2)[2].startswith(("remote-as", "peer-group", "interface"))


# -- print -------------------------------------------------------------------------------------------------


def _printed(top: Section) -> Iterator[str]:
    blocks: dict[float, list[str]] = {}
    for line in _sorted(top, top):
        rank = next((rank for rank, block in enumerate(_BLOCK) if block.match(line)), 0)
        blocks.setdefault(rank, []).append(line)
    for section in sorted(top.sections.values(), key=lambda s: _section_key(top, s)):
        lines = list(_section(section, top, 0))
        if section.kind == "interface" and len(lines) == 2:
            continue
        blocks.setdefault(_SECTION_ORDER[section.kind], []).extend([*lines, "!"])
    for _, lines in sorted(blocks.items()):
        yield from lines
        if lines[-1] != "!":
            yield "!"
    yield "end"


def _section(section: Section, top: Section, depth: int) -> Iterator[str]:
    indent = " " * depth
    yield indent + section.header
    owner = top if section.kind == "top" else section
    for line in _sorted(section, top):
        yield f"{indent} {line}"
    for child in sorted(section.sections.values(), key=lambda s: s.header.replace("peer", "~")):
        lines = list(_section(child, owner, depth + 1))
        if child.kind == "family" and len(lines) == 2:
            continue
        if child.kind == "family":
            yield f"{indent} !"
        yield from lines
        if child.kind.startswith("bfd"):
            yield f"{indent} !"
    yield indent + ENDINGS.get(section.kind, "exit")


def _section_key(top: Section, section: Section) -> tuple[object, ...]:
    words = section.header.split()
    if section.kind == "route-map":
        return (_SECTION_ORDER[section.kind], top.order[f"route-map {words[1]}"], "", int(words[3]))
    return (_SECTION_ORDER[section.kind], 0, *_natural(section.header))


def _sorted(section: Section, parent: Section) -> list[str]:
    lines = list(section.lines.values())
    if section.kind == "family":
        lines = [line for line in lines if not _activation_is_default(line, section, parent)]
    return sorted(lines, key=lambda line: _line_key(section, line))


def _activation_is_default(line: str, family: Section, bgp: Section) -> bool:
    """IPv4 is on for each neighbour unless the router says otherwise; other families are off."""
    if not line.endswith(" activate"):
        return False
    by_default = "ipv4" in family.header and "no bgp default ipv4-unicast" not in bgp.lines
    return by_default != line.startswith("no ")


def _line_key(section: Section, line: str) -> tuple[object, ...]:
    plain = line.removeprefix("no ") if "neighbor" in line else line
    form = find(section.kind, plain) or find(section.kind, line)
    rank = form.rank if form else 0
    if section.kind in {"bgp", "family"} and (match := _NEIGHBOR.match(plain)):
        return (_FIRST_NEIGHBOR[section.kind], *_address(match[1]), rank)
    if sequence := _SEQ.search(line):
        return (rank, 0, section.order[line[: sequence.start()]], int(sequence[1]))
    if description := re.match(r"(ip(?:v6)? prefix-list \S+) description", line):
        entries = find(section.kind, f"{description[1]} seq 1 permit any")
        return (entries.rank if entries else rank, 0, section.order.get(description[1], 1 << 30), 0)
    if prefix := re.search(r"\d+\.\d+\.\d+\.\d+/\d+", line):
        network = ipaddress.ip_interface(prefix[0])
        return (rank, 0, int(network.ip), network.network.prefixlen, line)
    return (rank, 0, 0, line)


def _address(peer: str) -> tuple[object, ...]:
    """Groups first, then addresses by number."""
    try:
        value = ipaddress.ip_address(peer)
    except ValueError:
        return (0, 0, peer)
    return (value.version, int(value), "")


def _natural(text: str) -> tuple[object, ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text))
