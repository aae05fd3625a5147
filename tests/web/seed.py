"""Fills a real home folder for the web's tests: the demo network, what its devices said, faults, series,
rollouts, backups, content. ``python -m tests.web.seed FOLDER [small|large|empty]`` makes one to look at."""

from __future__ import annotations

import difflib
import math
import random
import sys
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_interface
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from tests.collect.stranger import discovered, router

from netwright.app.access import machine_actor
from netwright.app.access.user import create_user
from netwright.app.context import Context, open_context
from netwright.app.deployment import intended
from netwright.app.home import create_home
from netwright.app.upgrade import upgrade
from netwright.app.vault import load_key
from netwright.base.clock import Clock, SystemClock
from netwright.base.secret import Secret
from netwright.cdn.records import Holding, HoldingState, Title
from netwright.collect.audit import audit
from netwright.collect.discovery.known import KnownDevice
from netwright.collect.findings import store_findings
from netwright.collect.observed import (
    ObservedAddress,
    ObservedBgpSession,
    ObservedComponent,
    ObservedConfig,
    ObservedDevice,
    ObservedInterface,
    ObservedNeighbor,
    ObservedSensor,
)
from netwright.collect.wanted import Wanted, WantedDevice, read_wanted
from netwright.deploy.records import (
    DeviceState,
    Rollout,
    RolloutDevice,
    RolloutKind,
    RolloutState,
    RolloutStep,
)
from netwright.intent.importer import import_documents
from netwright.intent.rules import check
from netwright.inventory import Device, Interface, Model, Region, Site
from netwright.inventory.device import DeviceRole
from netwright.inventory.place import SiteKind, Status
from netwright.platforms.catalog import platform
from netwright.platforms.facts import BgpState, OperState
from netwright.store.database import Database
from netwright.store.series import Sample

DESIGN = Path(__file__).parents[2] / "examples/demo/design"
PASSWORD = "correct horse battery"
LOOPBACKS = "10.255.77"
USERS = {"ada": "admin", "otto": "operator", "vera": "viewer"}
CITIES = (
    ("lhr", "London", "GB", 51.47, -0.45),
    ("mad", "Madrid", "ES", 40.42, -3.70),
    ("waw", "Warsaw", "PL", 52.23, 21.01),
    ("sto", "Stockholm", "SE", 59.33, 18.07),
    ("jnb", "Johannesburg", "ZA", -26.20, 28.05),
    ("bom", "Mumbai", "IN", 19.08, 72.88),
    ("sin", "Singapore", "SG", 1.35, 103.82),
    ("nrt", "Tokyo", "JP", 35.68, 139.69),
    ("syd", "Sydney", "AU", -33.87, 151.21),
    ("akl", "Auckland", "NZ", -36.85, 174.76),
    ("lax", "Los Angeles", "US", 34.05, -118.24),
    ("ord", "Chicago", "US", 41.88, -87.63),
    ("gru", "Sao Paulo", "BR", -23.55, -46.63),
    ("scl", "Santiago", "CL", -33.45, -70.67),
    ("mex", "Mexico City", "MX", 19.43, -99.13),
    ("dxb", "Dubai", "AE", 25.20, 55.27),
)


@dataclass
class Seeded:
    """A filled home folder."""

    context: Context


def seed(folder: Path, size: str = "small", clock: Clock | None = None, settings: str = "") -> Seeded:
    """``empty``: users only; ``small``: the demo network at work; ``large``: 2,000 more devices."""
    made = create_home(folder, settings)
    load_key(made.key_file, create=True)
    database = Database(made.database_url)
    upgrade(database)
    database.close()
    context = open_context(folder, clock=clock or SystemClock())
    seeded = Seeded(context)
    for name, role in USERS.items():
        create_user(context.database, name, PASSWORD, role, by=machine_actor())
    if size == "empty":
        return seeded
    for name in ("isp-aurora-md5", "isp-borealis-md5"):
        context.vault.put(name, Secret(f"secret-of-{name}"))
    result = import_documents(
        context.database, context.changesets, [DESIGN], "ada", "Import of the demo network"
    )
    assert result.ok, [str(problem) for problem in result.problems]
    if size == "large":
        _many_devices(context)
    _change_sets(context)
    _observe(context)
    _strangers(context)
    _configurations(context)
    _content(context)
    _rollouts(context)
    _series(context)
    return seeded


def _many_devices(context: Context, number: int = 2000) -> None:
    """Rows as an import would make them, in bulk."""
    with context.database.write() as session:
        region = session.scalar(select(Region.id).order_by(Region.id).limit(1))
        models = list(session.scalars(select(Model.id).order_by(Model.id)))
        first = 1_000_000
        sites = []
        for index in range(80):
            code, city, country, lat, lon = CITIES[index % len(CITIES)]
            turn = index // len(CITIES)
            name = f"{code}{turn}" if turn else code
            sites.append(
                {"id": first + index, "name": name, "title": f"{city} {turn + 1}", "region_id": region,
                 "kind": SiteKind.EMBEDDED, "status": Status.ACTIVE, "city": city, "country": country,
                 "latitude": lat + turn * 1.3, "longitude": lon - turn * 1.1, "time_zone": "UTC",
                 "fill_window": ""}
            )  # fmt: skip
        session.execute(insert(Site), sites)
        rows = []
        for index in range(number):
            place = sites[index % len(sites)]
            rank = index // len(sites) + 1
            rows.append(
                {"id": first + 1000 + index, "name": f"{place['name']}-cache{rank}", "site_id": place["id"],
                 "rack_id": None, "position_u": None, "model_id": models[index % len(models)],
                 "role": DeviceRole.CACHE, "platform": "linux_nginx", "status": Status.ACTIVE,
                 "serial": f"NWX{index:06d}", "asn_id": None,
                 "management_address": IPv4Address("10.128.0.0") + index,
                 "loopback": None, "redundancy_group": ""}
            )  # fmt: skip
        session.execute(insert(Device), rows)
        session.execute(
            insert(Interface),
            [{"id": first + 10_000 + 2 * index + port, "device_id": first + 1000 + index,
              "name": f"swp{port + 1}", "speed_bps": 100_000_000_000, "mtu": 9000, "enabled": True,
              "management": False, "description": ""}
             for index in range(number) for port in range(2)],
        )  # fmt: skip


def _change_sets(context: Context) -> None:
    """One merged small change, one open and mergeable, one open with a problem, one abandoned."""
    sets = context.changesets
    with context.database.read() as session:
        edge = session.scalars(select(Device).where(Device.name == "ams-edge1")).one()
        port = session.scalars(
            select(Interface).where(Interface.device_id == edge.id, Interface.name == "swp1")
        ).one()
        address = edge.management_address
        tor = session.scalars(select(Device).where(Device.name == "par-tor1")).one()
    one = sets.open("Raise the MTU towards Frankfurt", "otto", "Jumbo frames on the backbone").id
    sets.update(one, "interface", port.id, {"mtu": 9216})
    sets.merge(one, "otto", check)
    two = sets.open("Describe the Frankfurt port", "otto", "Asked for by the field team").id
    sets.update(two, "interface", port.id, {"description": "to fra-core1, patch panel 4"})
    three = sets.open("Move the management of par-tor1", "ada").id
    sets.update(three, "device", tor.id, {"management_address": address})
    four = sets.open("An idea", "otto").id
    sets.update(four, "interface", port.id, {"mtu": 1500})
    sets.abandon(four)


def _observe(context: Context) -> None:
    """Observed rows as the wanted ones would be seen, with a few faults, then a real audit."""
    now = context.clock.now()
    with context.database.read() as session:
        wanted = read_wanted(session)
    rng = random.Random(7)
    with context.database.write() as session:
        for device in wanted.devices.values():
            _observe_device(session, wanted, device, now, rng)
        session.flush()
        _break(session, now)
        store_findings(session, audit(session, context.clock), now)


def _observe_device(
    session: Session, wanted: Wanted, device: WantedDevice, now: float, rng: random.Random
) -> None:
    session.add(
        ObservedDevice(
            device=device.name, platform=device.platform, hostname=device.name, vendor="FRRouting",
            model=device.model, serial=device.serial, os="FRR" if device.platform == "frr" else "Debian",
            os_version="8.4.4" if device.platform == "frr" else "12", uptime_s=rng.uniform(4e3, 4e6),
            cpu=rng.uniform(0.02, 0.5), memory=rng.uniform(0.2, 0.7), sources=["ssh", "snmp", "lldp"],
            observed_at=now - 300, polled_at=now - rng.uniform(0, 5), reachable=True, error="",
        )
    )  # fmt: skip
    for index, interface in enumerate(device.interfaces.values()):
        session.add(
            ObservedInterface(
                device=device.name, name=interface.name, admin_up=interface.enabled, oper=OperState.UP,
                speed_bps=1_000_000_000 if interface.management else 10_000_000_000, mtu=9000,
                mac=f"02:00:00:00:{index:02x}:01", description="", if_index=index + 1, changed_at=now - 9e4,
                observed_at=now,
            )
        )  # fmt: skip
        for value in interface.addresses:
            session.add(
                ObservedAddress(device=device.name, interface=interface.name, address=value, observed_at=now)
            )
    if device.loopback is not None:
        session.add(
            ObservedAddress(
                device=device.name, interface="lo", address=ip_interface(f"{device.loopback}/32"),
                observed_at=now,
            )
        )  # fmt: skip
    for component in device.components.values():
        session.add(
            ObservedComponent(
                device=device.name, name=component.name, component_class=component.component_class,
                parent=None, model=component.part_number, part_number=component.part_number,
                serial=component.serial or f"S{abs(hash((device.name, component.name))) % 10**8:08d}",
                description="", observed_at=now,
            )
        )  # fmt: skip
    session.add(
        ObservedSensor(
            device=device.name, name="CPU temperature", sensor_class="celsius", value=rng.randint(38, 55),
            unit="°C", ok=True, observed_at=now,
        )
    )  # fmt: skip
    for link in wanted.links_of.get(device.name, ()):
        here = link.a if link.a.device == device.name else link.b
        far = link.far(device.name)
        session.add(
            ObservedNeighbor(
                device=device.name, interface=here.interface, remote_device=far.device,
                remote_interface=far.interface, remote_chassis=None, remote_description=None, observed_at=now,
            )
        )  # fmt: skip
    for peer in device.sessions:
        session.add(
            ObservedBgpSession(
                device=device.name, remote_address=peer.remote_address, remote_asn=peer.remote_asn,
                state=BgpState.ESTABLISHED, uptime_s=rng.uniform(1e3, 1e6),
                prefixes_received=rng.randint(2, 40),
                prefixes_sent=rng.randint(2, 40), changed_at=now - 9e4, observed_at=now,
            )
        )  # fmt: skip


def _break(session: Session, now: float) -> None:
    """Faults of each sort that pages show."""
    edge = session.get_one(ObservedDevice, "ams-edge2")
    edge.serial = "NWAMSEDGE299"
    dead = session.get_one(ObservedDevice, "par-cache2")
    dead.reachable, dead.error, dead.polled_at = False, "no answer from 10.250.0.35 within 5 s", now - 900
    port = session.get_one(ObservedInterface, ("nyc-edge2", "swp2"))
    port.oper, port.changed_at = OperState.DOWN, now - 1200
    gone = session.scalars(
        select(ObservedComponent)
        .where(ObservedComponent.device == "nyc-tor1")
        .order_by(ObservedComponent.name)
    ).first()
    if gone is not None:
        session.delete(gone)
    peer = session.scalars(
        select(ObservedBgpSession).where(ObservedBgpSession.device == "nyc-edge2").limit(1)
    ).first()
    if peer is not None:
        peer.state, peer.prefixes_received, peer.uptime_s = BgpState.ACTIVE, 0, None
    neighbor = session.get_one(ObservedNeighbor, ("ams-tor1", "swp1", "ams-edge1", "swp4"))
    session.delete(neighbor)
    session.add(
        ObservedNeighbor(
            device="ams-tor1", interface="swp1", remote_device="ams-edge2", remote_interface="swp4",
            remote_chassis=None, remote_description=None, observed_at=now,
        )
    )  # fmt: skip
    session.add(
        ObservedAddress(
            device="fra-core1", interface="swp1", address=ip_interface("192.0.2.9/31"), observed_at=now
        )
    )
    session.add(
        ObservedDevice(
            device="stray-switch", platform="frr", hostname="stray-switch", vendor=None, model="NW-3048",
            serial="NWSTRAY01", os="FRR", os_version="8.4.4", uptime_s=5000, cpu=None, memory=None,
            sources=["lldp"], observed_at=now - 50, polled_at=None, reachable=None, error="",
        )
    )  # fmt: skip


def _strangers(context: Context) -> None:
    """What a discovery found: two routers that know each other, of a model that no library has; and a box of
    a known model with the serial number that is wanted of another device."""
    began = context.clock.now() - 7200
    one = router(
        1, [("Hu0", "10.76.0.0/31", "new-r2", "Hu7")], asn_of={"10.76.0.1": 65102}, loopback=LOOPBACKS
    )
    two = router(
        2,
        [("Hu7", "10.76.0.1/31", "new-r1.example.net", "Hu0")],
        asn_of={"10.76.0.0": 65101},
        loopback=LOOPBACKS,
    )
    box = router(3, loopback=LOOPBACKS)
    system = replace(box.system, hostname="bench-7", vendor="Netwright Labs", model="NW-7100")
    box = replace(box, system=system, device="bench-7", components=())
    discovered(context.database, [one, two, box], began=began, network="10.250.0.20")
    with context.database.write() as session:
        wanted = session.scalar(select(Device.serial).where(Device.name == "ams-edge2"))
        known = session.scalars(select(KnownDevice).where(KnownDevice.device == "bench-7")).one()
        known.serial = wanted or ""


def _configurations(context: Context) -> None:
    """What the routers run: as wanted, but for one changed by hand; and two backup runs."""
    now = context.clock.now()
    with context.database.read() as session:
        wanted = read_wanted(session)
    routers = [d for d in wanted.devices.values() if platform(d.platform).config is not None]
    text_of = intended(context, {device.name for device in routers})
    files: dict[str, bytes | None] = {}
    later: dict[str, bytes | None] = {}
    with context.database.write() as session:
        for device in routers:
            text = platform(device.platform).scrub(text_of(device.name), context.vault.scrub_key)
            running, diff = text, ""
            files[f"{device.site}/{device.name}.cfg"] = text.encode()
            if device.name == "par-edge1":
                running, diff = _by_hand(text)
                later[f"{device.site}/{device.name}.cfg"] = running.encode()
            session.add(
                ObservedConfig(
                    device=device.name, running=running, running_hash="0" * 64, equal=not diff, diff=diff,
                    observed_at=now - 60,
                )
            )  # fmt: skip
    context.backups.commit(files, f"backup: {len(files)} new", "netwright", now - 7200)
    context.backups.commit(later, "backup: par-edge1 changed", "netwright", now - 600)


def _by_hand(text: str) -> tuple[str, str]:
    """A configuration with one line taken out and one put in, and its difference to the wanted one."""
    lines = text.splitlines()
    at = next(index for index, line in enumerate(lines) if "neighbor" in line) + 1
    changed = [*lines[:at], " neighbor 203.0.113.99 remote-as 64999", *lines[at + 1 :]]
    diff = "\n".join(difflib.unified_diff(changed, lines, "running", "wanted", lineterm="")) + "\n"
    return "\n".join(changed) + "\n", diff


def _content(context: Context) -> None:
    now = context.clock.now()
    with context.database.write() as session:
        caches = list(session.scalars(select(Device.name).where(Device.role == DeviceRole.CACHE).limit(6)))
        states = (
            HoldingState.HELD,
            HoldingState.HELD,
            HoldingState.HELD,
            HoldingState.FILLING,
            HoldingState.FAILED,
        )
        for number in range(1, 25):
            title = f"film-{number:03d}"
            session.add(
                Title(
                    id=title, name=f"Film {number}", path=f"films/{title}.bin", size_bytes=number * 400_000,
                    sha256=f"{number:064x}",
                )
            )  # fmt: skip
            for place, device in enumerate(caches):
                if (number + place) % 3 == 0:
                    continue
                state = states[(number * 7 + place) % len(states)]
                session.add(
                    Holding(
                        device=device, title_id=title, state=state, source="fra-origin1",
                        planned_at=now - 900,
                        verified_at=now - 300 if state is HoldingState.HELD else None,
                        error="the copy had another hash" if state is HoldingState.FAILED else "",
                    )
                )  # fmt: skip


WAVES = (
    ("ams-tor1",),
    ("ams-edge1", "par-edge1", "nyc-edge1"),
    ("ams-edge2", "par-edge2", "nyc-edge2"),
    ("fra-core1", "par-tor1", "nyc-tor1"),
    ("iad-core1",),
)


def _rollouts(context: Context) -> None:
    """One done, one stopped by its canary, one running in its second wave."""
    now = context.clock.now()
    done = DeviceState.CONFIRMED
    add_rollout(
        context, "20261120-101500-aa01", RolloutState.DONE, now - 90_000, [done] * 5, "First deployment"
    )
    add_rollout(
        context, "20261121-140000-bb02", RolloutState.STOPPED, now - 40_000,
        [DeviceState.REVERTED, *[DeviceState.SKIPPED] * 4], "New policy",
        "the canary did not pass, ams-tor1: session to 10.254.1.10 did not come back within 30 s",
    )  # fmt: skip
    waiting = DeviceState.WAITING
    add_rollout(
        context, RUNNING, RolloutState.RUNNING, now - 45,
        [done, DeviceState.POSTCHECK, waiting, waiting, waiting],
        "Raise the MTU towards Frankfurt",
    )  # fmt: skip


RUNNING = "20261122-090000-cc03"


def add_rollout(
    context: Context,
    name: str,
    state: RolloutState,
    at: float,
    waves: list[DeviceState],
    reason: str,
    message: str = "",
) -> None:
    with context.database.write() as session:
        session.add(
            Rollout(
                id=name, kind=RolloutKind.DEPLOY, state=state, reason=reason, author="otto", timer_s=60,
                failure_budget=0, created_at=at, started_at=at + 1,
                finished_at=at + 44 if state.final else None, message=message,
            )
        )  # fmt: skip
        session.flush()
        for number, device_state in enumerate(waves):
            for device in WAVES[number]:
                session.add(
                    RolloutDevice(
                        rollout_id=name, device=device, site=device[:3], wave=number, state=device_state,
                        token=f"{name}-{device}", wanted_hash="0" * 64, sessions=None, baseline=None,
                        diff="@@ -10,3 +10,3 @@\n interface swp1\n- mtu 9000\n+ mtu 9216\n exit\n",
                        message="session to 10.254.1.10 did not come back" if device_state.bad else "",
                        started_at=at + number * 8, armed_at=None,
                        finished_at=at + number * 8 + 7 if device_state.final else None,
                    )
                )  # fmt: skip
                if device_state is not DeviceState.WAITING:
                    session.add(
                        RolloutStep(
                            rollout_id=name, device=device, at=at + number * 8, state=device_state.value,
                            message="armed with a timer of 60 s" if number == 0 else "",
                        )
                    )  # fmt: skip


def _series(context: Context, rounds: int = 60, every_s: float = 30.0) -> None:
    """Half an hour of counters and load of the demo's devices."""
    now = context.clock.now()
    with context.database.read() as session:
        wanted = read_wanted(session)
    names = [
        device for device in wanted.devices.values() if device.name[:4] in {"ams-", "par-", "nyc-", "fra-"}
    ][:14]
    start = now - rounds * every_s
    for number in range(rounds):
        time = start + number * every_s
        samples = []
        for salt, device in enumerate(names):
            wave = 0.5 + 0.4 * math.sin(number / 9 + salt)
            samples.append(Sample(device.name, "system", "cpu", round(0.1 + 0.3 * wave, 3)))
            samples.append(Sample(device.name, "system", "memory", 0.42))
            for port, interface in enumerate(device.interfaces):
                base = (port + 1) * 3e7 * every_s
                octets = base * (number + 6 * (1 - math.cos(number / 9 + salt + port)))
                samples.append(Sample(device.name, f"interface:{interface}", "in-octets", float(int(octets))))
                samples.append(
                    Sample(device.name, f"interface:{interface}", "out-octets", float(int(octets * 0.4)))
                )
                samples.append(
                    Sample(device.name, f"interface:{interface}", "in-pkts", float(int(octets / 900)))
                )
                errors = float(number * 3) if device.name == "nyc-edge2" and port == 1 else 0.0
                samples.append(Sample(device.name, f"interface:{interface}", "in-errors", errors))
        context.series.write_round(time, samples)


def main() -> None:
    folder, size = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "small"
    seeded = seed(folder, size)
    with seeded.context.database.read() as session:
        devices = session.scalar(select(func.count(Device.id)))
    print(f"{folder}: {devices} devices; {', '.join(USERS)} with the password {PASSWORD!r}")
    seeded.context.close()


if __name__ == "__main__":
    main()
