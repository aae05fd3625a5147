"""A device's sample as points of series: one shape for counters, states, readings and load."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from netwright.platforms.facts import BgpState, DeviceSample, InterfaceFact, OperState
from netwright.store.series import Sample

# field of InterfaceFact -> metric, in OpenConfig's words
_COUNTERS = {
    "in_octets": "in-octets",
    "out_octets": "out-octets",
    "in_packets": "in-pkts",
    "out_packets": "out-pkts",
    "in_errors": "in-errors",
    "out_errors": "out-errors",
    "in_discards": "in-discards",
    "out_discards": "out-discards",
}
_METRICS = tuple(_COUNTERS.values())
_counters = attrgetter(*_COUNTERS)


def points(sample: DeviceSample) -> Iterator[Sample]:
    """Every number of a sample; what the device did not say is left out."""
    device = sample.device
    yield reachability(device, answered=True)
    for interface in sample.interfaces:
        yield from _interface(device, interface)
    for session in sample.bgp_sessions:
        name = f"bgp:{session.remote_address}"
        yield Sample(device, name, "established", float(session.state is BgpState.ESTABLISHED))
        if session.prefixes_received is not None:
            yield Sample(device, name, "prefixes-received", float(session.prefixes_received))
        if session.prefixes_sent is not None:
            yield Sample(device, name, "prefixes-sent", float(session.prefixes_sent))
    for sensor in sample.sensors:
        yield Sample(device, f"sensor:{sensor.name}", "value", sensor.value)
    load = (("cpu", sample.load.cpu), ("memory", sample.load.memory), ("uptime", sample.uptime_s))
    for metric, value in load:
        if value is not None:
            yield Sample(device, "system", metric, value)


def reachability(device: str, *, answered: bool) -> Sample:
    """A device's silence is a series of its own, never just a gap in the others."""
    return Sample(device, "system", "reachable", float(answered))


def _interface(device: str, interface: InterfaceFact) -> Iterator[Sample]:
    name = f"interface:{interface.name}"
    if interface.oper is not OperState.UNKNOWN:
        yield Sample(device, name, "oper-up", float(interface.oper is OperState.UP))
    for metric, value in zip(_METRICS, _counters(interface), strict=True):
        if value is not None:
            yield Sample(device, name, metric, float(value))
