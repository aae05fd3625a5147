"""What a NETCONF server refuses: ``rpc-error`` (RFC 6241, 4.3) as a record and as typed errors."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.etree import _Element

from netwright.base.errors import BusyError, CommandFailedError
from netwright.device.netconf.xml import local, text_of

_REMEDIES = {
    "lock-denied": "Wait until the session that holds the lock is done, or end it.",
    "in-use": "Try again when the other session is done.",
    "access-denied": "Give the user the right to do it on the device.",
    "operation-not-supported": "Look at the capabilities that the server told in its hello.",
    "resource-denied": "Look at the device's memory and sessions.",
}
_HOLDER = re.compile(r"session-id: (\d+)")


@dataclass(frozen=True, slots=True)
class RpcFault:
    """One ``rpc-error``. ``path`` is the XPath of the node that it is about; ``info`` the error-info as text.
    ``severity`` is ``error`` or ``warning``."""

    kind: str
    tag: str
    severity: str
    app_tag: str | None = None
    path: str | None = None
    message: str | None = None
    info: str | None = None

    def __str__(self) -> str:
        words = self.message or self.tag
        tag = f" ({self.tag})" if self.message else ""
        where = f" at {self.path}" if self.path else ""
        more = f" [{self.info}]" if self.info and not self.message else ""
        return f"{words}{tag}{where}{more}"


class RpcError(CommandFailedError):
    """The server refused an operation. ``faults`` has all that it said; ``fault`` is the first error."""

    def __init__(self, operation: str, faults: tuple[RpcFault, ...], *, subject: str) -> None:
        errors = [fault for fault in faults if fault.severity != "warning"] or list(faults)
        self.operation = operation
        self.faults = faults
        self.fault = errors[0]
        said = "; ".join(str(fault) for fault in errors)
        super().__init__(
            f"<{operation}> was refused: {said}",
            subject=subject,
            remedy=_REMEDIES.get(self.fault.tag, "Look at what the message names."),
            output="\n".join(str(fault) for fault in faults),
        )


class LockDeniedError(RpcError, BusyError):
    """Another session holds the lock (or a confirmed commit is under way). ``holder`` is its id, 0 for one
    that is not NETCONF's."""

    def __init__(self, operation: str, faults: tuple[RpcFault, ...], *, subject: str) -> None:
        super().__init__(operation, faults, subject=subject)
        found = _HOLDER.search(self.fault.info or "")
        self.holder = int(found[1]) if found else None


class AccessDeniedError(RpcError, PermissionError):
    """The user may not do this."""


_TYPED: dict[str, type[RpcError]] = {
    "lock-denied": LockDeniedError,
    "in-use": LockDeniedError,
    "access-denied": AccessDeniedError,
}


def refusal(operation: str, faults: tuple[RpcFault, ...], *, subject: str) -> RpcError:
    """The error of the class that says most."""
    first = next((fault for fault in faults if fault.severity != "warning"), faults[0])
    return _TYPED.get(first.tag, RpcError)(operation, faults, subject=subject)


def read_fault(error: _Element) -> RpcFault:
    """An ``rpc-error`` element; fields that are missing are said to be so."""
    said = {local(child): child for child in error if isinstance(child.tag, str)}

    def words(name: str) -> str | None:
        found = said.get(name)
        return None if found is None else text_of(found)

    info = said.get("error-info")
    return RpcFault(
        kind=words("error-type") or "unknown",
        tag=words("error-tag") or "unknown",
        severity=words("error-severity") or "error",
        app_tag=words("error-app-tag"),
        path=words("error-path") or words("error-element"),
        message=" ".join((words("error-message") or "").split()) or None,
        info=None
        if info is None or not len(info)
        else "; ".join(f"{local(child)}: {text_of(child)}" for child in info),
    )
