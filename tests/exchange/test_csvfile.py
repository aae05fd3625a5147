"""CSV: cells as fields, Excel's ways, problems with line and column, and the way out."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from netwright.base.errors import InputError
from netwright.exchange.csvfile import CsvFiles, kind_of_file, write_csv
from netwright.intent.importer import ImportResult
from netwright.inventory import KINDS

from .conftest import Workshop, load, load_paths

PLACE = """
regions: [{name: eu}]
tags: [{name: old}, {name: rented}]
manufacturers: [{name: Acme}]
models: [{name: M1, manufacturer: Acme, interfaces: [{name: eth0, interface_type: 10gbase-x-sfpp}]}]
"""
SITES = 'name,region,kind,latitude,longitude,title,tags\nams,eu,core,52.3,4.9,Amsterdam,"old,rented"\n'


def _csv(workshop: Workshop, text: str | bytes, name: str = "sites.csv") -> ImportResult:
    workshop.folder.mkdir(parents=True, exist_ok=True)
    file = workshop.folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_paths(workshop, file)


@pytest.fixture
def place(workshop: Workshop) -> Workshop:
    assert workshop.load_text(PLACE).ok
    return workshop


def test_rows_become_objects_and_again_nothing(place: Workshop) -> None:
    assert _csv(place, SITES).revision == 2
    assert place.value("site", "ams", "title") == "Amsterdam"
    assert place.value("site", "ams", "tags") == ["old", "rented"]
    assert _csv(place, SITES).diff == ()


def test_an_empty_cell_leaves_and_null_clears(place: Workshop) -> None:
    _csv(place, SITES)
    assert _csv(place, "name,title,tags\nams,,\n").diff == ()
    _csv(place, "name,title,tags\nams,\\N,null\n")
    assert place.value("site", "ams", "title") == ""
    assert place.value("site", "ams", "tags") is None


def test_a_device_in_a_row_gets_its_parts(place: Workshop) -> None:
    _csv(place, SITES)
    result = _csv(place, "name;site;model;role\r\nr1;ams;M1;edge\r\n", "devices.csv")
    assert result.ok
    assert place.value("interface", "r1/eth0", "speed_bps") == 10**10


@pytest.mark.parametrize(
    "data",
    [
        "﻿name;title\nams;Zürich\n".encode(),
        "name\ttitle\nams\tZürich\n".encode("utf-16"),
        "name,title\r\nams,Zürich\r\n".encode("cp1252"),
    ],
    ids=["byte order mark and semicolons", "UTF-16 and tabs", "Windows-1252"],
)
def test_what_spreadsheets_write(place: Workshop, data: bytes) -> None:
    _csv(place, SITES)
    result = _csv(place, data)
    assert result.ok
    assert place.value("site", "ams", "title") == "Zürich"
    assert [str(one.severity) for one in result.problems] == (
        ["warning"] if b"\xfc" in data[:30] and data[0] == 110 else []
    )


def test_everything_wrong_is_told_with_line_and_column(place: Workshop) -> None:
    text = "name,regin,kind,latitude,longitude\nams,eu,core,north,1\n"
    text += '"a\nb",eu,core,1,1\n,eu,core,1,1\npar,eu,cor,1,1,7\n'
    result = _csv(place, text)
    assert not result.ok
    said = place.said(result)
    assert "sites.csv:1: file: column 2: site has no field 'regin' (did you mean region?)" in said
    assert "sites.csv:2: site ams: latitude: expected a number, not 'north'" in said
    assert "sites.csv:6: file: 6 cells under 5 names of columns" in said
    assert any(one.startswith("sites.csv:6: site par: kind: expected one of core") for one in said)
    assert any("which site it is can't be told: name missing" in one for one in said)


def test_broken_quotes_and_empty_files(place: Workshop) -> None:
    assert not _csv(place, 'name,title\nams,"open\n').ok
    assert not _csv(place, "").ok


def test_the_kind_is_in_the_name(workshop: Workshop) -> None:
    assert kind_of_file(Path("a/Devices.csv")).name == "device"
    assert kind_of_file(Path("bgp-sessions.csv")).name == "bgp_session"
    assert kind_of_file(Path("site.csv")).name == "site"
    with pytest.raises(InputError, match=r"devices\.csv"):
        kind_of_file(Path("devises.csv"))


def test_what_goes_out_comes_in(place: Workshop, tmp_path: Path) -> None:
    _csv(place, SITES)
    _csv(place, "name,site,model,role\nr1,ams,M1,edge\n", "devices.csv")
    for name, kind in KINDS.items():
        out = io.StringIO()
        with place.database.read() as session:
            count = write_csv(session, kind, out)
        file = tmp_path / f"{name}.csv"
        file.write_text(out.getvalue())
        result = load(place, CsvFiles([file]))
        assert [str(one) for one in result.problems] == []
        assert result.objects >= count
        assert result.diff == (), name
