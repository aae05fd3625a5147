"""Questions to a device as data: what is asked, over what, which facts the answer brings, who reads it."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from netwright.platforms.facts import Found, joined
from netwright.platforms.facts.join import sourced

Parser = Callable[[str], Found]
NOT_UNDERSTOOD = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
"""What a parser raises for an answer that makes no sense to it."""
_KEPT_CHARACTERS = 4000
_ACCOUNTS = "users"
_WITHHELD = "was not understood; it is not shown, for what tells accounts may tell their passwords"
_REFUSED = re.compile(
    r"^ *(?:% ?|\^\s*\n% ?)?(?:invalid (?:input|command)|incomplete command|ambiguous command|"
    r"unrecognized command|unknown command|syntax error|error: syntax)",
    re.IGNORECASE | re.MULTILINE,
)
"""What a command line writes instead of an answer."""


class Via(enum.StrEnum):
    """What carries a question."""

    CLI = "cli"
    """Typed on a command line. Where the answer is JSON, the platform's API gives the same one for the
    command without the pipe."""
    NETCONF = "netconf"
    GNMI = "gnmi"
    SNMP = "snmp"


@dataclass(frozen=True, slots=True)
class Show:
    """A question. ``command``: a command line; for NETCONF the name of a vendor's RPC, or the filter's top
    elements as ``{namespace}name``, blank between them; for gNMI a path. ``brings``: the names of the facts
    (fields of ``Found``) in the answer. ``rarely``: not asked in a discovery unless somebody wants just
    that, for its answer may be large or its question needs rights. ``optional``: no answer is none, as of a
    program that is not installed."""

    command: str
    parse: Parser
    brings: tuple[str, ...]
    via: Via = Via.CLI
    rarely: bool = False
    optional: bool = False

    @property
    def name(self) -> str:
        return f"{self.via}: {self.command}"

    @property
    def api_command(self) -> str:
        """The command as an API that answers JSON by itself takes it."""
        return self.command.removesuffix("| json-pretty").removesuffix("| json").rstrip()


def wanted(shows: Iterable[Show], subjects: Iterable[str] = (), via: Via = Via.CLI) -> Iterator[Show]:
    """The questions that bring ``subjects``; without subjects, those of a whole discovery."""
    chosen = set(subjects)
    for show in shows:
        if show.via == via and (chosen & set(show.brings) if chosen else not show.rarely):
            yield show


def read(show: Show, answer: str) -> Found:
    """What an answer says, each fact with its source. Never raises for what a device wrote: what makes no
    sense is kept in ``unparsed``."""
    try:
        if _REFUSED.search(answer[:400]):
            raise ValueError("the device refused the question")
        found = show.parse(answer)
    except NOT_UNDERSTOOD as error:
        what = f"{type(error).__name__}: {error}\n{answer}"[:_KEPT_CHARACTERS]
        return Found(unparsed=((show.name, _WITHHELD if _ACCOUNTS in show.brings else what),))
    if _ACCOUNTS in show.brings:
        found = replace(found, unparsed=tuple((where, _WITHHELD) for where, _ in found.unparsed))
    return _from(found, show.name)


def read_all(shows: Iterable[Show], answers: Mapping[str, str]) -> Found:
    """The facts of several answers, by the questions' commands, made one. Questions without an answer are
    passed over: their failure is known to whoever asked."""
    return joined(read(show, answers[show.command]) for show in shows if show.command in answers)


def _from(found: Found, source: str) -> Found:
    changed = sourced(found, source)
    system = found.system
    if system != Found().system and not system.source:
        system = replace(system, source=source)
    unparsed = tuple((source if not where else f"{source}: {where}", what) for where, what in found.unparsed)
    return replace(found, **changed, system=system, unparsed=unparsed)
