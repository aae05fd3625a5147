"""What devices last said, as one frozen picture of the observed tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.collect import observed
from netwright.collect.intake import PART_MISSING
from netwright.platforms.facts import BgpState, OperState
from netwright.store.record import Base


@dataclass(frozen=True, slots=True)
class SeenInterface:
    """An interface as last reported. ``fresh``: it was in the device's last answer."""

    name: str
    admin_up: bool
    oper: OperState
    mac: str | None
    changed_at: float
    fresh: bool

    @property
    def down(self) -> bool:
        return self.fresh and self.oper is OperState.DOWN


@dataclass(frozen=True, slots=True)
class SeenComponent:
    """A component as last reported."""

    name: str
    component_class: str
    part_number: str
    serial: str


@dataclass(frozen=True, slots=True)
class SeenSensor:
    """A sensor's last reading."""

    name: str
    sensor_class: str
    value: float
    unit: str
    ok: bool

    @property
    def is_service(self) -> bool:
        """It says whether what the device is there for works, not how warm it is."""
        return self.sensor_class == "truth-value"


@dataclass(frozen=True, slots=True)
class SeenNeighbor:
    """A neighbour heard on an interface."""

    interface: str
    device: str
    port: str
    port_description: str


@dataclass(frozen=True, slots=True)
class SeenSession:
    """A BGP session as last reported. ``fresh``: it was in the device's last answer."""

    remote_address: address.Address
    remote_asn: int
    state: BgpState
    changed_at: float
    fresh: bool

    @property
    def established(self) -> bool:
        return self.fresh and self.state is BgpState.ESTABLISHED


@dataclass(frozen=True, slots=True)
class SeenConfig:
    """How the running configuration stands to intent; ``changed_lines`` counts those of the difference."""

    equal: bool | None
    changed_lines: int
    observed_at: float


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """A device as last reported. ``answered``: it gave at least one answer, ever; ``discovered``: it told
    what it is."""

    name: str
    model: str
    serial: str
    hostname: str
    reachable: bool | None
    error: str
    observed_at: float | None
    polled_at: float | None
    interfaces: Mapping[str, SeenInterface]
    addresses: Mapping[str, frozenset[address.Interface]]
    guessed: frozenset[address.Address]
    """Those addresses whose prefix length nobody told."""
    components: Mapping[str, SeenComponent]
    sensors: tuple[SeenSensor, ...]
    neighbors: Mapping[str, tuple[SeenNeighbor, ...]]
    sessions: Mapping[address.Address, SeenSession]
    config: SeenConfig | None
    version: str = ""
    """Of its software."""

    @property
    def partial(self) -> bool:
        """Part of the last answer is missing; ``error`` says which."""
        return self.up and PART_MISSING in self.error

    @property
    def answered(self) -> bool:
        return self.polled_at is not None

    @property
    def discovered(self) -> bool:
        return self.observed_at is not None

    @property
    def up(self) -> bool:
        """Answered at the last attempt."""
        return self.answered and self.reachable is True


@dataclass(frozen=True, slots=True)
class Seen:
    """Observed devices by name; one that was never asked is absent."""

    devices: Mapping[str, SeenDevice]

    def get(self, device: str) -> SeenDevice | None:
        return self.devices.get(device)

    def up(self, device: str) -> bool:
        found = self.devices.get(device)
        return found is not None and found.up

    def dead(self, device: str) -> bool:
        """Asked, and it did not answer the last time."""
        found = self.devices.get(device)
        return found is not None and found.reachable is False


def read_seen(session: Session, devices: Collection[str] | None = None, *, states_only: bool = False) -> Seen:
    """Read the picture of ``devices`` (None: all) with one query a table. ``states_only`` leaves out
    components, neighbours and configurations, which links and health don't need."""
    reader = _Reader(session, devices, _HARDWARE if states_only else ())
    rows = list(reader.rows(observed.ObservedDevice))
    polled = {row.device: row.polled_at for row in rows}
    interfaces = reader.grouped(observed.ObservedInterface)
    addresses = reader.grouped(observed.ObservedAddress)
    components = reader.grouped(observed.ObservedComponent)
    sensors = reader.grouped(observed.ObservedSensor)
    neighbors = reader.grouped(observed.ObservedNeighbor)
    sessions = reader.grouped(observed.ObservedBgpSession)
    configs = reader.grouped(observed.ObservedConfig)
    return Seen(
        {
            row.device: SeenDevice(
                name=row.device,
                model=row.model or "",
                serial=row.serial or "",
                hostname=row.hostname or "",
                reachable=row.reachable,
                error=row.error,
                observed_at=row.observed_at,
                polled_at=row.polled_at,
                interfaces=_interfaces(interfaces[row.device], polled[row.device]),
                addresses=_addresses(addresses[row.device]),
                guessed=frozenset(a.address.ip for a in addresses[row.device] if not a.prefix_known),
                components=_components(components[row.device]),
                sensors=tuple(_sensor(s) for s in sensors[row.device]),
                neighbors=_neighbors(neighbors[row.device]),
                sessions=_sessions(sessions[row.device], polled[row.device]),
                config=next(map(_config, configs[row.device]), None),
                version=row.os_version or "",
            )
            for row in rows
        }
    )


_HARDWARE = (
    observed.ObservedComponent,
    observed.ObservedNeighbor,
    observed.ObservedConfig,
)


class _Reader:
    """Rows of the observed tables, some devices' or all."""

    def __init__(
        self, session: Session, devices: Collection[str] | None, left_out: Collection[type[Base]]
    ) -> None:
        self._session = session
        self._devices = None if devices is None else sorted(devices)
        self._left_out = left_out

    def rows(self, record: type[Base]) -> Iterable[Any]:
        table = cast("Table", record.__table__)
        query = select(table)
        if self._devices is not None:
            query = query.where(table.c.device.in_(self._devices))
        return self._session.execute(query.order_by(*table.primary_key))

    def grouped(self, record: type[Base]) -> defaultdict[str, list[Any]]:
        found: defaultdict[str, list[Any]] = defaultdict(list)
        if record in self._left_out:
            return found
        for row in self.rows(record):
            found[row.device].append(row)
        return found


def _fresh(row: Any, polled_at: float | None) -> bool:
    return polled_at is None or row.observed_at >= polled_at


def _interfaces(rows: Iterable[Any], polled_at: float | None) -> dict[str, SeenInterface]:
    return {
        row.name: SeenInterface(
            row.name, row.admin_up, row.oper, row.mac, row.changed_at, _fresh(row, polled_at)
        )
        for row in rows
    }


def _addresses(rows: Iterable[Any]) -> dict[str, frozenset[address.Interface]]:
    found: defaultdict[str, set[address.Interface]] = defaultdict(set)
    for row in rows:
        found[row.interface].add(row.address)
    return {interface: frozenset(values) for interface, values in found.items()}


def _components(rows: Iterable[Any]) -> dict[str, SeenComponent]:
    return {
        row.name: SeenComponent(row.name, row.component_class, row.part_number or "", row.serial or "")
        for row in rows
    }


def _sensor(row: Any) -> SeenSensor:
    return SeenSensor(row.name, row.sensor_class, row.value, row.unit, row.ok)


def _neighbors(rows: Iterable[Any]) -> dict[str, tuple[SeenNeighbor, ...]]:
    found: defaultdict[str, list[SeenNeighbor]] = defaultdict(list)
    for row in rows:
        found[row.interface].append(
            SeenNeighbor(row.interface, row.remote_device, row.remote_interface, row.remote_description or "")
        )
    return {interface: tuple(values) for interface, values in found.items()}


def _sessions(rows: Iterable[Any], polled_at: float | None) -> dict[address.Address, SeenSession]:
    return {
        row.remote_address: SeenSession(
            row.remote_address, row.remote_asn, row.state, row.changed_at, _fresh(row, polled_at)
        )
        for row in rows
    }


def _config(row: Any) -> SeenConfig:
    changed = sum(
        line[:1] in "+-" and not line.startswith(("+++", "---")) for line in row.diff.splitlines() if line
    )
    return SeenConfig(row.equal, changed, row.observed_at)
