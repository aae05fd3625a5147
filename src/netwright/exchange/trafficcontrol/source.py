"""Files of Traffic Control as a source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from netwright.exchange.remote.drafting import Drafting
from netwright.exchange.remote.report import Homeless
from netwright.exchange.trafficcontrol.documents import LISTS, read_lists
from netwright.exchange.trafficcontrol.labels import Profiles, labels
from netwright.exchange.trafficcontrol.places import Places
from netwright.exchange.trafficcontrol.servers import Servers
from netwright.intent.source import Drafts


class TrafficControl:
    """Everything that files of Traffic Control say and that has a home here."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    @property
    def files(self) -> Sequence[str]:
        return [str(path) for path in self._paths]

    def drafts(self, session: Session) -> Drafts:
        homeless = Homeless()
        lists = read_lists(self._paths, homeless)

        def read(path: str) -> Iterable[dict[str, Any]]:
            return ({"id": number, **one} for number, one in enumerate(lists.get(path, ())))

        drafting = Drafting(read, homeless, lambda _answer: [])
        labels(drafting)
        servers = list(drafting.read("servers"))
        places = Places(drafting, servers)
        places.regions()
        places.sites()
        profiles = Profiles(drafting)
        Servers(drafting, places, profiles, servers).put()
        drafts = drafting.finish()
        for name, why in LISTS.items():
            if why and (count := len(lists.get(name, ()))):
                homeless.read(name, count)
                homeless.say(name, why, count=count)
        return Drafts(drafts, homeless.problems(), literal=True, lists=homeless.lists())
