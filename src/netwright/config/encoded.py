"""The forms in which devices show secrets again, and what can be read of them.

A device that was given a secret in clear shows it encoded: Cisco's type 7 and Junos' ``$9$`` can be read
back, hashes and ciphers can't. The forms are ``encoded`` in the rules of a platform and in
``general/encoded.yaml``.
"""

from __future__ import annotations

import enum
import re
from itertools import cycle, islice

from netwright.config.schema import Schema

_VIGENERE = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
"""Cisco's key of type 7."""
_FAMILIES = ("QzF3n6/9CAtpu0O", "B1IREhcSyrleKvMW8LXx", "7N-dVbwsY2g4oaJZGUDj", "iHkq.mPf5T")
_ALPHABET = "".join(_FAMILIES)
_PLACES = {letter: place for place, letter in enumerate(_ALPHABET)}
_SALT = {letter: 3 - number for number, letters in enumerate(_FAMILIES) for letter in letters}
_WEIGHTS = ((1, 4, 32), (1, 16, 32), (1, 8, 32), (1, 64), (1, 32), (1, 4, 16, 128), (1, 32, 64))


MASKED = re.compile(r"<secret:[0-9a-f]{16}>")
"""What scrubbing leaves of a secret; of one that can be read, it is the mask of what it says."""


class Form(enum.StrEnum):
    """How a secret is written."""

    CLEAR = "clear"
    CISCO7 = "cisco7"
    JUNOS9 = "junos9"
    OPAQUE = "opaque"


def reading(before: str, secret: str, schema: Schema) -> str:
    """A secret as it is to be told from others: what it says where that can be read, else itself."""
    _, form, _ = form_of(before, secret, "", schema)
    return plain_of(form, secret) or secret


def form_of(before: str, secret: str, after: str, schema: Schema) -> tuple[str, Form, int]:
    """What stands before a secret without the word of its form; the form; how long its words after are."""
    plain = before.removesuffix('"')
    for one in schema.encoded:
        announced = one.before.search(plain)
        if announced is None:
            continue
        masked = one.form != Form.OPAQUE and MASKED.fullmatch(secret) is not None
        if not masked and one.secret.fullmatch(secret) is None:
            continue
        follows = one.after.match(after)
        if follows is not None:
            return plain[: announced.start()], Form(one.form), follows.end()
    return plain, Form.CLEAR, 0


def plain_of(form: Form, secret: str) -> str | None:
    """What a secret of that form says; None where it can't be read."""
    if form is not Form.OPAQUE and MASKED.fullmatch(secret):
        return secret  # of what it says
    if form is Form.CISCO7:
        return read_cisco7(secret)
    if form is Form.JUNOS9:
        return read_junos9(secret)
    return secret if form is Form.CLEAR else None


def read_cisco7(secret: str) -> str | None:
    """What a secret of Cisco's type 7 says; None for what is none."""
    try:
        start, body = int(secret[:2]), bytes.fromhex(secret[2:])
    except ValueError:
        return None
    key = islice(cycle(_VIGENERE), start % len(_VIGENERE), None)
    return _printable(bytes(one ^ other for one, other in zip(body, key, strict=False)))


def read_junos9(secret: str) -> str | None:
    """What a secret of Junos (``$9$``) says; None for what is none."""
    letters = secret.removeprefix("$9$")
    if not letters or any(letter not in _PLACES for letter in letters):
        return None
    previous, rest = letters[0], letters[1 + _SALT[letters[0]] :]
    found = bytearray()
    while rest:
        weights = _WEIGHTS[len(found) % len(_WEIGHTS)]
        if len(rest) < len(weights):
            return None
        total = 0
        for letter, weight in zip(rest[: len(weights)], weights, strict=True):
            gap = (_PLACES[letter] - _PLACES[previous]) % len(_ALPHABET) - 1
            total += gap * weight
            previous = letter
        found.append(total % 256)
        rest = rest[len(weights) :]
    return _printable(bytes(found))


def _printable(data: bytes) -> str | None:
    text = data.decode("latin-1")
    return text if text and text.isprintable() else None
