"""What people and programs give for a field, as a plain value; or what was expected instead."""

from __future__ import annotations

import difflib
import ipaddress
import math
import sys
from collections.abc import Callable
from typing import Any

import orjson

from netwright.store.kind import FieldSpec, FieldType

_INTEGER_BITS = 63
_LARGEST = (1 << _INTEGER_BITS) - 1
_LONGEST_WORD = 100
_YES = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


class Wrong(Exception):  # noqa: N818 (never leaves the store)
    """A value that the field can't have; says what was expected, as a phrase."""


def take_text(spec: FieldSpec, text: str) -> Any:
    """A person's text as a plain value of the field; None when it can't be one."""
    try:
        return taker(spec)(text)
    except Wrong:
        return None


def taker(spec: FieldSpec) -> Callable[[Any], Any]:
    """What makes given values of a field plain; it raises Wrong."""
    if spec.type is FieldType.TEXT:
        longest = spec.max_length or sys.maxsize

        def text(value: Any) -> str:
            if value.__class__ is str and len(value) <= longest and value.isprintable():
                return str(value)
            return _take_text(spec, value)

        return text
    if spec.type is FieldType.CHOICE:
        words = frozenset(spec.choices)
        return lambda value: value if value.__class__ is str and value in words else _take_choice(spec, value)
    return _TAKE[spec.type]


def _take_text(spec: FieldSpec, value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong("text")
    if spec.max_length is not None and len(value) > spec.max_length:
        raise Wrong(f"at most {spec.max_length} characters")
    if not value.isprintable():
        allowed = {"\n", "\t"} if spec.multiline else set()
        if any(_is_control(char) and char not in allowed for char in value):
            raise Wrong("text without control characters" if spec.multiline else "text in one line")
    return value


def in_one_line(text: str) -> bool:
    """Whether a text has no control characters, as the values of most fields."""
    return text.isprintable() or not any(map(_is_control, text))


def _is_control(char: str) -> bool:
    code = ord(char)
    return code < 0x20 or 0x7F <= code < 0xA0 or code in (0x2028, 0x2029) or 0xD800 <= code < 0xE000


def _take_choice(spec: FieldSpec, value: Any) -> str:
    word = str(getattr(value, "value", value))
    if word not in spec.choices:
        near = difflib.get_close_matches(word, spec.choices, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise Wrong(f"one of {', '.join(spec.choices)}{hint}")
    return word


def _take_integer(value: Any) -> int:
    number: int
    if isinstance(value, bool):
        raise Wrong("an integer")
    if isinstance(value, int):
        number = int(value)
    elif isinstance(value, str):
        try:
            number = int(value)
        except ValueError:
            raise Wrong("an integer") from None
    else:
        raise Wrong("an integer")
    if not -(1 << _INTEGER_BITS) <= number < 1 << _INTEGER_BITS:
        raise Wrong("an integer of 64 bits")
    return number


def _take_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Wrong("a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise Wrong("a number") from None
    if not math.isfinite(number):
        raise Wrong("a finite number")
    return number


def _take_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _YES:
        return _YES[value.strip().lower()]
    raise Wrong("true or false")


def _take_reference(value: Any) -> int:
    if value.__class__ is int and 0 < value <= _LARGEST:
        return int(value)
    number = _take_integer(value)
    if number < 1:
        raise Wrong("the id of an object")
    return number


def _take_words(value: Any) -> list[str] | None:
    """Words from a list, or from text with commas; each once, in order of the alphabet. None: no word."""
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list | tuple | set | frozenset) or not all(
        isinstance(one, str) for one in words
    ):
        raise Wrong("a list of words")
    found = sorted({word for one in words if (word := one.strip())})
    if any(len(word) > _LONGEST_WORD or not word.isprintable() or "," in word for word in found):
        raise Wrong(f"words of at most {_LONGEST_WORD} printable characters, without commas")
    return found or None


def _take_json(value: Any) -> Any:
    try:
        return orjson.loads(value if isinstance(value, str) else orjson.dumps(value))
    except (orjson.JSONEncodeError, orjson.JSONDecodeError):
        raise Wrong("JSON") from None


def _take_address(value: Any) -> str:
    return _parsed(ipaddress.ip_address, value, "an IP address, as 192.0.2.1 or 2001:db8::1")


def _take_interface_address(value: Any) -> str:
    return _parsed(ipaddress.ip_interface, value, "an IP address with prefix length, as 192.0.2.1/31")


def _take_prefix(value: Any) -> str:
    try:
        return _parsed(ipaddress.ip_network, value, "a prefix, as 192.0.2.0/24")
    except Wrong:
        whole = _parsed(
            lambda text: ipaddress.ip_network(text, strict=False), value, "a prefix, as 192.0.2.0/24"
        )
        raise Wrong(f"a prefix without host bits (did you mean {whole}?)") from None


def _parsed(parse: Callable[[str], object], value: Any, expected: str) -> str:
    text = str(value)
    if isinstance(value, int) or "%" in text:  # a bare number is no address; zones mean nothing off the host
        raise Wrong(expected)
    try:
        return str(parse(text))
    except ValueError:
        raise Wrong(expected) from None


_TAKE: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.INTEGER: _take_integer,
    FieldType.NUMBER: _take_number,
    FieldType.BOOLEAN: _take_boolean,
    FieldType.LIST: _take_words,
    FieldType.JSON: _take_json,
    FieldType.ADDRESS: _take_address,
    FieldType.INTERFACE_ADDRESS: _take_interface_address,
    FieldType.PREFIX: _take_prefix,
    FieldType.REFERENCE: _take_reference,
}
