"""What is kept of each device's last rendering: hashes of all that went in, and the sealed text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import orjson
from sqlalchemy import JSON, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from netwright.base import address
from netwright.intent.neutral import BgpView, DeviceView
from netwright.store.record import Base, BigId

ADDRESSES: tuple[type, ...] = tuple(
    kind for family in (address.Address, address.Interface, address.Prefix) for kind in get_args(family)
)


class RenderedConfig(Base):
    """A device's intended configuration as it was rendered last. ``parts``: hash of each part of its view;
    ``templates``: key of a TemplateSetRow; ``secrets``: names of those in the text; ``digest``: of all that
    went in, and the key of ``sealed``. ``error`` says why there is no text, of one that ``failed``."""

    __tablename__ = "rendered_config"

    device_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    device: Mapped[str] = mapped_column(index=True)
    platform: Mapped[str]
    revision: Mapped[int]
    parts: Mapped[dict[str, str]] = mapped_column(JSON)
    templates: Mapped[str]
    secrets: Mapped[list[str]] = mapped_column(JSON)
    digest: Mapped[str]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reasons: Mapped[list[str]] = mapped_column(JSON)
    error: Mapped[str] = mapped_column(Text, default="")
    failed: Mapped[bool] = mapped_column(index=True)


class TemplateSetRow(Base):
    """Templates that some devices' configurations were made of: shown name -> hash."""

    __tablename__ = "template_set"

    digest: Mapped[str] = mapped_column(primary_key=True)
    files: Mapped[dict[str, str]] = mapped_column(JSON)


class RenderState(Base):
    """One row: for which revision, templates, context files and secrets the ledger is true."""

    __tablename__ = "render_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    templates: Mapped[str]
    contexts: Mapped[dict[str, str]] = mapped_column(JSON)
    secrets: Mapped[dict[str, str]] = mapped_column(JSON)


def parts_of(view: DeviceView) -> dict[str, str]:
    """Hash of each part of a view; parts of BGP apart, for it is the largest."""
    found: dict[str, str] = {}
    for one in fields(view):
        value = getattr(view, one.name)
        if one.name == "fault":
            continue
        if isinstance(value, BgpView):
            found.update((f"bgp.{part.name}", _hash(getattr(value, part.name))) for part in fields(value))
        elif one.name == "context":
            found.update((f"context {key}", _text_hash(value[key])) for key in value)
        else:
            found[one.name] = _hash(value)
    return found


def changed_parts(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Names of the parts that are not the same."""
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return [f"{name} changed" for name in names]


def changed_templates(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """As :func:`changed_parts`, of template files."""
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    words = {(True, True): "changed", (False, True): "added", (True, False): "removed"}
    return [f"template {name} {words[name in old, name in new]}" for name in names]


def digest_of(parts: Mapping[str, str], templates: str, secrets: Sequence[tuple[str, str]]) -> str:
    """Hash of all that went in."""
    return _text_hash([sorted(parts.items()), templates, sorted(secrets)], 32)


def _hash(value: object) -> str:
    """Equal for equal values, in every process. Numbers too large for the quick writer go to another."""
    try:
        data = orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        data = json.dumps(value, default=_fields, sort_keys=True).encode()
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def _plain(value: object) -> object:
    """What the writer does not know: named tuples, addresses, sets."""
    if isinstance(value, tuple):
        return tuple(value)
    if isinstance(value, ADDRESSES):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    raise TypeError(f"{type(value).__name__} should be a value that configurations are made of")


def _fields(value: object) -> object:
    if is_dataclass(value):
        return [getattr(value, one.name) for one in fields(value)]
    return _plain(value)


def _text_hash(value: Any, size: int = 8) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=size).hexdigest()
