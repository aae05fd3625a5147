"""Where copies lie, and how they are read again: scrubbed in git for people, whole and sealed for restoring.

A copy in git is ``SITE/DEVICE.cfg``. The whole text, secrets and all, is kept sealed under the SHA-256 of the
scrubbed one, so that any revision that git still has can be restored.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import NotFoundError
from netwright.base.secret import Secret
from netwright.inventory import Device, Site
from netwright.store.gitrepo import CommitInfo, GitRepository
from netwright.store.sealed import SealedTexts, text_digest


def path_of(site: str, device: str) -> str:
    """A device's file in the repository."""
    return f"{site}/{device}.cfg"


def paths_of(session: Session, devices: Collection[str]) -> dict[str, str]:
    """Each device's file, by the site that it is wanted in."""
    query = (
        select(Device.name, Site.name).join(Site, Site.id == Device.site_id).where(Device.name.in_(devices))
    )
    return {device: path_of(site, device) for device, site in session.execute(query)}


@dataclass(frozen=True, slots=True)
class Archive:
    """The copies of all devices."""

    repository: GitRepository
    texts: SealedTexts

    def path(self, device: str) -> str:
        """The file that holds a device's copies now. Raises NotFoundError when there is none."""
        for path in self.repository.paths():
            if path.rpartition("/")[2] == f"{device}.cfg":
                return path
        raise NotFoundError(
            "there is no backup of this device",
            subject=device,
            remedy="Make one with `netwright backup run`.",
        )

    def log(self, device: str, limit: int = 50) -> list[CommitInfo]:
        """The commits that changed a device's copy, newest first."""
        return self.repository.log(self.path(device), limit)

    def read(self, device: str, revision: str = "HEAD") -> str:
        """The scrubbed copy of a revision."""
        return self.repository.read(self.path(device), revision).decode()

    def diff(self, device: str, old: str | None = None, new: str = "HEAD") -> str:
        """The difference of two copies; without ``old`` what the last change of it changed."""
        path = self.path(device)
        if old is None:
            commits = self.repository.log(path, 2)
            if len(commits) < 2:
                raise NotFoundError("there is only one copy of this device", subject=device)
            old, new = commits[1].id, commits[0].id
        return self.repository.diff(path, old, new)

    def whole(self, device: str, revision: str = "HEAD") -> Secret:
        """The copy of a revision with its secrets. Raises NotFoundError when it was not kept."""
        try:
            return self.texts.get(text_digest(self.read(device, revision)))
        except NotFoundError as error:
            if error.subject == device or "revision" in error.what:
                raise
            raise NotFoundError(
                f"revision {revision[:12]} was kept without its secrets only",
                subject=device,
                remedy="Choose another revision with `netwright backup log`.",
            ) from None
