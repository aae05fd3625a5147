"""Which credentials a device is logged in to with: the first set of the settings that fits, or the default.

What a set's places give is kept for a while: a round over 20,000 devices asks Vault once a set. A set that
can't be had is no reason to leave the others alone: its devices get credentials that say why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from netwright.app.conditions import Placed, ask_places, first_fit
from netwright.app.credentials.sets import CredentialSet, Place
from netwright.app.credentials.source import Sources
from netwright.app.credentials.stored import CredentialStore
from netwright.base.clock import Clock
from netwright.base.errors import InputError, NetwrightError, NotFoundError
from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Way
from netwright.device.tls import Tls

DEFAULT = "default"
KEPT_S = 300.0
FAILED_S = 15.0


@dataclass
class ChosenCredentials:
    """``sets`` in the order of the settings."""

    sets: Mapping[str, CredentialSet]
    sources: Sources
    stored: CredentialStore
    clock: Clock
    _kept: dict[str, tuple[float, Credentials]] = field(default_factory=dict)

    @property
    def placed_matter(self) -> bool:
        """Whether any set asks where a device is."""
        return ask_places(self.sets)

    def name_for(self, device: Placed) -> str:
        """The set's name, or ``default``."""
        return first_fit(self.sets, device) or DEFAULT

    def of(self, name: str) -> Credentials:
        """A set's credentials; ones with ``fault`` when a place does not give its secret. Raises
        NotFoundError for a set that nobody wrote."""
        self._require(name)
        until, kept = self._kept.get(name, (0.0, None))
        if kept is not None and self.clock.now() < until:
            return kept
        try:
            found = self.fetch(name)
        except NetwrightError as error:
            found = Credentials("", fault=f"{error}")
        self._kept[name] = (self.clock.now() + (FAILED_S if found.fault else KEPT_S), found)
        return found

    def fetch(self, name: str) -> Credentials:
        """The same, now. Raises NetwrightError."""
        self._require(name)
        if name not in self.sets:
            return self.stored.default()
        one = self.sets[name]
        return Credentials(
            username=self._text(name, "username", one.username) or "",
            password=self._secret(name, "password", one.password),
            private_key=self._secret(name, "private_key", one.private_key),
            enable=self._secret(name, "enable", one.enable),
            snmp_community=self._secret(name, "snmp_community", one.snmp_community),
            snmp_user=self._text(name, "snmp_user", one.snmp_user),
            snmp_auth=self._secret(name, "snmp_auth", one.snmp_auth),
            snmp_priv=self._secret(name, "snmp_priv", one.snmp_priv),
            snmp_auth_protocol=one.snmp_auth_protocol,
            snmp_priv_protocol=one.snmp_priv_protocol,
            ways=_ways(one),
            tls=_tls(name, one),
        )

    def for_all(self, devices: Iterable[Placed]) -> dict[str, Credentials]:
        """By device."""
        return {device.name: self.of(self.name_for(device)) for device in devices}

    def _require(self, name: str) -> None:
        if name != DEFAULT and name not in self.sets:
            known = ", ".join([*self.sets, DEFAULT])
            raise NotFoundError(
                "there is no such set of credentials", subject=name, remedy=f"Known are: {known}."
            )

    def _text(self, name: str, part: str, given: str | Place | None) -> str | None:
        if given is None or isinstance(given, str):
            return given
        found = self._secret(name, part, given)
        return found.reveal() if found is not None else None

    def _secret(self, name: str, part: str, place: Place | None) -> Secret | None:
        if place is None:
            return None
        try:
            return self.sources.value(place)
        except NetwrightError as error:
            raise type(error)(
                f"{error.what} ({error.subject})" if error.subject else error.what,
                subject=f"credentials {name}, {part}",
                remedy=error.remedy,
            ) from None


def _ways(one: CredentialSet) -> tuple[Way, ...]:
    """As the set says; else SNMP and SSH, as far as it has what they need."""
    if one.ways:
        return tuple(dict.fromkeys(one.ways))
    agent = one.snmp_community is not None or bool(one.snmp_user)
    login = one.password is not None or one.private_key is not None
    return () if agent == login else (Way.SNMP,) if agent else (Way.SSH,)


def _tls(name: str, one: CredentialSet) -> Tls:
    try:
        authorities = Path(one.ca_file).expanduser().read_text() if one.ca_file else None
    except OSError as error:
        raise InputError(
            f"ca_file can't be read ({error.strerror})", subject=f"credentials {name}", remedy="Mend it."
        ) from None
    return Tls(authorities, verify=one.verify_tls)
