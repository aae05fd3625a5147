"""Which approvals a change needs: the settings' ``[[approvals]]``, asked of each merged state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.app.access import Anchor, Role, Scope
from netwright.app.access.access import REACH
from netwright.app.access.account import User
from netwright.app.access.placement import Placement, undone
from netwright.app.access.role import role_names
from netwright.app.home import ApprovalRule
from netwright.base.errors import InputError, NotFoundError
from netwright.inventory import KINDS, Region
from netwright.store.database import Database
from netwright.store.delta import Change, Op
from netwright.store.problem import Requirement
from netwright.store.review import Policy
from netwright.store.rows import chunks


def policy_of(rules: Sequence[ApprovalRule]) -> Policy:
    """The rules of the settings as a policy of change sets."""

    def ask(session: Session, changes: Sequence[Change]) -> Sequence[Requirement]:
        return [_requirement(rule) for rule in rules if _applies(session, rule, changes)]

    return ask


def roles_of(database: Database, name: str) -> tuple[str, ...]:
    """The roles that someone approves with: its own, its groups', and the built-in ones that those include.
    Raises NotFoundError for a name that has no account, InputError for a disabled one."""
    with database.read() as session:
        user = session.get(User, name)
        own = role_names(session, name)
    if user is None:
        raise NotFoundError(
            f"{name!r} has no account; an approval is a person's", remedy="See `netwright user list`."
        )
    if user.disabled:
        raise InputError("the account is disabled", subject=name, remedy="Ask someone else.")
    return tuple(dict.fromkeys([*included_roles(own), *own]))


def included_roles(names: Collection[str]) -> list[str]:
    """The built-in roles that roles include, the least first."""
    built_in = [Role(name) for name in names if name in list(Role)]
    return [role.value for role in Role if any(one.includes(role) for one in built_in)]


def _requirement(rule: ApprovalRule) -> Requirement:
    parts = [", ".join(rule.kinds)] if rule.kinds else []
    parts += [f"in {', '.join(rule.regions)}"] if rule.regions else []
    parts += [f"more than {rule.more_than} objects"] if rule.more_than else []
    return Requirement(rule.role, rule.count, rule.reason or "; ".join(parts) or "every change")


def _applies(session: Session, rule: ApprovalRule, changes: Sequence[Change]) -> bool:
    of_kind = [change for change in changes if not rule.kinds or change.kind in rule.kinds]
    if len(of_kind) <= rule.more_than:
        return False
    return not rule.regions or _inside(session, rule.regions, of_kind)


def _inside(session: Session, names: Collection[str], changes: Sequence[Change]) -> bool:
    """Whether any of the objects is, or was, in one of the regions or below."""
    regions = frozenset(session.scalars(select(Region.id).where(Region.name.in_(names))))
    if not regions:
        return False
    scope = Scope((Anchor("region", regions),))
    before = Placement(session, REACH, undone(changes))
    ids: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        ids[change.kind].add(change.id)
    for name, wanted in ids.items():
        kind = KINDS[name]
        condition = REACH.where(kind, scope, every=False)
        for part in chunks(wanted):
            query = select(kind.table.c.id).where(kind.table.c.id.in_(part)).limit(1)
            if condition is not None and session.scalar(query.where(condition)) is not None:
                return True
        earlier = {one.id for one in changes if one.kind == name and one.op is not Op.CREATE}
        if before.inside(kind, earlier, scope, every=False):
            return True
    return False
