"""One server with the story on it, and one browser, for every test here."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.ui.house import CHROMIUM, House, browser, house

DAYS = ("2018-07-02", "2018-11-09", "2018-12-12")
UI = [
    pytest.mark.slow,
    pytest.mark.prefect,
    pytest.mark.xdist_group("ui"),
    *CHROMIUM,
]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The house, played once."""
    with house(tmp_path_factory.mktemp("ui"), DAYS) as made:
        yield made


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a real Chromium."""
    with browser() as opened:
        yield opened
