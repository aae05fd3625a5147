"""Which format a path is in, and the source that reads it."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from pathlib import Path

import yaml

from netwright.base.errors import InputError
from netwright.exchange.csvfile import CsvFiles
from netwright.exchange.devicetypes.source import FOLDERS, DeviceTypes
from netwright.exchange.peeringdb import peeringdb_files
from netwright.exchange.topology import topology_files
from netwright.exchange.trafficcontrol.source import TrafficControl
from netwright.exchange.tree.export import is_export
from netwright.exchange.tree.source import EditedTree
from netwright.intent.designfiles import DesignFiles
from netwright.intent.document import SUFFIXES, find_files
from netwright.intent.source import Source
from netwright.store.kind import Kind

_LOOKED_AT = 64 * 1024


class Format(enum.StrEnum):
    """Formats that files can be in."""

    DESIGN = "design"
    DEVICETYPES = "devicetypes"
    CSV = "csv"
    EXPORT = "export"
    TOPOLOGY = "topology"
    PEERINGDB = "peeringdb"
    TRAFFICCONTROL = "trafficcontrol"


def guess_format(paths: Sequence[Path]) -> Format:
    """The format of the first file. What can't be told is a design file; its reader says what is wrong."""
    if len(paths) == 1 and is_export(paths[0]):
        return Format.EXPORT
    for path in paths:
        if any((path / name).is_dir() for name in FOLDERS):
            return Format.DEVICETYPES
    if all(path.suffix.lower() in (".csv", ".tsv") for path in paths):
        return Format.CSV
    files = find_files(paths)
    return Format.DEVICETYPES if _is_device_type(files[0]) else Format.DESIGN


def open_source(
    paths: Sequence[Path],
    format_: Format | None = None,
    *,
    kind: Kind | None = None,
    key: bytes = b"",
    literal: bool = False,
) -> Source:
    """The source that reads ``paths``. ``kind`` and ``literal``: of CSV files; ``key``: the home's, for
    exports.

    Raises InputError for a path that leads nowhere."""
    for path in paths:
        if not path.exists():
            raise InputError("there is no such file or folder", subject=str(path))
    format_ = format_ or guess_format(paths)
    if literal and format_ is not Format.CSV:
        raise InputError("only CSV files can be read literally", remedy="Leave --literal out.")
    match format_:
        case Format.DEVICETYPES:
            return DeviceTypes(paths)
        case Format.CSV:
            return CsvFiles(paths, kind, literal=literal)
        case Format.EXPORT:
            if len(paths) != 1:
                raise InputError("an export is one folder", subject=", ".join(map(str, paths)))
            return EditedTree(paths[0], key)
        case Format.TOPOLOGY:
            return topology_files(_json(paths))
        case Format.PEERINGDB:
            return peeringdb_files(_json(paths))
        case Format.TRAFFICCONTROL:
            return TrafficControl(_json(paths))
        case Format.DESIGN:
            return DesignFiles(find_files(paths))


def _json(paths: Sequence[Path]) -> list[Path]:
    return [file for file in find_files(paths) if file.suffix == ".json"]


def _is_device_type(file: Path) -> bool:
    """Whether a file begins as one model's: names at the top with values, ``manufacturer`` and ``model``."""
    if file.suffix not in SUFFIXES:
        return False
    with file.open("rb") as stream:
        head = stream.read(_LOOKED_AT)
    words: set[str] = set()
    try:
        for event in yaml.parse(head, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.ScalarEvent):
                words.add(event.value)
            if words >= {"manufacturer", "model"} or isinstance(event, yaml.SequenceStartEvent):
                break
    except yaml.YAMLError:
        pass
    return words >= {"manufacturer", "model"}
