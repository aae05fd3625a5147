"""The three roles that are always there, each with what the one before it has."""

from __future__ import annotations

import enum

from netwright.app.access.grant import Grant
from netwright.app.access.verb import GLOBAL_VERBS, OBJECT_VERBS, Verb


class Role(enum.StrEnum):
    """A built-in role. Viewers look, operators change the network, admins keep users."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(other)

    @property
    def description(self) -> str:
        return _DESCRIPTIONS[self]

    @property
    def grants(self) -> tuple[Grant, ...]:
        return _GRANTS[self]


_OF_ADMINS = frozenset({Verb.USERS, Verb.AUDIT, Verb.WEBHOOKS})
_GRANTS = {
    Role.VIEWER: (Grant(frozenset({Verb.VIEW, Verb.OBSERVE})),),
    Role.OPERATOR: (Grant(OBJECT_VERBS | (GLOBAL_VERBS - _OF_ADMINS)),),
    Role.ADMIN: (Grant(OBJECT_VERBS | GLOBAL_VERBS),),
}
_DESCRIPTIONS = {
    Role.VIEWER: "looks at everything",
    Role.OPERATOR: "changes, merges, deploys, backs up",
    Role.ADMIN: "keeps users, roles and webhooks, reads the audit log",
}
