"""Who may do what: users, sessions, tokens, roles, and the rights they add up to.

Main path: ``grant`` (what is given) -> ``access`` (what a caller may do) -> ``writes`` (asked in each merge).
A face learns who asks from ``login.identify`` (a cookie) or ``token.identify_token`` (a bearer), both give an
:class:`Access`.
"""

from netwright.app.access.access import Access, machine
from netwright.app.access.actor import Actor, Means, machine_actor
from netwright.app.access.builtin import Role
from netwright.app.access.grant import Anchor, Grant, Scope
from netwright.app.access.verb import GLOBAL_VERBS, OBJECT_VERBS, READING, Verb
from netwright.app.access.writes import Refusal

__all__ = [
    "GLOBAL_VERBS",
    "OBJECT_VERBS",
    "READING",
    "Access",
    "Actor",
    "Anchor",
    "Grant",
    "Means",
    "Refusal",
    "Role",
    "Scope",
    "Verb",
    "machine",
    "machine_actor",
]
