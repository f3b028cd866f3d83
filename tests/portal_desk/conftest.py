"""What the tests of the desk share: a season played once, the portal over a copy of it, and browsers."""

import re
import shutil
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from config.catalog import Catalog
from config.settings import Settings
from dunghan.core.times import instant
from dunghan.engine import users
from dunghan.engine.context import Context
from dunghan.engine.sweep import run_pass
from dunghan.portal.app import create_app
from dunghan.store import contacts
from dunghan.store.database import connect, writing
from models.contact import Contact
from tests.conftest import SettableClock

with warnings.catch_warnings():  # it would have another HTTP library
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/ha-giang.so-y-te"
LOGIN, NAME, PASSWORD = "tran.a", "Trần Thị A", "một mật khẩu dài"
OFFICES = ("ha-giang.so-y-te", "ha-giang.cong-an", "024", "00688")


class Ticking(SettableClock):
    """A clock that moves a second at each look: two things never happen at one instant."""

    def __call__(self) -> Any:
        self.time += timedelta(seconds=1)
        return self.time


def _context(file: Path, files: Path, catalog: Catalog) -> Context:
    settings = Settings(database_url=f"sqlite:///{file}", secret_key="a-secret-for-tests", files_url=str(files))
    made = Context(settings, db=connect(settings.database_url), now=Ticking("2018-12-04"))
    made.__dict__["catalog"] = catalog
    return made


@pytest.fixture(scope="session")
def _played(tmp_path_factory: pytest.TempPathFactory, _migrated_file: Path, _catalog: Catalog) -> Path:
    """The Hà Giang season of 2018 up to 3 December, with some officers and a coordinator who may log in."""
    file = tmp_path_factory.mktemp("desk") / "season.db"
    shutil.copyfile(_migrated_file, file)
    context = _context(file, file.parent / "files", _catalog)
    people = [Contact(office, f"Cán bộ {office}", email=f"o@{n}.example") for n, office in enumerate(OFFICES)]
    with writing(context.db) as connection:
        contacts.upsert(connection, people)
    for day in ("2018-11-09", "2018-11-26", "2018-12-03"):
        run_pass(context, PLAN, instant(day, "day"))
    users.add(context, LOGIN, NAME, PASSWORD, by="test")
    context.db.dispose()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def season(_played: Path, _catalog: Catalog, tmp_path: Path) -> Iterator[Context]:
    """That season on 4 December, a copy of one's own."""
    file = tmp_path / "season.db"
    shutil.copyfile(_played, file)
    context = _context(file, tmp_path / "files", _catalog)
    yield context
    context.db.dispose()


@pytest.fixture
def db(season: Context) -> Engine:
    """Its database."""
    return season.db


class Desk:
    """A browser at the desk."""

    def __init__(self, context: Context, base: str = "http://testserver", app: FastAPI | None = None) -> None:
        self.context = context
        self.client = TestClient(app or create_app(context), base_url=base)

    def get(self, path: str) -> Any:
        return self.client.get(path, follow_redirects=False)

    def token(self) -> str:
        """What the forms of a page carry."""
        found = re.search(r'name="_form" value="([^"]+)"', self.client.get("/c/login").text)
        assert found
        return found[1]

    def post(self, path: str, **fields: str) -> Any:
        """Send a form as a page of ours would."""
        return self.client.post(path, data={"_form": self.token(), **fields}, follow_redirects=False)

    def enter(self) -> None:
        """Be logged in, without the time that a password takes."""
        (user,) = users.listing(self.context)
        self.client.cookies.set("dunghan_desk", users.open_session(self.context, user), path="/c")

    def log_in(self, login: str = LOGIN, password: str = PASSWORD, wanted: str = "/c/") -> Any:
        """By the form."""
        return self.post("/c/login", login=login, password=password, next=wanted)


@pytest.fixture
def stranger(season: Context) -> Desk:
    """A browser that has not logged in."""
    return Desk(season)


@pytest.fixture
def desk(stranger: Desk) -> Desk:
    """A browser in which the coordinator is logged in."""
    stranger.enter()
    return stranger
