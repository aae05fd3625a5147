"""Lists of a NetBox over HTTP: page after page, with retries and one deadline for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx

from netwright.base.errors import InputError
from netwright.base.secret import Secret

Answer: TypeAlias = dict[str, Any]
"""An object as NetBox tells it."""

PAGE = 500
_TRIES = 5
_AGAIN = frozenset((429, 500, 502, 503, 504))
_PAGES = 1_000_000


class NetBoxReader:
    """Reads one NetBox. ``deadline_s``: for everything together; ``told``: called with a list's path and how
    many objects of it are read."""

    def __init__(
        self,
        url: str,
        token: Secret,
        *,
        deadline_s: float = 3600.0,
        told: Callable[[str, int], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise InputError(
                "is no address of a NetBox",
                subject=url.rsplit("@", 1)[-1],
                remedy="Give it as https://netbox.example.",
            )
        self.url = url.rstrip("/").removesuffix("/api")
        text = token.reveal()
        scheme = "Bearer" if text.startswith("nbt_") else "Token"  # tokens of version 2 since NetBox 4.5
        self._http = httpx.Client(
            headers={"Authorization": f"{scheme} {text}", "Accept": "application/json"},
            timeout=httpx.Timeout(60.0, connect=10.0),
            follow_redirects=False,
        )
        self._sleep, self._clock = sleep, clock
        self._until = clock() + deadline_s
        self._told = told or (lambda _path, _count: None)

    def close(self) -> None:
        self._http.close()

    def all(self, path: str) -> Iterator[Answer]:
        """Every object of a list, as ``dcim/sites``; none where this NetBox has no such list.

        What comes after a page is asked as the answer says (``next``: an offset, or a cursor since 4.6), but
        always at the same host."""
        query = f"limit={PAGE}"
        count = 0
        for _ in range(_PAGES):
            answer = self._get(path, query)
            if answer is None:
                return
            for one in answer["results"]:
                count += 1
                yield one
            self._told(path, count)
            if not answer.get("next"):
                return
            query = urlsplit(answer["next"]).query

    def count(self, path: str) -> int:
        """How many objects a list has."""
        answer = self._get(path, "limit=1")
        return int(answer["count"] or len(answer["results"])) if answer else 0

    def _get(self, path: str, query: str) -> Answer | None:
        url = f"{self.url}/api/{path}/?{query}"
        why = ""
        for number in range(_TRIES):
            if self._clock() > self._until:
                raise InputError(
                    "took longer than its deadline", subject=self.url, remedy="Give it more time."
                )
            if number:
                self._sleep(
                    min(2.0**number, self._until - self._clock()) if self._until > self._clock() else 0
                )
            try:
                response = self._http.get(url)
            except httpx.HTTPError as error:
                why = f"{type(error).__name__}: {error}"
                continue
            if response.status_code == 404:
                return None
            if response.status_code in {401, 403}:
                raise InputError(
                    f"refuses {path} ({response.status_code})",
                    subject=self.url,
                    remedy="Look at the token's rights.",
                )
            if response.status_code in _AGAIN:
                why = f"status {response.status_code}"
                continue
            return self._taken(response, path)
        raise InputError(f"does not answer for {path} ({why})", subject=self.url, remedy="Try again later.")

    def _taken(self, response: httpx.Response, path: str) -> Answer:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if (
            response.status_code != 200
            or not isinstance(answer, dict)
            or not isinstance(answer.get("results"), list)
        ):
            raise InputError(
                f"does not answer as a NetBox for {path} (status {response.status_code})",
                subject=self.url,
                remedy="Give the address of its web page, without /api.",
            )
        return answer
