"""Who may do what: users, sessions, tokens, roles, and the rights they add up to.

Main path: ``grant`` (what is given) -> ``access`` (what a caller may do) -> ``writes`` (asked in each merge).
"""

from netwright.app.access.access import Access, Means, machine
from netwright.app.access.builtin import Role
from netwright.app.access.grant import Anchor, Grant, Scope
from netwright.app.access.verb import GLOBAL_VERBS, OBJECT_VERBS, Verb
from netwright.app.access.writes import Refusal

__all__ = [
    "GLOBAL_VERBS",
    "OBJECT_VERBS",
    "Access",
    "Anchor",
    "Grant",
    "Means",
    "Refusal",
    "Role",
    "Scope",
    "Verb",
    "machine",
]
