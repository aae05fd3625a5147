"""One root error, a subclass a cause. A message says what, on which object, and what to do."""

from __future__ import annotations


class NetwrightError(Exception):
    """Root of all errors that a user is meant to read.

    ``what``: one sentence without a full stop. ``subject``: the object it is about (device, file:line,
    field). ``remedy``: what to do, as an imperative sentence.
    """

    def __init__(self, what: str, *, subject: str | None = None, remedy: str | None = None) -> None:
        self.what = what
        self.subject = subject
        self.remedy = remedy
        super().__init__(what)

    def __str__(self) -> str:
        head = f"{self.subject}: {self.what}" if self.subject else self.what
        return f"{head}. {self.remedy}" if self.remedy else head


class InputError(NetwrightError, ValueError):
    """Something a person wrote (file, flag, form) can't be taken as it stands."""


class NotFoundError(NetwrightError, LookupError):
    """A named object does not exist."""


class ConflictError(NetwrightError):
    """The object moved since it was read, or another owner holds it."""


class ForbiddenError(NetwrightError, PermissionError):
    """``who`` may not do ``verb`` (on ``kind``)."""

    def __init__(self, who: str, verb: str, kind: str | None = None) -> None:
        self.who = who
        self.verb = verb
        self.kind = kind
        super().__init__(
            f"needs the right to {verb}" + (f" {kind}" if kind else ""),
            subject=who,
            remedy="Ask one who keeps users for a role that has it.",
        )


class StorageError(NetwrightError, OSError):
    """Disk, database or repository refused (full, read-only, damaged)."""


class DeviceError(NetwrightError):
    """A device did not do what was asked. ``subject`` is the device's name."""


class DeviceUnreachableError(DeviceError, ConnectionError):
    """No connection: refused, no route, name unknown."""


class DeviceTimeoutError(DeviceError, TimeoutError):
    """The device was reached and stayed silent past the deadline."""


class AuthenticationError(DeviceError, PermissionError):
    """The device refused our credentials."""


class HostKeyChangedError(DeviceError):
    """The device shows another host key than the one recorded."""


class SessionClosedError(DeviceError, ConnectionError):
    """The device closed the session in the middle of an answer."""


class UnparsedAnswerError(DeviceError, ValueError):
    """The device answered something that could not be understood. ``raw`` keeps it."""

    def __init__(
        self, what: str, *, subject: str | None = None, remedy: str | None = None, raw: str = ""
    ) -> None:
        super().__init__(what, subject=subject, remedy=remedy)
        self.raw = raw


class CommandFailedError(DeviceError):
    """A command ended with an error on the device. ``output`` is what it printed."""

    def __init__(
        self,
        what: str,
        *,
        subject: str | None = None,
        remedy: str | None = None,
        output: str = "",
        status: int | None = None,
    ) -> None:
        super().__init__(what, subject=subject, remedy=remedy)
        self.output = output
        self.status = status


class ConfigRejectedError(CommandFailedError):
    """The device's own check refused a configuration; nothing was changed."""


class BusyError(DeviceError):
    """Another change is pending on the device."""


class SessionLimitError(DeviceError, TimeoutError):
    """No session may be opened now: our own limits are reached. The device was not asked."""
