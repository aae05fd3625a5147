"""What a gNMI call failed with, as errors that a person can act on."""

from __future__ import annotations

import grpc
from grpc import StatusCode

from netwright.base.errors import (
    AuthenticationError,
    BusyError,
    CommandFailedError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    SessionClosedError,
    UnparsedAnswerError,
)
from netwright.device.endpoint import Endpoint
from netwright.device.tls import refused_certificate

_CERTIFICATE = (
    "CERTIFICATE_VERIFY_FAILED",
    "Hostname Verification Check failed",
    "is not in peer certificate",
)
_NO_TLS = ("WRONG_VERSION_NUMBER", "Handshake read failed", "SSL_ERROR_SSL")
_CONNECTING = ("failed to connect", "Failed to connect", "connections to all backends failing", "DNS")


class GnmiError(CommandFailedError):
    """The target refused a call. ``code`` is gRPC's word for it (``INVALID_ARGUMENT``)."""

    def __init__(self, call: str, code: str, words: str, *, subject: str) -> None:
        self.code = code
        super().__init__(
            f"gNMI {call} was refused: {words or 'no message'} ({code})",
            subject=subject,
            remedy="Look at what the message names.",
            output=words,
        )


class GnmiBusyError(GnmiError, BusyError):
    """Another change is pending on the target (``FAILED_PRECONDITION`` or ``ABORTED`` of a Set)."""


def refusal(
    error: grpc.aio.AioRpcError, endpoint: Endpoint, port: int, call: str, limit_s: float
) -> DeviceError:
    """Which cause a failed call has."""
    code, words = error.code(), " ".join((error.details() or "").split())
    where, device = f"{endpoint.host} port {port}", endpoint.device
    if code == StatusCode.UNAVAILABLE:
        return _unavailable(device, where, call, words)
    if code == StatusCode.DEADLINE_EXCEEDED:
        return DeviceTimeoutError(
            f"no answer to gNMI {call} from {where} within {limit_s:g} s",
            subject=device,
            remedy="Look at the device's load, or raise the timeout.",
        )
    if code in {StatusCode.UNAUTHENTICATED, StatusCode.PERMISSION_DENIED}:
        return AuthenticationError(
            f"{where} refused gNMI {call} to user {endpoint.credentials.username or '(none)'}"
            f" ({words or code.name})",
            subject=device,
            remedy="Check the user, its password and its rights on the device.",
        )
    if code == StatusCode.RESOURCE_EXHAUSTED and "larger than max" in words:
        return UnparsedAnswerError(
            f"the answer to gNMI {call} is too long ({words})", subject=device, remedy="Ask for less."
        )
    if code in {StatusCode.CANCELLED, StatusCode.INTERNAL} and "RST_STREAM" in words:
        return _closed(device, where, call, words)
    if call == "Set" and code in {StatusCode.FAILED_PRECONDITION, StatusCode.ABORTED}:
        return GnmiBusyError(call, code.name, words, subject=device)
    return GnmiError(call, code.name, words, subject=device)


def _unavailable(device: str, where: str, call: str, words: str) -> DeviceError:
    if any(mark in words for mark in _CERTIFICATE):
        return refused_certificate(device, where, words)
    if any(mark in words for mark in _NO_TLS):
        return DeviceUnreachableError(
            f"{where} speaks no TLS, or another kind ({words})",
            subject=device,
            remedy="Check the port; --plaintext where the device has no certificate.",
        )
    if any(mark in words for mark in _CONNECTING):
        return DeviceUnreachableError(
            f"no connection to {where} ({words})",
            subject=device,
            remedy="Check its management address, the way there and that its gNMI server runs.",
        )
    return _closed(device, where, call, words)


def _closed(device: str, where: str, call: str, words: str) -> SessionClosedError:
    return SessionClosedError(
        f"{where} broke off gNMI {call} ({words or 'no message'})",
        subject=device,
        remedy="Try again; if it stays so, look at the device's log.",
    )
