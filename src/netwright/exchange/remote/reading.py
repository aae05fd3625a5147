"""Lists of another's inventory over HTTP: page after page, with retries and one deadline for all."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx

from netwright.base.errors import InputError
from netwright.base.secret import Secret

Answer: TypeAlias = dict[str, Any]
"""An object as the other side tells it."""

PAGE = 500
_TRIES = 5
_AGAIN = frozenset((429, 500, 502, 503, 504))
_PAGES = 1_000_000


class ListReader:
    """Reads the lists of one NetBox or Nautobot (``what``). ``deadline_s``: for everything together;
    ``told``: called with a list's path and how many objects of it are read; ``tls``: whom to trust, False:
    anybody.

    A list that is refused, missing or keeps failing is left out, and stands in ``refused`` with the reason;
    ``needed`` must be there, so that a wrong token or address is told at once. ``asking``: more of every
    query, as ``&depth=0``."""

    def __init__(
        self,
        url: str,
        token: Secret,
        *,
        what: str,
        needed: str,
        asking: str = "",
        deadline_s: float = 3600.0,
        tls: ssl.SSLContext | bool = True,
        told: Callable[[str, int], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise InputError(
                f"is no address of a {what}",
                subject=url.rsplit("@", 1)[-1],
                remedy=f"Give it as https://{what.lower()}.example.",
            )
        self.url = url.rstrip("/").removesuffix("/api")
        text = token.reveal()
        scheme = "Bearer" if text.startswith("nbt_") else "Token"  # tokens of version 2 since NetBox 4.5
        self._http = httpx.Client(
            headers={"Authorization": f"{scheme} {text}", "Accept": "application/json"},
            timeout=httpx.Timeout(60.0, connect=10.0),
            follow_redirects=False,
            verify=tls,
        )
        self._what, self._needed, self._asking = what, needed, asking
        self._sleep, self._clock = sleep, clock
        self._until = clock() + deadline_s
        self._told = told or (lambda _path, _count: None)
        self.refused: dict[str, str] = {}

    def close(self) -> None:
        self._http.close()

    def all(self, path: str) -> Iterator[Answer]:
        """Every object of a list, as ``dcim/sites``.

        What comes after a page is asked as the answer says (``next``: an offset, or a cursor since NetBox
        4.6), but always at the same host."""
        query = f"limit={PAGE}{self._asking}"
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
        """How many objects a list has; none when it can't be read."""
        answer = self._get(path, "limit=1")
        return int(answer["count"] or len(answer["results"])) if answer else 0

    def _get(self, path: str, query: str) -> Answer | None:
        if path in self.refused:
            return None
        url = f"{self.url}/api/{path}/?{query}"
        why = ""
        for number in range(_TRIES):
            left = self._until - self._clock()
            if left < 0:
                raise InputError(
                    "took longer than its deadline", subject=self.url, remedy="Give it more time."
                )
            if number:
                self._sleep(min(2.0**number, left))
            try:
                response = self._http.get(url)
            except httpx.HTTPError as error:
                why = f"{type(error).__name__}: {error}"
                continue
            if response.status_code in _AGAIN:
                why = f"status {response.status_code}"
                continue
            if response.status_code in {401, 403, 404}:
                self._refuse(path, f"is refused (status {response.status_code})")
                return None
            return self._taken(response, path)
        if why.startswith("status"):
            self._refuse(path, f"keeps failing ({why})")
            return None
        raise InputError(f"does not answer for {path} ({why})", subject=self.url, remedy="Try again later.")

    def _refuse(self, path: str, why: str) -> None:
        """Go on without a list, but not without the one that everything hangs on."""
        if path == self._needed:
            raise InputError(
                f"{path} {why}",
                subject=self.url,
                remedy=f"Look at the address of the {self._what}, without /api, and at the token's rights.",
            )
        self.refused[path] = why

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
                f"does not answer as a {self._what} for {path} (status {response.status_code})",
                subject=self.url,
                remedy="Give the address of its web page, without /api.",
            )
        return answer
