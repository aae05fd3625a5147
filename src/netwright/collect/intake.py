"""Takes the answers of devices into the observed tables, in bulk.

A fact replaces the device's rows; a sample refreshes what it carries and keeps what it doesn't say (MTU,
MAC). Rows that the device no longer reports go. ``changed_at`` moves only when the state it belongs to does.
Callers give an open write session and keep the transaction short.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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
    AddressFact,
    BgpSessionFact,
    ComponentFact,
    DeviceFacts,
    DeviceSample,
    InterfaceFact,
    NeighborFact,
    SensorFact,
)
from netwright.store.record import Base

Row: TypeAlias = dict[str, Any]

PART_MISSING = "part of the answer is missing"
_SHOWN = 400
_LONGEST = 255
_NO_TIMES: Mapping[str, float] = {}
_STATE = {"observed_interface": "oper", "observed_bgp_session": "state"}


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt on a device that brought nothing. ``error`` is for people."""

    device: str
    platform: str
    at: float
    error: str


def take_facts(session: Session, answers: Sequence[DeviceFacts]) -> None:
    """Store complete discoveries, one a device."""
    connection = session.connection()
    tables = _Tables({facts.device: not facts.unparsed for facts in answers})
    devices: list[Row] = []
    for facts in answers:
        name, at, system = facts.device, facts.observed_at, facts.system
        devices.append(
            {
                "device": name,
                "platform": facts.platform,
                "hostname": system.hostname,
                "short_name": system.hostname.lower().split(".")[0][:255],
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
                "error": missing(facts.unparsed),
            }
        )
        times = dict(facts.answered)
        tables.add(observed.ObservedInterface, name, at, _interfaces(facts.interfaces, at), times)
        tables.add(observed.ObservedAddress, name, at, _addresses(facts.addresses), times)
        tables.add(observed.ObservedComponent, name, at, _components(facts.components), times)
        tables.add(observed.ObservedSensor, name, at, _sensors(facts.sensors), times)
        tables.add(observed.ObservedNeighbor, name, at, _neighbors(facts.neighbors), times)
        tables.add(observed.ObservedBgpSession, name, at, _sessions(facts.bgp_sessions, at), times)
    _upsert(connection, observed.ObservedDevice, devices)
    tables.store(connection)
    _keep_answers(connection, answers, forget=True)


def take_samples(session: Session, answers: Sequence[DeviceSample]) -> None:
    """Store the states of one round of collection, one a device."""
    connection = session.connection()
    tables = _Tables({sample.device: not sample.unparsed for sample in answers})
    devices: list[Row] = []
    for sample in answers:
        name, at = sample.device, sample.observed_at
        devices.append(
            {
                "device": name,
                "uptime_s": sample.uptime_s,
                "cpu": sample.load.cpu,
                "memory": sample.load.memory,
                "polled_at": at,
                "reachable": True,
                "error": missing(sample.unparsed),
            }
        )
        tables.add(observed.ObservedInterface, name, at, _interfaces(sample.interfaces, at))
        tables.add(observed.ObservedSensor, name, at, _sensors(sample.sensors))
        tables.add(observed.ObservedNeighbor, name, at, _neighbors(sample.neighbors))
        tables.add(observed.ObservedBgpSession, name, at, _sessions(sample.bgp_sessions, at))
        tables.add(observed.ObservedRoute, name, at, [{"prefix": prefix} for prefix in sample.routes])
    _upsert(connection, observed.ObservedDevice, devices)
    tables.store(connection, partial=frozenset({observed.ObservedInterface}))
    _keep_answers(connection, [sample for sample in answers if sample.unparsed], forget=False)


def take_failure(session: Session, failure: Failure) -> None:
    """Say that a device did not answer; what it said before is kept with its age."""
    row: Row = {
        "device": failure.device,
        "platform": failure.platform,
        "reachable": False,
        "error": failure.error,
    }
    _upsert(session.connection(), observed.ObservedDevice, [row])


def take_trouble(session: Session, device: str, words: str) -> None:
    """Say that a device answers, but that something else that was asked of it failed."""
    known = session.get_one(observed.ObservedDevice, device)
    known.error = "; ".join(filter(None, (known.error, words)))


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


def _keep_answers(
    connection: Connection, answers: Sequence[DeviceFacts | DeviceSample], *, forget: bool
) -> None:
    """Keep what could not be understood, as it came. ``forget``: and nothing else of these devices."""
    table = cast("Table", observed.ObservedAnswer.__table__)
    if forget:
        connection.execute(delete(table).where(table.c.device.in_([one.device for one in answers])))
    rows = {(one.device, question[:_LONGEST]): text for one in answers for question, text in one.unparsed}
    times = {one.device: one.observed_at for one in answers}
    if rows:
        _upsert(
            connection,
            observed.ObservedAnswer,
            [
                {"device": device, "question": question, "answer": text, "observed_at": times[device]}
                for (device, question), text in rows.items()
            ],
        )


def error_text(error: Exception | None) -> str:
    """An error without the device's name, which stands beside it anyway. A fault of ours keeps its type."""
    if isinstance(error, NetwrightError):
        return f"{error.what}. {error.remedy}" if error.remedy else error.what
    return f"{type(error).__name__}: {error}"


def missing(unparsed: Sequence[tuple[str, str]]) -> str:
    """What is missing of an answer: commands not understood, sources (SSH, SNMP) that failed, each with the
    first line of why."""
    if not unparsed:
        return ""
    parts = [f"{name} ({_first_line(why)})" for name, why in unparsed]
    return f"{PART_MISSING}: {'; '.join(parts)}"


def _first_line(text: str) -> str:
    line = next(iter(text.splitlines()), "").rstrip(".")
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


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
            "source": i.source,
            "changed_at": at,
        }
        for i in interfaces
    ]


def _addresses(addresses: Sequence[AddressFact]) -> list[Row]:
    return [
        {
            "interface": a.interface,
            "address": a.address,
            "prefix_known": a.prefix_known,
            "source": a.source,
        }
        for a in addresses
    ]


def _components(components: Sequence[ComponentFact]) -> list[Row]:
    return [
        {
            "name": c.name,
            "component_class": c.component_class,
            "parent": c.parent,
            "model": c.model,
            "part_number": c.part_number,
            "serial": c.serial,
            "description": c.description,
            "source": c.source,
        }
        for c in components
    ]


def _sensors(sensors: Sequence[SensorFact]) -> list[Row]:
    return [
        {
            "name": s.name,
            "sensor_class": s.sensor_class,
            "value": s.value,
            "unit": s.unit,
            "ok": s.ok,
            "source": s.source,
        }
        for s in sensors
    ]


def _neighbors(neighbors: Sequence[NeighborFact]) -> list[Row]:
    return [
        {
            "interface": n.interface,
            "remote_device": n.remote_device,
            "remote_interface": n.remote_interface,
            "remote_chassis": n.remote_chassis,
            "remote_description": n.remote_description,
            "source": n.source,
        }
        for n in neighbors
    ]


def _sessions(sessions: Sequence[BgpSessionFact], at: float) -> list[Row]:
    return [
        {
            "remote_address": s.remote_address,
            "remote_asn": s.remote_asn,
            "state": s.state,
            "uptime_s": s.uptime_s,
            "prefixes_received": s.prefixes_received,
            "prefixes_sent": s.prefixes_sent,
            "source": s.source,
            "changed_at": at,
        }
        for s in sessions
    ]


class _Tables:
    """Rows of several devices by table, stored with three statements a table whatever their number.

    ``whole`` says of each device whether its answer was understood in full. Of one that was not, rows absent
    from the answer stay: absence says nothing then, and their age shows."""

    def __init__(self, whole: Mapping[str, bool]) -> None:
        self._whole = whole
        self._rows: dict[type[Base], dict[tuple[Any, ...], Row]] = {}

    def add(
        self,
        record: type[Base],
        device: str,
        at: float,
        rows: Iterable[Row],
        times: Mapping[str, float] = _NO_TIMES,
    ) -> None:
        """Give a device's rows; of two with one key the last counts. ``times``: when their sources answered,
        where that is not ``at``."""
        key = _key_of(record)
        found = self._rows.setdefault(record, {})
        for row in rows:
            row["device"] = device
            row["observed_at"] = max(at, times.get(row["source"], at)) if times else at
            found[tuple([row[name] for name in key])] = row

    def store(self, connection: Connection, *, partial: Collection[type[Base]] = ()) -> None:
        """Make these rows the devices' rows. In tables that are ``partial`` None means "not said"."""
        whole = [device for device, is_whole in self._whole.items() if is_whole]
        for record, rows in self._rows.items():
            key = _key_of(record)
            table = cast("Table", record.__table__)
            known = connection.execute(
                select(*(table.c[name] for name in key)).where(table.c.device.in_(whole))
            )
            gone = [values for row in known if (values := tuple(row)) not in rows]
            if gone:
                _delete(connection, table, key, gone)
            if rows:
                _upsert(connection, record, list(rows.values()), partial=record in partial)


@lru_cache(maxsize=32)
def _key_of(record: type[Base]) -> tuple[str, ...]:
    return tuple(column.name for column in cast("Table", record.__table__).primary_key)


def _delete(
    connection: Connection, table: Table, key: Sequence[str], gone: Sequence[tuple[Any, ...]]
) -> None:
    matches = [table.c[name] == bindparam(f"gone_{name}") for name in key]
    rows = [{f"gone_{name}": value for name, value in zip(key, values, strict=True)} for values in gone]
    connection.execute(delete(table).where(and_(*matches)), rows)


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
        elif name == "source":
            values[name] = case((new == "", old), else_=new)
        else:
            values[name] = func.coalesce(new, old) if partial else new
    return statement.on_conflict_do_update(index_elements=sorted(key), set_=values)
