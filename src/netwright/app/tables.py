"""Every table of the product, imported once, so that migrations and tests see them all."""

from __future__ import annotations

from sqlalchemy import MetaData

from netwright import inventory
from netwright.app import compliance, hostkeys, idempotency, savedview, vault
from netwright.app.access import audit, login, role, token, user
from netwright.app.webhooks import hook as webhooks
from netwright.cdn import records as cdn_records
from netwright.collect import attention, observed
from netwright.collect.discovery import known as discovery
from netwright.deploy import records as deploy_records
from netwright.intent import ledger
from netwright.store import changeset, event
from netwright.store.record import Base

_ACCESS = (audit, login, role, token, user)
_MODULES = (
    inventory,
    compliance,
    hostkeys,
    idempotency,
    savedview,
    vault,
    cdn_records,
    attention,
    discovery,
    observed,
    deploy_records,
    ledger,
    changeset,
    event,
    webhooks,
)


def metadata() -> MetaData:
    """The tables of all floors."""
    assert _ACCESS
    assert _MODULES
    return Base.metadata
