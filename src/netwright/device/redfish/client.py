"""A Redfish session: login, resources, collections over their pages; bounded, and without circles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

from netwright.base.errors import DeviceError, UnparsedAnswerError
from netwright.device.endpoint import Endpoint
from netwright.device.http.web import HttpRefusedError, Web
from netwright.device.tls import Tls

REDFISH_PORT = 443
ROOT = "/redfish/v1/"
MAX_RESOURCES = 2000
"""More than a full chassis of servers has; beyond it an answer has no end."""

_SESSIONS = "/redfish/v1/SessionService/Sessions"
_HEADERS = {"OData-Version": "4.0", "Accept": "application/json"}
Resource = dict[str, Any]


class RedfishClient:
    """Made by ``redfish_client``. Each resource is fetched once."""

    def __init__(self, web: Web, *, max_resources: int = MAX_RESOURCES) -> None:
        self._web = web
        self._max = max_resources
        self._seen: dict[str, Resource] = {}
        self._token: str | None = None
        self._session: str | None = None
        self._basic = False

    async def log_in(self) -> None:
        """With a session where the service has them, else with the password on each request (DSP0266, 13)."""
        user, password = self._web.login
        if not user:
            return
        answer = await self._web.request(
            "POST", _SESSIONS, body={"UserName": user, "Password": password}, headers=_HEADERS
        )
        self._token = answer.headers.get("x-auth-token")
        if answer.status in {200, 201} and self._token:
            place = answer.headers.get("location")
            self._session = place or _identity(answer.json())
        elif answer.status in {400, 401, 403}:
            self._web.check(answer)
        else:
            self._basic = True

    async def get(self, path: str) -> Resource:
        """A resource, without its fragment. Raises DeviceError's subclasses."""
        path = path.partition("#")[0]
        if path in self._seen:
            return self._seen[path]
        if len(self._seen) >= self._max:
            raise UnparsedAnswerError(
                f"there are more than {self._max} Redfish resources",
                subject=self._web.endpoint.device,
                remedy="Look at what the service lists; it may go in circles.",
            )
        headers = {**_HEADERS, **({"X-Auth-Token": self._token} if self._token else {})}
        login = self._web.login if self._basic else None
        answer = await self._web.ask("GET", path, headers=headers, login=login)
        found = answer.json()
        if not isinstance(found, dict):
            raise UnparsedAnswerError(
                f"{answer.what} gave no resource",
                subject=self._web.endpoint.device,
                remedy="Look at the service's log.",
                raw=answer.body[:300].decode("utf-8", "replace"),
            )
        self._seen[path] = found
        return found

    async def members(self, path: str) -> AsyncIterator[Resource]:
        """A collection's members over its pages. Ones that are told whole are not asked for again."""
        page: str | None = path
        pages: set[str] = set()
        while page and page not in pages:
            pages.add(page)
            collection = await self.get(page)
            for member in _listed(collection.get("Members")):
                place = _identity(member)
                if len(member) > 1:
                    yield member
                elif place:
                    yield await self.get(place)
            following = collection.get("Members@odata.nextLink", collection.get("@odata.nextLink"))
            page = following if isinstance(following, str) else None

    async def close(self) -> None:
        """Give the session back; a service that doesn't answer is left."""
        if self._session and self._token:
            with suppress(DeviceError):
                await self._web.request("DELETE", self._session, headers={"X-Auth-Token": self._token})
        await self._web.close()


@asynccontextmanager
async def redfish_client(
    endpoint: Endpoint,
    *,
    port: int = REDFISH_PORT,
    tls: Tls | None = None,
    max_resources: int = MAX_RESOURCES,
) -> AsyncIterator[RedfishClient]:
    client = RedfishClient(Web(endpoint, port, tls), max_resources=max_resources)
    try:
        await client.log_in()
        yield client
    finally:
        await client.close()


def link(resource: Resource, *names: str) -> str | None:
    """Where a property points: ``link(system, "Links", "Chassis")``."""
    place: Any = resource
    for name in names:
        place = place.get(name) if isinstance(place, dict) else None
    return _identity(place) if isinstance(place, dict) else None


def links(items: object) -> Iterable[str]:
    """Where each of a list of references points."""
    return [place for item in _listed(items) if (place := _identity(item))]


def absent(error: DeviceError) -> bool:
    """Whether the service just hasn't got it."""
    return isinstance(error, HttpRefusedError) and error.status in {404, 405, 501}


def _identity(item: Resource) -> str | None:
    found = item.get("@odata.id")
    return found if isinstance(found, str) and found else None


def _listed(items: object) -> list[Resource]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
