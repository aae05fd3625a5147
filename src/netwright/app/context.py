"""One installation as objects: what the faces and the worker work with.

SSH, git, templates and arrays cost a command more than its own work to import, so what needs them imports
them when it is first asked for.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session as DatabaseSession

from netwright.app.attachments import Attachments
from netwright.app.conditions import Placed
from netwright.app.credentials.stored import CredentialStore, LaterKeeper
from netwright.app.home import Home, Settings, open_home
from netwright.app.hostkeys import DatabaseHostKeys
from netwright.app.schema import require_current
from netwright.app.sessions import SessionRules
from netwright.app.vault import Vault, load_key
from netwright.base.address import Address
from netwright.base.clock import Clock, SystemClock
from netwright.base.errors import AuthenticationError, NotFoundError
from netwright.device.cli.dialogue import Dialogue
from netwright.device.endpoint import Credentials, Endpoint
from netwright.inventory import KINDS, Device, Region, Site
from netwright.inventory.place import Status
from netwright.platforms.platform import OWN_PLATFORMS
from netwright.platforms.target import Target
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.kind import Kinds

if TYPE_CHECKING:
    from netwright.app.credentials.chosen import ChosenCredentials
    from netwright.app.credentials.hashicorp import HashiCorpVault
    from netwright.app.door import Door
    from netwright.app.webhooks.delivery import Courier
    from netwright.app.webhooks.hook import Webhooks
    from netwright.device.pool import Lease
    from netwright.intent.render import Renderer
    from netwright.intent.rules.own import OwnRules
    from netwright.platforms.catalog import Catalog
    from netwright.store.gitrepo import GitRepository
    from netwright.store.series import SeriesStore


_FEW_NAMES = 500
"""Up to so many devices are asked for by name; more, and all are read."""


@dataclass(frozen=True)
class Context:
    """An open home folder. Parts are made when first asked for."""

    home: Home
    clock: Clock

    @cached_property
    def database(self) -> Database:
        database = Database(self.home.database_url, {OWN_PLATFORMS: self.home.path / "platforms"})
        require_current(database)
        return database

    @property
    def settings(self) -> Settings:
        return self.home.settings

    @property
    def kinds(self) -> Kinds:
        return KINDS

    @cached_property
    def vault(self) -> Vault:
        return Vault(self.database, load_key(self.home.key_file))

    @cached_property
    def credentials(self) -> CredentialStore:
        return CredentialStore(self.vault)

    @cached_property
    def chosen(self) -> ChosenCredentials:
        """Credentials by device and by name of their set."""
        from netwright.app.credentials.chosen import ChosenCredentials  # noqa: PLC0415 (few commands need it)
        from netwright.app.credentials.source import Sources  # noqa: PLC0415

        kept = LaterKeeper(lambda: self.vault)
        return ChosenCredentials(
            self.settings.credentials, Sources(kept, self._hashicorp()), CredentialStore(kept), self.clock
        )

    def _hashicorp(self) -> HashiCorpVault | None:
        settings = self.settings.vault
        if not settings.address and not os.environ.get("VAULT_ADDR"):
            return None
        from netwright.app.credentials.hashicorp import HashiCorpVault  # noqa: PLC0415 (heavy: HTTP)
        from netwright.app.credentials.source import Sources  # noqa: PLC0415

        place = settings.role_secret
        secret = None if place is None else (lambda: Sources(self.vault).value(place))
        return HashiCorpVault(settings, self.clock, role_secret=secret)

    @cached_property
    def own_rules(self) -> OwnRules:
        """People's rules in the home folder; every merge asks them."""
        from netwright.intent.rules.own import OwnRules  # noqa: PLC0415 (heavy)

        return OwnRules(self.home.path / "rules", KINDS)

    @cached_property
    def changesets(self) -> ChangeSets:
        if not self.settings.approvals:
            return ChangeSets(self.database, KINDS, clock=self.clock, always=self.own_rules.check)
        from netwright.app.approval import policy_of  # noqa: PLC0415 (heavy)

        policy = policy_of(self.settings.approvals)
        return ChangeSets(self.database, KINDS, clock=self.clock, policy=policy, always=self.own_rules.check)

    @cached_property
    def webhooks(self) -> Webhooks:
        from netwright.app.webhooks.hook import Webhooks  # noqa: PLC0415 (few commands need it)

        return Webhooks(self.database, self.vault, KINDS, self.clock)

    @cached_property
    def courier(self) -> Courier:
        from netwright.app.webhooks.delivery import Courier  # noqa: PLC0415 (heavy)

        settings = self.settings
        return Courier(self.vault, self.clock, settings.webhook_deadline_s, tuple(settings.webhook_allow))

    @cached_property
    def series(self) -> SeriesStore:
        from netwright.store.series import SeriesStore  # noqa: PLC0415 (heavy)

        return SeriesStore(self.home.series)

    @cached_property
    def backups(self) -> GitRepository:
        from netwright.store.gitrepo import GitRepository  # noqa: PLC0415 (heavy)

        return GitRepository(self.home.backups)

    @cached_property
    def attachments(self) -> Attachments:
        return Attachments(self.home.attachments)

    @cached_property
    def hostkeys(self) -> DatabaseHostKeys:
        return DatabaseHostKeys(self.database)

    @cached_property
    def platforms(self) -> Catalog:
        """The packaged platforms, and people's own in the folder `platforms` of the home folder."""
        from netwright.platforms.catalog import catalog  # noqa: PLC0415 (heavy)

        return catalog(self.home.path / "platforms")

    def renderer(self) -> Renderer:
        from netwright.intent.render import Renderer  # noqa: PLC0415 (heavy)

        source = self.home.settings.templates
        if not source:
            return Renderer(platforms=self.platforms)
        from netwright.intent.overlaygit import is_git, read_git  # noqa: PLC0415 (heavy)

        if is_git(source):
            return Renderer(read_git(source, self.home.templates), self.platforms)
        return Renderer(Path(source).expanduser(), self.platforms)

    def targets(self, names: Collection[str] | None = None, *, site: str | None = None) -> list[Target]:
        """The active devices to talk to, by name; ``names`` and ``site`` narrow.

        Raises NotFoundError for a name that is not an active device."""
        chosen = self.chosen
        asked = chosen.placed_matter or self.session_rules.placed_matter
        with self.database.read() as session:
            rows = _active(session, names, site)
            placed = _placed(session, [row[0] for row in rows]) if asked else {}
        if chosen.placed_matter:
            known = chosen.for_all(placed.values())
        else:
            known = dict.fromkeys((row[0] for row in rows), self.credentials.default())
        return [
            Target(
                name,
                self.platforms.platform(platform_name),
                self._endpoint(name, str(host), known[name], placed.get(name)),
            )
            for name, platform_name, host in rows
        ]

    @cached_property
    def session_rules(self) -> SessionRules:
        """Jump hosts and limits, by where a device is."""

        def credentials(name: str) -> Credentials:
            return self.chosen.of(name)  # asked for only where there is a jump host

        return SessionRules(self.settings.jump, self.settings.sessions, credentials)

    def placed(self, device: str) -> Placed:
        """What decides which part of the settings is for a device."""
        with self.database.read() as session:
            return _placed(session, [device])[device]

    @cached_property
    def door(self) -> Door:
        from netwright.app.door import Door  # noqa: PLC0415 (heavy)

        return Door(self.hostkeys, self.settings.sessions)

    def open_session(self, target: Target, *, hold: bool = False, fresh: bool = False) -> Lease:
        """``hold``: who asks comes back to the device soon; ``fresh``: over a login of its own."""
        return self.login(target.endpoint, target.platform.dialogue, hold=hold, fresh=fresh)

    def login(
        self, endpoint: Endpoint, dialogue: Dialogue | None = None, *, hold: bool = False, fresh: bool = False
    ) -> Lease:
        """A session with whoever is at ``endpoint``; ``dialogue``: how its platform's command line talks."""
        for one, whose in ((endpoint, ""), (endpoint.jump, "for its jump host ")):
            if one is not None and one.credentials.fault:
                raise AuthenticationError(
                    f"there are no credentials {whose}{one.device if whose else ''}({one.credentials.fault})",
                    subject=endpoint.device,
                )
        return self.door.pool().open(endpoint, dialogue, hold=hold, fresh=fresh)

    async def close_sessions(self) -> None:
        """Close what the running event loop has open with devices."""
        if "door" in self.__dict__:
            await self.door.close()

    def ssh_endpoints(self) -> dict[str, tuple[str, int | None]]:
        """Host and SSH port of devices that the settings have elsewhere than the inventory."""
        return {name: (one.host, one.ssh_port) for name, one in self.settings.endpoints.items()}

    def close(self) -> None:
        if "database" in self.__dict__:
            self.database.close()

    def _endpoint(self, device: str, host: str, credentials: Credentials, placed: Placed | None) -> Endpoint:
        jump = self.session_rules.jump(placed) if placed is not None else None
        share = self.session_rules.share(placed)
        override = self.home.settings.endpoints.get(device)
        if override is None:
            return Endpoint(device, host, credentials, jump=jump, share=share)
        return Endpoint(
            device,
            override.host,
            credentials,
            override.ssh_port,
            override.snmp_port,
            netconf_port=override.netconf_port,
            gnmi_port=override.gnmi_port,
            http_port=override.http_port,
            jump=jump,
            share=share,
        )


def open_context(home: Path | None = None, *, clock: Clock | None = None) -> Context:
    """The installation in ``home`` (default: NETWRIGHT_HOME or ~/.netwright)."""
    return Context(open_home(home), clock or SystemClock())


def _active(
    session: DatabaseSession, names: Collection[str] | None, site: str | None
) -> list[tuple[str, str, Address]]:
    query = (
        select(Device.name, Device.platform, Device.management_address)
        .where(Device.status == Status.ACTIVE, Device.management_address.is_not(None), Device.platform != "")
        .order_by(Device.name)
    )
    if site is not None:
        known = session.scalar(select(Site.id).where(Site.name == site))
        if known is None:
            raise NotFoundError("there is no such site", subject=site, remedy="See `netwright show site`.")
        query = query.where(Device.site_id == known)
    rows = [
        (name, platform_name, host)
        for name, platform_name, host in session.execute(query)
        if host is not None
    ]
    if names is None:
        return rows
    found = {row[0]: row for row in rows}
    for name in names:
        if name not in found:
            raise NotFoundError(
                "there is no active device of this name", subject=name, remedy="See `netwright show device`."
            )
    return [found[name] for name in names]


def _placed(session: DatabaseSession, names: Sequence[str]) -> dict[str, Placed]:
    """Where devices stand, with all regions above. A network has few regions: they are read whole."""
    regions = {
        row[0]: (row[1], row[2]) for row in session.execute(select(Region.id, Region.name, Region.parent_id))
    }
    query = select(Device.name, Device.platform, Device.role, Site.name, Site.region_id).join(
        Site, Site.id == Device.site_id
    )
    if len(names) <= _FEW_NAMES:
        query = query.where(Device.name.in_(names))
    wanted = set(names)
    return {
        name: Placed(name=name, platform=platform, role=str(role), site=site, regions=_above(region, regions))
        for name, platform, role, site, region in session.execute(query)
        if name in wanted
    }


def _above(region: int | None, regions: dict[int, tuple[str, int | None]]) -> frozenset[str]:
    found: set[str] = set()
    while region is not None and region in regions:
        name, region = regions[region]
        if name in found:
            break
        found.add(name)
    return frozenset(found)
