"""Applying designs: only differences, people's edits kept, everything taken back."""

from __future__ import annotations

import pytest

from netwright.base.errors import InputError
from netwright.intent.rules import check
from netwright.store.problem import RulesBrokenError

from .conftest import LONDON, Yard

SIMPLE = """
design: mine
version: 1
parameters:
  racks: {type: integer, default: 2, least: 0, most: 9, help: How many racks}
  height: {type: integer, default: 42, help: How high}
  title: {default: First, help: Title}
objects:
  - kind: site
    set: {name: "{{ name }}", region: uk, kind: exchange, latitude: 1, longitude: 2, title: "{{ title }}"}
  - kind: rack
    path: rack{{ n }}
    for_each: range(1, racks + 1)
    as: n
    set: {site: "@site", name: "r{{ n }}", height_u: "{{ height }}"}
"""


def test_applied_again_nothing_differs(yard: Yard) -> None:
    first = yard.apply("exchange-pop", "lon", LONDON)
    again = yard.apply("exchange-pop", "lon")

    assert first.revision == 2
    assert (again.changeset_id, again.revision, again.objects) == (None, None, 0)


@pytest.mark.parametrize(
    ("design", "more"), [("exchange-pop", {}), ("embedded-isp-site", {"isp": "isp-aurora"})]
)
def test_removal_leaves_nothing(yard: Yard, design: str, more: dict[str, str]) -> None:
    before = yard.counts()
    yard.apply(design, "lon", {**LONDON, **more})
    assert yard.counts() != before

    yard.designs.remove(yard.designs.find(design, "lon").id, "tester", check)

    assert yard.counts() == before


def test_a_larger_size_adds_and_moves_nothing(yard: Yard) -> None:
    yard.apply("exchange-pop", "lon", LONDON)

    changes = yard.changes(yard.apply("exchange-pop", "lon", {"size": "medium"}))

    assert {change for change in changes if change[0] != "create"} == {("update", "device", "lon-tor1")}
    assert ("create", "device", "lon-tor2") in changes
    assert ("create", "device", "lon-cache1-4") in changes


def test_back_to_small_is_what_it_was(yard: Yard) -> None:
    yard.apply("exchange-pop", "lon", LONDON)
    before = {
        kind: yard.keys(kind) for kind in ("device", "cable", "address", "bgp_session", "prefix", "rack")
    }
    yard.apply("exchange-pop", "lon", {"size": "large"})

    yard.apply("exchange-pop", "lon", {"size": "small"})

    assert {kind: yard.keys(kind) for kind in before} == before


def test_a_changed_parameter_changes_what_it_says(yard: Yard) -> None:
    yard.write(SIMPLE)
    yard.apply("mine", "x")

    assert yard.changes(yard.apply("mine", "x", {"title": "Second"})) == {("update", "site", "x")}
    assert yard.changes(yard.apply("mine", "x", {"racks": 3})) == {("create", "rack", "x/r3")}
    assert yard.changes(yard.apply("mine", "x", {"racks": 1})) == {
        ("delete", "rack", "x/r2"),
        ("delete", "rack", "x/r3"),
    }


def test_a_new_name_is_an_update(yard: Yard) -> None:
    yard.write(SIMPLE)
    yard.apply("mine", "x")
    yard.write(SIMPLE.replace('name: "r{{ n }}"', 'name: "rack-{{ n }}"').replace("version: 1", "version: 2"))

    assert yard.changes(yard.apply("mine", "x")) == {
        ("update", "rack", "x/rack-1"),
        ("update", "rack", "x/rack-2"),
    }


def test_a_new_version_tells_what_it_would_change(yard: Yard) -> None:
    yard.write(SIMPLE)
    for name in ("x", "y"):
        yard.apply("mine", name)
    yard.write(SIMPLE.replace("version: 1", "version: 2").replace("default: 42", "default: 48"))

    requests = [yard.designs.request("mine", name, {}) for name in ("x", "y")]
    preview = yard.designs.preview(requests, "tester", check)

    assert {(one.key, one.fields["height_u"]) for one in preview.diff if one.kind == "rack"} == {
        (f"{site}/r{n}", (42, 48)) for site in ("x", "y") for n in (1, 2)
    }
    assert [(one.version, one.newest) for one in yard.designs.instances("mine")] == [(1, 2), (1, 2)]
    assert yard.value("rack", "x/r1", "height_u") == 42, "a preview keeps nothing"


def test_a_persons_edit_stays_and_is_told(yard: Yard) -> None:
    yard.write(SIMPLE)
    yard.apply("mine", "x")
    yard.edit("rack", "x/r1", height_u=47)

    again = yard.apply("mine", "x")
    assert again.objects == 0
    assert [(one.path, one.column, one.theirs, one.ours) for one in again.kept] == [
        ("rack1", "height_u", 47, 42)
    ]

    changed = yard.apply("mine", "x", {"height": 45})
    assert yard.value("rack", "x/r1", "height_u") == 47, "changed by both: the person's stays"
    assert yard.value("rack", "x/r2", "height_u") == 45
    assert [(one.path, one.ours) for one in changed.kept] == [("rack1", 45)]

    later = yard.apply("mine", "x", {"height": 46})
    assert yard.value("rack", "x/r1", "height_u") == 47, "kept also after the design has written again"
    assert [(one.path, one.ours) for one in later.kept] == [("rack1", 46)]

    yard.edit("rack", "x/r1", height_u=46)
    yard.apply("mine", "x", {"height": 44})
    assert yard.value("rack", "x/r1", "height_u") == 44, "given back to the design"


def test_a_design_may_stand_over_edits(yard: Yard) -> None:
    yard.write(SIMPLE.replace("    as: n\n", "    as: n\n    overwrite: [height_u]\n"))
    yard.apply("mine", "x")
    yard.edit("rack", "x/r1", height_u=47)

    applied = yard.apply("mine", "x")

    assert yard.value("rack", "x/r1", "height_u") == 42
    assert list(applied.kept) == []


def test_what_people_deleted_stays_deleted_until_restored(yard: Yard) -> None:
    yard.write(SIMPLE)
    yard.apply("mine", "x")
    yard.delete("rack", "x/r2")

    again = yard.apply("mine", "x")
    assert (again.objects, list(again.missing)) == (0, [("mine/x", "rack2")])

    restored = yard.apply("mine", "x", restore=True)
    assert yard.changes(restored) == {("create", "rack", "x/r2")}
    assert yard.apply("mine", "x").objects == 0


def test_a_part_of_a_model_is_given_back(yard: Yard) -> None:
    yard.apply("exchange-pop", "lon", LONDON)
    yard.write("""
design: mine
version: 1
parameters: {mtu: {type: integer, default: 9000}}
objects:
  - kind: interface
    set: {device: lon-edge1, name: swp9, mtu: "{{ mtu }}", description: ours}
""")
    assert yard.changes(yard.apply("mine", "x")) == {("update", "interface", "lon-edge1/swp9")}
    yard.edit("interface", "lon-edge1/swp9", description="somebody's")

    removed = yard.designs.remove(yard.designs.find("mine", "x").id, "tester", check)

    assert yard.changes(removed) == {("update", "interface", "lon-edge1/swp9")}
    assert yard.value("interface", "lon-edge1/swp9", "mtu") is None
    assert yard.value("interface", "lon-edge1/swp9", "description") == "somebody's"


def test_another_model_changes_the_parts(yard: Yard) -> None:
    yard.write("""
design: mine
version: 1
parameters: {model: {type: reference, kind: model, default: NW-T48}}
objects:
  - kind: site
    set: {name: x, region: uk, kind: exchange, latitude: 1, longitude: 2}
  - kind: device
    set: {name: x1, site: "@site", model: "{{ model }}", role: tor}
""")
    yard.apply("mine", "x")
    assert "x1/swp48" in yard.keys("interface")

    changes = yard.changes(yard.apply("mine", "x", {"model": "NW-R36"}))

    assert ("delete", "interface", "x1/swp48") in changes
    assert ("update", "interface", "x1/swp1") in changes, "of another speed"
    assert ("create", "component", "x1/fan6") in changes
    assert len([key for key in yard.keys("interface") if key.startswith("x1/")]) == 37


def test_what_others_hang_on_stands_against_removal(yard: Yard) -> None:
    yard.write(SIMPLE)
    yard.apply("mine", "x")
    yard.load("devices: [{name: other, site: x, model: NW-M48, role: management}]")

    with pytest.raises(RulesBrokenError, match="device other refers to it"):
        yard.designs.remove(yard.designs.find("mine", "x").id, "tester", check)


def test_history_and_revert_carry_instances(yard: Yard) -> None:
    before = yard.counts()
    applied = yard.apply("exchange-pop", "lon", LONDON)
    assert applied.changeset_id is not None

    undo = yard.changesets.revert(applied.changeset_id, "tester")
    yard.changesets.merge(getattr(undo, "id", undo), "tester", check)

    assert yard.counts() == before


def test_rules_stand_against_a_bad_design(yard: Yard) -> None:
    yard.write(SIMPLE.replace("latitude: 1", "latitude: 91"))

    with pytest.raises(RulesBrokenError, match="latitude is 91"):
        yard.apply("mine", "x")
    assert yard.designs.instances("mine") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "region: uk",
            "region: ukk",
            "mine.yaml:9: site: region: there is no region 'ukk'. Did you mean uk?",
        ),
        ('site: "@site"', 'site: "@sit"', "mine.yaml:11: rack1: @sit leads nowhere in this design"),
        ('site: "@site"', 'site: "@rack1"', "mine.yaml:11: rack1: @rack1 is a rack, expected a site"),
        ("path: rack{{ n }}", "path: rack", "mine.yaml:11: two objects have the path 'rack'"),
        ("latitude: 1", 'latitude: "{{ wide }}"', "mine.yaml:10: the expression fails: 'wide' is undefined"),
        ("latitude: 1", 'latitude: "north"', "field latitude: expected a number, not 'north'"),
        ("range(1, racks + 1)", "racks", "mine.yaml:13: for_each wants a list, not '2'"),
        ("range(1, racks + 1)", "range(10 ** 9)", "at most 10000 are allowed"),
        ("range(1, racks + 1)", "().__class__.__base__.__subclasses__()", "unsafe"),
        ("kind: rack", "kind: rak", "mine.yaml:11: there is no kind 'rak' (did you mean rack?)"),
        ("height_u:", "height:", "mine.yaml:15: rack has no field 'height' (did you mean height_u?)"),
        ("    as: n", "    whem: n", "mine.yaml:14: there is no 'whem' here (did you mean when?)"),
        ("version: 1", "version: one", "mine.yaml:2: version: expected a whole number from 1"),
        ('"{{ title }}"', '"{% if x %}{% endif %}"', "mine.yaml:10: only {{ expressions }} are taken"),
        ('"{{ title }}"', '"{{ title"', "mine.yaml:10: the expression can't be read"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(yard: Yard, old: str, new: str, said: str) -> None:
    assert old in SIMPLE
    yard.write(SIMPLE.replace(old, new))

    with pytest.raises(InputError) as caught:
        yard.apply("mine", "x")

    assert said in str(caught.value).replace(f"{yard.folder}/", "")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"rack": 1}, "parameter rack: the design has no such parameter. Did you mean racks?"),
        ({"racks": "many"}, "parameter racks: expected an integer, not 'many'. Give it: How many racks."),
        ({"racks": 10}, "parameter racks: expected a number from 0 to 9, not '10'"),
    ],
)
def test_wrong_parameters(yard: Yard, parameters: dict[str, object], said: str) -> None:
    yard.write(SIMPLE)

    with pytest.raises(InputError) as caught:
        yard.apply("mine", "x", parameters)

    assert said in str(caught.value)


def test_python_of_a_design(yard: Yard) -> None:
    yard.write(SIMPLE + "python: more.py\n")
    yard.write(
        """
def expand(p, ground):
    yield {"path": "site", "set": {"title": f"{len(ground.made)} objects"}}
    yield {"kind": "rack", "path": "spare", "set": {"site": "@site", "name": "spare"}}
""",
        "more.py",
    )
    yard.apply("mine", "x")
    assert yard.value("site", "x", "title") == "3 objects"
    assert "x/spare" in yard.keys("rack")

    yard.write("def expand(p, ground):\n    return 1 / 0\n", "more.py")
    with pytest.raises(InputError, match="line 2: ZeroDivisionError"):
        yard.apply("mine", "x")
