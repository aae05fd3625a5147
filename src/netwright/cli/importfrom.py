"""``netwright import netbox`` and ``nautobot``: running sources of truth of others, read over HTTP."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from netwright.app.context import Context
from netwright.base.secret import Secret
from netwright.cli.context import pass_context_object
from netwright.cli.importview import Wish, bring_in, wish_options


def reading_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """How another's API is read. The token never stands on the command line, where others on the machine see
    it."""

    @click.argument("url")
    @click.option("--token-env", help="Variable of the environment that holds the token.")
    @click.option("--token-secret", help="Name of the secret (`netwright secret`) that holds the token.")
    @click.option(
        "--ca-file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="Certificates to trust, in PEM; default: those of the system.",
    )
    @click.option("--insecure", is_flag=True, help="Believe any certificate.")
    @click.option(
        "--deadline",
        "deadline_s",
        type=click.FloatRange(min=1),
        default=3600.0,
        show_default=True,
        help="Most seconds for all the reading.",
    )
    @wraps(function)
    def command(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return command


@click.command()
@reading_options
@wish_options
@pass_context_object
def netbox(context: Context, url: str, wish: Wish, **reading: Any) -> None:
    """Read the NetBox at URL over its REST API, and merge what differs. Nothing is written to it.

    What has no home here is told at the end, by list and reason; a second run brings only what changed."""
    from netwright.exchange.netbox.source import NEEDED, NetBox  # noqa: PLC0415 (httpx)

    reader = _reader(context, url, "NetBox", NEEDED, **reading)
    bring_in(context, NetBox(reader), f"NetBox {url}", wish)


@click.command()
@reading_options
@wish_options
@pass_context_object
def nautobot(context: Context, url: str, wish: Wish, **reading: Any) -> None:
    """Read the Nautobot at URL over its REST API, and merge what differs. Nothing is written to it.

    What has no home here is told at the end, by list and reason; a second run brings only what changed."""
    from netwright.exchange.nautobot.source import ASKING, NEEDED, Nautobot  # noqa: PLC0415 (httpx)

    reader = _reader(context, url, "Nautobot", NEEDED, asking=ASKING, **reading)
    bring_in(context, Nautobot(reader), f"Nautobot {url}", wish)


def _reader(
    context: Context,
    url: str,
    what: str,
    needed: str,
    *,
    asking: str = "",
    token_env: str | None,
    token_secret: str | None,
    ca_file: Path | None,
    insecure: bool,
    deadline_s: float,
) -> Any:
    import ssl  # noqa: PLC0415 (slow to load)

    from netwright.exchange.remote.reading import ListReader  # noqa: PLC0415 (httpx)

    if bool(token_env) == bool(token_secret):
        raise click.UsageError("Give --token-env or --token-secret.")
    if ca_file and insecure:
        raise click.UsageError("Give --ca-file or --insecure, not both.")
    if token_secret:
        token = context.vault.get(token_secret)
    else:
        text = os.environ.get(token_env or "")
        if not text:
            raise click.UsageError(f"The environment has no variable {token_env}.")
        token = Secret(text)
    tls: ssl.SSLContext | bool = not insecure
    if ca_file:
        try:
            tls = ssl.create_default_context(cafile=ca_file)
        except ssl.SSLError as error:
            raise click.UsageError(f"{ca_file} holds no certificates in PEM ({error.reason}).") from None
    return ListReader(
        url,
        token,
        what=what,
        needed=needed,
        asking=asking,
        deadline_s=deadline_s,
        tls=tls,
        told=_progress,
    )


def _progress(path: str, count: int) -> None:
    click.echo(f"Read {count:,} of {path}.", err=True)
