"""Where a page's edits go: into the open change set that its user works in, or into one of their own that is
checked and merged at once.

Which change set someone works in stands in a cookie; nothing on the server depends on it but these edits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import Access, Verb
from netwright.base.errors import NetwrightError, NotFoundError
from netwright.intent import rules
from netwright.store.check import Check, all_of
from netwright.store.editor import Editor
from netwright.store.merging import MergePreview
from netwright.store.problem import ApprovalMissingError
from netwright.store.proposal import ChangeSetInfo, ChangeSetState
from netwright.web.caller import access_of
from netwright.web.state import state_of

COOKIE = "netwright-change"
Fill = Callable[[Editor], None]


@dataclass(frozen=True, slots=True)
class Saved:
    """Where edits went. ``revision`` None: they wait in an open change set. ``changeset_id`` None: there was
    nothing to change."""

    changeset_id: int | None
    revision: int | None = None

    def back(self, url: str) -> Response:
        """To a page that says so."""
        told = {"saved": f"{self.changeset_id or 0}.{self.revision or 0}"}
        return RedirectResponse(f"{url}{'&' if '?' in url else '?'}{urlencode(told)}", status_code=303)


class Desk:
    """The edits of one request."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._changesets = state_of(request).context.changesets

    @cached_property
    def access(self) -> Access:
        return access_of(self._request)

    @cached_property
    def chosen(self) -> ChangeSetInfo | None:
        """The open change set that the user works in."""
        text = self._request.cookies.get(COOKIE, "")
        if not text.isascii() or not text.isdecimal() or len(text) > 15:
            return None
        try:
            info = self._changesets.get(int(text))
        except NotFoundError:
            return None
        return info if info.state is ChangeSetState.OPEN else None

    @property
    def check(self) -> Check:
        """Rights first, then the rules."""
        return all_of(self.access.check, rules.check)

    @property
    def may_merge(self) -> bool:
        return self.access.may(Verb.MERGE)

    @property
    def may_propose(self) -> bool:
        return self.access.may(Verb.PROPOSE)

    def rehearse(self, fill: Fill) -> MergePreview:
        """What ``save`` would do; nothing is kept."""
        editor = self._changesets.editor()
        fill(editor)
        return self._changesets.rehearse(editor, self.check, self.chosen.id if self.chosen else None)

    def save(self, fill: Fill, title: str, reason: str = "") -> Saved:
        """Keep edits. Raises RulesBrokenError when they can't be merged at once; then nothing is kept.

        Who may not merge, or not without an approval, gets a change set of their own for others to review."""
        if self.chosen is not None:
            self.access.require(Verb.PROPOSE)
            with self._changesets.edit(self.chosen.id, self.access.name) as editor:
                fill(editor)
            return Saved(self.chosen.id)
        if self.may_merge:
            editor = self._changesets.editor()
            fill(editor)
            try:
                done = self._changesets.commit(editor, title, self.access.name, self.check, reason)
            except ApprovalMissingError:
                if not self.may_propose:
                    raise
            else:
                return Saved(done.changeset_id, done.revision)
        self.access.require(Verb.PROPOSE)
        made = self._changesets.open(title, self.access.name, reason)
        try:
            with self._changesets.edit(made.id) as editor:
                fill(editor)
        except NetwrightError:
            self._changesets.abandon(made.id, self.access.name)
            raise
        return Saved(made.id)
