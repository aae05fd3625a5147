"""Text on its ground can be read: WCAG 2.2 AA, computed from the colours that the style sheet declares."""

from __future__ import annotations

import re

import pytest

from netwright.web.templating import STATIC

CSS = (STATIC / "app.css").read_text()
GROUNDS = ("bg", "surface", "sunk", "hover")
TEXTS = ("text", "quiet", "accent-text", "ok", "warn", "bad", "info", "mute")
PAIRS = [
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in ("ok", "warn", "bad", "info", "mute")),
    ("accent-text", "accent-soft"),
    ("text", "add"),
    ("text", "del"),
    ("text", "add-no"),
    ("text", "del-no"),
]


def colours(selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r" \{(.*?)\n\}", CSS, re.DOTALL)
    assert block is not None
    return dict(re.findall(r"--nw-([a-z-]+): (#[0-9a-f]{6})", block[1]))


LIGHT = colours(":root")
SCHEMES = {"light": LIGHT, "dark": LIGHT | colours('[data-bs-theme="dark"]')}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", list(SCHEMES))
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    known = SCHEMES[scheme]
    faint = {
        f"{text} on {ground}": round(contrast(known[text], known[ground]), 2)
        for text, ground in PAIRS
        if contrast(known[text], known[ground]) < 4.5
    }
    assert faint == {}


@pytest.mark.parametrize("scheme", list(SCHEMES))
def test_what_is_focused_is_seen(scheme: str) -> None:
    known = SCHEMES[scheme]
    assert all(contrast(known["accent"], known[ground]) >= 3 for ground in ("bg", "surface", "sunk"))


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
