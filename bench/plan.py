"""``netwright plan`` of a thousand devices of 1,500 lines: render, read over SSH, compare.

CPU of our process alone: the devices are simulated in another. The rows of the inventory are written straight
into the tables, for how they got there is not what is measured. One device in ten differs by a few lines and
is asked what its own software would do.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface
from itertools import count
from pathlib import Path
from typing import Any

from bench import simulated
from bench.figure import Watch, figure
from sqlalchemy import insert

from netwright.app.context import Context, open_context
from netwright.app.deployment import intended, planner_of
from netwright.app.home import create_home
from netwright.app.labaccess import read_access
from netwright.app.upgrade import upgrade
from netwright.app.vault import load_key
from netwright.deploy.plan import Plan, PlanState
from netwright.inventory import (
    Asn,
    BgpSession,
    Device,
    Interface,
    InterfaceAddress,
    Manufacturer,
    Model,
    Region,
    Site,
)
from netwright.store.database import Database

_DEVICES = int(os.environ.get("BENCH_DEVICES", "1000"))
_LINKS = 162  # each is about nine lines
_CHANGED_EVERY = 10


def figures() -> Iterator[dict[str, Any]]:
    """The bar: at most 25 ms of CPU a device."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        context = home(folder)
        try:
            texts = {device: intended(context, [device])(device) for device in _names()}
            lines = sum(text.count("\n") for text in texts.values()) // len(texts)
            simulated.write_lab(folder, _DEVICES, _LINKS, _running(texts))
            with simulated.fleet(folder) as state:
                endpoints = _connect(context, state.access)
                yield from _measure(open_context(endpoints.home.path), lines)
        finally:
            context.close()


def _measure(context: Context, lines: int) -> Iterator[dict[str, Any]]:
    names = _names()
    with Watch() as rendering:
        text = intended(context, names)
        wanted = {name: text(name) for name in names}
    for title in ("first contact", "again"):
        with Watch() as watch:
            plan = asyncio.run(_plan(context))
        _check(plan)
        per_device = 1000 * watch.cpu_s / len(names)
        yield figure(
            f"plan of a device of {lines} lines ({title})", per_device, "ms CPU", len(names), watch.cpu_s
        )
        yield figure(
            f"plan of {len(names)} devices ({title}), wall", watch.wall_s, "s", len(names), watch.cpu_s
        )
    yield figure(
        "of it: views and rendering",
        1000 * rendering.cpu_s / len(wanted),
        "ms CPU",
        len(wanted),
        rendering.cpu_s,
    )
    context.close()


async def _plan(context: Context) -> Plan:
    """As the command makes it."""
    targets = context.targets()
    text = intended(context, [target.device for target in targets])
    return await planner_of(context).make(targets, text)


def _check(plan: Plan) -> None:
    differ = {device.device for device in plan.having(PlanState.DIFFERS)}
    wanted = {name for number, name in enumerate(_names()) if number % _CHANGED_EVERY == 0}
    others = len(plan.devices) - len(plan.having(PlanState.SAME)) - len(differ)
    if differ != wanted or others:
        faults = [f"{device.device} {device.state}: {device.message}" for device in plan.devices[:3]]
        raise RuntimeError(f"{len(differ)} differ, {others} failed; {faults}")


def _names() -> list[str]:
    return [simulated.router_name(number) for number in range(_DEVICES)]


def _running(texts: dict[str, str]) -> dict[str, str]:
    """What the devices run: as wanted, but for every tenth."""
    running = dict(texts)
    for name in _names()[::_CHANGED_EVERY]:
        running[name] = texts[name].replace("description to peer 7\n", "description by hand\n")
        running[name] = running[name].replace("maximum-paths 4\n", "maximum-paths 8\n")
        if running[name] == texts[name]:
            raise RuntimeError("the template no longer has the lines that this benchmark changes")
    return running


def home(folder: Path, devices: int = _DEVICES, links: int = _LINKS) -> Context:
    """A home folder with a network of ``devices``."""
    made = create_home(folder / "home", "")
    load_key(made.key_file, create=True)
    database = Database(made.database_url)
    upgrade(database)
    _fill(database, devices, links)
    database.close()
    return open_context(made.path)


def _connect(context: Context, access_file: Path) -> Context:
    """Credentials and endpoints of the simulated devices, as ``netwright init --access`` keeps them."""
    access = read_access(access_file)
    context.credentials.put(access.credentials())
    lines = []
    for name, endpoint in access.endpoints.items():
        lines += [
            f"[endpoints.{name}]",
            f'host = "{endpoint.host}"',
            f"ssh_port = {endpoint.ssh_port}",
            f"snmp_port = {endpoint.snmp_port}",
        ]
    (context.home.path / "settings.toml").write_text("\n".join(lines) + "\n")
    return context


def _fill(database: Database, devices: int, links: int) -> None:
    """``devices`` devices, each with ``links`` addressed interfaces and a session over each."""
    ids = count(1)
    region, site, maker, model, own, other = (next(ids) for _ in range(6))
    place = {"region_id": region, "kind": "exchange", "latitude": 52.0, "longitude": 4.0}
    rows: dict[Any, list[dict[str, Any]]] = {
        Region: [{"id": region, "name": "bench"}],
        Site: [{"id": site, "name": "bench", **place}],
        Manufacturer: [{"id": maker, "name": "bench"}],
        Model: [{"id": model, "name": "B", "manufacturer_id": maker}],
        Asn: [{"id": own, "number": 65000}, {"id": other, "number": 65001}],
        Device: [],
        Interface: [],
        InterfaceAddress: [],
        BgpSession: [],
    }
    for number in range(devices):
        device = next(ids)
        rows[Device].append(_device(device, number, site, model, own))
        for link in range(links):
            low = (20 << 24) + 512 * number + 2 * link
            _link(rows, next(ids), next(ids), next(ids), device, link, low, other)
    with database.write() as session:
        for kind, values in rows.items():
            for start in range(0, len(values), 20_000):
                session.execute(insert(kind), values[start : start + 20_000])


def _device(ident: int, number: int, site: int, model: int, asn: int) -> dict[str, Any]:

    return {
        "id": ident,
        "name": simulated.router_name(number),
        "site_id": site,
        "model_id": model,
        "role": "edge",
        "platform": "frr",
        "asn_id": asn,
        "management_address": simulated.MANAGEMENT[256 + number],
        "loopback": IPv4Address("10.255.0.0") + number,
    }


def _link(
    rows: dict[Any, list[dict[str, Any]]],
    interface: int,
    address: int,
    session: int,
    device: int,
    link: int,
    low: int,
    asn: int,
) -> None:

    name = f"swp{link + 1}"
    words = f"to peer {link}"
    rows[Interface].append({"id": interface, "device_id": device, "name": name, "description": words})
    rows[InterfaceAddress].append(
        {"id": address, "interface_id": interface, "address": IPv4Interface((low, 31))}
    )
    rows[BgpSession].append(
        {
            "id": session,
            "device_id": device,
            "local_address": IPv4Address(low),
            "remote_address": IPv4Address(low + 1),
            "remote_asn_id": asn,
            "role": "fabric",
            "description": words,
        }
    )
