"""Which set a device gets, in the order of the settings; a set that can't be had stops only its own."""

from __future__ import annotations

from typing import cast

import pytest

from netwright.app.conditions import Placed
from netwright.app.credentials.chosen import FAILED_S, KEPT_S, ChosenCredentials
from netwright.app.credentials.sets import CredentialSet
from netwright.app.credentials.source import Sources
from netwright.app.credentials.stored import CredentialStore
from netwright.app.vault import Vault
from netwright.base.errors import NetwrightError, NotFoundError
from netwright.device import endpoint
from netwright.device.snmp import user

from .test_source import HUSH, Hands, Store

SETS = {
    "lab": {"username": "lab", "devices": ["lab-*"]},
    "isp": {"username": "isp", "regions": ["emea"], "roles": ["edge"]},
    "amsterdam": {"username": "ams", "sites": ["ams1"], "password": {"env": "AMS"}},
    "guest": {"username": "guest"},
}


def chosen(environment: dict[str, str] | None = None, clock: Hands | None = None) -> ChosenCredentials:
    sets = {name: CredentialSet.model_validate(one) for name, one in SETS.items()}
    nothing = cast("Vault", None)  # no set here is the default's
    sources = Sources(Store(), None, environment if environment is not None else {})
    return ChosenCredentials(sets, sources, CredentialStore(nothing), clock or Hands())


def device(name: str, site: str = "fra1", role: str = "spine", *regions: str) -> Placed:
    return Placed(name=name, platform="frr", site=site, role=role, regions=frozenset(regions))


@pytest.mark.parametrize(
    ("placed", "name"),
    [
        (device("lab-1", "ams1", "edge", "emea"), "lab"),
        (device("ams1-edge1", "ams1", "edge", "nl", "emea"), "isp"),
        (device("ams1-spine1", "ams1", "spine", "nl", "emea"), "amsterdam"),
        (device("fra1-spine1", "fra1", "spine", "de", "emea"), "default"),
        (device("tok1-edge1", "tok1", "edge", "apac"), "default"),
    ],
)
def test_the_first_that_fits(placed: Placed, name: str) -> None:
    assert chosen().name_for(placed) == name


def test_a_set_that_cannot_be_had_says_why_and_stops_no_other() -> None:
    clock = Hands()
    asked = chosen({}, clock)
    found = asked.for_all([device("lab-1"), device("ams1-spine1", "ams1")])
    assert (found["lab-1"].username, found["lab-1"].fault) == ("lab", "")
    assert "credentials amsterdam, password" in found["ams1-spine1"].fault
    assert "variable AMS" in found["ams1-spine1"].fault
    with pytest.raises(NetwrightError):
        asked.fetch("amsterdam")


def test_values_are_kept_for_a_while_and_faults_for_a_shorter_one() -> None:
    clock, environment = Hands(), {"AMS": HUSH}
    asked = chosen(environment, clock)
    assert asked.of("amsterdam").password is not None
    environment.clear()
    assert asked.of("amsterdam").fault == ""
    clock.time += KEPT_S + 1
    assert asked.of("amsterdam").fault
    environment["AMS"] = HUSH
    assert asked.of("amsterdam").fault
    clock.time += FAILED_S + 1
    assert not asked.of("amsterdam").fault


def test_an_unknown_set_names_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="lab, isp, amsterdam, guest, default"):
        chosen().of("nobody")


def test_nothing_shows_a_value() -> None:
    found = chosen({"AMS": HUSH}).of("amsterdam")
    assert HUSH not in f"{found} {found!r}"


def test_names_of_protocols_are_those_that_sessions_know() -> None:
    assert set(endpoint.AUTH_NAMES) == set(user.AUTH)
    assert set(endpoint.PRIV_NAMES) == set(user.PRIV)
