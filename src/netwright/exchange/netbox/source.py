"""A running NetBox as a source."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from netwright.exchange.devicetypes.naming import ModelNames
from netwright.exchange.netbox.mapping import NetBoxMapping
from netwright.exchange.netbox.reading import NetBoxReader
from netwright.exchange.netbox.report import Homeless
from netwright.exchange.netbox.words import HOMELESS
from netwright.intent.importer import Drafts


class NetBox:
    """Everything of a NetBox that has a home here. It is said literally: NetBox names each part itself."""

    def __init__(self, reader: NetBoxReader) -> None:
        self._reader = reader

    @property
    def files(self) -> Sequence[str]:
        return [self._reader.url]

    def drafts(self, session: Session) -> Drafts:
        homeless = Homeless()
        mapping = NetBoxMapping(self._reader.all, ModelNames(session), homeless)
        drafts = mapping.run()
        for path in HOMELESS:
            if count := self._reader.count(path):
                homeless.say(path, "there is no such kind here", count=count)
        return Drafts(drafts, homeless.problems(), literal=True)
