"""Observed devices become wanted: everything of a new one, nothing unseen of one that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from tests.collect.conftest import HeldClock
from tests.collect.stranger import discovered, router

from netwright.base.errors import InputError, NotFoundError
from netwright.collect.adoption.adopt import Adoption
from netwright.collect.adoption.device import Wish
from netwright.collect.audit import audit
from netwright.collect.observed import ObservedAddress
from netwright.intent.importer import ImportResult, import_source
from netwright.inventory import (
    KINDS,
    Asn,
    BgpSession,
    Cable,
    Component,
    Device,
    Interface,
    Manufacturer,
    Model,
)
from netwright.inventory.hardware import ModelForm
from netwright.platforms.catalog import catalog
from netwright.platforms.facts import (
    DeviceFacts,
    NeighborFact,
    System,
)
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.identity import allocate

pytestmark = pytest.mark.slow
WISH = Wish(site="ams", role="edge")


def pair() -> tuple[DeviceFacts, DeviceFacts]:
    """Two routers with a cable that both hear, and a session over it."""
    one = router(1, [("Hu0", "10.76.0.0/31", "new-r2", "Hu7")], asn_of={"10.76.0.1": 65102})
    two = router(2, [("Hu7", "10.76.0.1/31", "new-r1.example.net", "Hu0")], asn_of={"10.76.0.0": 65101})
    return one, two


@pytest.fixture(autouse=True)
def _ids_given_out(database: Database) -> None:
    """The small network took its ids by itself."""
    with database.write() as session:
        allocate(session, 100_000)


def adopt(
    database: Database, names: Sequence[str], wish: Wish = WISH, take: Sequence[str] = ()
) -> tuple[ImportResult, Adoption]:
    source = Adoption(catalog(), names, wish, take)
    result = import_source(database, ChangeSets(database, KINDS, clock=HeldClock()), source, "me", "Adopt")
    return result, source


def messages(result: ImportResult) -> str:
    return "\n".join(map(str, result.problems))


def test_a_pair_of_routers_is_adopted_whole_and_then_nothing_differs(database: Database) -> None:
    discovered(database, pair())
    result, source = adopt(database, ["new-r1", "new-r2"])
    assert result.ok, messages(result)
    assert source.differences == []
    assert "the library has no model NCS-9001" in messages(result)
    with database.read() as session:
        device = session.scalars(select(Device).where(Device.name == "new-r1")).one()
        assert (device.serial, device.platform, str(device.management_address), str(device.loopback)) == (
            "FOC0001X",
            "cisco_xr",
            "10.250.77.1",
            "10.77.0.1",
        )
        assert session.get_one(Asn, device.asn_id).number == 65101  # as the neighbour calls it
        own = session.scalars(select(Component).where(Component.device_id == device.id)).all()
        assert [(one.name, one.part_number, one.serial) for one in own] == [
            ("0/RP0", "NCS-RP", "RP0001"),
            ("empty slot", "", ""),
        ]
        ports = session.scalars(
            select(Interface).where(Interface.device_id == device.id).order_by(Interface.name)
        )
        assert [(one.name, one.speed_bps, one.mtu) for one in ports] == [
            ("Hu0", 10**11, 9000),
            ("Loopback0", None, 1500),
        ]
        cable = session.scalars(select(Cable).where(Cable.name == "new-r1/Hu0 -- new-r2/Hu7")).one()
        ends = [session.get_one(Interface, end).name for end in (cable.a_interface_id, cable.b_interface_id)]
        assert ends == ["Hu0", "Hu7"]
        bgp = session.scalars(select(BgpSession).where(BgpSession.device_id == device.id)).one()
        assert (str(bgp.local_address), str(bgp.remote_address), str(bgp.role)) == (
            "10.76.0.0",
            "10.76.0.1",
            "fabric",
        )
    again, source = adopt(database, ["new-r1", "new-r2"], Wish())
    assert (again.diff, again.changeset_id, source.differences, again.problems) == ((), None, [], [])


def test_what_was_adopted_passes_the_audit(database: Database) -> None:
    discovered(database, pair())
    adopt(database, ["new-r1", "new-r2"])
    with database.read() as session:
        ours = [one for one in audit(session, HeldClock(1_000_001.0)) if one.device.startswith("new-")]
    assert [str(one.message) for one in ours] == []


def test_what_is_there_is_not_overwritten_unless_it_is_taken(database: Database) -> None:
    discovered(database, pair())
    adopt(database, ["new-r1", "new-r2"])
    with database.write() as session:
        session.execute(update(Device).where(Device.name == "new-r1").values(serial="OURS0001", platform=""))
        session.execute(update(Component).where(Component.serial == "RP0001").values(serial="OURS0002"))
    result, source = adopt(database, ["new-r1"], Wish())
    names = ["device:new-r1:serial", "component:new-r1/0/RP0:serial"]
    assert [(one.name, one.wanted, one.observed) for one in source.differences] == [
        (names[0], "OURS0001", "FOC0001X"),
        (names[1], "OURS0002", "RP0001"),
    ]
    assert {(one.kind, *one.fields) for one in result.diff} == {("device", "platform")}  # the empty field
    result, _ = adopt(database, ["new-r1"], Wish(), [names[1]])
    assert [(one.kind, one.fields["serial"]) for one in result.diff] == [
        ("component", ("OURS0002", "RP0001"))
    ]
    result, _ = adopt(database, ["new-r1"], Wish(), ["all"])
    assert [(one.kind, one.fields["serial"]) for one in result.diff] == [("device", ("OURS0001", "FOC0001X"))]
    assert adopt(database, ["new-r1"], Wish())[0].diff == ()


def test_a_cable_that_only_one_end_hears_is_proposed_and_said_so(database: Database) -> None:
    one, two = pair()
    discovered(database, [one, replace(two, neighbors=())])
    result, _ = adopt(database, ["new-r1", "new-r2"])
    assert "only new-r1 hears the other end" in messages(result)
    assert [diff.key for diff in result.diff if diff.kind == "cable"] == ["new-r1/Hu0 -- new-r2/Hu7"]


def test_a_port_that_hears_two_gets_no_cable(database: Database) -> None:
    one, two = pair()
    third = router(3, [("Hu0", "10.76.9.0/31", "", "")])
    crowd = replace(one, neighbors=(*one.neighbors, NeighborFact("Hu0", "new-r3", "Hu0")))
    discovered(database, [crowd, two, third])
    result, _ = adopt(database, ["new-r1", "new-r2", "new-r3"])
    assert "new-r1 Hu0 hears several neighbours" in messages(result)
    assert [diff for diff in result.diff if diff.kind == "cable"] == []


def test_a_cable_that_was_moved_is_a_difference(database: Database) -> None:
    one, two = pair()
    discovered(database, [one, two])
    adopt(database, ["new-r1", "new-r2"])
    third = router(3, [("Hu5", "10.76.9.1/31", "new-r1", "Hu0")])
    moved = replace(one, neighbors=(NeighborFact("Hu0", "new-r3", "Hu5"),))
    discovered(database, [moved, replace(two, neighbors=()), third], began=2000.0)
    result, source = adopt(database, ["new-r1", "new-r2", "new-r3"])
    assert [(d.name, d.wanted, d.observed) for d in source.differences] == [
        ("cable:new-r1/Hu0 -- new-r2/Hu7:b_interface", "new-r2/Hu7", "new-r3/Hu5")
    ]
    assert [diff.kind for diff in result.diff if diff.kind == "cable"] == []
    result, _ = adopt(database, ["new-r1", "new-r2", "new-r3"], Wish(), ["cable:b_interface"])
    assert [list(diff.fields) for diff in result.diff if diff.kind == "cable"] == [["b_interface"]]


def test_a_model_of_the_library_is_found_by_what_the_device_reports(database: Database) -> None:
    with database.write() as session:
        session.add(Manufacturer(id=900001, name="Cisco Systems"))
        session.flush()
        for id_, name, form in (
            (900002, "Cisco NCS-9001", ModelForm.DEVICE),
            (900003, "NCS-RP", ModelForm.MODULE),
        ):
            session.add(
                Model(
                    id=id_,
                    name=name,
                    manufacturer_id=900001,
                    form=form,
                    reported_name="ncs 9001" if id_ == 900002 else "",
                )
            )
    discovered(database, pair())
    result, _ = adopt(database, ["new-r1"])
    assert result.ok, messages(result)
    assert "model" not in result.counts
    with database.read() as session:
        device = session.scalars(select(Device).where(Device.name == "new-r1")).one()
        part = session.scalars(
            select(Component).where(Component.device_id == device.id, Component.name == "0/RP0")
        ).one()
        assert (device.model_id, part.model_id) == (900002, 900003)
    assert "its neighbour new-r2 is not in the inventory: left out" in messages(result)


def test_what_is_not_known_of_a_new_device_is_asked_for(database: Database) -> None:
    mute = replace(router(1), system=System("new-r1", "unknown", None, "FOC0001X"), components=())
    discovered(database, [mute])
    result, _ = adopt(database, ["new-r1"], Wish())
    assert not result.ok
    for words in (
        "the site is not known: say which",
        "the role is not known",
        "it does not tell its maker and model",
    ):
        assert words in messages(result)
    with database.read() as session:
        assert session.scalar(select(Device.id).where(Device.name == "new-r1")) is None
    assert adopt(database, ["new-r1"], replace(WISH, model=some_model(database)))[0].ok


def some_model(database: Database) -> str:
    with database.read() as session:
        return session.scalars(select(Model.name).order_by(Model.id)).first() or ""


def test_a_session_with_nobody_that_we_know_is_left_out_and_said(database: Database) -> None:
    one = router(1, [("Hu0", "10.76.0.0/31", "", "")], asn_of={"10.76.0.1": 64999, "10.99.0.1": 64999})
    discovered(database, [one])
    result, _ = adopt(database, ["new-r1"], replace(WISH, asn="65101"))
    assert result.ok
    assert "there is no ISP with AS64999: left out" in messages(result)
    assert "our address in this session is not known" in messages(result)


def test_a_session_with_an_isp_of_ours(database: Database) -> None:
    one = router(1, [("Hu0", "10.76.0.0/31", "", "")], asn_of={"10.76.0.1": 64496})
    discovered(database, [one])
    result, _ = adopt(database, ["new-r1"])
    assert "its AS is not known: 1 BGP sessions are left out; say which" in messages(result)
    result, _ = adopt(database, ["new-r1"], replace(WISH, asn="65101"))
    assert result.ok, messages(result)
    (diff,) = [diff for diff in result.diff if diff.kind == "bgp_session"]
    assert diff.fields["role"][1] == "isp"


def test_a_length_that_nobody_told_is_said_so(database: Database) -> None:
    one = router(1, [("Hu0", "10.76.0.0/8", "new-r2", "Hu7"), ("Hu1", "10.99.0.1/8", "", "")])
    guessing = tuple(replace(fact, prefix_known="/32" in str(fact.address)) for fact in one.addresses)
    discovered(database, [replace(one, addresses=guessing), pair()[1]])
    with database.read() as session:
        rows = session.scalars(select(ObservedAddress).where(ObservedAddress.device == "new-r1"))
        assert {str(row.address): row.prefix_known for row in rows} == {
            "10.77.0.1/32": True,
            "10.76.0.0/8": False,
            "10.99.0.1/8": False,
        }
    result, _ = adopt(database, ["new-r1", "new-r2"])
    assert result.ok, messages(result)
    assert "10.76.0.0/31 is taken from the inventory or its neighbours" in messages(result)
    assert "10.99.0.1/8 is guessed from its class: look" in messages(result)
    made = {diff.key for diff in result.diff if diff.kind == "address"}
    assert {"10.76.0.0/31", "10.99.0.1/8"} <= made
    with database.read() as session:
        ours = [one for one in audit(session, HeldClock(1_000_001.0)) if one.device == "new-r1"]
    assert [str(one.message) for one in ours if one.kind.startswith("address")] == []
    assert adopt(database, ["new-r1", "new-r2"], Wish())[0].diff == ()
    assert adopt(database, ["new-r1"], Wish())[0].diff == ()  # the inventory knows the length now


def test_choices_and_names_that_are_none(database: Database) -> None:
    discovered(database, pair())
    with pytest.raises(NotFoundError, match="never told what it is"):
        adopt(database, ["nobody"])
    with pytest.raises(InputError, match="no such difference"):
        adopt(database, ["new-r1"], WISH, ["device:serial"])
