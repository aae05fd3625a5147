"""Takes the answers of devices into the observed tables, in bulk.

A fact replaces the device's rows; a sample refreshes what it carries and keeps what it doesn't say (MTU,
MAC). Rows that the device no longer reports go. ``changed_at`` moves only when the state it belongs to does.
Callers give an open write session and keep the transaction short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, cast

from sqlalchemy import Connection, Table, and_, bindparam, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from netwright.base.errors import NetwrightError
from netwright.collect import observed
from netwright.collect.drift import DriftReport
from netwright.platforms.facts import (
    BgpSessionFact,
    DeviceFacts,
    DeviceSample,
    InterfaceFact,
    NeighborFact,
    SensorFact,
)
from netwright.store.record import Base

Row: TypeAlias = dict[str, Any]

_STATE = {"observed_interface": "oper", "observed_bgp_session": "state"}


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt on a device that brought nothing. ``error`` is for people."""

    device: str
    platform: str
    at: float
    error: str


def take_facts(session: Session, facts: DeviceFacts) -> None:
    """Store a complete discovery."""
    connection, at = session.connection(), facts.observed_at
    system = facts.system
    device: Row = {
        "device": facts.device,
        "platform": facts.platform,
        "hostname": system.hostname,
        "vendor": system.vendor,
        "model": system.model,
        "serial": system.serial,
        "os": system.os,
        "os_version": system.os_version,
        "uptime_s": system.uptime_s,
        "sources": list(facts.sources),
        "observed_at": at,
        "polled_at": at,
        "reachable": True,
        "error": _not_understood(facts.unparsed),
    }
    _upsert(connection, observed.ObservedDevice, [device])
    whole = not facts.unparsed
    _replace(connection, observed.ObservedInterface, facts.device, _interfaces(facts.interfaces, at), whole)
    addresses: list[Row] = [{"interface": a.interface, "address": a.address} for a in facts.addresses]
    _replace(connection, observed.ObservedAddress, facts.device, _stamped(addresses, at), whole)
    components: list[Row] = [
        {
            "name": c.name,
            "component_class": c.component_class,
            "parent": c.parent,
            "model": c.model,
            "part_number": c.part_number,
            "serial": c.serial,
            "description": c.description,
        }
        for c in facts.components
    ]
    _replace(connection, observed.ObservedComponent, facts.device, _stamped(components, at), whole)
    _replace(connection, observed.ObservedSensor, facts.device, _sensors(facts.sensors, at), whole)
    _replace(connection, observed.ObservedNeighbor, facts.device, _neighbors(facts.neighbors, at), whole)
    _replace(connection, observed.ObservedBgpSession, facts.device, _sessions(facts.bgp_sessions, at), whole)


def take_sample(session: Session, sample: DeviceSample) -> None:
    """Store the states of one round of collection."""
    connection, at = session.connection(), sample.observed_at
    device: Row = {
        "device": sample.device,
        "uptime_s": sample.uptime_s,
        "cpu": sample.load.cpu,
        "memory": sample.load.memory,
        "polled_at": at,
        "reachable": True,
        "error": _not_understood(sample.unparsed),
    }
    _upsert(connection, observed.ObservedDevice, [device])
    whole = not sample.unparsed
    interfaces = _interfaces(sample.interfaces, at)
    _replace(connection, observed.ObservedInterface, sample.device, interfaces, whole, partial=True)
    _replace(connection, observed.ObservedSensor, sample.device, _sensors(sample.sensors, at), whole)
    _replace(connection, observed.ObservedNeighbor, sample.device, _neighbors(sample.neighbors, at), whole)
    sessions = _sessions(sample.bgp_sessions, at)
    _replace(connection, observed.ObservedBgpSession, sample.device, sessions, whole)
    routes = _stamped([{"prefix": prefix} for prefix in sample.routes], at)
    _replace(connection, observed.ObservedRoute, sample.device, routes, whole)


def take_failure(session: Session, failure: Failure) -> None:
    """Say that a device did not answer; what it said before is kept with its age."""
    row: Row = {
        "device": failure.device,
        "platform": failure.platform,
        "reachable": False,
        "error": failure.error,
    }
    _upsert(session.connection(), observed.ObservedDevice, [row])


def take_config(session: Session, device: str, report: DriftReport, at: float) -> None:
    """Store a running configuration and how it stands to intent."""
    row: Row = {
        "device": device,
        "running": report.running,
        "running_hash": report.running_hash,
        "equal": report.equal,
        "diff": report.diff,
        "observed_at": at,
    }
    _upsert(session.connection(), observed.ObservedConfig, [row])


def error_text(error: Exception | None) -> str:
    """An error without the device's name, which stands beside it anyway. A fault of ours keeps its type."""
    if isinstance(error, NetwrightError):
        return f"{error.what}. {error.remedy}" if error.remedy else error.what
    return f"{type(error).__name__}: {error}"


def _not_understood(unparsed: Sequence[tuple[str, str]]) -> str:
    if not unparsed:
        return ""
    return "part of the answer was not understood: " + ", ".join(command for command, _ in unparsed)


def _stamped(rows: list[Row], at: float) -> list[Row]:
    for row in rows:
        row["observed_at"] = at
    return rows


def _interfaces(interfaces: Sequence[InterfaceFact], at: float) -> list[Row]:
    return [
        {
            "name": i.name,
            "admin_up": i.admin_up,
            "oper": i.oper,
            "speed_bps": i.speed_bps,
            "mtu": i.mtu,
            "mac": i.mac,
            "description": i.description,
            "if_index": i.if_index,
            "changed_at": at,
            "observed_at": at,
        }
        for i in interfaces
    ]


def _sensors(sensors: Sequence[SensorFact], at: float) -> list[Row]:
    rows: list[Row] = [
        {"name": s.name, "sensor_class": s.sensor_class, "value": s.value, "unit": s.unit, "ok": s.ok}
        for s in sensors
    ]
    return _stamped(rows, at)


def _neighbors(neighbors: Sequence[NeighborFact], at: float) -> list[Row]:
    rows: list[Row] = [
        {
            "interface": n.interface,
            "remote_device": n.remote_device,
            "remote_interface": n.remote_interface,
            "remote_chassis": n.remote_chassis,
            "remote_description": n.remote_description,
        }
        for n in neighbors
    ]
    return _stamped(rows, at)


def _sessions(sessions: Sequence[BgpSessionFact], at: float) -> list[Row]:
    return [
        {
            "remote_address": s.remote_address,
            "remote_asn": s.remote_asn,
            "state": s.state,
            "uptime_s": s.uptime_s,
            "prefixes_received": s.prefixes_received,
            "prefixes_sent": s.prefixes_sent,
            "changed_at": at,
            "observed_at": at,
        }
        for s in sessions
    ]


def _replace(
    connection: Connection,
    record: type[Base],
    device: str,
    rows: list[Row],
    whole: bool,
    *,
    partial: bool = False,
) -> None:
    """Make ``rows`` the device's rows. When part of the answer was not understood (not ``whole``), rows
    that are absent from it stay: absence says nothing then, and their age shows."""
    table = cast("Table", record.__table__)
    key = tuple(column.name for column in table.primary_key if column.name != "device")
    unique = {tuple(row[name] for name in key): row for row in rows}
    for row in unique.values():
        row["device"] = device
    if whole:
        columns = [table.c[name] for name in key]
        known = connection.execute(select(*columns).where(table.c.device == device))
        gone = [tuple(row) for row in known if tuple(row) not in unique]
        if gone:
            _delete(connection, table, device, key, gone)
    if unique:
        _upsert(connection, record, list(unique.values()), partial=partial)


def _delete(
    connection: Connection, table: Table, device: str, key: Sequence[str], gone: Sequence[tuple[Any, ...]]
) -> None:
    matches = [table.c[name] == bindparam(f"gone_{name}") for name in key]
    statement = delete(table).where(and_(table.c.device == bindparam("gone_device"), *matches))
    connection.execute(
        statement,
        [
            {"gone_device": device, **{f"gone_{n}": v for n, v in zip(key, values, strict=True)}}
            for values in gone
        ],
    )


def _upsert(connection: Connection, record: type[Base], rows: list[Row], *, partial: bool = False) -> None:
    table = cast("Table", record.__table__)
    names = tuple(rows[0])
    connection.execute(_upsert_statement(connection.dialect.name, table, names, partial), rows)


@lru_cache(maxsize=64)
def _upsert_statement(dialect: str, table: Table, names: tuple[str, ...], partial: bool) -> Any:
    """INSERT … ON CONFLICT DO UPDATE of the columns given. ``partial``: NULL means "not said"."""
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table)
    key = {column.name for column in table.primary_key}
    state = _STATE.get(table.name)
    values: dict[str, Any] = {}
    for name in names:
        new, old = statement.excluded[name], table.c[name]
        if name in key:
            continue
        if name == "changed_at" and state is not None:
            values[name] = case((table.c[state] == statement.excluded[state], old), else_=new)
        else:
            values[name] = func.coalesce(new, old) if partial else new
    return statement.on_conflict_do_update(index_elements=sorted(key), set_=values)
