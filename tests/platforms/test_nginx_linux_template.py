"""The files of a content server: as a person accepted them, and as nginx itself takes them."""

from __future__ import annotations

import dataclasses
import ipaddress
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.platforms.richcase import CaseSecrets, golden, view, written

from netwright.config.schema import schema
from netwright.config.tree import parse, render
from netwright.intent.neutral import DeviceView
from netwright.intent.render import Renderer

_NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
_FILE = "# configuration file "


def _files(text: str) -> dict[str, str]:
    """The files of a rendered server by name."""
    found = {}
    for part in text.split(_FILE)[1:]:
        name, _, body = part.partition(":\n")
        found[name] = body
    return found


def _rendered(device: DeviceView) -> dict[str, str]:
    return _files(Renderer().render(device, CaseSecrets()))


def test_the_rich_server_is_written_as_accepted() -> None:
    assert written("nginx_linux") == golden("nginx_linux").read_text(), "see tests/platforms/richcase.py"


def test_parsing_loses_nothing() -> None:
    text = written("nginx_linux")
    assert render(parse(text, schema("nginx_linux").dialect)) == text


def test_every_route_and_address_stands_once() -> None:
    device = view("nginx_linux")
    text = written("nginx_linux")
    for interface in device.interfaces:
        for one in interface.addresses:
            assert text.splitlines().count(f"Address={one}") == 1
    for route in device.static_routes:
        assert text.splitlines().count(f"Destination={route.prefix}") == 1


def test_a_service_address_of_no_interface_is_on_the_loopback() -> None:
    device = view("nginx_linux")
    bare = dataclasses.replace(
        device, interfaces=tuple(one for one in device.interfaces if one != device.loopback_interface)
    )
    for one in (device, bare):
        assert "Address=203.0.113.10\n" in _rendered(one)["/etc/systemd/network/30-lo.network"]
    assert one.content is not None
    own = dataclasses.replace(one.content, service_address=ipaddress.ip_address("198.51.100.2"))
    assert "Address=203.0.113.10" not in "".join(_rendered(dataclasses.replace(one, content=own)).values())


def test_a_management_port_of_unknown_address_is_left_alone() -> None:
    device = view("nginx_linux")
    assert "/etc/systemd/network/30-eth0.network" in _rendered(device)
    unknown = tuple(one._replace(addresses=()) if one.management else one for one in device.interfaces)
    files = _rendered(dataclasses.replace(device, interfaces=unknown))
    assert "/etc/systemd/network/30-eth0.network" not in files


def test_who_serves_nothing_has_no_nginx() -> None:
    assert "/etc/nginx/nginx.conf" not in _rendered(dataclasses.replace(view("nginx_linux"), content=None))


@pytest.mark.skipif(_NGINX is None, reason="needs nginx")
def test_nginx_takes_it(tmp_path: Path) -> None:
    """Its own files and addresses apart, which a test can't have."""
    device = view("nginx_linux")
    assert device.content is not None
    local = [ipaddress.ip_interface("127.0.0.1/8"), ipaddress.ip_interface("127.0.0.9/8")]
    interfaces = (device.interfaces[2]._replace(addresses=tuple(local)),)
    content = dataclasses.replace(
        device.content, service_address=local[1].ip, service_port=18080, content_root=str(tmp_path)
    )
    files = _rendered(dataclasses.replace(device, loopback=None, interfaces=interfaces, content=content))
    text = files["/etc/nginx/nginx.conf"]
    for folder in ("/run/", "/var/log/nginx/"):
        assert folder in text
        text = text.replace(folder, f"{tmp_path}/")
    for broken, expected in ((False, "test is successful"), (True, "unknown directive")):
        file = tmp_path / "nginx.conf"
        file.write_text(text.replace("sendfile on;", "sendfail on;") if broken else text)
        said = subprocess.run(
            [str(_NGINX), "-t", "-p", str(tmp_path), "-c", str(file), "-e", str(tmp_path / "error.log")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert expected in said.stderr
        assert (said.returncode == 0) is not broken
