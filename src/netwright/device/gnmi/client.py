"""A gNMI client of one target: Capabilities, Get, Set, Subscribe. Each call has a deadline."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError

from netwright.base.errors import DeviceError, UnparsedAnswerError
from netwright.device.endpoint import Endpoint
from netwright.device.gnmi.channel import open_channel
from netwright.device.gnmi.notification import Notification, PathTexts, read_notification
from netwright.device.gnmi.path import parse_path
from netwright.device.gnmi.proto import gnmi_ext_pb2, gnmi_pb2
from netwright.device.gnmi.refusal import refusal
from netwright.device.gnmi.subscription import Call, GnmiStream, Kind, Subscription, first_request
from netwright.device.gnmi.value import Ascii, Encoding, Value, typed
from netwright.device.journal import Called
from netwright.device.tls import Tls

GNMI_PORT = 9339
"""IANA's. Arista and SR Linux took 6030 and 57400, Cisco 57400 or 9339, Junos 32767."""

_SERVICE = "/gnmi.gNMI/"
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Model:
    """A model that the target knows."""

    name: str
    organization: str
    version: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the target told: models, encodings, the version of gNMI."""

    models: tuple[Model, ...]
    encodings: tuple[Encoding, ...]
    version: str

    def best(self) -> Encoding:
        """JSON_IETF where it is known, as its names say which model they are of."""
        return next((encoding for encoding in _BEST if encoding in self.encodings), "json_ietf")


@dataclass(frozen=True, slots=True)
class CommitConfirmed:
    """With a Set: the target undoes it after ``rollback_s`` unless ``confirm`` comes with the same id
    (gNMI's commit-confirmed extension)."""

    id: str
    rollback_s: float


class GnmiClient:
    """Made by ``gnmi_client``."""

    def __init__(self, endpoint: Endpoint, port: int, channel: grpc.aio.Channel) -> None:
        self._endpoint = endpoint
        self._port = port
        self._channel = channel
        self._metadata = _metadata(endpoint)
        self._journal = endpoint.journal("gnmi")

    async def capabilities(self) -> Capabilities:
        answer = await self._ask(
            "Capabilities", gnmi_pb2.CapabilityRequest(), gnmi_pb2.CapabilityResponse.FromString
        )
        return Capabilities(
            tuple(Model(model.name, model.organization, model.version) for model in answer.supported_models),
            tuple(_ENCODINGS[number] for number in answer.supported_encodings if number in _ENCODINGS),
            answer.gNMI_version,
        )

    async def get(
        self,
        paths: Sequence[str],
        *,
        encoding: Encoding = "json_ietf",
        kind: Literal["all", "config", "state", "operational"] = "all",
        prefix: str = "",
        target: str = "",
        timeout_s: float | None = None,
    ) -> tuple[Notification, ...]:
        request = gnmi_pb2.GetRequest(
            prefix=parse_path(prefix, target=target) if prefix or target else None,
            path=[parse_path(path) for path in paths],
            type=kind.upper(),
            encoding=encoding.upper(),
        )
        answer = await self._ask("Get", request, gnmi_pb2.GetResponse.FromString, timeout_s=timeout_s)
        texts = PathTexts()
        try:
            return tuple(read_notification(message, texts) for message in answer.notification)
        except ValueError as error:
            raise UnparsedAnswerError(
                f"the answer to gNMI Get of {', '.join(paths)} has a value that can't be read: {error}",
                subject=self._endpoint.device,
                remedy="Ask for another encoding.",
                raw=str(answer)[:1000],
            ) from None

    async def set(
        self,
        *,
        delete: Sequence[str] = (),
        replace: Mapping[str, Value | Ascii] | None = None,
        update: Mapping[str, Value | Ascii] | None = None,
        union_replace: Mapping[str, Value | Ascii] | None = None,
        encoding: Encoding = "json_ietf",
        commit: CommitConfirmed | None = None,
        prefix: str = "",
        target: str = "",
        timeout_s: float | None = None,
    ) -> int:
        """All or nothing: deletes, then replaces, then updates. The target's time of it, in ns."""
        request = gnmi_pb2.SetRequest(
            prefix=parse_path(prefix, target=target) if prefix or target else None,
            delete=[parse_path(path) for path in delete],
            replace=_updates(replace, encoding),
            update=_updates(update, encoding),
            union_replace=_updates(union_replace, encoding),
        )
        if commit is not None:
            wait = Duration()
            wait.FromNanoseconds(int(commit.rollback_s * 1e9))
            request.extension.add().commit.CopyFrom(
                gnmi_ext_pb2.Commit(id=commit.id, commit=gnmi_ext_pb2.CommitRequest(rollback_duration=wait))
            )
        answer = await self._ask("Set", request, gnmi_pb2.SetResponse.FromString, timeout_s=timeout_s)
        return answer.timestamp

    async def confirm(self, commit_id: str) -> None:
        """Keep what a Set with CommitConfirmed did."""
        await self._settle(gnmi_ext_pb2.Commit(id=commit_id, confirm=gnmi_ext_pb2.CommitConfirm()))

    async def cancel(self, commit_id: str) -> None:
        """Undo it now."""
        await self._settle(gnmi_ext_pb2.Commit(id=commit_id, cancel=gnmi_ext_pb2.CommitCancel()))

    async def prolong(self, commit_id: str, rollback_s: float) -> None:
        """Start its timer anew."""
        wait = Duration()
        wait.FromNanoseconds(int(rollback_s * 1e9))
        made = gnmi_ext_pb2.CommitSetRollbackDuration(rollback_duration=wait)
        await self._settle(gnmi_ext_pb2.Commit(id=commit_id, set_rollback_duration=made))

    @asynccontextmanager
    async def subscribe(
        self,
        subscriptions: Sequence[Subscription],
        *,
        kind: Kind = "stream",
        encoding: Encoding = "proto",
        updates_only: bool = False,
        prefix: str = "",
        target: str = "",
        silence_s: float | None = None,
    ) -> AsyncIterator[GnmiStream]:
        """A stream that ends with the block. ``silence_s`` is ``command_s`` for once and poll."""
        if silence_s is None and kind != "stream":
            silence_s = self._endpoint.timeouts.command_s
        call = self._channel.stream_stream(
            f"{_SERVICE}Subscribe",
            request_serializer=gnmi_pb2.SubscribeRequest.SerializeToString,
            response_deserializer=gnmi_pb2.SubscribeResponse.FromString,
        )(metadata=self._metadata)
        refused: list[grpc.aio.AioRpcError] = []

        def failed(error: grpc.aio.AioRpcError) -> DeviceError:
            refused.append(error)
            return self._refusal(error, "Subscribe", silence_s or 0)

        seen: list[bytes] | None = [] if self._journal is not None and kind == "once" else None
        stream = GnmiStream(cast("Call", call), self._endpoint.device, failed, silence_s=silence_s, seen=seen)
        request = first_request(
            list(subscriptions), kind, encoding, updates_only=updates_only, prefix=prefix, target=target
        )
        try:
            await stream.send(request)
            yield stream
        finally:
            stream.cancel()
            if seen is not None:
                self._note("Subscribe", request, seen, refused[0] if refused else None)

    async def close(self) -> None:
        await self._channel.close()

    async def _settle(self, commit: gnmi_ext_pb2.Commit) -> None:
        request = gnmi_pb2.SetRequest()
        request.extension.add().commit.CopyFrom(commit)
        await self._ask("Set", request, gnmi_pb2.SetResponse.FromString)

    async def _ask(
        self, name: str, request: Any, read: Callable[[bytes], A], *, timeout_s: float | None = None
    ) -> A:
        limit = self._endpoint.timeouts.command_s if timeout_s is None else timeout_s
        call = self._channel.unary_unary(
            _SERVICE + name, request_serializer=type(request).SerializeToString, response_deserializer=bytes
        )
        try:
            raw = await call(request, timeout=limit, metadata=self._metadata)
        except grpc.aio.AioRpcError as error:
            self._note(name, request, [], error)
            raise self._refusal(error, name, limit) from None
        self._note(name, request, [raw])
        try:
            return read(raw)
        except DecodeError as error:
            raise UnparsedAnswerError(
                f"the answer to gNMI {name} is no such message ({error})",
                subject=self._endpoint.device,
                remedy="Check that the port is gNMI's.",
                raw=repr(raw[:300]),
            ) from None

    def _note(
        self, name: str, request: Any, answers: list[bytes], error: grpc.aio.AioRpcError | None = None
    ) -> None:
        if self._journal is None:
            return
        sent = request.SerializeToString()
        if error is None:
            self._journal.note(Called(name, sent, answers))
        else:
            self._journal.note(Called(name, sent, answers, error.code().name, error.details() or ""))

    def _refusal(self, error: grpc.aio.AioRpcError, call: str, limit_s: float) -> DeviceError:
        return refusal(error, self._endpoint, self._port, call, limit_s)


@asynccontextmanager
async def gnmi_client(
    endpoint: Endpoint, *, port: int = GNMI_PORT, tls: Tls | None = None
) -> AsyncIterator[GnmiClient]:
    """``tls`` None: verified against the system's authorities."""
    client = GnmiClient(endpoint, port, await open_channel(endpoint, port, tls or Tls()))
    try:
        yield client
    finally:
        await client.close()


_BEST: tuple[Encoding, ...] = ("json_ietf", "json", "proto", "ascii")
_ENCODINGS: dict[int, Encoding] = {0: "json", 1: "bytes", 2: "proto", 3: "ascii", 4: "json_ietf"}


def _updates(values: Mapping[str, Value | Ascii] | None, encoding: Encoding) -> list[gnmi_pb2.Update]:
    return [
        gnmi_pb2.Update(path=parse_path(path), val=typed(value, encoding))
        for path, value in (values or {}).items()
    ]


def _metadata(endpoint: Endpoint) -> tuple[tuple[str, str], ...]:
    known = endpoint.credentials
    if not known.username:
        return ()
    return (("username", known.username), ("password", known.password.reveal() if known.password else ""))
