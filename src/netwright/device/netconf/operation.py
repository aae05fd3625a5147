"""The operations of RFC 6241 (7 and 8) and RFC 6022 as XML."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree
from lxml.etree import _Element

from netwright.device.netconf.xml import DEFAULTS, MONITORING, child, element, elements, qualified

_WRAPPERS = {qualified("config"), qualified("data"), qualified("filter")}

DefaultOperation = Literal["merge", "replace", "none"]
TestOption = Literal["test-then-set", "set", "test-only"]
ErrorOption = Literal["stop-on-error", "continue-on-error", "rollback-on-error"]
Xml = str | _Element
"""XML text, or an element (which is copied)."""


@dataclass(frozen=True, slots=True)
class XPath:
    """A filter by XPath 1.0. ``namespaces``: what its prefixes stand for."""

    path: str
    namespaces: Mapping[str, str] = field(default_factory=dict)


Filter = str | _Element | XPath
"""Subtree filters (RFC 6241, 6) are XML: one or more elements."""


@dataclass(frozen=True, slots=True)
class Url:
    """A datastore that is a file somewhere (``:url``)."""

    url: str


Datastore = str | Url
"""``running``, ``candidate``, ``startup``, or a URL."""


def get(filter_: Filter | None, with_defaults: str | None) -> _Element:
    root = element("get")
    _filter(root, filter_, with_defaults)
    return root


def get_config(source: Datastore, filter_: Filter | None, with_defaults: str | None) -> _Element:
    root = element("get-config")
    _store(child(root, "source"), source)
    _filter(root, filter_, with_defaults)
    return root


def edit_config(
    config: Xml,
    target: Datastore,
    default_operation: DefaultOperation | None,
    test_option: TestOption | None,
    error_option: ErrorOption | None,
) -> _Element:
    root = element("edit-config")
    _store(child(root, "target"), target)
    for name, value in (
        ("default-operation", default_operation),
        ("test-option", test_option),
        ("error-option", error_option),
    ):
        if value is not None:
            child(root, name, value)
    child(root, "config").extend(_parts(config))
    return root


def copy_config(source: Datastore | _Element, target: Datastore) -> _Element:
    root = element("copy-config")
    _store(child(root, "target"), target)
    place = child(root, "source")
    if isinstance(source, _Element):
        child(place, "config").extend(_parts(source))
    else:
        _store(place, source)
    return root


def on_target(operation: str, target: Datastore) -> _Element:
    """``lock``, ``unlock``, ``delete-config``."""
    root = element(operation)
    _store(child(root, "target"), target)
    return root


def validate(source: Datastore) -> _Element:
    root = element("validate")
    _store(child(root, "source"), source)
    return root


def commit(
    *, confirmed: bool, confirm_timeout_s: int | None, persist: str | None, persist_id: str | None
) -> _Element:
    root = element("commit")
    if confirmed:
        child(root, "confirmed")
        if confirm_timeout_s is not None:
            child(root, "confirm-timeout", str(confirm_timeout_s))
        if persist is not None:
            child(root, "persist", persist)
    if persist_id is not None:
        child(root, "persist-id", persist_id)
    return root


def cancel_commit(persist_id: str | None) -> _Element:
    root = element("cancel-commit")
    if persist_id is not None:
        child(root, "persist-id", persist_id)
    return root


def kill_session(session_id: int) -> _Element:
    root = element("kill-session")
    child(root, "session-id", str(session_id))
    return root


def get_schema(identifier: str, version: str | None, kind: str | None) -> _Element:
    root = element("get-schema", namespace=MONITORING)
    for name, value in (("identifier", identifier), ("version", version), ("format", kind)):
        if value is not None:
            child(root, name, value, namespace=MONITORING)
    return root


def _store(place: _Element, store: Datastore) -> None:
    if isinstance(store, Url):
        child(place, "url", store.url)
    else:
        child(place, store)


def _filter(root: _Element, filter_: Filter | None, with_defaults: str | None) -> None:
    if isinstance(filter_, XPath):
        made = etree.SubElement(root, qualified("filter"), nsmap=dict(filter_.namespaces))
        made.set("type", "xpath")
        made.set("select", filter_.path)
    elif filter_ is not None:
        made = child(root, "filter")
        made.set("type", "subtree")
        made.extend(_parts(filter_))
    if with_defaults is not None:
        child(root, "with-defaults", with_defaults, namespace=DEFAULTS)


def _parts(xml: Xml) -> list[_Element]:
    """The elements of ``xml``. One ``config``, ``data`` or ``filter`` around them is taken off."""
    parts = elements(xml) if isinstance(xml, str) else [deepcopy(xml)]
    if len(parts) == 1 and parts[0].tag in _WRAPPERS:
        return [part for part in parts[0] if isinstance(part.tag, str)]
    return parts
