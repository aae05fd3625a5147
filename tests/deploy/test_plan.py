"""A plan tells each device's difference, and one device's failure is only its own."""

from __future__ import annotations

from tests.deploy.fakenetwork import DEVICES, Network, wanted

from netwright.base.errors import NotFoundError
from netwright.collect.observed import ObservedConfig
from netwright.deploy.plan import PlanState


def stored(network: Network, device: str) -> ObservedConfig | None:
    with network.database.read() as session:
        row = session.get(ObservedConfig, device)
        session.expunge_all()
        return row


async def test_bare_devices_differ_and_secrets_do_not_show(network: Network) -> None:
    plan = await network.plan()
    assert [device.device for device in plan.having(PlanState.DIFFERS)] == sorted(
        name for name, *_ in DEVICES
    )
    first = plan.devices[0]
    assert "+neighbor 10.0.0.0" in first.diff
    assert (first.added, first.removed) == (8, 1)
    row = stored(network, "ams-edge1")
    assert row is not None
    assert row.equal is False
    for shown in (first.diff, " ".join(first.words), row.diff, row.running, repr(plan)):
        assert "s3cret" not in shown
    assert any("password <secret:" in word for word in first.words)
    assert not plan.empty


async def test_the_ordered_patch_stands_beside_the_difference(network: Network) -> None:
    (device,) = (await network.plan("ams-tor1")).devices
    assert device.unpredicted == ()
    assert [step.command for step in device.steps]
    assert all(step.why and step.impact in {"none", "filter", "session", "flap"} for step in device.steps)
    assert "s3cret" not in " ".join(step.command for step in device.steps)


async def test_a_changed_secret_shows_as_a_change_without_its_value(network: Network) -> None:
    network.fleet.device("ams-tor1").change(running=wanted("ams-tor1").replace("s3cret", "0ther"))
    (device,) = (await network.plan("ams-tor1")).devices
    assert (device.state, device.added, device.removed) == (PlanState.DIFFERS, 1, 1)
    assert "0ther" not in device.diff


async def test_a_device_that_runs_what_is_wanted_is_same(network: Network) -> None:
    network.fleet.device("ams-tor1").change(running=wanted("ams-tor1").replace("\n", "\n!\n"))
    plan = await network.plan("ams-tor1")
    assert plan.empty
    row = stored(network, "ams-tor1")
    assert row is not None
    assert (row.equal, row.diff) == (True, "")


async def test_another_spelling_that_the_device_takes_for_the_same_is_same(network: Network) -> None:
    network.fleet.device("ams-tor1").change(running=wanted("ams-tor1").upper())
    assert (await network.plan("ams-tor1")).empty
    unchecked = network.planner(check=False)
    assert not (await unchecked.make(network.fleet.targets(["ams-tor1"]), wanted)).empty


async def test_faults_stay_with_their_device(network: Network) -> None:
    network.fleet.device("fra-core1").fault("unreachable_until", network.clock.now() + 1000)

    def text(device: str) -> str:
        if device == "iad-core1":
            raise NotFoundError("there is no secret 'isp-md5'", remedy="Set it.")
        return "nonsense\n" if device == "ams-edge1" else wanted(device)

    seen: list[str] = []
    targets = network.fleet.targets()
    plan = await network.planner().make(targets, text, on_device=lambda device: seen.append(device.device))
    states = {device.device: device for device in plan.devices}
    assert sorted(seen) == sorted(states) == sorted(name for name, *_ in DEVICES)
    assert states["fra-core1"].state is PlanState.UNREACHABLE
    assert "no route" in states["fra-core1"].message
    assert states["iad-core1"].state is PlanState.REFUSED
    assert "isp-md5" in states["iad-core1"].message
    assert states["ams-edge1"].state is PlanState.REFUSED
    assert states["ams-edge1"].words == ("line 1: unknown command nonsense",)
    assert states["par-edge1"].state is PlanState.DIFFERS
    assert stored(network, "fra-core1") is None
