"""Models that we ship, as files of the device-type library: generic ones, named by their standard."""

from __future__ import annotations

import enum
from pathlib import Path

from netwright.exchange.devicetypes.source import DeviceTypes


class Catalogue(enum.StrEnum):
    """A catalogue is the folder of its name here."""

    TRANSCEIVERS = "transceivers"


def open_catalogue(catalogue: Catalogue) -> DeviceTypes:
    """The catalogue as a source; its files are named from the package."""
    return DeviceTypes([Path(__file__).parent / catalogue])
