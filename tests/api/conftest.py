"""A home with users and tokens, and clients of its API without a socket."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.postgresql import Cluster, cluster

from netwright.app.access import Role, machine_actor
from netwright.app.access.token import create_token
from netwright.app.access.user import create_user
from netwright.app.context import Context, open_context
from netwright.app.home import create_home
from netwright.app.upgrade import upgrade
from netwright.app.vault import load_key
from netwright.base.clock import SystemClock
from netwright.server.composition import create_server
from netwright.store.database import Database
from netwright.store.kind import FieldSpec, FieldType, Kind

BASE = "http://127.0.0.1:8080"
PASSWORD = "correct horse battery"


@dataclass
class Served:
    """An installation behind its API, with a token of each built-in role."""

    context: Context
    app: FastAPI
    tokens: dict[str, str]

    def client(self, role: str = "admin", **options: Any) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("127.0.0.1", 4321))
        headers = {"authorization": f"Bearer {self.tokens[role]}"} if role else {}
        return httpx.AsyncClient(transport=transport, base_url=f"{BASE}/api", headers=headers, **options)


def open_served(folder: Path) -> Served:
    context = open_context(folder)
    tokens = {
        role.value: create_token(
            context.database, SystemClock(), role.value, str(number), by=machine_actor()
        ).reveal()
        for number, role in zip(_NUMBERS, Role, strict=False)
    }
    return Served(context, create_server(context), tokens)


_NUMBERS = count(1)


@dataclass
class Homes:
    """An empty home with a user of each role, closed, to be copied. ``cluster``: where its database is, if
    not in its folder."""

    empty: Path
    cluster: Cluster | None = None

    def copy(self, folder: Path) -> Path:
        shutil.copytree(self.empty, folder)
        if self.cluster is not None:
            settings = folder / "settings.toml"
            text = settings.read_text()
            url = next(line for line in text.splitlines() if line.startswith("database = ")).split('"')[1]
            settings.write_text(text.replace(url, self.cluster.new(copy_of=url)))
        return folder


BOTH = pytest.mark.parametrize(
    "homes", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True, scope="session"
)
"""For modules whose tests run on both databases."""


@pytest.fixture(scope="session")
def homes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homes]:
    """On SQLite, unless a module asks for both."""
    folder = tmp_path_factory.mktemp("api") / "home"
    if getattr(request, "param", "sqlite") == "sqlite":
        yield Homes(_empty_home(folder, ""))
        return
    with cluster() as server:
        url = server.new()
        yield Homes(_empty_home(folder, f'database = "{url}"\n'), server)


def _empty_home(folder: Path, settings: str) -> Path:
    home = create_home(folder, settings)
    load_key(home.key_file, create=True)
    database = Database(home.database_url)
    upgrade(database)
    for role in Role:
        create_user(database, role.value, PASSWORD, role.value, by=machine_actor())
    database.close()
    return folder


@pytest.fixture(scope="session")
def shared(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For tests that make objects of their own and leave those of others alone."""
    served = open_served(homes.copy(tmp_path_factory.mktemp("shared") / "home"))
    yield served
    served.context.close()


@pytest.fixture
def own(homes: Homes, tmp_path: Path) -> Iterator[Served]:
    """An empty network of the test's own."""
    served = open_served(homes.copy(tmp_path / "home"))
    yield served
    served.context.close()


@pytest.fixture
async def api(shared: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with shared.client() as client:
        yield client


@pytest.fixture
async def fresh(own: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with own.client() as client:
        yield client


class Maker:
    """Makes valid objects of any kind from what the kind declares."""

    def __init__(self, served: Served, client: httpx.AsyncClient) -> None:
        self._kinds = served.context.kinds
        self.client = client

    async def fields(self, kind: Kind, *, whole: bool = False) -> dict[str, Any]:
        """Values for a new object; needed fields, and with ``whole`` all plain ones. What it refers to is
        made first."""
        found: dict[str, Any] = {}
        for spec in kind.fields:
            if spec.reference is not None:
                if spec.required:
                    found[spec.name] = {"id": (await self.make(spec.reference))["id"]}
            elif spec.required or spec.name in kind.key or (whole and spec.type in _SAFE):
                found[spec.name] = self.value(kind, spec)
        return {**found, **await _fields(self, kind.name)}

    async def make(self, kind_name: str) -> dict[str, Any]:
        kind = self._kinds[kind_name]
        answer = await self.client.post(f"/v1/{kind_name}", json=await self.fields(kind))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    @staticmethod
    def value(kind: Kind, spec: FieldSpec) -> Any:
        number = next(_COUNTER)
        if spec.choices:
            return spec.choices[0]
        return _VALUES[spec.type](number)


_COUNTER = count(1)
_SAFE = {FieldType.BOOLEAN, FieldType.CHOICE}
_VALUES: dict[FieldType, Callable[[int], Any]] = {
    FieldType.TEXT: lambda number: f"t{number}",
    FieldType.INTEGER: lambda number: number,
    FieldType.NUMBER: lambda number: float(number % 80),
    FieldType.BOOLEAN: lambda _: True,
    FieldType.LIST: lambda number: [f"w{number}"],
    FieldType.JSON: lambda number: {"n": number},
    FieldType.ADDRESS: lambda number: f"10.{number >> 8 & 255}.{number & 255}.1",
    FieldType.INTERFACE_ADDRESS: lambda number: f"172.{16 + (number >> 8 & 15)}.{number & 255}.1/24",
    FieldType.PREFIX: lambda number: f"100.{number >> 8 & 255}.{number & 255}.0/24",
}


async def _site(maker: Maker) -> dict[str, Any]:
    return {"id": (await maker.make("site"))["id"]}


async def _interface(maker: Maker) -> dict[str, Any]:
    return {"id": (await maker.make("interface"))["id"]}


async def _session(maker: Maker) -> dict[str, Any]:
    """Both ends of a session inside a device's subnet, to a partner."""
    address = await maker.make("address")
    interface = (await maker.client.get(f"/v1/interface/{address['interface']['id']}")).json()
    asn = await maker.make("asn")
    device = interface["device"]["id"]
    await maker.client.patch(f"/v1/device/{device}", json={"asn": {"id": asn["id"]}})
    isp = await maker.make("isp")
    host, _, _ = address["address"].partition("/")
    return {
        "device": {"id": device},
        "local_address": host,
        "remote_address": f"{host[:-1]}2",
        "role": "isp",
        "isp": {"id": isp["id"]},
        "remote_asn": {"id": isp["asn"]["id"]},
    }


async def _fields(maker: Maker, kind_name: str) -> dict[str, Any]:
    """What the rules ask of a kind beside its declaration."""
    number = next(_COUNTER)
    match kind_name:
        case "attachment":
            return {"sha256": f"{number:064x}", "site": await _site(maker)}
        case "community":
            return {"value": f"65001:{number}"}
        case "vrf_target":
            return {"target": f"65001:{number}"}
        case "custom_field":
            return {"on_kind": "site"}
        case "cable":
            return {"a_interface": await _interface(maker), "b_interface": await _interface(maker)}
        case "bgp_session":
            return await _session(maker)
    return {}


@pytest.fixture
def maker(shared: Served, api: httpx.AsyncClient) -> Maker:
    return Maker(shared, api)
