"""One round of questions over NETCONF or gNMI to a device of any make: what it tells in the open models."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from lxml.etree import _Element

from netwright.base.errors import DeviceError
from netwright.device.gnmi.client import GnmiClient
from netwright.device.gnmi.notification import Notification
from netwright.device.gnmi.refusal import GnmiError
from netwright.device.gnmi.subscription import Subscription
from netwright.device.gnmi.value import Encoding
from netwright.device.netconf.session import NetconfSession
from netwright.device.netconf.xml import element, text_of
from netwright.platforms.facts import DeviceFacts, Found, joined
from netwright.platforms.netconfshows import vendor_found
from netwright.platforms.yang import ietf, openconfig
from netwright.platforms.yang.maker import named
from netwright.platforms.yang.tree import from_updates, from_xml

_OPENCONFIG = "http://openconfig.net/yang/"
_OPENCONFIG_TOPS = (
    ("platform", "components"), ("interfaces", "interfaces"), ("system", "system"), ("lldp", "lldp"),
    ("network-instance", "network-instances"),
)  # fmt: skip
_LIBRARY = "urn:ietf:params:xml:ns:yang:ietf-yang-library"
_NOT_THERE = {"NOT_FOUND", "UNIMPLEMENTED", "INVALID_ARGUMENT"}


async def netconf_facts(
    session: NetconfSession, device: str, now: float, subjects: Collection[str] = ()
) -> DeviceFacts:
    """``subjects``: only these facts; empty: all. Raises DeviceError when nothing was answered; parts that
    are refused are told as problems."""
    problems: list[tuple[str, str]] = []
    known = await _namespaces(session, problems)
    data: list[_Element] = []
    for namespace, tops in _questions():
        if namespace not in known:
            continue
        for top in tops:
            if not _is_asked(top, subjects):
                continue
            try:
                data.append(await session.get(element(top, namespace=namespace)))
            except DeviceError as error:
                if session.broken is not None:
                    raise
                problems.append((f"netconf {top}", str(error)))
    tree = from_xml(*data)
    own = await vendor_found(session, known, problems, subjects)
    found = joined([*own, openconfig.read(tree, now=now), ietf.read(tree)])
    if not data and not own:
        problems.append(("netconf", "the server announces neither OpenConfig's models nor the IETF's"))
    return _facts(found, device, now, "netconf", known, problems)


def _is_asked(top: str, subjects: Collection[str]) -> bool:
    """Whether a top element of a model brings any of these facts."""
    brings = openconfig.BRINGS.get(top, frozenset()) | ietf.BRINGS.get(top, frozenset())
    return not subjects or not brings.isdisjoint(subjects)


def _questions() -> list[tuple[str, tuple[str, ...]]]:
    asked: list[tuple[str, tuple[str, ...]]] = [
        (f"{ietf.NAMESPACE}{module}", tops) for module, tops in ietf.TOPS
    ]
    return [*((f"{_OPENCONFIG}{name}", (top,)) for name, top in _OPENCONFIG_TOPS), *asked]


async def _namespaces(session: NetconfSession, problems: list[tuple[str, str]]) -> set[str]:
    """Of the hello, and of the YANG library where the server points there (RFC 7950, 5.6.4)."""
    known = {uri.partition("?")[0] for uri in session.capabilities.uris}
    if session.capabilities.has("yang-library"):
        for top in ("modules-state", "yang-library"):
            try:
                data = await session.get(element(top, namespace=_LIBRARY))
            except DeviceError as error:
                if session.broken is not None:
                    raise
                problems.append((f"netconf {top}", str(error)))
                continue
            known.update(text_of(node) for node in data.iter("{*}namespace"))
    return known


async def gnmi_facts(
    client: GnmiClient, device: str, now: float, subjects: Collection[str] = ()
) -> DeviceFacts:
    """``subjects``: only these facts; empty: all.

    Raises DeviceError when the target can't be spoken with; paths that it doesn't have are left out."""
    told = await client.capabilities()
    problems: list[tuple[str, str]] = []
    updates: list[tuple[str, Any]] = []
    for path in openconfig.paths(subjects):
        try:
            for item in await _asked(client, path, told.best()):
                updates.extend((text, value) for text, value in item.updates)
        except GnmiError as error:
            if error.code not in _NOT_THERE:
                problems.append((f"gnmi {path}", str(error)))
    found = openconfig.read(from_updates(updates), now=now)
    if not updates:
        problems.append(("gnmi", "the target has none of OpenConfig's paths"))
    announced = {model.name for model in told.models}
    return _facts(found, device, now, "gnmi", announced, problems)


async def _asked(client: GnmiClient, path: str, encoding: Encoding) -> tuple[Notification, ...]:
    """By Get; by a subscription of once where the target has no Get of state."""
    try:
        return await client.get([path], encoding=encoding)
    except GnmiError as error:
        if error.code != "UNIMPLEMENTED":
            raise
    async with client.subscribe([Subscription(path)], kind="once", encoding=encoding) as stream:
        return tuple([item async for item in stream if isinstance(item, Notification)])


def _facts(
    found: Found, device: str, now: float, source: str, announced: set[str], problems: list[tuple[str, str]]
) -> DeviceFacts:
    values = {spec.name: getattr(found, spec.name) for spec in fields(Found)}
    values["system"] = named(found.system, announced)
    values["unparsed"] = (*found.unparsed, *problems)
    return DeviceFacts(
        device=device, platform="unknown", observed_at=now, sources=(source,),
        answered=((source, now),), **values,
    )  # fmt: skip
