"""An officer hands in by the link: the list, the two steps, the receipt, the file back, the promise."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI

from dunghan.engine import actions, handing_in
from dunghan.engine.context import Context
from dunghan.engine.sweep import run_pass
from dunghan.store import facts
from dunghan.store.database import reading
from models.contact import Contact
from tests.conftest import Introduce, SettableClock
from tests.portal.conftest import ANNUAL, DOCX, PLAN, REPORT, Browser, Statements
from tests.portal.officers import OBLIGATION, hand_in, handed_in, keep

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_list_says_what_is_owed_by_when_and_why(browser: Browser, home: str) -> None:
    page = browser.get(home)
    assert page.status_code == 200
    for words in ("UBND thành phố Hà Giang", "Cần nộp", "Chủ nhật 09/12/2018", "còn 2 ngày", "Sắp đến hạn", "VII"):
        assert words in page.text, words


def test_nothing_to_report_is_confirmed_as_well(browser: Browser, context: Context, home: str) -> None:
    here = f"{home}/o/{ANNUAL}"
    confirm = browser.send(here, browser.get(here), kind="nothing", note="Không có trẻ bị hại")
    assert "Không phát sinh" in confirm.text
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
