"""Debian's netconfd behind a real sshd, on loopback, with a small YANG module of a router's edge."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh

from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint

from .conftest import not_run

NETCONFD = Path("/usr/sbin/netconfd")
SUBSYSTEM = Path("/usr/sbin/netconf-subsystem")
MODULES = Path("/usr/share/yuma/modules")
CASES = Path(__file__).parents[1] / "cases" / "netconf"
EDGE = "urn:netwright:test:edge"
_PATIENCE_S = 10.0


def require_netconfd() -> None:
    if NETCONFD.exists() and SUBSYSTEM.exists() and os.geteuid() == 0:
        return
    not_run("NETCONF needs root and Debian's netconfd (`make system`)")


@contextmanager
def netconf_server(folder: Path, *modules: str) -> Iterator[Endpoint]:
    """Running until the end; its log is ``netconfd.log`` in ``folder``."""
    port, user = _free_port(), getpass.getuser()
    host_key, user_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    host_key.write_private_key(folder / "host_key")
    (folder / "host_key").chmod(0o600)
    user_key.write_public_key(folder / "authorized_keys")
    sock = folder / "nc.sock"
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_key\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nPasswordAuthentication no\nStrictModes no\n"
        f'Subsystem netconf "{SUBSYSTEM} --ncxserver-sockname={port}@{sock}"\n'
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    loaded = [f"--module={name}" for name in (*modules, "edge")]
    with (folder / "out").open("w") as out:
        server = subprocess.Popen(
            [NETCONFD, "--no-startup", f"--superuser={user}", "--access-control=off", f"--port={port}",
             f"--ncxserver-sockname={sock}", f"--modpath={CASES}:{MODULES}", f"--log={folder}/netconfd.log",
             f"--home={folder}", *loaded],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder, start_new_session=True,
        )  # fmt: skip
        sshd = subprocess.Popen(
            ["/usr/sbin/sshd", "-D", "-e", "-f", folder / "sshd_config"], stdout=out, stderr=out
        )
        try:
            _wait(sock, port, server, folder)
            key = user_key.export_private_key().decode()
            yield Endpoint("netconfd", "127.0.0.1", Credentials(user, private_key=Secret(key)), ssh_port=port)
        finally:
            for process in (sshd, server):
                process.terminate()
                process.wait(_PATIENCE_S)


def _wait(sock: Path, port: int, server: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            if sock.exists() and probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"netconfd did not start: {(folder / 'out').read_text()[-500:]}")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
