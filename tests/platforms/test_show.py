"""Questions: who reads their answers, and what becomes of an answer that makes no sense."""

from __future__ import annotations

import json

from netwright.platforms.facts import Found, System, UserFact
from netwright.platforms.show import Show, Via, read, read_all, wanted


def _users(answer: str) -> Found:
    return Found(users=tuple(UserFact(name) for name in json.loads(answer)["users"]))


def _version(answer: str) -> Found:
    return Found(system=System(answer.split()[1]), unparsed=(("line 2", "what is this"),))


USERS = Show("show users | json", _users, ("users",))
VERSION = Show("show version", _version, ("system",))
ROUTES = Show("show ip route | json", _users, ("routes",), rarely=True)
PATH = Show("/system", _users, ("system",), via=Via.GNMI)


def test_each_fact_says_where_it_comes_from() -> None:
    found = read_all([VERSION, USERS], {"show version": "EOS r1", "show users | json": '{"users": ["ann"]}'})
    assert found.system == System("r1", source="cli: show version")
    assert found.users == (UserFact("ann", source="cli: show users | json"),)
    assert found.unparsed == (("cli: show version: line 2", "what is this"),)


def test_an_answer_without_sense_is_kept() -> None:
    show = Show("show vlan | json", _users, ("vlans",))
    for answer in ("% Invalid input", "[]", '{"users": 3}', "{}"):
        (problem,) = read(show, answer).unparsed
        assert problem[0] == "cli: show vlan | json"
        assert problem[1].endswith(answer)


def test_what_may_hold_a_password_is_not_kept() -> None:
    def one_by_one(answer: str) -> Found:
        return Found(unparsed=(("user", answer),))

    for show in (USERS, Show("show user-account | json", one_by_one, ("users",))):
        (problem,) = read(show, '{"user": {"password": "$1$hashed"}}').unparsed
        assert "hashed" not in problem[1]
        assert "not understood" in problem[1]


def test_which_questions_are_asked() -> None:
    every = [VERSION, USERS, ROUTES, PATH]
    assert list(wanted(every)) == [VERSION, USERS]
    assert list(wanted(every, ["routes", "users"])) == [USERS, ROUTES]
    assert list(wanted(every, via=Via.GNMI)) == [PATH]
    assert (USERS.api_command, VERSION.api_command) == ("show users", "show version")
