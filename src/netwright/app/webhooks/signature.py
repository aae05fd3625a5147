"""Signatures of the Standard Webhooks scheme: HMAC-SHA256 over id, time and body.

Source: the Standard Webhooks specification 1.0.0. A receiver refuses old times, so that a delivery that was
overheard can't be sent again, and remembers ids, because a delivery may come more than once.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from hashlib import sha256

from netwright.base.errors import InputError
from netwright.base.secret import Secret

_PREFIX = "whsec_"
_KEY_BYTES = 32


def new_secret() -> Secret:
    return Secret(_PREFIX + b64encode(secrets.token_bytes(_KEY_BYTES)).decode())


def key_of(secret: Secret) -> bytes:
    """The key in a secret. Raises InputError for one that is not of the scheme."""
    text = secret.reveal()
    try:
        key = b64decode(text.removeprefix(_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not text.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise InputError(
            "not a webhook's secret",
            remedy="It is whsec_ and 24 to 64 random bytes in base64; or let one be made.",
        )
    return key


def signed(key: bytes, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers."""
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }
