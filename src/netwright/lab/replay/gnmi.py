"""The gNMI target of a replay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import grpc

from netwright.base.secret import Secret
from netwright.lab.replay.answers import REMARK, Answers
from netwright.lab.replay.calls import CALLS, message_of, message_text
from netwright.lab.replay.form import Value
from netwright.lab.replay.recording import Recording
from netwright.lab.replay.scrubbing import Scrubber, unmasked

_SCRUBBER = Scrubber(Secret("replay"))
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class GnmiReplay:
    """Without TLS on loopback; ``port`` once it has started."""

    def __init__(self, recording: Recording, unknown: Callable[[str], None]) -> None:
        self.port = 0
        self._server: grpc.aio.Server | None = None
        self._answers: Answers[dict[str, Value]] = Answers(unknown)
        for session in recording.over("gnmi"):
            for entry in session.said:
                self._answers.add((str(entry["call"]), unmasked(str(entry["request"]))), entry)

    async def start(self) -> None:
        self._server = grpc.aio.server()
        handlers = {name: self._handler(name) for name in CALLS}
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("gnmi.gNMI", handlers),))
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(0)

    def _handler(self, name: str) -> Any:
        request, answer = CALLS[name]
        coded = {
            "request_deserializer": request.FromString, "response_serializer": answer.SerializeToString,
        }  # fmt: skip

        async def one(message: Any, context: Context) -> Any:
            return (await self._found(name, message, context))[0]

        async def stream(messages: AsyncIterator[Any], context: Context) -> AsyncIterator[Any]:
            async for message in messages:
                for found in await self._found(name, message, context):
                    yield found
                return

        if name == "Subscribe":
            return grpc.stream_stream_rpc_method_handler(stream, **coded)
        return grpc.unary_unary_rpc_method_handler(one, **coded)

    async def _found(self, name: str, message: Any, context: Context) -> list[Any]:
        _SCRUBBER.gnmi(message)
        asked = message_text(message)
        found = self._answers.take((name, unmasked(asked)), f"{name} {' '.join(asked.split())}")
        if found is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"{REMARK} to this call")
        assert found is not None
        if "code" in found:
            code = getattr(grpc.StatusCode, str(found["code"]))
            await context.abort(code, str(found.get("details") or ""))
        return [
            message_of(CALLS[name][1], str(value)) for key, value in found.items() if key.startswith("answer")
        ]
