"""Explained configurations on the terminal and as documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
from sqlalchemy.orm import Session

from netwright.base.secret import SecretStore
from netwright.cli.document import print_json
from netwright.intent.neutral import DeviceView
from netwright.intent.provenance import Source, sources_of
from netwright.intent.render import ExplainedLine, Renderer

_WIDTH = 60


def explain(
    session: Session,
    renderer: Renderer,
    views: Mapping[str, DeviceView],
    secrets: SecretStore,
    *,
    revision: int | None,
    as_json: bool,
) -> None:
    """Each line with its template and line, the layer that the template stands in when it is no built-in one,
    and the objects it was made of with their last change."""
    documents: dict[str, Any] = {}
    for name, view in views.items():
        if not renderer.renders(view.platform) and len(views) > 1:
            continue
        lines = renderer.explain(view, secrets)
        sources = sources_of(session, view, lines, layers=renderer.overlay, revision=revision)
        if as_json:
            documents[name] = [_document(*one) for one in zip(lines, sources, strict=True)]
            continue
        click.secho(f"# {name}: platform {view.platform}{_origin(renderer)}", dim=True)
        last: object = None
        for line, said in zip(lines, sources, strict=True):
            same = (line.template, line.layer, said) == last
            last = (line.template, line.layer, said)
            click.echo(f"{line.text:<{_WIDTH}}  ", nl=False)
            click.secho(f"# {_place(line)}{'' if same else _said(said)}", dim=True)
    if as_json:
        print_json({"templates": renderer.overlay.origin, "devices": documents})


def _document(line: ExplainedLine, sources: Sequence[Source]) -> dict[str, Any]:
    return {
        "text": line.text,
        "template": line.template,
        "line": line.line,
        "layer": line.layer,
        "sources": [
            {
                "kind": one.kind,
                "key": one.key,
                "revision": one.revision,
                "author": one.author or None,
                "changeset": one.changeset,
            }
            for one in sources
        ],
    }


def _origin(renderer: Renderer) -> str:
    return f", templates {renderer.overlay.origin}" if renderer.overlay.origin else ""


def _place(line: ExplainedLine) -> str:
    layer = "" if line.layer == "built-in" else f" ({line.layer})"
    return f"{line.template}:{line.line}{layer}"


def _said(sources: Sequence[Source]) -> str:
    return "".join(f"; {one}" for one in sources)
