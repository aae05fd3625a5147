"""Requests to one device over HTTP: trust as said, a deadline each, answers of bounded size.

Nothing of the environment (proxies, netrc) is read. A redirect is followed only within the device.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import orjson

from netwright.base.errors import (
    AuthenticationError,
    CommandFailedError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    SessionClosedError,
    UnparsedAnswerError,
)
from netwright.device.endpoint import Endpoint
from netwright.device.journal import Exchanged
from netwright.device.tls import Tls, refused_certificate

MAX_ANSWER_BYTES = 64 << 20
_REDIRECTS = 3
_SHOWN = 300


class HttpRefusedError(CommandFailedError):
    """The device answered with an HTTP error; ``status`` is its number."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    what: str
    device: str

    def json(self) -> Any:
        """Raises UnparsedAnswerError."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise UnparsedAnswerError(
                f"the answer to {self.what} is no JSON ({error})",
                subject=self.device,
                remedy="Check the port, and that the device's API is turned on.",
                raw=self.body[:1000].decode("utf-8", "backslashreplace"),
            ) from None


class Web:
    """Made per device; close it. ``port``: where the API listens."""

    def __init__(
        self, endpoint: Endpoint, port: int, tls: Tls | None = None, *, max_answer: int = MAX_ANSWER_BYTES
    ) -> None:
        tls = tls or Tls()
        host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
        self._base = f"{'http' if tls.plain else 'https'}://{host}:{port}"
        self._endpoint = endpoint
        self._where = f"{endpoint.host} port {port}"
        self._max_answer = max_answer
        self._journal = endpoint.journal("http")
        self._extensions = {"sni_hostname": tls.name} if tls.name else {}
        self._client = httpx.AsyncClient(
            verify=True if tls.plain else tls.context(),
            trust_env=False,
            timeout=None,  # noqa: S113 -- each exchange has a deadline of its own
            follow_redirects=False,
        )

    @property
    def endpoint(self) -> Endpoint:
        return self._endpoint

    @property
    def login(self) -> tuple[str, str]:
        """User and password, for basic authentication."""
        known = self._endpoint.credentials
        return known.username, known.password.reveal() if known.password else ""

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        login: tuple[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """One exchange; any HTTP status is an answer. ``body`` is sent as JSON. Cookies that the device sets
        are kept. Raises DeviceError's subclasses."""
        limit = self._endpoint.timeouts.command_s if timeout_s is None else timeout_s
        what = f"{method} {urlsplit(path).path}"
        try:
            async with asyncio.timeout(limit):
                return await self._exchange(method, path, body, dict(headers or {}), login, what)
        except TimeoutError:
            raise DeviceTimeoutError(
                f"no answer to {what} from {self._where} within {limit:g} s",
                subject=self._endpoint.device,
                remedy="Check the way to the device and its load, or raise the timeout.",
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise self._failed(error, what) from None

    async def ask(self, method: str, path: str, **how: Any) -> Answer:
        """As ``request``; an HTTP error raises AuthenticationError or HttpRefusedError."""
        return self.check(await self.request(method, path, **how))

    def check(self, answer: Answer) -> Answer:
        """The answer, unless it is an HTTP error."""
        if answer.status in {401, 403}:
            raise AuthenticationError(
                f"{self._where} refused {answer.what} to user {self._endpoint.credentials.username}"
                f" (HTTP {answer.status})",
                subject=self._endpoint.device,
                remedy="Check the user, its password and its rights on the device.",
            )
        if not 200 <= answer.status < 300:
            words = " ".join(answer.body[:_SHOWN].decode("utf-8", "replace").split())
            raise HttpRefusedError(
                f"{self._where} answered {answer.what} with HTTP {answer.status}: {words or 'no message'}",
                subject=self._endpoint.device,
                remedy="Look at what the message names; check that the device's API is turned on.",
                output=words,
                status=answer.status,
            )
        return answer

    async def close(self) -> None:
        await self._client.aclose()

    async def _exchange(
        self,
        method: str,
        path: str,
        body: object,
        headers: dict[str, str],
        login: tuple[str, str] | None,
        what: str,
    ) -> Answer:
        url = urljoin(self._base, path)
        content = None if body is None else orjson.dumps(body)
        if content is not None:
            headers.setdefault("Content-Type", "application/json")
        for _ in range(_REDIRECTS):
            request = self._client.build_request(
                method, url, content=content, headers=headers, extensions=self._extensions
            )
            response = await self._client.send(request, stream=True, auth=login or httpx.USE_CLIENT_DEFAULT)
            try:
                goes_to = urljoin(url, response.headers.get("location", ""))
                if response.is_redirect and goes_to.startswith(f"{self._base}/") and method == "GET":
                    url = goes_to
                    continue
                told = await self._read(response, what)
            finally:
                await response.aclose()
            found = {name.lower(): value for name, value in response.headers.items()}
            if self._journal is not None:
                seen = Exchanged(method, path, content, response.status_code, found, told)
                self._journal.note(seen)
            return Answer(response.status_code, found, told, what, self._endpoint.device)
        raise UnparsedAnswerError(
            f"{what} is redirected more than {_REDIRECTS} times",
            subject=self._endpoint.device,
            remedy="Look at the device's web settings.",
        )

    async def _read(self, response: httpx.Response, what: str) -> bytes:
        told = bytearray()
        async for part in response.aiter_bytes():
            told += part
            if len(told) > self._max_answer:
                raise UnparsedAnswerError(
                    f"the answer to {what} is longer than {self._max_answer} bytes",
                    subject=self._endpoint.device,
                    remedy="Ask for less.",
                    raw=bytes(told[:_SHOWN]).decode("utf-8", "replace"),
                )
        return bytes(told)

    def _failed(self, error: Exception, what: str) -> DeviceError:
        words, device = str(error), self._endpoint.device
        if "CERTIFICATE_VERIFY_FAILED" in words:
            return refused_certificate(device, self._where, words.partition("] ")[2] or words)
        if isinstance(error, httpx.ConnectError):
            return DeviceUnreachableError(
                f"no connection to {self._where} ({words})",
                subject=device,
                remedy="Check the address and the port; --plaintext where it speaks without TLS.",
            )
        return SessionClosedError(
            f"{self._where} broke off {what} ({words or type(error).__name__})",
            subject=device,
            remedy="Try again; if it stays so, look at the device's log.",
        )
