"""A running portal sees what operators change: offices, contacts, plan files; a slip in one does not take it down."""

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI

from config.settings import HERE, Settings
from dunghan.engine import people, users
from dunghan.engine.context import Context
from dunghan.portal.app import create_app
from dunghan.store.database import reading
from models.contact import Contact
from models.errors import BadFile
from tests.conftest import Introduce, SettableClock
from tests.portal.conftest import ANNUAL, PLAN, Browser, Statements
from tests.portal_desk.conftest import Desk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TITLE = "Báo cáo hằng năm"
Link = Callable[[Contact], str]


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """An installation with plans and offices of its own."""
    (tmp_path / "own" / "plans").mkdir(parents=True)
    (tmp_path / "own" / "offices").mkdir()
    return settings.model_copy(update={"config_dir": str(tmp_path / "own")})


@pytest.fixture
def context(context: Context) -> Context:
    """With a catalogue of this test's own."""
    context.forget_offices()
    return context


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    """The installation's own plan file, which is the same as ours."""
    return Path(shutil.copyfile(HERE / "plans" / f"{PLAN}.yaml", tmp_path / "own" / "plans" / f"{PLAN}.yaml"))


@pytest.fixture
def app(file: Path, season: None, context: Context) -> FastAPI:
    """A portal that runs since before anything is changed."""
    return create_app(context)


def edit(file: Path, old: str, new: str) -> None:
    """Save it as an editor does: a new file in its place."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    beside = file.with_suffix(".new")
    beside.write_text(text.replace(old, new), encoding="utf-8")
    beside.replace(file)


def elsewhere(context: Context, clock: SettableClock) -> Context:
    """What a command in another process works with."""
    return Context(context.settings, now=clock)


def test_an_office_imported_meanwhile_and_its_new_contact_have_their_page(
    context: Context, clock: SettableClock, browser: Browser, home: str, introduce: Introduce, link: Link,
    tmp_path: Path,
) -> None:  # fmt: skip
    assert browser.get(home).status_code == 200
    table = tmp_path / "offices.csv"
    table.write_text("code,name,level,parent\nha-giang.moi,Chi cục Mới Lập,department,02\n", encoding="utf-8")
    assert people.import_offices(elsewhere(context, clock), table, by="x") == 1
    [new] = introduce("ha-giang.moi")
    page = browser.get(link(new))
    assert (page.status_code, "Chi cục Mới Lập" in page.text) == (200, True)


def test_contacts_are_read_at_each_request(browser: Browser, home: str, introduce: Introduce, link: Link) -> None:
    assert browser.get(home).status_code == 200
    [new] = introduce("026", language="en")
    page = browser.get(link(new))
    assert (page.status_code, 'lang="en"' in page.text) == (200, True)


def test_a_changed_plan_file_is_seen_by_officers_and_at_the_desk(
    context: Context, app: FastAPI, browser: Browser, home: str, file: Path
) -> None:
    assert TITLE in browser.get(f"{home}/o/{ANNUAL}").text
    desk = _desk(context, app)
    assert TITLE in desk.get(f"/c/{PLAN}/2018").text
    edit(file, TITLE, "Báo cáo năm kiểu mới")
    for page in (browser.get(f"{home}/o/{ANNUAL}"), desk.get(f"/c/{PLAN}/2018")):
        assert (page.status_code, "Báo cáo năm kiểu mới" in page.text, TITLE in page.text) == (200, True, False)


def test_a_plan_file_that_is_added_is_listed_and_one_that_is_removed_is_not(
    context: Context, app: FastAPI, file: Path
) -> None:
    desk = _desk(context, app)
    added = file.with_name("ha-giang-1-2026.yaml")
    text = file.read_text(encoding="utf-8").replace(f"id: {PLAN}", "id: ha-giang-1-2026")
    added.write_text(text.replace("168/KH-UBND", "1/KH-UBND"), encoding="utf-8")
    assert "1/KH-UBND" in desk.get("/c/").text
    added.unlink()
    page = desk.get("/c/")
    assert (page.status_code, " 1/KH-UBND" in page.text, "168/KH-UBND" in page.text) == (200, False, True)


@pytest.mark.parametrize("slip", ["reports: [", "", "\x00", "id: another-plan\n"])
def test_a_slip_in_a_plan_file_changes_nothing_and_is_told_once(
    slip: str, context: Context, app: FastAPI, browser: Browser, home: str, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = _desk(context, app)
    good = file.read_text(encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        file.write_text(slip, encoding="utf-8")
        pages = [browser.get(home), browser.get(f"{home}/o/{ANNUAL}"), desk.get("/c/"), desk.get(f"/c/{PLAN}/2018")]
        assert [page.status_code for page in pages] == [200] * 4
        assert TITLE in pages[1].text and TITLE in pages[3].text
    (told,) = [r.getMessage() for r in caplog.records if r.name == "dunghan.engine.renewal"]
    assert f"{PLAN}.yaml" in told and "stays in force" in told
    file.write_text(good.replace(TITLE, "Báo cáo đã sửa"), encoding="utf-8")
    assert "Báo cáo đã sửa" in browser.get(f"{home}/o/{ANNUAL}").text


def test_a_file_that_was_never_good_is_as_one_that_is_not_there(
    context: Context, season: None, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file.with_name("hong.yaml").write_text("id: [", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        desk = _desk(context, create_app(context))
        page = desk.get("/c/")
    assert (page.status_code, "168/KH-UBND" in page.text) == (200, True)
    assert "hong.yaml" in caplog.text


def test_bad_offices_change_nothing_in_a_running_portal_and_stop_one_that_starts(
    context: Context, clock: SettableClock, browser: Browser, home: str, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    name = context.catalog.tree.title("024")
    (tmp_path / "own" / "offices" / "them.csv").write_text("không phải bảng", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        page = browser.get(home)
    assert (page.status_code, name in page.text) == (200, True)
    assert "them.csv" in caplog.text
    with pytest.raises(BadFile, match=r"them\.csv"):
        create_app(elsewhere(context, clock))


def test_an_own_folder_that_is_gone_changes_nothing(
    browser: Browser, home: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        (tmp_path / "own").rename(tmp_path / "away")
        assert TITLE in browser.get(f"{home}/o/{ANNUAL}").text
    assert "DUNGHAN_CONFIG_DIR" in caplog.text


def test_where_nothing_has_changed_nothing_is_read_and_one_number_is_asked_for(
    context: Context, browser: Browser, home: str, file: Path, statements: Statements
) -> None:
    browser.get(home)
    held, read_at = context.catalog, file.stat().st_atime_ns
    with statements() as asked:
        browser.get(home)
    assert context.catalog is held and file.stat().st_atime_ns == read_at
    assert [s for s in asked if "FROM office" in s] == ["SELECT max(id) AS newest FROM office"]


def test_who_comes_while_another_reads_goes_on_with_what_was_held(
    context: Context, app: FastAPI, browser: Browser, home: str, file: Path
) -> None:
    renewal = app.state.renewal
    edit(file, TITLE, "Báo cáo năm kiểu mới")
    with renewal._turn:
        assert TITLE in browser.get(f"{home}/o/{ANNUAL}").text
    assert TITLE not in browser.get(f"{home}/o/{ANNUAL}").text


def test_a_change_that_keeps_size_and_name_is_seen(context: Context, app: FastAPI, file: Path) -> None:
    held = context.catalog.stamps()
    os.utime(file, ns=(1, 1))
    assert context.catalog.stamps() != held
    with reading(context.db) as connection:
        app.state.renewal.look(connection)
        after = context.catalog
        app.state.renewal.look(connection)
    assert context.catalog is after


def _desk(context: Context, app: FastAPI) -> Desk:
    """A coordinator's browser at this application."""
    users.add(context, "tran.a", "Trần Thị A", "một mật khẩu dài", by="test")
    made = Desk(context, app=app)
    made.enter()
    return made
