"""The matrix of compliance and the page of a cell."""

from __future__ import annotations

import re

from tests.web.conftest import BrowserMaker
from tests.web.seed import Seeded


async def test_the_matrix_is_filled_and_filtered(own_full: Seeded, browser_of: BrowserMaker) -> None:
    otto = await browser_of(own_full, "otto")
    assert "No device was checked yet" in (await otto.get("/compliance")).text
    assert (await otto.post("/compliance/check")).status_code == 303
    text = (await otto.get("/compliance")).text
    devices = set(re.findall(r'href="/devices/([\w-]+)/configuration', text))
    assert {"par-edge1", "ams-edge1"} <= devices
    assert 'href="/compliance/par-edge1/router"' in text
    only = (await otto.get("/compliance?state=differs")).text
    assert set(re.findall(r'href="/devices/([\w-]+)/configuration', only)) == {"par-edge1"}
    paris = (await otto.get("/compliance?site=par&role=tor")).text
    assert set(re.findall(r'href="/devices/([\w-]+)/configuration', paris)) == {"par-tor1"}
    assert "No device fits" in (await otto.get("/compliance?site=par&role=power")).text
    assert "is no state" in (await otto.get("/compliance?state=odd")).text


async def test_a_cell_leads_to_its_lines(own_full: Seeded, browser_of: BrowserMaker) -> None:
    otto = await browser_of(own_full, "otto")
    await otto.post("/compliance/check")
    text = (await otto.get("/compliance/par-edge1/router")).text
    missing, _, extra = text.partition("Extra on the device")
    assert "neighbor 10.254.2.0 description fra-core1" in missing
    assert "neighbor 203.0.113.99 remote-as 64999" in extra
    assert (await otto.get("/compliance/par-edge1/nothing")).status_code == 404


async def test_a_viewer_looks_and_does_not_check(own_full: Seeded, browser_of: BrowserMaker) -> None:
    vera = await browser_of(own_full, "vera")
    assert "Check what was last read" not in (await vera.get("/compliance")).text
    assert (await vera.post("/compliance/check")).status_code == 403


async def test_patch_and_way_back(full: Seeded, browser_of: BrowserMaker) -> None:
    vera = await browser_of(full, "vera")
    patch = (await vera.get("/devices/par-edge1/configuration?view=patch")).text
    assert "no neighbor 203.0.113.99" in patch
    assert "a session reset" in patch
    assert "it ends with what is wanted" in patch
    back = (await vera.get("/devices/par-edge1/configuration?view=inverse")).text
    assert "neighbor 203.0.113.99 remote-as 64999" in back
    assert "Nothing to do" in (await vera.get("/devices/ams-tor1/configuration?view=patch")).text
