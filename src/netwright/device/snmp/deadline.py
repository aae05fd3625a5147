"""A limit for the whole of a walk or a table, whatever its requests do."""

from __future__ import annotations

import asyncio

from netwright.base.errors import DeviceTimeoutError


class Deadline:
    """``asyncio.timeout`` whose error names the device. Lost requests have shorter limits of their own."""

    def __init__(self, limit_s: float, what: str, device: str) -> None:
        self._limit_s, self._what, self._device = limit_s, what, device
        self._timeout = asyncio.timeout(limit_s)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, None)
        except TimeoutError:
            raise DeviceTimeoutError(
                f"the {self._what} did not end within {self._limit_s:g} s",
                subject=self._device,
                remedy="Look at the device's load, or raise the command timeout.",
            ) from None
