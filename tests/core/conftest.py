"""What the tests of the core share: the real catalogue, read once."""

import pytest

from config.catalog import Catalog
from config.settings import Settings
from dunghan.core.calendar import WorkCalendar
from models.ladder import Ladder
from models.office import OfficeTree


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog(Settings())


@pytest.fixture(scope="session")
def calendar(catalog: Catalog) -> WorkCalendar:
    return catalog.calendar


@pytest.fixture(scope="session")
def ladder(catalog: Catalog) -> Ladder:
    return catalog.ladder


@pytest.fixture(scope="session")
def tree(catalog: Catalog) -> OfficeTree:
    return catalog.tree
