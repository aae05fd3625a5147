"""Pages from templates, with what every page needs: who asks, the form token, the moment, the navigation."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from netwright import __version__
from netwright.app.access import Access, Verb
from netwright.store.query.relation import plural as plural_of
from netwright.web import words
from netwright.web.charts import spark_path
from netwright.web.desk import Desk
from netwright.web.read.value import list_url, name_field, object_url
from netwright.web.state import state_of

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

# what a status word looks like: (tone, icon); every status is shown with its word, never by colour alone
STATUSES: dict[str, tuple[str, str]] = {
    "ok": ("ok", "circle-check"),
    "degraded": ("warn", "alert-triangle"),
    "down": ("bad", "circle-x"),
    "unknown": ("mute", "help-circle"),
    "up": ("ok", "circle-check"),
    "unused": ("mute", "circle"),
    "established": ("ok", "circle-check"),
    "idle": ("bad", "circle-x"),
    "active": ("bad", "circle-x"),
    "connect": ("warn", "alert-triangle"),
    "opensent": ("warn", "alert-triangle"),
    "openconfirm": ("warn", "alert-triangle"),
    "critical": ("bad", "circle-x"),
    "major": ("warn", "alert-triangle"),
    "minor": ("mute", "alert-circle"),
    "info": ("info", "info-circle"),
    "queued": ("mute", "clock"),
    "waiting": ("mute", "clock"),
    "running": ("info", "loader-2"),
    "precheck": ("info", "loader-2"),
    "arming": ("info", "loader-2"),
    "postcheck": ("info", "loader-2"),
    "confirming": ("info", "loader-2"),
    "confirmed": ("ok", "circle-check"),
    "done": ("ok", "circle-check"),
    "reverted": ("warn", "arrow-back-up"),
    "failed": ("bad", "circle-x"),
    "skipped": ("mute", "player-skip-forward"),
    "stopped": ("bad", "player-stop"),
    "open": ("info", "pencil"),
    "merged": ("ok", "git-merge"),
    "abandoned": ("mute", "trash"),
    "planned": ("mute", "clock"),
    "filling": ("info", "loader-2"),
    "held": ("ok", "circle-check"),
    "evicting": ("warn", "trash"),
    "success": ("ok", "circle-check"),
    "refused": ("bad", "circle-x"),
    "limited": ("bad", "lock"),
    "login": ("ok", "circle-check"),
    "login-refused": ("bad", "circle-x"),
    "login-limited": ("bad", "lock"),
    "token-refused": ("bad", "circle-x"),
    "new-address": ("warn", "alert-triangle"),
    "logout": ("mute", "logout"),
    "decommissioned": ("mute", "trash"),
    "enabled": ("ok", "circle-check"),
    "disabled": ("mute", "lock"),
    "match": ("ok", "circle-check"),
    "differs": ("bad", "alert-triangle"),
    "missing": ("bad", "circle-x"),
    "extra": ("warn", "alert-triangle"),
    "create": ("ok", "plus"),
    "update": ("info", "pencil"),
    "delete": ("bad", "trash"),
    "cleared": ("mute", "circle-check"),
    "equal": ("ok", "circle-check"),
    "same": ("ok", "circle-check"),
    "unreachable": ("bad", "circle-x"),
    "impact-none": ("mute", "circle"),
    "impact-filter": ("warn", "filters"),
    "impact-session": ("warn", "reload"),
    "impact-flap": ("bad", "alert-triangle"),
}
_UNKNOWN = ("mute", "help-circle")


def status_look(word: object) -> tuple[str, str]:
    """Tone and icon of a status word."""
    return STATUSES.get(str(word), _UNKNOWN)


_QUOTED = re.compile(r"`([^`]+)`")


def said(text: str) -> Markup:
    """A message for people with what stands in backticks as code."""
    return Markup(_QUOTED.sub(r'<code class="said">\1</code>', str(escape(text))))  # noqa: S704 (escaped just before)


@cache
def asset(path: str) -> str:
    """URL of a static file with a mark of its content, so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


def lower_first(text: str) -> str:
    """``New device``, ``New BGP session``: initials stay capitals."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def spoken_many(name: str) -> str:
    """A kind's name for many, as headings have it."""
    return words.spoken(plural_of(name))


def save_label(desk: Desk, word: str = "Save") -> str:
    """What the button of a form does for this user."""
    if desk.chosen is not None:
        return f"{word} in change set {desk.chosen.id}"
    return word if desk.may_merge else f"{word} as a proposal"


@dataclass(frozen=True, slots=True)
class SavedNote:
    """What a page before this one saved."""

    changeset_id: int
    revision: int


def _saved_note(request: Request) -> SavedNote | None:
    parts = request.query_params.get("saved", "").split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and len(part) < 16 for part in parts):
        return None
    return SavedNote(int(parts[0]), int(parts[1]))


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        bits=words.bits,
        octets=words.octets,
        count=words.count,
        percent=words.percent,
        duration=words.duration,
        stamp=words.stamp,
        scaled=words.scaled,
        said=said,
        lower_first=lower_first,
    )
    made.tests["crosses"] = lambda path: "." in path and not path.startswith("custom.")
    made.globals.update(
        asset=asset,
        ago=words.ago,
        plural=words.plural,
        joined=words.joined,
        status_look=status_look,
        spark_path=spark_path,
        version=__version__,
        spoken=words.spoken,
        spoken_many=spoken_many,
        save_label=save_label,
        name_field=name_field,
        object_url=object_url,
        list_url=list_url,
        nothing=words.NOTHING,
    )
    return made


def text_of(request: Request, template: str, **values: Any) -> str:
    """A rendered template or fragment."""
    identity: Access | None = getattr(request.state, "identity", None)

    def may(verb: str, kind: str | None = None) -> bool:
        return identity is not None and identity.may(Verb(verb), kind)

    shared = {
        "path": request.url.path,
        "me": identity,
        "may": may,
        "csrf": getattr(request.state, "csrf", ""),
        "now": state_of(request).context.clock.now(),
    }
    if identity is not None:
        shared["desk_here"] = Desk(request)
    shared["saved_note"] = partial(_saved_note, request)
    return environment().get_template(template).render(shared | values)


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page."""
    return HTMLResponse(text_of(request, template, **values), status_code=status)
