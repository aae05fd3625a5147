"""Health of devices, links and sites, and what counts as cut off."""

from __future__ import annotations

from typing import Any

import pytest

from netwright.collect.audit import audit
from netwright.collect.findings import store_findings
from netwright.collect.health import HealthReport, HealthState, health
from netwright.collect.intake import Failure, take_facts, take_failure
from netwright.collect.wanted import Wanted
from netwright.store.database import Database

from .conftest import HeldClock
from .network import NOW, change, facts_as_wanted

OK, DEGRADED, DOWN, UNKNOWN = HealthState.OK, HealthState.DEGRADED, HealthState.DOWN, HealthState.UNKNOWN


class Watch:
    """Tells health after devices said something, the audit included."""

    def __init__(self, database: Database, wanted: Wanted, clock: HeldClock) -> None:
        self._database, self._wanted, self._clock = database, wanted, clock

    def after(self, *silent: str, **says: dict[str, Any]) -> HealthReport:
        changes = {name.replace("_", "-"): value for name, value in says.items()}
        with self._database.write() as session:
            for name in self._wanted.devices:
                take_facts(session, [change(facts_as_wanted(self._wanted, name), changes.get(name, {}))])
                if name in silent:
                    take_failure(session, Failure(name, "fake", NOW, "no route to host"))
            store_findings(session, audit(session, self._clock), NOW)
            return health(session, self._clock)


@pytest.fixture
def watch(database: Database, wanted: Wanted, clock: HeldClock) -> Watch:
    return Watch(database, wanted, clock)


def test_nothing_is_known_before_anybody_asked(database: Database, clock: HeldClock) -> None:
    with database.read() as session:
        report = health(session, clock)
    for part in (report.devices, report.links, report.sites):
        assert {one.state for one in part.values()} == {UNKNOWN}


def test_all_well(watch: Watch) -> None:
    report = watch.after()
    for part in (report.devices, report.links, report.sites):
        assert {one.state for one in part.values()} == {OK}
    assert len(report.links) == 7


def test_a_fault_degrades_the_device_and_its_site(watch: Watch) -> None:
    report = watch.after(ams_edge1={"components": {"psu2": "absent"}})
    assert report.devices["ams-edge1"].state is DEGRADED
    assert "psu2" in report.devices["ams-edge1"].reasons[0]
    assert report.sites["ams"].state is DEGRADED
    assert report.sites["ams"].reasons == ("ams-edge1 is degraded",)
    assert report.sites["fra"].state is OK


def test_a_crashed_edge_is_down_and_its_site_only_degraded(watch: Watch) -> None:
    report = watch.after(
        "ams-edge1",
        fra_core1={"interfaces": {"swp1": "down"}, "sessions": {"10.254.1.1": "active"}},
        ams_edge2={"interfaces": {"swp3": "down"}, "sessions": {"10.254.1.8": "active"}},
    )
    assert report.devices["ams-edge1"].state is DOWN
    assert report.links["fra-core1:swp1"].state is DOWN
    assert report.links["fra-core1:swp2"].state is OK
    assert report.sites["ams"].state is DEGRADED
    # what follows from the crash is told as that
    assert report.devices["ams-edge2"].reasons == ("ams-edge1 does not answer",)


def test_cut_uplinks_take_the_site_down_though_management_works(watch: Watch) -> None:
    report = watch.after(
        ams_edge1={"interfaces": {"swp1": "down"}},
        ams_edge2={"interfaces": {"swp1": "down"}},
        fra_core1={"interfaces": {"swp1": "down", "swp2": "down"}},
    )
    assert report.sites["ams"].state is DOWN
    assert "cut off" in report.sites["ams"].reasons[0]
    assert report.devices["ams-cache1"].state is OK
    assert report.sites["fra"].state is DEGRADED
    assert report.sites["par"].state is OK


def test_a_mute_far_end_does_not_cut_a_site_off(watch: Watch) -> None:
    """Management of the core is lost; the POP's own sessions say that the links carry."""
    report = watch.after("fra-core1")
    assert report.sites["fra"].state is DOWN
    assert report.sites["ams"].state is OK
    assert report.links["fra-core1:swp1"].state is OK


def test_a_lost_isp_degrades_the_site(watch: Watch) -> None:
    report = watch.after(par_edge1={"sessions": {"198.19.0.5": "idle"}})
    assert report.sites["par"].state is DEGRADED
    assert "no session with isp-aurora is established" in report.sites["par"].reasons


def test_a_bare_router_degrades_its_links_and_cuts_nothing_off(watch: Watch) -> None:
    report = watch.after(par_edge1={"bare": True}, fra_core1={"sessions": {"10.254.2.1": "active"}})
    assert report.sites["par"].state is DEGRADED
    assert report.links["fra-core1:swp3"].state is DEGRADED
    assert report.devices["par-edge1"].state is DEGRADED


def test_old_knowledge_is_no_good_health(watch: Watch, clock: HeldClock) -> None:
    clock.time += 7200
    report = watch.after()
    assert {one.state for one in report.devices.values()} == {DEGRADED}


def test_a_server_whose_service_is_dead_is_down(watch: Watch) -> None:
    report = watch.after(ams_cache1={"services": {"nginx": False}})
    assert report.devices["ams-cache1"].state is DOWN
    assert "nginx" in report.devices["ams-cache1"].reasons[0]
    assert report.sites["ams"].state is DEGRADED


def test_what_a_device_could_not_tell_cuts_nothing_off(
    watch: Watch, database: Database, wanted: Wanted, clock: HeldClock
) -> None:
    """Both edges lose their SSH: nothing is heard of their sessions, but the far ends have them."""
    watch.after()
    with database.write() as session:
        for name in ("ams-edge1", "ams-edge2"):
            mute = {
                "unparsed": ["ssh"],
                "sessions": {"10.254.1.0" if name == "ams-edge1" else "10.254.1.2": "absent"},
            }
            take_facts(session, [change(facts_as_wanted(wanted, name, NOW + 5), mute)])
        report = health(session, clock)
    assert report.sites["ams"].state is OK
    assert report.links["fra-core1:swp1"].state is OK
