"""What can be done: four verbs on wanted objects, and permissions that are about no object."""

from __future__ import annotations

import enum


class Verb(enum.StrEnum):
    """A thing that someone may be allowed to do."""

    VIEW = "view"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    OBSERVE = "observe"
    """See what was collected: health, findings, series, rollouts, backed up configurations, change sets."""
    PROPOSE = "propose"
    """Open, edit, comment and abandon change sets; nothing becomes real by it."""
    APPROVE = "approve"
    """Approve someone's change set."""
    MERGE = "merge"
    """Merge change sets, as far as the verbs on objects reach."""
    DEPLOY = "deploy"
    """Plan, start, stop and resume rollouts."""
    BACKUP = "backup"
    """Take a backup now, restore one."""
    OPERATE = "operate"
    """Run discovery and collection by hand, acknowledge findings and make them tasks, accept host keys, place
    and fill content."""
    WEBHOOKS = "webhooks"
    """Add and remove webhooks."""
    SECRET_NAMES = "secret-names"  # noqa: S105 (a verb)
    """List the names of secrets. Their values leave to nobody."""
    USERS = "users"
    """Add, change and disable users, groups and roles; revoke anyone's tokens."""
    AUDIT = "audit"
    """Read the log of logins, refusals and changes of rights."""

    @property
    def on_objects(self) -> bool:
        """Whether it is said of a kind of wanted object."""
        return self in OBJECT_VERBS

    @property
    def writes(self) -> bool:
        """Whether it changes anything: what a read-only token can't do."""
        return self not in READING


OBJECT_VERBS = frozenset({Verb.VIEW, Verb.CREATE, Verb.UPDATE, Verb.DELETE})
GLOBAL_VERBS = frozenset(Verb) - OBJECT_VERBS
READING = frozenset({Verb.VIEW, Verb.OBSERVE, Verb.SECRET_NAMES, Verb.AUDIT})
"""Verbs that change nothing."""
