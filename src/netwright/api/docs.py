"""The page at ``/api/docs``: kinds, fields and lookups for people, without a script or a picture."""

from __future__ import annotations

from html import escape

from netwright.store.kind import Kind, Kinds
from netwright.store.query.lookup import LOOKUPS
from netwright.store.query.relation import relations


def docs_page(kinds: Kinds) -> str:
    """One page of HTML."""
    contents = " · ".join(f'<a href="#{name}">{name}</a>' for name in kinds)
    lookups = "".join(f"<tr><td><code>__{one.name}</code><td>{escape(one.help)}" for one in LOOKUPS.values())
    sections = "".join(_section(kinds, kind) for kind in kinds.values())
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Netwright API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<h1>Netwright API</h1>"
        '<p>The description for programs is <a href="/api/openapi.json">openapi.json</a>. Every kind has the '
        "same verbs: <code>GET</code>, <code>POST</code>, <code>PUT</code>, <code>PATCH</code>, "
        "<code>DELETE</code> on "
        "<code>/api/v1/KIND</code> (lists) and <code>/api/v1/KIND/ID-OR-KEY</code>; "
        "<code>/history</code>, <code>/blame</code> and <code>/next-free</code> behind them.</p>"
        f"<p>{contents}</p><h2>Lookups</h2><table>{lookups}</table>{sections}</html>"
    )


def _section(kinds: Kinds, kind: Kind) -> str:
    rows = []
    for spec in kind.fields:
        refers = (
            f'<a href="#{spec.reference}">{spec.reference}</a>' if spec.reference else escape(str(spec.type))
        )
        unit = f" in {escape(spec.unit)}" if spec.unit else ""
        choices = f": {escape(', '.join(spec.choices))}" if spec.choices else ""
        needed = "needed" if spec.required else ""
        rows.append(
            f"<tr><td><code>{spec.name}</code><td>{refers}{unit}{choices}<td>{needed}<td>{escape(spec.help)}"
        )
    lists = ", ".join(f"<code>{name}</code>" for name in relations(kinds, kind))
    more = f"<p>Lists of what refers to it: {lists}</p>" if lists else ""
    key = escape("/".join(kind.key))
    return (
        f'<h2 id="{kind.name}">{kind.name}</h2><p>{escape(kind.help)} Key: <code>{key}</code></p>'
        f"<table>{''.join(rows)}</table>{more}"
    )
