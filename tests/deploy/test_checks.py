"""What is held against a change, and what is not."""

from __future__ import annotations

from ipaddress import ip_address

from netwright.deploy.checks import Baseline, baseline_of, faults, read_baseline, sessions_named
from netwright.deploy.expectation import Expectation, WantedSession, read_expectation
from netwright.platforms.facts import BgpSessionFact, BgpState

A, B, C = (ip_address(f"10.0.0.{n}") for n in (1, 2, 3))
UP, DOWN = BgpState.ESTABLISHED, BgpState.ACTIVE
NONE = Baseline({})


def fact(remote: object, state: BgpState = UP, received: int | None = 3) -> BgpSessionFact:
    return BgpSessionFact(remote, 65000, state, prefixes_received=received)  # type: ignore[arg-type]


def wanted(*sessions: WantedSession) -> Expectation:
    return Expectation(sessions)


def test_a_new_session_with_a_partner_must_come_up() -> None:
    one = wanted(WantedSession(A))
    assert faults(one, NONE, [fact(A)], set()) == ()
    assert "is active" in faults(one, NONE, [fact(A, DOWN)], set())[0]
    assert "not on the device" in faults(one, NONE, [], set())[0]


def test_a_partner_with_clients_must_send_prefixes() -> None:
    one = wanted(WantedSession(A, carries=True))
    assert "no prefixes" in faults(one, NONE, [fact(A, received=0)], set())[0]
    assert faults(one, NONE, [fact(A, received=None)], set()) == ()  # the device did not say


def test_a_new_session_with_ours_is_asked_only_if_the_other_end_is_settled() -> None:
    one = wanted(WantedSession(A, peer="core1"))
    assert faults(one, NONE, [fact(A, DOWN)], set()) == ()
    assert "core1" in faults(one, NONE, [fact(A, DOWN)], {"core1"})[0]


def test_what_was_up_must_be_up_and_still_receive() -> None:
    one = wanted(WantedSession(A, peer="core1"))
    before = Baseline({A: 5})
    assert "established before" in faults(one, before, [fact(A, DOWN)], set())[0]
    assert "no prefixes" in faults(one, before, [fact(A, received=0)], set())[0]
    assert faults(one, Baseline({A: 0}), [fact(A, received=0)], set()) == ()


def test_what_was_down_before_is_not_held_against_the_change() -> None:
    before = baseline_of([fact(A, DOWN)])
    assert faults(wanted(WantedSession(A, carries=True)), before, [fact(A, DOWN)], set()) == ()


def test_a_session_no_longer_wanted_may_go() -> None:
    assert faults(wanted(), Baseline({A: 5}), [], set()) == ()


def test_a_restored_text_must_keep_the_sessions_it_names() -> None:
    before = Baseline({A: 5, B: 1, ip_address("10.0.0.33"): 1})
    kept = sessions_named(
        before, f"router bgp 1\n neighbor {A} remote-as 2\n neighbor 10.0.0.3 remote-as 9\n"
    )
    assert kept == wanted(WantedSession(A))


def test_documents_round_trip() -> None:
    before = baseline_of([fact(A), fact(B, DOWN), fact(C, received=None)])
    expectation = wanted(WantedSession(A, "core1", True), WantedSession(ip_address("2001:db8::1")))
    assert read_baseline(before.document()) == before
    assert read_expectation(expectation.document()) == expectation
