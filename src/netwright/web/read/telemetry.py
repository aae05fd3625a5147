"""Series of a device as charts: rates of counters, states, load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from netwright.store.series import SeriesStore
from netwright.web.charts import Point, rates

SPANS: Mapping[str, int] = {"15m": 900, "1h": 3600, "6h": 21_600, "24h": 86_400, "7d": 604_800}
_DEFAULT_SPAN = "1h"
_SPARK_S = 1800
_SPARK_POINTS = 60
_CHART_POINTS = 500


@dataclass(frozen=True, slots=True)
class Traffic:
    """Rates of an interface over the last half hour, in bit/s; errors and discards a second, now."""

    incoming: list[Point]
    outgoing: list[Point]
    errors: float | None
    discards: float | None

    @property
    def peak(self) -> float:
        return max((value for _, value in (*self.incoming, *self.outgoing)), default=0.0)

    @property
    def now_in(self) -> float | None:
        return self.incoming[-1][1] if self.incoming else None

    @property
    def now_out(self) -> float | None:
        return self.outgoing[-1][1] if self.outgoing else None


# chart of an object: metric -> (label, unit, factor, whether it is a counter)
_INTERFACE = {
    "in-octets": ("In", "bit/s", 8.0, True),
    "out-octets": ("Out", "bit/s", 8.0, True),
    "in-errors": ("In errors", "/s", 1.0, True),
    "out-errors": ("Out errors", "/s", 1.0, True),
    "in-discards": ("In discards", "/s", 1.0, True),
    "out-discards": ("Out discards", "/s", 1.0, True),
    "in-pkts": ("In", "pkt/s", 1.0, True),
    "out-pkts": ("Out", "pkt/s", 1.0, True),
}
_SYSTEM = {"cpu": ("CPU", "%", 100.0, False), "memory": ("Memory", "%", 100.0, False)}
_BGP = {
    "prefixes-received": ("Received", "prefixes", 1.0, False),
    "prefixes-sent": ("Sent", "prefixes", 1.0, False),
}
_SENSOR = {"value": ("Value", "", 1.0, False)}


def span_of(text: str) -> int:
    """Seconds of a named span; the default for one we don't know."""
    return SPANS.get(text, SPANS[_DEFAULT_SPAN])


def interface_traffic(
    store: SeriesStore, device: str, names: Sequence[str], now: float
) -> dict[str, Traffic]:
    """Rates of all interfaces of a device in one read."""
    metrics = ("in-octets", "out-octets", "in-errors", "out-errors", "in-discards", "out-discards")
    wanted = [(device, f"interface:{name}", metric) for name in names for metric in metrics]
    found = store.window_many(wanted, now - _SPARK_S, now, max_points=_SPARK_POINTS)

    def line(name: str, metric: str, factor: float = 1.0) -> list[Point]:
        return rates(found.get((device, f"interface:{name}", metric), []), factor)

    def last(name: str, *both: str) -> float | None:
        ends = [points[-1][1] for metric in both if (points := line(name, metric))]
        return sum(ends) if ends else None

    return {
        name: Traffic(
            line(name, "in-octets", 8.0),
            line(name, "out-octets", 8.0),
            last(name, "in-errors", "out-errors"),
            last(name, "in-discards", "out-discards"),
        )
        for name in names
    }


def chart(store: SeriesStore, device: str, object_name: str, span_s: int, now: float) -> bytes:
    """Lines of one object's charts as JSON: ``[{label, unit, metric, points}]``."""
    prefix = object_name.partition(":")[0]
    table = {"interface": _INTERFACE, "system": _SYSTEM, "bgp": _BGP, "sensor": _SENSOR}.get(prefix, {})
    wanted = [(device, object_name, metric) for metric in table]
    found = store.window_many(wanted, now - span_s, now, max_points=_CHART_POINTS)
    lines = []
    for metric, (label, unit, factor, counter) in table.items():
        points = found.get((device, object_name, metric), [])
        shown = rates(points, factor) if counter else [(at, value * factor) for at, value in points]
        lines.append({"metric": metric, "label": label, "unit": unit, "points": shown})
    return orjson.dumps({"start": now - span_s, "end": now, "lines": lines})
