"""An officer hands in by the link: the list, the two steps, the receipt, the file back, the promise."""

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI

from dunghan.engine import actions, handing_in
from dunghan.engine.context import Context
from dunghan.engine.sweep import run_pass
from dunghan.store import facts
from dunghan.store.database import reading
from models.contact import Contact
from tests.conftest import Introduce, SettableClock
from tests.portal.conftest import ANNUAL, DOCX, OFFICE, PLAN, REPORT, Browser, Statements
from tests.portal.officers import OBLIGATION, hand_in, handed_in, keep, look_over

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_list_says_what_is_owed_by_when_and_why(browser: Browser, home: str) -> None:
    page = browser.get(home)
    assert page.status_code == 200
    for words in ("UBND thành phố Hà Giang", "Cần nộp", "Chủ nhật 09/12/2018", "còn 2 ngày", "Sắp đến hạn", "VII"):
        assert words in page.text, words


def test_what_has_no_date_stands_apart_the_newest_first(
    browser: Browser, context: Context, clock: SettableClock, introduce: Introduce, link: Callable[[Contact], str]
) -> None:
    run_pass(context, "can-tho-115-2021", clock.set("2023-05-10"))
    dated, undated = browser.get(link(introduce("916")[0])).text.split("Chưa có hạn nộp (")
    assert "one-off/2021" in dated and "annual/2023" not in dated
    places = [undated.index(f"annual/{year}") for year in (2023, 2022, 2021)]
    assert places == sorted(places)


def test_nothing_to_report_is_confirmed_as_well(browser: Browser, context: Context, home: str) -> None:
    here = f"{home}/o/{ANNUAL}"
    confirm = browser.send(here, browser.get(here), kind="nothing", note="Không có trẻ bị hại")
    assert "Không phát sinh" in confirm.text and "chọn tệp khác" not in confirm.text
    both = browser.send(here, confirm, files=[("files", ("a.docx", REPORT, DOCX))], kind="nothing")
    assert (both.status_code, "đã chọn tệp nhưng" in both.text) == (422, True)
    assert handed_in(context) == []
    done = browser.send(f"{here}/confirm", confirm, draft=browser.field(confirm, "draft"))
    assert "Không phát sinh" in browser.get(done.headers["location"]).text
    assert [one.kind for one in handed_in(context)] == ["nothing"]


def test_several_files_and_one_content_twice(browser: Browser, context: Context, home: str) -> None:
    here = f"{home}/o/{ANNUAL}"
    sent = [("files", (name, content, DOCX)) for name, content in (("a.docx", REPORT), ("b.docx", REPORT))]
    sent.append(("files", ("c.odt", b"PK\x03\x04 not really", DOCX)))
    confirm = browser.send(here, browser.get(here), files=sent)
    browser.send(f"{here}/confirm", confirm, draft=browser.field(confirm, "draft"))
    assert [f["name"] for f in handed_in(context)[0].files] == ["a.docx", "c.odt"]


def test_a_double_click_gives_the_same_receipt(browser: Browser, context: Context, home: str) -> None:
    here = f"{home}/o/{ANNUAL}"
    confirm = browser.send(here, browser.get(here), files=[("files", ("a.docx", REPORT, DOCX))])
    draft = browser.field(confirm, "draft")
    twice = [browser.send(f"{here}/confirm", confirm, draft=draft).headers["location"] for _ in range(2)]
    assert twice == [f"{here}/1/receipt"] * 2
    assert len(handed_in(context)) == 1


def test_a_file_is_read_once_and_its_findings_are_on_record(
    browser: Browser, context: Context, home: str, tmp_path: Path
) -> None:
    confirm = look_over(browser, home, b"%PDF-1.7 nothing else")
    assert "Không mở được tệp" in confirm.text
    digest = hashlib.sha256(b"%PDF-1.7 nothing else").hexdigest()
    Path(context.settings.files_url, digest[:2], digest).write_bytes(REPORT[: len(b"%PDF-1.7 nothing else")])
    done = browser.send(f"{home}/o/{ANNUAL}/confirm", confirm, draft=browser.field(confirm, "draft"))
    assert "Không mở được tệp" in browser.get(done.headers["location"]).text


def test_another_number_of_the_same_file_is_another_version(browser: Browser, context: Context, home: str) -> None:
    here = f"{home}/o/{ANNUAL}"
    for number in ("45/BC-UBND", "46/BC-UBND"):
        confirm = browser.send(here, browser.get(here), files=[("files", ("a.docx", REPORT, DOCX))], reference=number)
        browser.send(f"{here}/confirm", confirm, draft=browser.field(confirm, "draft"))
    assert [one.reference for one in handed_in(context)] == ["45/BC-UBND", "46/BC-UBND"]
    first, second = (browser.get(f"{here}/{version}/receipt").text for version in (1, 2))
    assert "Tính theo lần nộp đầu" in second and "Tính theo lần nộp đầu" not in first


def test_ten_uploads_at_once_of_the_same_file_are_one(app: FastAPI, context: Context, home: str) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: hand_in(Browser(app), home), range(10)))
    assert {a.headers["location"] for a in answers} == {f"{home}/o/{ANNUAL}/1/receipt"}
    assert len(handed_in(context)) == 1


def test_a_return_shows_its_reason_and_a_new_version_can_come(
    browser: Browser, context: Context, clock: SettableClock, home: str
) -> None:
    hand_in(browser, home)
    clock.set("2018-12-08")
    actions.give_back(context, OBLIGATION, by="Đầu mối", because="Thiếu biểu số 2")
    page = browser.get(home)
    assert "Bị trả lại" in page.text
    assert "Thiếu biểu số 2" in page.text
    clock.set("2018-12-12")
    done = hand_in(browser, home, b"PK\x03\x04 other")
    assert done.headers["location"].endswith("/2/receipt")
    history = browser.get(f"{home}/o/{ANNUAL}").text
    assert "Lần nộp 1" in history
    assert "Lần nộp 2" in history
    assert "Thiếu biểu số 2" in history


def test_findings_warn_before_and_stay_after(
    browser: Browser, context: Context, home: str, introduce: Introduce
) -> None:
    handing_in.submit_all(
        context, [handing_in.HandedIn(f"{ANNUAL}/026", context.now(), kept=[keep(context, REPORT)])], by="x"
    )
    here = f"{home}/o/{ANNUAL}"
    confirm = browser.send(here, browser.get(here), files=[("files", ("a.docx", REPORT, DOCX))])
    assert "giống hệt tệp mà một cơ quan khác đã nộp" in confirm.text
    assert "026" not in confirm.text.split("Cần xem lại")[1].split("</section>")[0]
    done = browser.send(f"{here}/confirm", confirm, draft=browser.field(confirm, "draft"))
    assert "giống hệt" in browser.get(done.headers["location"]).text


def test_a_promise_is_recorded_and_shown(browser: Browser, context: Context, home: str) -> None:
    here = f"{home}/o/{ANNUAL}"
    done = browser.send(f"{here}/promise", browser.get(here), until="2018-12-14", note="Chờ số liệu của xã")
    assert (done.status_code, done.headers["location"]) == (303, f"{here}?done=promise")
    assert "Đã ghi nhận ngày hẹn 14/12/2018" in browser.get(done.headers["location"]).text
    assert "Đã hẹn nộp ngày 14/12/2018" in browser.get(home).text
    with reading(context.db) as connection:
        [event] = facts.events_of(connection, OBLIGATION)
    assert (event.kind, str(event.until), event.because) == ("acknowledge", "2018-12-14", "Chờ số liệu của xã")


@pytest.mark.parametrize("until", ["", "mai", "2018-12-06", "2020-01-01"])
def test_a_day_that_cannot_be_promised_keeps_what_was_written(browser: Browser, home: str, until: str) -> None:
    here = f"{home}/o/{ANNUAL}"
    answer = browser.send(f"{here}/promise", browser.get(here), until=until, note="Chờ số liệu")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "Chờ số liệu" in answer.text


def test_ended_plans_stand_under_history_and_can_still_be_answered(
    browser: Browser, context: Context, clock: SettableClock, home: str
) -> None:
    clock.set("2026-07-01")  # the plan ended in 2020, the districts on 30 June 2025
    page = browser.get(home).text
    assert "Hiện không có báo cáo nào cần nộp." in page
    assert "Lịch sử: kế hoạch đã kết thúc" in page
    assert hand_in(browser, home).status_code == 303
    assert "Muộn" in browser.get(f"{home}/o/{ANNUAL}/1/receipt").text


def test_what_an_ended_plan_still_asks_for_stands_with_what_is_owed(
    browser: Browser, context: Context, clock: SettableClock, home: str
) -> None:
    final = "ha-giang-168-2016/final/2020"
    clock.set("2020-12-07")
    run_pass(context, PLAN, context.now())
    clock.set("2021-01-11")

    def owed() -> bool:
        return f"{home}/o/{final}" in browser.get(home).text.partition("Lịch sử")[0]

    assert owed(), "five weeks overdue, and chased weekly"
    clock.set("2021-02-05")
    assert not owed()
    handing_in.submit(context, f"{final}/{OFFICE}", nothing=True, by="A")
    actions.give_back(context, f"{final}/{OFFICE}", by="Đầu mối", because="Thiếu biểu 2")
    assert owed(), "returned"


def test_english_by_the_switch_and_it_stays(browser: Browser, home: str) -> None:
    assert "To hand in" in browser.get(f"{home}?lang=en").text
    page = browser.get(home)
    assert 'lang="en"' in page.text
    assert "To hand in" in page.text
    assert "Cần nộp" in browser.get(f"{home}?lang=vi").text


def test_whoever_is_written_to_in_english_reads_english(
    browser: Browser, introduce: Introduce, season: None, link: Callable[[Contact], str]
) -> None:
    [one] = introduce("026", language="en")
    assert "To hand in" in browser.get(link(one)).text
    assert "Cần nộp" in browser.get(f"{link(one)}?lang=vi").text


def test_as_many_statements_for_many_obligations_as_for_few(
    browser: Browser, context: Context, clock: SettableClock, officer: Contact, home: str, statements: Statements
) -> None:
    browser.get(home)
    with statements() as few:
        assert browser.get(home).text.count("<article") >= 1
    for day in ("2019-06-01", "2020-06-01"):
        run_pass(context, PLAN, clock.set(day))
    hand_in(browser, home)
    with statements() as many:
        page = browser.get(home).text
    assert page.count("<article") >= 4
    assert len(many) == len(few) <= 8, many


def test_an_office_and_a_plan_that_are_gone_still_have_their_page(
    browser: Browser, introduce: Introduce, home: str, link: Callable[[Contact], str], tamper: Callable[[str], None]
) -> None:
    [stranger] = introduce("no-such-office")
    assert "Hiện không có báo cáo nào cần nộp." in browser.get(link(stranger)).text
    tamper("UPDATE obligation SET plan = 'gone-2000' WHERE office = '024'")
    page = browser.get(home)
    assert page.status_code == 200
    assert "gone-2000" in page.text


def test_every_statement_of_the_list_goes_by_an_index(
    browser: Browser, context: Context, home: str, statements: Statements
) -> None:
    hand_in(browser, home)
    with statements() as heard:
        browser.get(home)
    with reading(context.db) as connection:
        for statement in (s for s in heard if s.startswith("SELECT") or "\nSELECT" in s):
            named = set(re.findall(r":(\w+)", statement))
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", dict.fromkeys(named, "[]"))
            steps = [row[3] for row in plan]
            assert not [s for s in steps if s.startswith("SCAN") and "json_each" not in s], (statement, steps)
