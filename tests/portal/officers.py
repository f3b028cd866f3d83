"""What an officer of these tests does, and what is on record of it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from dunghan import files
from dunghan.engine.context import Context
from dunghan.files import Kept
from dunghan.store import acts
from dunghan.store.database import reading
from models.tables import SubmissionRow
from tests.portal.conftest import ANNUAL, DOCX, OFFICE, REPORT, Browser

OBLIGATION = f"{ANNUAL}/{OFFICE}"


def handed_in(context: Context, obligation: str = OBLIGATION) -> list[SubmissionRow]:
    """The versions on record."""
    with reading(context.db) as connection:
        return acts.submissions(connection, obligation)


def keep(context: Context, content: bytes, name: str = "bao-cao.docx") -> Kept:
    """Put a file into the store."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(content)
        return files.keep(context.settings.files_url, path, name)


def look_over(browser: Browser, home: str, content: bytes = REPORT, name: str = "bao-cao.docx") -> httpx.Response:
    """The first step."""
    here = f"{home}/o/{ANNUAL}"
    return browser.send(here, browser.get(here), files=[("files", (name, content, DOCX))])


def hand_in(browser: Browser, home: str, content: bytes = REPORT, name: str = "bao-cao.docx") -> httpx.Response:
    """Both steps; returns the answer to the second."""
    confirm = look_over(browser, home, content, name)
    assert confirm.status_code == 200, confirm.text
    return browser.send(f"{home}/o/{ANNUAL}/confirm", confirm, draft=browser.field(confirm, "draft"))
