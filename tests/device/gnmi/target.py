"""A gNMI target that holds state: what Set changes is what Get and Subscribe tell. One leaf a path."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import grpc

from netwright.device.gnmi.path import parse_path, path_text
from netwright.device.gnmi.proto import gnmi_pb2 as pb
from netwright.device.gnmi.value import Value, read_value, typed

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
USER, PASSWORD = "netops", "correct horse"


@dataclass
class Pending:
    """A Set that waits for its confirmation."""

    id: str
    before: dict[str, Value]
    timer: asyncio.TimerHandle


@dataclass
class Target:
    """Leaves by path. ``prompt`` tells streams each change; ``answer_with`` makes calls fail."""

    leaves: dict[str, Value] = field(default_factory=dict)
    answer_with: tuple[grpc.StatusCode, str] | None = None
    silent: bool = False
    pending: Pending | None = None
    listeners: list[asyncio.Queue[str]] = field(default_factory=list)
    polls: int = 0

    async def capabilities(self, request: pb.CapabilityRequest, context: Context) -> pb.CapabilityResponse:
        await self._check(context)
        return pb.CapabilityResponse(
            supported_models=[pb.ModelData(name="openconfig-interfaces", organization="oc", version="3.0.0")],
            supported_encodings=[pb.JSON_IETF, pb.PROTO],
            gNMI_version="0.10.0",
        )

    async def get(self, request: pb.GetRequest, context: Context) -> pb.GetResponse:
        await self._check(context)
        made = pb.GetResponse()
        for path in request.path:
            found = self._below(path_text(request.prefix, path))
            if not found:
                await context.abort(grpc.StatusCode.NOT_FOUND, f"nothing at {path_text(path)}")
            made.notification.append(self._notification(found, request.encoding))
        return made

    async def set(self, request: pb.SetRequest, context: Context) -> pb.SetResponse:
        await self._check(context)
        commit = request.extension[0].commit if request.extension else None
        action = commit.WhichOneof("action") if commit else None
        if commit is not None and action in {"confirm", "cancel"}:
            await self._settle(commit.id, context, undo=action == "cancel")
        elif self.pending is not None:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"commit {self.pending.id} is pending")
        else:
            before = dict(self.leaves)
            self._change(request)
            if commit is not None:
                wait = commit.commit.rollback_duration.ToTimedelta().total_seconds()
                timer = asyncio.get_running_loop().call_later(wait, self._undo)
                self.pending = Pending(commit.id, before, timer)
        return pb.SetResponse(timestamp=time.time_ns())

    async def subscribe(
        self, requests: AsyncIterator[pb.SubscribeRequest], context: Context
    ) -> AsyncIterator[pb.SubscribeResponse]:
        await self._check(context)
        first = (await anext(aiter(requests))).subscribe
        paths = [path_text(first.prefix, item.path) for item in first.subscription]
        queue: asyncio.Queue[str] = asyncio.Queue()
        self.listeners.append(queue)
        if not first.updates_only:
            for path in paths:
                if found := self._below(path):
                    yield pb.SubscribeResponse(update=self._notification(found, first.encoding))
        yield pb.SubscribeResponse(sync_response=True)
        if first.mode == pb.SubscriptionList.POLL:
            async for _ in requests:
                self.polls += 1
                for path in paths:
                    yield pb.SubscribeResponse(update=self._notification(self._below(path), first.encoding))
                yield pb.SubscribeResponse(sync_response=True)
        while first.mode == pb.SubscriptionList.STREAM:
            changed = await queue.get()
            if not any(changed.startswith(path) for path in paths):
                continue
            if changed in self.leaves:
                made = self._notification({changed: self.leaves[changed]}, first.encoding)
            else:
                made = pb.Notification(timestamp=time.time_ns(), delete=[parse_path(changed)])
            yield pb.SubscribeResponse(update=made)

    async def _check(self, context: Context) -> None:
        if self.silent:
            await asyncio.Event().wait()
        if self.answer_with is not None:
            await context.abort(*self.answer_with)
        said = dict(context.invocation_metadata() or ())
        if (said.get("username"), said.get("password")) != (USER, PASSWORD):
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "bad user or password")

    def _below(self, path: str) -> dict[str, Value]:
        path = path.rstrip("/")
        return {
            leaf: value
            for leaf, value in self.leaves.items()
            if leaf == path or leaf.startswith((f"{path}/", f"{path}["))
        }

    def _notification(self, leaves: dict[str, Value], encoding: int) -> pb.Notification:
        made = pb.Notification(timestamp=time.time_ns())
        for leaf, value in leaves.items():
            sent = typed(value, "proto" if encoding == pb.PROTO else "json_ietf")
            made.update.append(pb.Update(path=parse_path(leaf), val=sent))
        return made

    def _change(self, request: pb.SetRequest) -> None:
        for path in request.delete:
            self._drop(path_text(request.prefix, path))
        for update in request.replace:
            self._drop(path_text(request.prefix, update.path))
        for update in (*request.replace, *request.update):
            self._put(path_text(request.prefix, update.path), read_value(update.val))

    def _put(self, path: str, value: Value) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                self._put(f"{path}/{name}", inner)
            return
        self.leaves[path] = value
        self._tell(path)

    def _drop(self, path: str) -> None:
        for leaf in self._below(path):
            del self.leaves[leaf]
            self._tell(leaf)

    def _tell(self, path: str) -> None:
        for listener in self.listeners:
            listener.put_nowait(path)

    async def _settle(self, commit_id: str, context: Context, *, undo: bool) -> None:
        if self.pending is None or self.pending.id != commit_id:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"no commit {commit_id} is pending")
        elif undo:
            self._undo()
        else:
            self.pending.timer.cancel()
            self.pending = None

    def _undo(self) -> None:
        if self.pending is not None:
            self.pending.timer.cancel()
            changed = self.leaves.items() ^ self.pending.before.items()
            self.leaves, self.pending = self.pending.before, None
            for path in {path for path, _ in changed}:
                self._tell(path)


async def serve(
    target: Target, credentials: grpc.ServerCredentials | None = None
) -> tuple[grpc.aio.Server, int]:
    """A running server and its port."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    unary = grpc.unary_unary_rpc_method_handler
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(
                "gnmi.gNMI",
                {
                    "Capabilities": unary(
                        target.capabilities,
                        pb.CapabilityRequest.FromString,
                        pb.CapabilityResponse.SerializeToString,
                    ),
                    "Get": unary(target.get, pb.GetRequest.FromString, pb.GetResponse.SerializeToString),
                    "Set": unary(target.set, pb.SetRequest.FromString, pb.SetResponse.SerializeToString),
                    "Subscribe": grpc.stream_stream_rpc_method_handler(
                        target.subscribe,
                        pb.SubscribeRequest.FromString,
                        pb.SubscribeResponse.SerializeToString,
                    ),
                },
            ),
        )
    )
    if credentials is None:
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    return server, port
