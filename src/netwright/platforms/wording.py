"""Filters that templates of several platforms need: how numbers, names and lists are written on devices."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from netwright.base.errors import InputError

_DSCP = {
    **{8 * number: f"cs{number}" for number in range(1, 8)},
    **{8 * one + 2 * drop: f"af{one}{drop}" for one in range(1, 5) for drop in range(1, 4)},
    0: "default",
    46: "ef",
}
_TERMS = re.compile(r"\^|\$|_|\.\*|\.\+|\[0-9\]\+|\d+|\(|\)|\|")
_PLAIN = re.compile(r"[\w./:+@-]+")


class Ports(Protocol):
    """A range of ports, both ends included."""

    first: int
    last: int


class AccessRow(NamedTuple):
    """One line of an access list where a line has one range of ports at each end. A ``remark`` is a row of
    its own, with ``entry`` None."""

    sequence: int
    entry: Any
    source_ports: Ports | None = None
    destination_ports: Ports | None = None
    remark: str = ""


def ranges(numbers: Iterable[int], comma: str = ",", dash: str = "-") -> str:
    """``10,20-22``: numbers in order, neighbours as a range."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return comma.join(str(a) if a == b else f"{a}{dash}{b}" for a, b in spans)


def dscp(number: int) -> str:
    """The name of a DSCP value, its number where it has none."""
    return _DSCP.get(number, str(number))


def rows(access_list: Any) -> list[AccessRow]:
    """The lines of an access list, numbered. Where an entry needs more lines than its number leaves room
    for, all numbers are spread by ten, or by a hundred."""
    for spread in (1, 10, 100, 1000):
        found = list(_rows(access_list, spread))
        numbers = [row.sequence for row in found]
        if all(one < other for one, other in pairwise(numbers)):
            return found
    raise InputError(
        "has more lines in an entry than can be numbered",
        subject=f"access list {access_list.name}",
        remedy="Give the entry fewer ports.",
    )


def _rows(access_list: Any, spread: int) -> Iterator[AccessRow]:
    for entry in access_list.entries:
        number = entry.sequence * spread
        if entry.remark:
            yield AccessRow(number - 1, None, remark=entry.remark)
        pairs = [
            (source, destination)
            for source in entry.source_ports or (None,)
            for destination in entry.destination_ports or (None,)
        ]
        for place, (source, destination) in enumerate(pairs):
            yield AccessRow(number + place, entry, source, destination)


def permitted(prefix_list: Any, device: Any, form: str) -> tuple[Any, ...]:
    """The entries of a prefix list on a platform whose ``form`` of it is a set, without refusals and order.
    Raises InputError for a list that refuses: left out, its prefixes would pass by a wider entry."""
    for entry in prefix_list.entries:
        if not entry.permit:
            raise InputError(
                f"entry {entry.sequence} of prefix list {prefix_list.name} refuses {entry.prefix}, and "
                f"{form} of platform {device.platform} can't refuse",
                subject=device.name,
                remedy="Permit only what should match, or refuse it by a term of the policy before.",
            )
    return tuple(prefix_list.entries)


def next_hop(route: Any, device: Any) -> Any:
    """The next hop of a static route, on a platform that needs one. Raises InputError for a route that
    only names an interface."""
    if route.next_hop is None:
        raise InputError(
            f"static route {route.prefix} names no next hop but interface {route.interface}, and platform "
            f"{device.platform} takes next hops only",
            subject=device.name,
            remedy="Give the route the address of its next hop.",
        )
    return route.next_hop


def address_on(interfaces: Iterable[Any], name: str, version: int = 4) -> Any:
    """The first address of an interface, of the family if it has one, where a platform takes addresses and
    the view names an interface; None without."""
    found = [one.ip for each in interfaces if each.name == name for one in each.addresses]
    return next((one for one in found if one.version == version), found[0] if found else None)


def version_of(host: str) -> int:
    """The family of a host; 4 for a name."""
    return 6 if ":" in host else 4


def key_hash(key: str) -> str:
    """A public key as Cisco IOS keeps it: its kind, the MD5 of its body, its comment. Not for secrecy.
    Raises InputError for a key that is none."""
    kind, _, rest = key.partition(" ")
    body, _, comment = rest.partition(" ")
    try:
        digest = hashlib.md5(base64.b64decode(body, validate=True), usedforsecurity=False).hexdigest()
    except ValueError:
        raise InputError(
            "is no SSH public key", subject=f"key {key[:40]!r}", remedy="Give it as `ssh-rsa AAAA...`."
        ) from None
    return f"{kind} {digest.upper()}{f' {comment}' if comment else ''}"


def target_name(target: str) -> str:
    """The name of a community list made for one route target."""
    return f"netwright-target-{target.replace(':', '-')}"


def worded(values: Iterable[str], words: Mapping[str, str], between: str = " ") -> str:
    """Values in a platform's own words."""
    return between.join(words.get(str(value), str(value)) for value in values)


def endpoint(prefix: Any) -> str:
    """``any``, ``host 10.0.0.1`` or ``10.0.0.0/8``."""
    if prefix is None:
        return "any"
    return f"host {prefix.network_address}" if prefix.prefixlen == prefix.max_prefixlen else str(prefix)


def wildcard(prefix: Any) -> str:
    """The same for IPv4 with an inverse mask: ``10.0.0.0 0.255.255.255``."""
    if prefix is None or prefix.version == 6 or prefix.prefixlen == prefix.max_prefixlen:
        return endpoint(prefix)
    return f"{prefix.network_address} {prefix.hostmask}"


def bundles(interfaces: Iterable[Any]) -> dict[str, Any]:
    """The bundles by name, for their members."""
    return {one.name: one.bundle for one in interfaces if one.bundle is not None}


def path_terms(expression: str) -> str:
    """A regular expression over the characters of an AS path, as ``_65001_``, in the words of Junos and SR
    Linux, whose terms are whole AS numbers: ``.* 65001 .*``. Raises InputError for what has no such form."""
    parts = _TERMS.findall(expression)
    if "".join(parts) != expression:
        raise InputError(
            "can't be said in whole AS numbers, as this platform wants it",
            subject=f"AS path expression {expression!r}",
            remedy="Use AS numbers, `^`, `$`, `_`, `.*`, `[0-9]+`, `|` and brackets only.",
        )
    open_start, open_end = parts[:1] != ["^"], parts[-1:] != ["$"]
    words = [{"[0-9]+": ".", ".+": ".+"}.get(part, part) for part in parts if part not in {"^", "$", "_"}]
    if open_start and words[:1] != [".*"]:
        words.insert(0, ".*")
    if open_end and words[-1:] != [".*"]:
        words.append(".*")
    return " ".join(words) or "()"


def quoted(text: object) -> str:
    """A value of Junos or SR Linux, in quotes where it is more than a word."""
    word = str(text)
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


FILTERS: Mapping[str, Callable[..., Any]] = {
    "ranges": ranges,
    "dscp": dscp,
    "rows": rows,
    "permitted": permitted,
    "next_hop": next_hop,
    "address_on": address_on,
    "version_of": version_of,
    "key_hash": key_hash,
    "target_name": target_name,
    "worded": worded,
    "endpoint": endpoint,
    "wildcard": wildcard,
    "bundles": bundles,
    "path_terms": path_terms,
    "quoted": quoted,
}
