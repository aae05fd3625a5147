"""Pieces of hardware that we own, by serial number: received, put into devices, taken out, retired.

A move writes three things that must agree: where the piece is, what serial its new place is wanted to have,
and that its old place has none any more. History keeps each, so a serial number's way can be told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError, NotFoundError
from netwright.inventory import Asset, Component, Device, Model
from netwright.inventory.component import AssetStatus
from netwright.inventory.hardware import ModelForm
from netwright.store.editor import Editor
from netwright.store.history import HistoryEntry, history_of
from netwright.store.naming import SEPARATOR, Namer, resolve

_PLACE = ("status", "site_id", "shelf", "device_id", "component_id")
_AWAY = (AssetStatus.FAULTY, AssetStatus.IN_REPAIR, AssetStatus.RETIRED, AssetStatus.STOCK)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A place in a site where a piece lies."""

    site: str
    shelf: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a piece was from a revision on."""

    revision: int
    at: float
    author: str
    where: str
    status: str


def find_asset(session: Session, serial: str) -> Asset:
    """Raises NotFoundError."""
    found = session.scalar(select(Asset).where(Asset.serial == serial))
    if found is None:
        raise NotFoundError(
            "there is no piece with this serial number",
            subject=serial,
            remedy="Take it in with `netwright asset receive`, or see `netwright asset list`.",
        )
    return found


def receive(session: Session, editor: Editor, serial: str, model: str, shelf: Shelf, **fields: str) -> int:
    """A new piece on a shelf; its id."""
    if session.scalar(select(Asset.id).where(Asset.serial == serial)) is not None:
        raise InputError("is known already", subject=f"asset {serial}", remedy="Move it instead.")
    place = {"site_id": resolve(session, "site", shelf.site), "shelf": shelf.shelf}
    model_id = resolve(session, "model", model)
    return editor.create("asset", {"serial": serial, "model_id": model_id, **place, **fields})


def shelve(
    session: Session, editor: Editor, serial: str, shelf: Shelf, status: AssetStatus = AssetStatus.STOCK
) -> None:
    """Take a piece out of where it is and lay it on a shelf; its old place waits for another one."""
    if status not in _AWAY:
        raise InputError(
            f"can't lie on a shelf with status {status}",
            subject=f"asset {serial}",
            remedy=f"Say one of {', '.join(_AWAY)}.",
        )
    asset = find_asset(session, serial)
    _vacate(editor, asset)
    site = resolve(session, "site", shelf.site)
    gone = {"device_id": None, "component_id": None}
    editor.update("asset", asset.id, {"site_id": site, "shelf": shelf.shelf, "status": status, **gone})


def install(session: Session, editor: Editor, serial: str, into: str, old_to: Shelf | None = None) -> None:
    """Put a piece to where a device, or a component (``DEVICE/SLOT``), is wanted.

    ``old_to``: where the piece that is there now goes. Raises InputError when a piece is there and nothing
    is said of it, or when the piece is of another model."""
    asset = find_asset(session, serial)
    device, component = _place(session, into)
    there = _occupant(session, device, component)
    if there is not None and there.id == asset.id:
        raise InputError("is there already", subject=f"asset {serial}")
    _fits(session, asset, device, component, into)
    if there is not None:
        if old_to is None:
            raise InputError(
                f"has piece {there.serial} already",
                subject=into,
                remedy="Say where that one goes with --old-to SITE/SHELF.",
            )
        site = resolve(session, "site", old_to.site)
        away = {"site_id": site, "shelf": old_to.shelf, "status": AssetStatus.STOCK}
        editor.update("asset", there.id, {**away, "device_id": None, "component_id": None})
    _vacate(editor, asset)
    place = {"device_id": device.id, "component_id": component.id if component else None}
    editor.update("asset", asset.id, {"site_id": None, "shelf": "", "status": AssetStatus.IN_USE, **place})
    if component is not None:
        editor.update("component", component.id, {"serial": serial})
    else:
        editor.update("device", device.id, {"serial": serial})


def stays(session: Session, serial: str) -> list[Stay]:
    """Where a piece was, the newest first."""
    asset = find_asset(session, serial)
    return list(reversed(list(_stays(session, history_of(session, "asset", asset.id)))))


def where(namer: Namer, place: dict[str, Any]) -> str:
    """A place in words: ``device ams-edge1``, ``ams-edge1/PSU0``, ``shelf B2 in ams``."""
    if place.get("component_id") is not None:
        return namer.key("component", place["component_id"])
    if place.get("device_id") is not None:
        return f"device {namer.key('device', place['device_id'])}"
    site = namer.key("site", place["site_id"]) if place.get("site_id") is not None else ""
    shelf = f"shelf {place['shelf']}" if place.get("shelf") else "no shelf"
    return f"{shelf} in {site}" if site else "nowhere"


def _stays(session: Session, entries: list[HistoryEntry]) -> Iterator[Stay]:
    namer = Namer(session)
    place: dict[str, Any] = {}
    for entry in reversed(entries):
        moved = {name: pair[1] for name, pair in entry.fields.items() if name in _PLACE}
        if moved:
            place.update(moved)
            yield Stay(entry.revision, entry.at, entry.author, where(namer, place), str(place["status"]))


def _place(session: Session, into: str) -> tuple[Device, Component | None]:
    """What ``DEVICE`` or ``DEVICE/SLOT`` names."""
    device = session.scalar(select(Device).where(Device.name == into))
    if device is not None:
        return device, None
    if SEPARATOR not in into:
        raise NotFoundError("there is no such device", subject=into, remedy="See `netwright show device`.")
    component = session.get_one(Component, resolve(session, "component", into))
    return session.get_one(Device, component.device_id), component


def _occupant(session: Session, device: Device, component: Component | None) -> Asset | None:
    if component is not None:
        return session.scalar(select(Asset).where(Asset.component_id == component.id))
    query = select(Asset).where(Asset.device_id == device.id, Asset.component_id.is_(None))
    return session.scalar(query)


def _fits(session: Session, asset: Asset, device: Device, component: Component | None, into: str) -> None:
    model = session.get_one(Model, asset.model_id)
    wanted = device.model_id if component is None else component.model_id
    if wanted is None:
        good = model.form is ModelForm.MODULE
        expected = "a module"
    else:
        good = wanted == asset.model_id
        expected = session.get_one(Model, wanted).name
    if not good:
        raise InputError(
            f"is a {model.name}, {into} wants {expected}",
            subject=f"asset {asset.serial}",
            remedy="Take another piece, or change the model there first.",
        )


def _vacate(editor: Editor, asset: Asset) -> None:
    """The place that the piece leaves is wanted to have no certain serial any more."""
    if asset.component_id is not None:
        editor.update("component", asset.component_id, {"serial": ""})
    elif asset.device_id is not None:
        editor.update("device", asset.device_id, {"serial": ""})
