"""The nightly sweep as a flow."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from dunghan import files
from dunghan.engine.context import Context
from dunghan.engine.leftovers import IDLE
from flows.tidy import tidy
from tests.flows.conftest import PREFECT

pytestmark = PREFECT


@pytest.fixture
def uploaded(installation: Context, tmp_path: Path) -> list[Path]:
    """Two files that nobody named, an old one and a young one."""
    report, url = tmp_path / "report.docx", installation.settings.files_url
    kept = []
    for content in (b"PK old", b"PK young"):
        report.write_bytes(content)
        kept.append(Path(url) / files.where(files.keep(url, report)["sha256"]))
    long_ago = (installation.now() - IDLE - timedelta(minutes=1)).timestamp()
    os.utime(kept[0], (long_ago, long_ago))
    return kept


async def test_it_removes_what_is_nobodys(uploaded: list[Path]) -> None:
    assert (await tidy(return_state=True)).is_completed()
    _, young = uploaded
    assert set(files.listing(str(young.parent.parent))) == {files.where(young.name)}


@pytest.fixture
def broken(uploaded: list[Path]) -> None:
    """A file lies where the store's folder was."""
    store = uploaded[0].parent.parent
    store.rename(store.with_name("away"))
    store.write_text("no folder")


async def test_a_store_that_cannot_be_read_ends_it_in_one_line(broken: None) -> None:
    state = await tidy(return_state=True)
    assert state.is_failed() and "DUNGHAN_FILES_URL cannot be swept" in str(state.message)
