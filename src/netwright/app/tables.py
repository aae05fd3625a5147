"""Every table of the product, imported once, so that migrations and tests see them all."""

from __future__ import annotations

from sqlalchemy import MetaData

from netwright import inventory
from netwright.app import hostkeys, users, vault
from netwright.cdn import records as cdn_records
from netwright.collect import observed
from netwright.deploy import records as deploy_records
from netwright.store import changeset, event
from netwright.store.record import Base

_MODULES = (inventory, hostkeys, users, vault, cdn_records, observed, deploy_records, changeset, event)


def metadata() -> MetaData:
    """The tables of all floors."""
    assert _MODULES
    return Base.metadata
