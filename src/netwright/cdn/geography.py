"""Distances on the earth, and what it costs to serve a client group from a site."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
BACKBONE_PENALTY_KM = 1_000.0
"""What crossing our backbone adds to the distance: it is longer than the map says, and it is ours to pay."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the earth in degrees, WGS 84."""

    latitude: float
    longitude: float


def distance_km(a: Point, b: Point) -> float:
    """Great-circle distance (haversine)."""
    lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b.longitude - a.longitude) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(chord))


def serving_cost_km(
    site: str, clients: Point, places: Mapping[str, Point], attached: Collection[str]
) -> float | None:
    """Cost in kilometres of serving clients from ``site``; ``attached``: sites with a session to their ISP.

    Directly attached: the distance. Otherwise over the backbone to the best attached site and on from
    there, plus a penalty. None when no attached site is left: the clients can't be reached."""
    if site in attached:
        return distance_km(places[site], clients)
    exits = [
        distance_km(places[site], places[other]) + distance_km(places[other], clients)
        for other in attached
        if other in places
    ]
    return min(exits) + BACKBONE_PENALTY_KM if exits else None
