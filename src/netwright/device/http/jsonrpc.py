"""JSON-RPC 2.0 as switches speak it: numbered requests, errors with the device's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from netwright.base.errors import CommandFailedError, UnparsedAnswerError
from netwright.device.http.web import Answer

_SHOWN = 1000


class ApiError(CommandFailedError):
    """The device's API refused a call. ``code`` is its number for it."""

    def __init__(self, call: str, code: object, words: str, *, subject: str) -> None:
        self.code = code
        super().__init__(
            f"`{call}` was refused: {words or 'no message'} ({code})",
            subject=subject,
            remedy="Look at what the message names.",
            output=words,
        )


def request(method: str, params: Mapping[str, Any], number: int = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": dict(params), "id": number}


def result(answer: Answer, call: str) -> Any:
    """The ``result`` of a single answer. Raises ApiError and UnparsedAnswerError."""
    return _result(answer.json(), answer, call)


def results(answer: Answer, calls: Iterable[str]) -> list[Any]:
    """Of a batch, in the order of the requests (they are numbered from 1); a batch of one may be answered
    without its list."""
    told, wanted = answer.json(), list(calls)
    by_number = {
        item.get("id"): item
        for item in (told if isinstance(told, list) else [told])
        if isinstance(item, dict)
    }
    if None in by_number and len(wanted) == 1:
        by_number[1] = by_number[None]
    return [_result(by_number.get(number), answer, call) for number, call in enumerate(wanted, 1)]


def _result(told: Any, answer: Answer, call: str) -> Any:
    if isinstance(told, dict) and isinstance(told.get("error"), dict):
        error = told["error"]
        raise ApiError(call, error.get("code"), _words(error), subject=answer.device)
    if not isinstance(told, dict) or "result" not in told:
        raise UnparsedAnswerError(
            f"the answer to `{call}` is no JSON-RPC",
            subject=answer.device,
            remedy="Check the port, and that the device's API is turned on.",
            raw=answer.body[:_SHOWN].decode("utf-8", "backslashreplace"),
        )
    return told["result"]


def _words(error: Mapping[str, Any]) -> str:
    """The message, and what stands in the data: a text, ``msg``, or lists of ``errors``."""
    found = [str(error.get("message") or "")]
    data = error.get("data")
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            found.append(str(item.get("msg") or ""))
            errors = item.get("errors")
            found.extend(str(words) for words in (errors if isinstance(errors, list) else ()))
    return ": ".join(" ".join(words.split()) for words in dict.fromkeys(found) if words.strip())
