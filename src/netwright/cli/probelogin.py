"""Options that probes over sessions share: who logs in, how far a certificate is trusted, what is recorded or
played back, how the facts are shown."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import click

from netwright.base.clock import SystemClock
from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.cli.document import print_json
from netwright.cli.probeaddress import where
from netwright.cli.probeset import JUMP, SET, set_named, through
from netwright.cli.probetape import TAPE, played, recorder
from netwright.cli.probeview import show
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.tls import Tls
from netwright.platforms.document import document
from netwright.platforms.facts import DeviceFacts

USER, PASSWORD = "NETWRIGHT_DEVICE_USER", "NETWRIGHT_DEVICE_PASSWORD"
_ENABLE = "NETWRIGHT_DEVICE_ENABLE"
_SHARED = (
    click.argument("address", metavar="ADDRESS[:PORT]", required=False),
    click.option(
        "--user", "--username", "user",
        help=f"Who logs in; default {USER}. The password is {PASSWORD}, or asked for.",
    ),
    *SET,
    click.option(
        "--timeout", "timeout_s", type=click.FloatRange(0.05, 600), default=30.0, show_default=True,
        help="Seconds for each answer.",
    ),
    *TAPE,
    click.option("--all", "whole", is_flag=True, help="Show every row, not the first of each part."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON document."),
)  # fmt: skip
_KEY = click.option(
    "--key", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File of a private key for SSH, instead of a password.",
)  # fmt: skip
_TLS = (
    click.option(
        "--ca", type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="File of the authorities (PEM) that sign devices' certificates; default the system's.",
    ),
    click.option("--tls-name", help="What the certificate is made out to, where that is not ADDRESS."),
    click.option("--insecure", is_flag=True, help="Take any certificate. Others on the way can read all."),
    click.option("--plaintext", is_flag=True, help="No TLS at all."),
)  # fmt: skip
Ask = Callable[..., Awaitable[DeviceFacts]]


def ssh_probe(default_port: int, *, jumps: bool = False) -> Callable[[Ask], Callable[..., None]]:
    """A command over SSH. What is decorated gets the endpoint, the address as it was written, the time, and
    its own options. ``jumps``: it goes through jump hosts too."""

    def decorated(ask: Ask) -> Callable[..., None]:
        @wraps(ask)
        def command(
            address: str | None, user: str | None, chosen: str | None, home: Path | None, key: Path | None,
            timeout_s: float, record: Path | None, replay: Path | None, whole: bool, as_json: bool,
            jump: str | None = None, jump_set: str | None = None, **own: Any,
        ) -> None:  # fmt: skip
            if replay is not None:
                with played(replay, own, lambda to, own: ask(to.endpoint, *to.about, **own)) as facts:
                    _tell(facts, whole=whole, as_json=as_json)
                return
            host, port = where(_given(address), default_port)
            now, known = SystemClock().now(), _login(user, key, chosen, home)
            told = recorder(record, now, ask, {**own, "enable": known.enable is not None})
            limits = Timeouts(command_s=timeout_s)
            endpoint = Endpoint(_given(address), host, known, ssh_port=port, timeouts=limits, recorder=told)
            if jump is not None:
                who = set_named(jump_set, home) if jump_set else known
                endpoint = replace(endpoint, jump=through(jump, who, limits))
            facts = asyncio.run(_run(ask(endpoint, address, now, **own)))
            _tell(facts, whole=whole, as_json=as_json)

        return _optioned(command, (*_SHARED, _KEY, *(JUMP if jumps else ())))

    return decorated


def tls_probe(default_port: int, plain_port: int | None = None) -> Callable[[Ask], Callable[..., None]]:
    """A command over TLS. What is decorated gets endpoint, address, time, port and trust, and its own
    options."""

    def decorated(ask: Ask) -> Callable[..., None]:
        @wraps(ask)
        def command(
            address: str | None, user: str | None, chosen: str | None, home: Path | None, timeout_s: float,
            record: Path | None, replay: Path | None, ca: Path | None, tls_name: str | None,
            insecure: bool, plaintext: bool, whole: bool, as_json: bool, **own: Any,
        ) -> None:  # fmt: skip
            if replay is not None:
                with played(
                    replay, own, lambda to, own: ask(to.endpoint, *to.about, to.port, to.tls, **own)
                ) as facts:
                    _tell(facts, whole=whole, as_json=as_json)
                return
            host, port = where(_given(address), plain_port if plaintext and plain_port else default_port)
            now, known = SystemClock().now(), _login(user, None, chosen, home)
            told, limits = recorder(record, now, ask, own), Timeouts(command_s=timeout_s)
            endpoint = Endpoint(_given(address), host, known, timeouts=limits, recorder=told)
            trust = Tls(ca.read_text() if ca else None, tls_name, verify=not insecure, plain=plaintext)
            facts = asyncio.run(_run(ask(endpoint, address, now, port, trust, **own)))
            _tell(facts, whole=whole, as_json=as_json)

        return _optioned(command, (*_SHARED, *_TLS))

    return decorated


async def _run(work: Awaitable[DeviceFacts]) -> DeviceFacts:
    return await work


def _given(address: str | None) -> str:
    if address is None:
        raise click.UsageError("Give ADDRESS, or --replay DIR.")
    return address


def _optioned(command: Callable[..., None], options: tuple[Callable[..., Any], ...]) -> Callable[..., None]:
    for option in reversed(options):
        command = option(command)
    return command


def _tell(facts: DeviceFacts, *, whole: bool, as_json: bool) -> None:
    if as_json:
        print_json(document(facts))
    else:
        show(document(facts), whole=whole)


def _login(user: str | None, key: Path | None, chosen: str | None, home: Path | None) -> Credentials:
    if chosen is not None:
        if key is not None:
            raise click.UsageError("Give --key or --credentials.")
        known = set_named(chosen, home)
        return replace(known, username=user) if user else known
    name = user or os.environ.get(USER)
    if not name:
        raise InputError("there is no user to log in as", remedy=f"Give --user, or set {USER}.")
    given = os.environ.get(_ENABLE)
    enable = Secret(given) if given else None
    if key is not None:
        return Credentials(name, private_key=Secret(key.read_text()), enable=enable)
    password = os.environ.get(PASSWORD)
    if password is None and sys.stdin.isatty():
        password = click.prompt(f"Password of {name}", hide_input=True, err=True)
    if password is None:
        raise InputError(f"there is no password for {name}", remedy=f"Set it in {PASSWORD}.")
    return Credentials(name, password=Secret(password), enable=enable)
