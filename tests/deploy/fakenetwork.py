"""A small network for rollout tests: two POPs of two edges and a ToR, two cores, partners outside.

Its inventory is in a database, its devices in files (``fakefleet``), its wanted configurations in ``WANTED``.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

from tests.deploy.fakefleet import FileFleet
from tests.tables import create_tables

from netwright.base.clock import Clock
from netwright.base.secret import Secret
from netwright.deploy.journal import Journal
from netwright.deploy.moment import Observer, Unobserved
from netwright.deploy.plan import Plan, Planner
from netwright.deploy.records import DeviceState, Rollout, RolloutDevice
from netwright.deploy.rollout import Terms, create_rollout
from netwright.deploy.step import Hands, Patience
from netwright.inventory import Asn, BgpSession, ClientPrefix, Device, Isp, Manufacturer, Model, Region, Site
from netwright.inventory.device import DeviceRole
from netwright.inventory.place import SiteKind
from netwright.inventory.routing import SessionRole
from netwright.store.database import Database
from netwright.store.sealed import SealedTexts

KEY = Secret("scrub")

DEVICES = (  # name, site, role, redundancy group
    ("fra-core1", "fra", DeviceRole.CORE, "core"),
    ("iad-core1", "iad", DeviceRole.CORE, "core"),
    ("ams-edge1", "ams", DeviceRole.EDGE, "ams-edge"),
    ("ams-edge2", "ams", DeviceRole.EDGE, "ams-edge"),
    ("ams-tor1", "ams", DeviceRole.TOR, ""),
    ("par-edge1", "par", DeviceRole.EDGE, "par-edge"),
    ("par-edge2", "par", DeviceRole.EDGE, "par-edge"),
)

SESSIONS = (  # device, its address, the other's address
    ("ams-edge1", "10.0.0.1", "10.0.0.0"),
    ("fra-core1", "10.0.0.0", "10.0.0.1"),
    ("ams-edge1", "10.0.0.2", "10.0.0.3"),
    ("ams-tor1", "10.0.0.3", "10.0.0.2"),
)

ISP_SESSIONS = (("ams-edge1", "198.19.0.0", "198.19.0.1"), ("par-edge1", "198.19.0.2", "198.19.0.3"))


def wanted(device: str) -> str:
    """The intended configuration of a device."""
    lines = [f"hostname {device}", "password s3cret"]
    for name, local, remote in (*SESSIONS, *ISP_SESSIONS):
        if name == device:
            lines += [f"own {local}", f"neighbor {remote}"]
    return "\n".join(lines) + "\n"


@dataclass
class Network:
    """The network and what a rollout of it works with."""

    folder: Path
    database: Database
    fleet: FileFleet
    hands: Hands
    clock: Clock

    @property
    def journal(self) -> Journal:
        return self.hands.journal

    def planner(self, *, check: bool = True) -> Planner:
        return Planner(self.database, self.clock, self.fleet.open_session, KEY, check=check)

    async def plan(self, *names: str) -> Plan:
        return await self.planner().make(self.fleet.targets(names or None), wanted)

    async def rollout(self, *names: str, terms: Terms | None = None) -> str:
        plan = await self.plan(*names)
        return create_rollout(self.database, self.hands.texts, plan, terms or Terms(), self.clock.now())

    def head(self, rollout: str) -> Rollout:
        with self.database.read() as session:
            found = session.get(Rollout, rollout)
            assert found is not None
            session.expunge(found)
            return found

    def row(self, rollout: str, device: str) -> RolloutDevice:
        with self.database.read() as session:
            found = session.get(RolloutDevice, (rollout, device))
            assert found is not None
            session.expunge(found)
            return found

    def states(self, rollout: str) -> dict[str, DeviceState]:
        with self.database.read() as session:
            rows = session.query(RolloutDevice).filter_by(rollout_id=rollout)
            return {row.device: row.state for row in rows}

    def armed(self) -> list[str]:
        return [name for name, *_ in DEVICES if self.fleet.device(name).armed]


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


def open_network(
    folder: Path, clock: Clock, *, sleep: object = None, observer: Observer | None = None
) -> Network:
    """The network in ``folder``, made on first use."""
    fresh = not (folder / "network.db").exists()
    database = Database(f"sqlite:///{folder / 'network.db'}")
    fleet = FileFleet(folder / "devices", clock.now, [name for name, *_ in DEVICES])
    if fresh:
        create_tables(database)
        _fill(database)
        for name, *_ in DEVICES:
            fleet.device(name)
        for name, local, _ in SESSIONS:
            fleet.owner(local, name)
        for _, _, remote in ISP_SESSIONS:
            fleet.partner(remote, 2)
    hands = Hands(
        fleet=fleet,
        journal=Journal(database, clock),
        database=database,
        texts=SealedTexts(database, b"key"),
        scrub_key=KEY,
        clock=clock,
        observer=observer or Unobserved(),
        patience=Patience()
        if sleep
        else Patience(poll_s=0.02, reserve_s=3.0, steady_s=0.02, canary_steady_s=0.1),
        **({"sleep": sleep} if sleep else {}),  # type: ignore[arg-type]
    )
    return Network(folder, database, fleet, hands, clock)


def _fill(database: Database) -> None:
    ids = iter(range(1, 1000))
    with database.write() as session:
        region = Region(id=next(ids), name="europe")
        maker = Manufacturer(id=next(ids), name="Maker")
        session.add_all([region, maker])
        session.flush()
        model = Model(id=next(ids), name="Router", manufacturer_id=maker.id)
        asn = Asn(id=next(ids), number=64500)
        session.add_all([model, asn])
        session.flush()
        isp = Isp(id=next(ids), name="isp", asn_id=asn.id)
        sites = {
            name: Site(
                id=next(ids),
                name=name,
                region_id=region.id,
                kind=SiteKind.EXCHANGE,
                latitude=0.0,
                longitude=0.0,
            )
            for name in sorted({site for _, site, _, _ in DEVICES})
        }
        session.add_all([isp, *sites.values()])
        session.flush()
        session.add(
            ClientPrefix(
                id=next(ids),
                prefix=ip_network("198.51.100.0/25"),
                isp_id=isp.id,
                region_id=region.id,
                latitude=0.0,
                longitude=0.0,
            )
        )
        devices = {
            name: Device(
                id=next(ids),
                name=name,
                site_id=sites[site].id,
                model_id=model.id,
                role=role,
                platform="file",
                management_address=ip_address(f"10.250.0.{number}"),
                redundancy_group=group,
            )
            for number, (name, site, role, group) in enumerate(DEVICES, 1)
        }
        session.add_all(devices.values())
        session.flush()
        for name, local, remote in (*SESSIONS, *ISP_SESSIONS):
            outside = (name, local, remote) in ISP_SESSIONS
            session.add(
                BgpSession(
                    id=next(ids),
                    device_id=devices[name].id,
                    local_address=ip_address(local),
                    remote_address=ip_address(remote),
                    remote_asn_id=asn.id,
                    role=SessionRole.ISP if outside else SessionRole.FABRIC,
                    isp_id=isp.id if outside else None,
                )
            )
