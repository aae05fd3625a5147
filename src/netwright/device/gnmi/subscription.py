"""Subscriptions: once, polled, or a stream of samples and changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

import grpc

from netwright.base.errors import DeviceError, DeviceTimeoutError, UnparsedAnswerError
from netwright.device.gnmi.notification import Notification, PathTexts, read_notification
from netwright.device.gnmi.path import parse_path
from netwright.device.gnmi.proto.gnmi_pb2 import (
    Poll,
    SubscribeRequest,
    SubscribeResponse,
    SubscriptionList,
)
from netwright.device.gnmi.proto.gnmi_pb2 import Subscription as Message
from netwright.device.gnmi.value import Encoding

Mode = Literal["target_defined", "on_change", "sample"]
Kind = Literal["stream", "once", "poll"]
Call = grpc.aio.StreamStreamCall[SubscribeRequest, SubscribeResponse]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One path of a subscription. ``interval_s`` and ``suppress_redundant`` with ``heartbeat_s`` are for
    samples; ``heartbeat_s`` alone also for changes."""

    path: str
    mode: Mode = "target_defined"
    interval_s: float = 0.0
    heartbeat_s: float = 0.0
    suppress_redundant: bool = False

    def message(self) -> Message:
        return Message(
            path=parse_path(self.path),
            mode=self.mode.upper(),
            sample_interval=int(self.interval_s * 1e9),
            heartbeat_interval=int(self.heartbeat_s * 1e9),
            suppress_redundant=self.suppress_redundant,
        )


class Sync(Enum):
    """The target has sent the present state of all that was asked for."""

    SYNC = "sync"


SYNC: Final = Sync.SYNC


def first_request(
    subscriptions: list[Subscription], kind: Kind, encoding: Encoding, *, updates_only: bool, prefix: str,
    target: str,
) -> SubscribeRequest:  # fmt: skip
    return SubscribeRequest(
        subscribe=SubscriptionList(
            prefix=parse_path(prefix, target=target),
            subscription=[item.message() for item in subscriptions],
            mode=kind.upper(),
            encoding=encoding.upper(),
            updates_only=updates_only,
        )
    )


class GnmiStream:
    """Iterate: notifications in their order, and ``SYNC`` where the target has told all. Ends when the target
    ends it; raises DeviceError's subclasses. ``silence_s``: an error when nothing comes for so long."""

    def __init__(
        self,
        call: Call,
        device: str,
        failed: Callable[[grpc.aio.AioRpcError], DeviceError],
        *,
        silence_s: float | None,
        seen: list[bytes] | None = None,
    ) -> None:
        """``seen`` gets each message that comes."""
        self._call = call
        self._seen = seen
        self._device = device
        self._failed = failed
        self._silence_s = silence_s
        self._texts = PathTexts()

    async def send(self, request: SubscribeRequest) -> None:
        try:
            await self._call.write(request)
        except grpc.aio.AioRpcError as error:
            raise self._failed(error) from None
        except asyncio.InvalidStateError:
            await self._ended()

    async def poll(self) -> list[Notification]:
        """Ask once more, of a subscription of kind ``poll``; all until the target's sync."""
        await self.send(SubscribeRequest(poll=Poll()))
        found: list[Notification] = []
        async for item in self:
            if isinstance(item, Sync):
                break
            found.append(item)
        return found

    async def __aiter__(self) -> AsyncIterator[Notification | Sync]:
        while True:
            response = await self._read()
            if response is None:
                return
            kind = response.WhichOneof("response")
            if kind == "update":
                yield self._notification(response)
            elif kind == "sync_response":
                yield SYNC

    def cancel(self) -> None:
        self._call.cancel()

    async def _read(self) -> SubscribeResponse | None:
        try:
            if self._silence_s is None:
                response = await self._call.read()
            else:
                async with asyncio.timeout(self._silence_s):
                    response = await self._call.read()
        except TimeoutError:
            self._call.cancel()
            raise DeviceTimeoutError(
                f"nothing came on the gNMI stream for {self._silence_s:g} s",
                subject=self._device,
                remedy="Look at the device's load and its telemetry's state.",
            ) from None
        except grpc.aio.AioRpcError as error:
            raise self._failed(error) from None
        if isinstance(response, SubscribeResponse):
            if self._seen is not None:
                self._seen.append(response.SerializeToString())
            return response
        await self._ended()
        return None

    async def _ended(self) -> None:
        """The stream's end is an error unless its status is OK."""
        if await self._call.code() != grpc.StatusCode.OK:
            raise self._failed(
                grpc.aio.AioRpcError(
                    await self._call.code(),
                    grpc.aio.Metadata(),
                    grpc.aio.Metadata(),
                    details=await self._call.details(),
                )
            )

    def _notification(self, response: SubscribeResponse) -> Notification:
        try:
            return read_notification(response.update, self._texts)
        except ValueError as error:
            raise UnparsedAnswerError(
                f"a gNMI notification has a value that can't be read: {error}",
                subject=self._device,
                remedy="Ask for another encoding.",
                raw=str(response)[:1000],
            ) from None
