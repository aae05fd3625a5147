"""One record a device, whatever its address, name and cards become."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import func, select
from tests.tables import create_tables

from netwright.collect.discovery.identity import Marks, Verdict, hardware_marks, name_mark, serial_mark
from netwright.collect.discovery.known import KnownDevice, KnownMark, Recognised, Register, Sighting
from netwright.store.database import Database


def sighting(address: str, name: str = "", serial: str = "", macs: tuple[str, ...] = ()) -> Sighting:
    marks = Marks(serial_mark(serial), "", hardware_marks(macs), name_mark(name), frozenset({address}))
    return Sighting(address, "range", name, "", "", serial, marks)


class Runs:
    """Runs of discovery over one database, a hundred seconds apart."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = 1000.0

    def run(self, *seen: Sighting) -> list[Recognised]:
        self.now += 100
        with self.database.write() as session:
            register = Register(session, self.now)
            return [register.take(one, self.now + 1) for one in seen]

    def count(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(KnownDevice)) or 0


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    database = Database(f"sqlite:///{tmp_path / 'known.db'}")
    create_tables(database)
    yield Runs(database)
    database.close()


A, B = "00:1b:54:aa:00:01", "00:1b:54:bb:00:01"


def test_a_second_run_finds_the_same_devices(runs: Runs) -> None:
    seen = sighting("10.0.0.1", "a", "FOC0001A"), sighting("10.0.0.2", "b", "FOC0002B")
    first, second = runs.run(*seen), runs.run(*seen)
    assert [one.new for one in first] == [True, True]
    assert [(one.new, one.verdict) for one in second] == [(False, Verdict.BY_SERIAL)] * 2
    assert [one.known_id for one in first] == [one.known_id for one in second]


def test_two_addresses_of_one_device_are_one_record_that_keeps_both(runs: Runs) -> None:
    runs.run(sighting("10.0.0.1", "a", "FOC0001A"), sighting("10.9.0.1", "a", "FOC0001A"))
    assert runs.count() == 1
    with runs.database.read() as session:
        query = select(KnownMark.value).where(KnownMark.kind == "address").order_by(KnownMark.value)
        assert session.scalars(query).all() == ["10.0.0.1", "10.9.0.1"]
    runs.run(sighting("10.0.0.7", "a", "FOC0001A"))
    with runs.database.read() as session:
        assert session.scalars(select(KnownMark.value).where(KnownMark.kind == "address")).all() == [
            "10.0.0.7"
        ]


def test_one_filler_as_serial_number_does_not_make_devices_one(runs: Runs) -> None:
    seen = [sighting(f"10.0.0.{n}", f"srv{n}", "Default string") for n in range(1, 5)]
    runs.run(*seen)
    runs.run(*reversed(seen))
    assert runs.count() == 4


@pytest.mark.parametrize("macs", [((), ()), ((A,), (B,))], ids=["no hardware address", "hardware addresses"])
def test_a_serial_number_that_two_devices_carry_tells_nothing(
    runs: Runs, macs: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    one, other = sighting("10.0.0.1", "a", "COPY77", macs[0]), sighting("10.0.0.2", "b", "COPY77", macs[1])
    first = runs.run(one, other)
    assert runs.count() == 2
    again = runs.run(other, one)
    assert [found.known_id for found in again] == [first[1].known_id, first[0].known_id]
    third = runs.run(sighting("10.0.0.3", "c", "COPY77"))  # the number is known to be a copy by now
    assert third[0].new


def test_a_replaced_chassis_is_another_device_and_takes_the_address(runs: Runs) -> None:
    old = runs.run(sighting("10.0.0.1", "a", "FOC0001A"))[0]
    new = runs.run(sighting("10.0.0.1", "a", "FOC0002B"))[0]
    assert new.new
    nameless = runs.run(sighting("10.0.0.1", "zz"))[0]
    assert nameless.known_id == new.known_id != old.known_id


def test_records_that_turn_out_to_be_one_are_joined(runs: Runs) -> None:
    runs.run(sighting("10.0.0.1", "", "FOC0001A"), sighting("10.0.0.2", "", "", (A,)))
    assert runs.count() == 2
    found = runs.run(sighting("10.0.0.3", "a", "FOC0001A", (A,)))[0]
    assert (found.new, found.verdict, len(found.joined), runs.count()) == (False, Verdict.BY_SERIAL, 1, 1)


@dataclass
class Box:
    """A device of the property's fleet. One without strong marks changes one weak mark between two runs."""

    serial: str
    macs: list[str]
    name: str
    address: str
    touched: bool = False
    record: int | None = field(default=None)

    @property
    def strong(self) -> bool:
        return bool(self.serial) or bool(self.macs)


class Fleet(RuleBasedStateMachine):
    """Any sequence of renumbering, renaming and swapping cards, with runs of discovery in between."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.database = Database(f"sqlite:///{self._folder.name}/known.db")
        create_tables(self.database)
        self.runs = Runs(self.database)
        self.fresh = 10
        self.boxes = [
            Box("FOC0001A", [mac(1), mac(2)], "a", "10.0.0.1"),
            Box("FOC0002B", [], "b", "10.0.0.2"),
            Box("", [mac(3), mac(4)], "c", "10.0.0.3"),
            Box("Default string", [mac(5), mac(6)], "d", "10.0.0.4"),
            Box("", [], "e", "10.0.0.5"),
            Box("", [], "f", "10.0.0.6"),
        ]
        self.discover(list(range(len(self.boxes))))

    def _next(self) -> int:
        self.fresh += 1
        return self.fresh

    @rule(which=st.integers(0, 5), old=st.booleans())
    def renumber(self, which: int, old: bool) -> None:
        """To a new address; or, of devices with strong marks, to one that another of them has: both swap."""
        box = self.boxes[which]
        if not box.strong and box.touched:
            return
        if old and box.strong:
            other = self.boxes[(which + 1) % 4]
            box.address, other.address = other.address, box.address
        else:
            box.address = f"10.0.1.{self._next()}"
            box.touched = True

    @rule(which=st.integers(0, 5))
    def rename(self, which: int) -> None:
        box = self.boxes[which]
        if box.strong or not box.touched:
            box.name, box.touched = f"name{self._next()}", True

    @rule(which=st.integers(0, 5), slot=st.integers(0, 1))
    def swap_card(self, which: int, slot: int) -> None:
        """A card that is swapped takes its hardware address away; the other one stays for a run."""
        box = self.boxes[which]
        if len(box.macs) == 2 and not box.touched:
            box.macs[slot] = mac(self._next())
            box.touched = True

    @rule(order=st.permutations(range(6)))
    def discover(self, order: list[int]) -> None:
        found = self.runs.run(*(self._seen(self.boxes[which]) for which in order))
        for which, recognised in zip(order, found, strict=True):
            box = self.boxes[which]
            assert box.record in {None, recognised.known_id}, box
            box.record, box.touched = recognised.known_id, False

    def _seen(self, box: Box) -> Sighting:
        return sighting(box.address, box.name, box.serial, tuple(box.macs))

    @invariant()
    def one_record_a_device(self) -> None:
        assert self.runs.count() == len(self.boxes)

    def teardown(self) -> None:
        self.database.close()
        self._folder.cleanup()


def mac(number: int) -> str:
    return f"00:1b:54:00:{number // 256:02x}:{number % 256:02x}"


TestFleet = pytest.mark.slow(Fleet.TestCase)
TestFleet.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
