"""What the portal's tests share: the application on a real database, a browser's part of it, and documents."""

import html
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from docx import Document
from fastapi import FastAPI
from sqlalchemy import event
from starlette.testclient import TestClient

from config.catalog import Catalog
from config.settings import Settings
from dunghan.engine.context import Context
from dunghan.engine.links import Links
from dunghan.engine.sweep import run_pass
from dunghan.portal.app import create_app
from dunghan.store.database import connect
from models.contact import Contact
from tests.conftest import Introduce, SettableClock

PLAN, OFFICE = "ha-giang-168-2016", "024"
ANNUAL = f"{PLAN}/annual/2018"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document(*lines: str) -> bytes:
    """A Word document with these paragraphs."""
    made, out = Document(), BytesIO()
    for line in lines:
        made.add_paragraph(line)
    made.save(out)
    return out.getvalue()


REPORT = document("Báo cáo thực hiện Kế hoạch 168/KH-UBND năm 2018")


class Browser:
    """A browser that keeps cookies and sends forms as the page before has them."""

    def __init__(self, app: FastAPI, address: str = "203.0.113.7") -> None:
        self.client = TestClient(app, client=(address, 50000), raise_server_exceptions=True, follow_redirects=False)

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.client.get(path)

    def field(self, page: httpx.Response, name: str) -> str:
        """What a hidden field of a page holds."""
        found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
        assert found, f"no field {name} in {page.status_code} {page.text[:2000]}"
        return html.unescape(found.group(1))

    def send(self, path: str, page: httpx.Response, files: Any = None, **fields: str) -> httpx.Response:
        """Send a form of a page, with its own hidden field."""
        data = {"_form": self.field(page, "_form"), **fields}
        return self.client.post(path, data=data, files=files)


Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def app(context: Context) -> FastAPI:
    """The portal on this test's database."""
    return create_app(context)


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    """Somebody's browser."""
    return Browser(app)


TODAY = "2018-12-07"


@pytest.fixture(scope="session")
def _season_file(_migrated_file: Path, _catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database in which the season's periods are open, made once."""
    file = tmp_path_factory.mktemp("season") / "season.db"
    shutil.copyfile(_migrated_file, file)
    engine, clock = connect(f"sqlite:///{file}"), SettableClock(TODAY)
    made = Context(Settings(database_url=f"sqlite:///{file}", secret_key="x"), db=engine, now=clock)
    made.__dict__["catalog"] = _catalog
    run_pass(made, PLAN, clock.time)
    engine.dispose()  # the last to close it folds the log into the file
    return file


@pytest.fixture
def season(context: Context, clock: SettableClock, request: pytest.FixtureRequest) -> None:
    """It is 7 December 2018 in Hà Giang: the year's reports are due on the 9th, and open."""
    now = clock.set(TODAY)
    if context.db.dialect.name == "sqlite":
        context.db.dispose()
        shutil.copyfile(request.getfixturevalue("_season_file"), str(context.db.url.database))
    else:
        run_pass(context, PLAN, now)


@pytest.fixture
def officer(introduce: Introduce, season: None) -> Contact:
    """The officer of Hà Giang's first district."""
    return introduce(OFFICE)[0]


@pytest.fixture
def link(context: Context) -> Callable[[Contact], str]:
    """A factory: the path of a contact's link."""
    return lambda contact: f"/b/{Links(context.settings).token(contact)}"


@pytest.fixture
def home(officer: Contact, link: Callable[[Contact], str]) -> str:
    """The path of the officer's link."""
    return link(officer)


@pytest.fixture
def statements(context: Context) -> Statements:
    """A context manager that lists the statements run inside it."""

    @contextmanager
    def listening() -> Iterator[list[str]]:
        heard: list[str] = []

        def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
            heard.append(statement)

        event.listen(context.db, "before_cursor_execute", hear)
        try:
            yield heard
        finally:
            event.remove(context.db, "before_cursor_execute", hear)

    return listening
