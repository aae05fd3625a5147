"""Which HTTP status says an error, to programs and to people alike."""

from __future__ import annotations

from netwright.base.errors import (
    ConflictError,
    DeviceError,
    ForbiddenError,
    InputError,
    NetwrightError,
    NotFoundError,
    StorageError,
)
from netwright.store.problem import RulesBrokenError

# the first class that fits
_STATUS: tuple[tuple[type[NetwrightError], int], ...] = (
    (ForbiddenError, 403),
    (NotFoundError, 404),
    (RulesBrokenError, 409),  # the values are good; what stands already is against them
    (ConflictError, 409),
    (InputError, 400),
    (StorageError, 503),
    (DeviceError, 502),
    (NetwrightError, 400),
)


def http_status(error: NetwrightError) -> int:
    """RFC 9110, section 15."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))
