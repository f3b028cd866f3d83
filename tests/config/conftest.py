"""What the tests of the configuration share: the catalogue as it is delivered."""

import pytest

from config.catalog import Catalog
from config.settings import Settings


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog(Settings())
