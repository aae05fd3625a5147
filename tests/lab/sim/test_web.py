from __future__ import annotations

import hashlib
import json
from typing import Any

import httpx
import pytest

from netwright.base.errors import CommandFailedError
from netwright.lab.sim.web import HttpError, fetch


def _file(bench: Any, name: str) -> Any:
    return bench.fleet.folder / name / "films"


async def _get(bench: Any, path: str, name: str = "origin", **headers: str) -> httpx.Response:
    port = bench.fleet.ports(name).http
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(f"http://127.0.0.1:{port}{path}", headers=headers)


async def test_files_are_served_whole_and_by_ranges(bench: Any) -> None:
    bench.configure()
    title = json.loads((bench.fleet.folder / "catalogue.json").read_text())[0]
    whole = await _get(bench, f"/content/{title['path']}")
    assert hashlib.sha256(whole.content).hexdigest() == title["sha256"]
    assert whole.headers["X-Served-By"] == "origin"
    for asked, (first, end) in {
        "bytes=0-99": (0, 100),
        "bytes=100-": (100, None),
        "bytes=-7": (-7, None),
    }.items():
        part = await _get(bench, f"/content/{title['path']}", Range=asked)
        assert part.status_code == 206
        assert part.content == whole.content[first:end]
    beyond = await _get(bench, f"/content/{title['path']}", Range=f"bytes={10**12}-")
    assert beyond.status_code == 416


@pytest.mark.parametrize(
    "path", ["/content/none", "/", "/content/../cache/x", "/content/%2e%2e/catalogue.json"]
)
async def test_nothing_else_is_served(bench: Any, path: str) -> None:
    bench.configure()
    assert (await _get(bench, path)).status_code == 404


async def test_health_answers_ok(bench: Any) -> None:
    bench.configure()
    assert (await _get(bench, "/health")).text == "ok\n"


async def test_another_method_is_not_allowed(bench: Any) -> None:
    bench.configure()
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.post(f"http://127.0.0.1:{bench.fleet.ports('origin').http}/health")
    assert reply.status_code == 405


async def test_clients_reach_a_server_only_over_routes_and_cables(bench: Any) -> None:
    with pytest.raises(httpx.TransportError):
        await _get(bench, "/health", "cache")
    bench.configure()
    assert (await _get(bench, "/health", "cache")).text == "ok\n"
    bench.fleet.cut("edge", "isp")
    with pytest.raises(httpx.TransportError):
        await _get(bench, "/health", "cache")
    bench.fleet.heal("edge", "isp")
    await bench.fleet.crash("cache")
    with pytest.raises(httpx.TransportError):
        await _get(bench, "/health", "cache")
    await bench.fleet.boot("cache")
    assert (await _get(bench, "/health", "cache")).text == "ok\n"


async def test_a_server_fetches_from_another_as_it_is_told(bench: Any) -> None:
    bench.configure()
    title = json.loads((bench.fleet.folder / "catalogue.json").read_text())[0]
    file = f"/srv/content/{title['path']}"
    session = bench.session("cache")
    await session.run(f"sudo mkdir -p {file.rsplit('/', 1)[0]}")
    url = f"http://198.18.0.3/content/{title['path']}"
    await session.run(f"sudo curl -fsS --connect-timeout 5 --max-time 30 -o {file}.part {url}")
    assert (await session.run(f"sha256sum -- {file}.part")).output == f"{title['sha256']}  {file}.part\n"
    await session.run(f"sudo mv -f {file}.part {file}")
    assert (bench.fleet.folder / "cache" / title["path"]).stat().st_size == title["size_bytes"]
    served = await _get(bench, f"/content/{title['path']}", "cache")
    assert hashlib.sha256(served.content).hexdigest() == title["sha256"]
    used = (await session.run("df -P -k /srv/content")).output.splitlines()[-1].split()
    assert int(used[2]) == title["size_bytes"] // 1024
    await session.run(f"sudo rm -f {file}")
    assert (await _get(bench, f"/content/{title['path']}", "cache")).status_code == 404


async def test_without_a_route_there_is_nothing_to_fetch(bench: Any) -> None:
    bench.configure()
    bench.fleet.cut("core", "edge")
    with pytest.raises(CommandFailedError, match="No route"):
        await bench.session("cache").run("curl -fsS -o /srv/content/x http://198.18.0.3/content/x")
    assert not (bench.fleet.folder / "cache" / "x").exists()


async def test_curl_fails_as_curl_does(bench: Any) -> None:
    bench.configure()
    session = bench.session("cache")
    missing = "http://198.18.0.3/content/none"
    assert (await session.run(f"curl -fsS {missing}", check=False)).status == 22
    code = await session.run(f"curl -s -o /dev/null -m 3 -w '%{{http_code}}' {missing}")
    assert code.output == "404"
    own = await session.run("curl -s -o /dev/null -m 3 -w '%{http_code}' http://198.18.1.3/health")
    assert own.output == "200"
    gone = await session.run("curl -s -o /dev/null -w '%{http_code}' http://192.0.2.1/health", check=False)
    assert (gone.output, gone.status) == ("000", 7)


async def test_a_server_keeps_its_files_in_its_own_folder(bench: Any) -> None:
    reply = await bench.session("cache").run("cat /srv/content/../../etc/passwd", check=False)
    assert reply.status == 1
    await bench.session("cache").run("echo x > /srv/content/a/../../../b")
    assert not (bench.fleet.folder / "b").exists()
    assert bench.fleet.device("cache").files["/b"] == b"x\n"


async def test_a_port_nobody_listens_on_is_an_error(unused_tcp_port: int) -> None:
    with pytest.raises(HttpError) as error:
        await fetch("127.0.0.1", unused_tcp_port, "/", lambda _: None)
    assert error.value.status == 7
