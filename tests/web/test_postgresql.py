"""The same on PostgreSQL: saved views, search, lists by tag and custom field, pages of a narrowed user."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.postgresql import Cluster
from tests.web.seed import Seeded, seed
from tests.web.test_editing import (
    test_a_carried_tag_is_taken_off_when_asked,
    test_a_form_creates_edits_undoes_and_deletes,
    test_custom_fields_and_tags_are_inputs,
    test_search_finds,
    test_views_are_kept_by_their_owner_and_shared,
)
from tests.web.test_narrowed import home, test_a_change_set_beyond_the_region, test_each_page_of_one_region
from tests.web.test_pages import test_filters_of_devices, test_pages_of_a_list_hold_each_device_once

from netwright.app.context import open_context

__all__ = [
    "home",
    "test_a_carried_tag_is_taken_off_when_asked",
    "test_a_change_set_beyond_the_region",
    "test_a_form_creates_edits_undoes_and_deletes",
    "test_custom_fields_and_tags_are_inputs",
    "test_each_page_of_one_region",
    "test_filters_of_devices",
    "test_pages_of_a_list_hold_each_device_once",
    "test_search_finds",
    "test_views_are_kept_by_their_owner_and_shared",
]
pytestmark = pytest.mark.slow


class Seed:
    """A home at work whose database is copied with it."""

    def __init__(self, server: Cluster, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._url = server.new()
        seed(folder, settings=f'database = "{self._url}"\n').context.close()

    def copy(self, folder: Path) -> Seeded:
        shutil.copytree(self._folder, folder)
        settings = folder / "settings.toml"
        settings.write_text(settings.read_text().replace(self._url, self._server.new(copy_of=self._url)))
        return Seeded(open_context(folder))


@pytest.fixture(scope="module")
def sown(postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Seed:
    return Seed(postgresql, tmp_path_factory.mktemp("on-postgresql") / "home")


@pytest.fixture(scope="module")
def full(sown: Seed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    seeded = sown.copy(tmp_path_factory.mktemp("full-on-postgresql") / "home")
    yield seeded
    seeded.context.close()


@pytest.fixture
def own_full(sown: Seed, tmp_path: Path) -> Iterator[Seeded]:
    seeded = sown.copy(tmp_path / "home")
    yield seeded
    seeded.context.close()


@pytest.fixture
def own(own_full: Seeded) -> Seeded:
    return own_full
