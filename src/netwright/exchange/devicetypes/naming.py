"""Names of models: unique among all makers, stable from import to import."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.inventory import Manufacturer, Model
from netwright.inventory.hardware import ModelForm


class ModelNames:
    """What each maker's model is called here. Two makers may sell a model of one name, and one maker a device
    and a module: the first keeps the plain name, the other's is ``MAKER MODEL``."""

    def __init__(self, session: Session) -> None:
        self._names: dict[tuple[str, str, str], str] = {}
        self._used: set[str] = set()
        self._taken: set[tuple[str, str, str]] = set()
        query = select(Manufacturer.name, Model.form, Model.name, Model.reported_name).join(
            Manufacturer, Manufacturer.id == Model.manufacturer_id
        )
        for maker, form, name, reported in session.execute(query):
            self._names[maker, form, reported or name] = name
            self._used.add(name)

    def take(self, maker: str, form: ModelForm, plain: str) -> str | None:
        """The name of a model; None when it was taken before."""
        who = (maker, form, plain)
        if who in self._taken:
            return None
        self._taken.add(who)
        name = self._names.get(who)
        if name is None:
            name = next(one for one in _candidates(maker, form, plain) if one not in self._used)
            self._used.add(name)
        return name


def _candidates(maker: str, form: ModelForm, plain: str) -> Iterator[str]:
    yield plain
    yield f"{maker} {plain}"
    yield f"{maker} {plain} ({form})"
    for number in count(2):
        yield f"{maker} {plain} ({form} {number})"
