"""What of a change set a caller is told: the objects it sees, without the fields that are hidden from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from netwright.app.access.access import Access
from netwright.app.access.placement import Placement, told
from netwright.app.access.verb import Verb
from netwright.store.delta import Change, Ref
from netwright.store.diff import ObjectDiff


def seen_refs(access: Access, session: Session, changes: Sequence[Change]) -> set[Ref]:
    """The changed objects that the caller sees. One that is in no table belongs where its own document in the
    change set says."""
    ids: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        ids[change.kind].add(change.id)
    placement = Placement(session, access.reach, told(changes))
    found: set[Ref] = set()
    for kind_name, asked in ids.items():
        kind = access.reach.kinds[kind_name]
        scopes = [grant.scope for grant in access.of(Verb.VIEW, kind)]
        if any(scope.everything for scope in scopes):
            seen = asked
        else:
            seen = set[int]().union(*(placement.inside(kind, asked, one, every=False) for one in scopes))
        found |= {(kind_name, one) for one in seen}
    return found


def seen_diffs(
    access: Access, session: Session, changes: Sequence[Change], diffs: Sequence[ObjectDiff]
) -> Sequence[ObjectDiff]:
    """The differences that ``changes`` make, as far as the caller may know of them."""
    if access.everything:
        return diffs
    seen = seen_refs(access, session, changes)
    found = []
    for diff in diffs:
        if (diff.kind, diff.id) in seen:
            hidden = access.hidden(access.reach.kinds[diff.kind])
            shown = {name: pair for name, pair in diff.fields.items() if name not in hidden}
            found.append(replace(diff, fields=shown))
    return found
