"""Which model of the library a device or module is, by what it reports."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.inventory import Manufacturer, Model
from netwright.inventory.hardware import ModelForm


@dataclass(frozen=True, slots=True)
class Match:
    """``name``: the model's; empty when none fits, or several do (``several``)."""

    name: str = ""
    several: tuple[str, ...] = ()


class ModelIndex:
    """Models by every word that stands for one: name, reported name, part number, without the maker and
    without signs."""

    def __init__(self, session: Session) -> None:
        self._words: defaultdict[tuple[ModelForm, str], dict[str, str]] = defaultdict(dict)
        self.makers: dict[str, str] = {}
        rows = session.execute(
            select(Model.name, Model.form, Model.reported_name, Model.part_number, Manufacturer.name).join(
                Manufacturer, Model.manufacturer_id == Manufacturer.id
            )
        )
        for name, form, reported, part, maker in rows:
            for word in (name, reported, part):
                for plain in {_plain(word), _plain(_without(word, maker))} - {""}:
                    self._words[form, plain][name] = maker
        for maker in session.scalars(select(Manufacturer.name)):
            self.makers[_plain(maker)] = maker

    def find(self, form: ModelForm, words: tuple[str | None, ...], vendor: str) -> Match:
        """By the first word that any model answers to; of several models, those of this maker."""
        for word in words:
            fits: Mapping[str, str] = self._words.get((form, _plain(word or "")), {})
            if not fits:
                continue
            ours = [name for name, maker in fits.items() if self._same_maker(maker, vendor)]
            found = ours or ([] if vendor else list(fits))
            if len(found) == 1:
                return Match(found[0])
            if found:
                return Match("", tuple(sorted(found)))
        return Match()

    def maker(self, vendor: str) -> str:
        """The manufacturer of that name as the inventory writes it, else as the device does."""
        plain = _plain(vendor)
        close = [
            name for word, name in self.makers.items() if word.startswith(plain) or plain.startswith(word)
        ]
        return self.makers.get(plain) or (close[0] if len(close) == 1 and plain else vendor)

    def _same_maker(self, maker: str, vendor: str) -> bool:
        ours, theirs = _plain(maker), _plain(vendor)
        return bool(theirs) and (ours.startswith(theirs) or theirs.startswith(ours))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _without(text: str, maker: str) -> str:
    return text[len(maker) :] if text.lower().startswith(maker.lower()) else text
