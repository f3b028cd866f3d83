"""Bad input and bad intent at the officer's pages: a sentence, the right status, and nothing accepted is lost."""

import asyncio
import logging
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from fastapi import FastAPI
from sqlalchemy import update

from dunghan import clock as real_clock
from dunghan.engine import actions
from dunghan.engine.context import Context
from dunghan.engine.links import Links
from dunghan.portal.headers import HEADERS
from dunghan.store.contacts import CONTACT
from dunghan.store.database import writing
from models.contact import Contact
from tests.checks import made
from tests.conftest import Introduce
from tests.portal.conftest import ANNUAL, DOCX, REPORT, Browser
from tests.portal.officers import OBLIGATION, hand_in, handed_in, look_over

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_forged_link_is_not_found(browser: Browser, home: str) -> None:
    for token in (f"{home[:-2]}xx", "/b/anything", "/b/%00"):
        answer = browser.get(token)
        assert (answer.status_code, "Liên kết này không đúng" in answer.text) == (404, True), token


def test_an_expired_link_and_a_revoked_one_are_gone(
    browser: Browser, context: Context, officer: Contact, home: str
) -> None:
    with time_machine.travel(real_clock.now() + timedelta(days=201), tick=False):
        answer = browser.get(home)
    assert (answer.status_code, "đã hết hạn" in answer.text) == (410, True)
    with writing(context.db) as connection:
        connection.execute(update(CONTACT).where(CONTACT.c.id == officer.id).values(links=1))
    answer = browser.get(home)
    assert (answer.status_code, "đã bị thu hồi" in answer.text) == (410, True)


def test_no_office_reaches_anothers_page_receipt_or_file(
    browser: Browser, context: Context, home: str, introduce: Introduce
) -> None:
    [other] = introduce("026")
    hand_in(browser, home)
    theirs = f"/b/{Links(context.settings).token(other)}/o/{ANNUAL}"
    for path in (f"{theirs}/1/receipt", f"{theirs}/1/file/1", f"{theirs}/../024", f"{home}/o/{ANNUAL}/026"):
        assert browser.get(path).status_code == 404, path
    assert "bao-cao.docx" not in browser.get(theirs).text
    assert browser.get(f"{home}/o/ha-giang-168-2016/annual/2015").status_code == 404
    assert browser.get(f"{home}/o/can-tho-115-2021/annual/2021").status_code == 404
    for version, number in ((2, 1), (1, 2), (1, 0), (10**9, 1)):
        assert browser.get(f"{home}/o/{ANNUAL}/{version}/file/{number}").status_code == 404


def test_a_draft_is_good_for_its_maker_its_report_and_two_hours(
    browser: Browser, context: Context, home: str, introduce: Introduce
) -> None:
    [other] = introduce("026")
    confirm = look_over(browser, home)
    draft = browser.field(confirm, "draft")
    theirs = f"/b/{Links(context.settings).token(other)}/o/{ANNUAL}"
    assert browser.send(f"{theirs}/confirm", confirm, draft=draft).status_code == 404
    assert browser.send(f"{home}/o/{ANNUAL}/confirm", confirm, draft=draft[:-3]).status_code == 404
    with time_machine.travel(real_clock.now() + timedelta(hours=3), tick=False):
        assert browser.send(f"{home}/o/{ANNUAL}/confirm", confirm, draft=draft).status_code == 410
        assert f'href="{home}"' in browser.send(f"{home}/o/{ANNUAL}/confirm", confirm, draft=draft).text, "a way back"
    assert handed_in(context) == []
    assert handed_in(context, f"{ANNUAL}/026") == []


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("bao-cao.doc", REPORT, 415, "không thuộc loại được nhận"),
        ("bao-cao.pdf.exe", REPORT, 415, "không thuộc loại được nhận"),
        ("bao-cao.pdf", b"MZ\x90\x00 a program", 415, "chương trình chạy được"),
        ("bao-cao.docx", b"", 422, "rỗng (0 byte)"),
        ("bao-cao.pdf", b"%PDF-1.7" + bytes(26 << 20), 413, "lớn quá 25 MB"),
        ("bao-cao.docx", made.raw_word('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), 422, "mã XML gây hại"),
    ],
    ids=["doc", "exe", "renamed", "empty", "26MB", "bomb"],
)
def test_a_file_that_is_not_taken(
    browser: Browser, context: Context, home: str, name: str, content: bytes, status: int, words: str
) -> None:
    here = f"{home}/o/{ANNUAL}"
    answer = browser.send(here, browser.get(here), files=[("files", (name, content, DOCX))], note="Đã ghi sẵn")
    assert answer.status_code == status
    assert words in answer.text
    assert 'role="alert"' in answer.text
    assert "Đã ghi sẵn" in answer.text, "what was written is kept"
    assert handed_in(context) == []


def test_no_file_and_too_many_files(browser: Browser, home: str) -> None:
    here = f"{home}/o/{ANNUAL}"
    assert browser.send(here, browser.get(here), files=[("files", ("", b"", DOCX))]).status_code == 422
    for count in (11, 40):
        answer = browser.send(
            here, browser.get(here), files=[("files", (f"{n}.docx", REPORT, DOCX)) for n in range(count)]
        )
        assert (answer.status_code, "tối đa 10 tệp" in answer.text) == (413, True)


def test_a_name_loses_its_folders_and_what_cannot_be_seen(browser: Browser, context: Context, home: str) -> None:
    done = hand_in(browser, home, name="..\\..\\etc/<b>bc\u202ecod.docx")
    assert handed_in(context)[0].files[0]["name"] == "<b>bccod.docx"
    page = browser.get(done.headers["location"]).text
    assert "<b>bccod" not in page
    assert "&lt;b&gt;bccod.docx" in page
    kept = browser.get(f"{home}/o/{ANNUAL}/1/file/1").headers["content-disposition"]
    assert "\n" not in kept
    assert kept.startswith("attachment;")


def test_nothing_after_acceptance(browser: Browser, context: Context, home: str) -> None:
    confirm = look_over(browser, home, b"PK\x03\x04 another")
    form = browser.get(f"{home}/o/{ANNUAL}")
    hand_in(browser, home)
    actions.accept(context, OBLIGATION, by="Đầu mối")
    late = browser.send(f"{home}/o/{ANNUAL}/confirm", confirm, draft=browser.field(confirm, "draft"))
    assert (late.status_code, "đã được chấp nhận" in late.text) == (409, True)
    again = browser.send(f"{home}/o/{ANNUAL}", form, files=[("files", ("a.docx", REPORT, DOCX))])
    assert again.status_code == 409
    promise = browser.send(f"{home}/o/{ANNUAL}/promise", form, until="2018-12-09")
    assert promise.status_code == 409
    assert len(handed_in(context)) == 1


@pytest.mark.parametrize("path", ["", "/confirm", "/promise"])
def test_a_form_of_another_site_is_refused(browser: Browser, context: Context, home: str, path: str) -> None:
    here = f"{home}/o/{ANNUAL}"
    browser.get(here)
    for fields in ({}, {"_form": "guessed"}):
        sent = {**fields, "kind": "nothing", "until": "2018-12-09"}
        files = [("files", ("a.docx", REPORT, DOCX))] if not path else None
        answer = browser.client.post(here + path, data=sent, files=files)
        assert answer.status_code == 403
    assert handed_in(context) == []


def test_the_form_cookie_outlives_a_visit_from_a_web_mail(browser: Browser, home: str) -> None:
    cookie = browser.get(home).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_bytes_are_counted_whatever_the_length_says(app: FastAPI, home: str, context: Context) -> None:
    """A chunked body without a Content-Length; a browser that sends too much still gets to read why."""
    browser = Browser(app)
    form = browser.get(f"{home}/o/{ANNUAL}")

    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n%PDF'
        for _ in range(61):
            yield bytes(1 << 20)

    answer = browser.client.post(
        f"{home}/o/{ANNUAL}", content=endless(), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert (answer.status_code, "60 MB" in answer.text) == (413, True)
    small = browser.send(f"{home}/o/{ANNUAL}/promise", form, until="2018-12-09", note="x" * 70_000)
    assert small.status_code == 413
    assert handed_in(context) == []


def test_a_browser_that_closes_leaves_nothing_on_record(app: FastAPI, home: str, context: Context) -> None:
    answers = []
    messages = [
        {"type": "http.request", "body": b'--x\r\nContent-Disposition: form-data; name="files"', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, object]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        answers.append(message)

    scope = {
        "type": "http", "method": "POST", "path": f"{home}/o/{ANNUAL}", "raw_path": b"", "query_string": b"",
        "headers": [(b"content-type", b"multipart/form-data; boundary=x")], "client": ("203.0.113.7", 1),
        "server": ("test", 80), "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    assert answers[0]["status"] == 400
    assert handed_in(context) == []


def test_a_neighbours_bad_links_lock_nobody_out(app: FastAPI, home: str) -> None:
    neighbour = Browser(app)
    codes = [neighbour.get("/b/forged").status_code for _ in range(31)]
    assert codes[:30] == [404] * 30
    assert codes[30] == 429
    refused = neighbour.get("/b/forged")
    assert int(refused.headers["retry-after"]) > 0
    assert "Hãy thử lại sau 1 phút" in refused.text
    assert Browser(app).get(home).status_code == 200, "the same address with a good link"
    assert Browser(app, "2001:db8::1").get("/b/forged").status_code == 404


def test_a_changed_file_is_not_given_out_and_the_operator_is_told(
    browser: Browser, context: Context, home: str, caplog: pytest.LogCaptureFixture
) -> None:
    hand_in(browser, home)
    digest = handed_in(context)[0].files[0]["sha256"]
    Path(context.settings.files_url, digest[:2], digest).write_bytes(b"something else")
    answer = browser.get(f"{home}/o/{ANNUAL}/1/file/1")
    assert answer.status_code == 500
    assert "không còn đúng như khi nộp" in answer.text
    assert f"A file of {OBLIGATION} cannot be given out: The file {digest[:12]}" in caplog.text


def test_a_store_of_files_that_is_away_says_so_and_records_nothing(
    browser: Browser, context: Context, home: str
) -> None:
    confirm = look_over(browser, home)
    shutil.rmtree(context.settings.files_url)
    gone = browser.send(f"{home}/o/{ANNUAL}/confirm", confirm, draft=browser.field(confirm, "draft"))
    Path(context.settings.files_url).write_text("no folder")
    away = look_over(browser, home)
    assert (gone.status_code, "không còn trong kho" in gone.text) == (410, True)
    assert (away.status_code, "chọn tệp và thử lại" in away.text) == (503, True)
    assert away.headers["retry-after"] == "60"
    assert handed_in(context) == []


def test_every_answer_has_the_headers_and_no_log_has_the_token(
    app: FastAPI, home: str, context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    quiet = Browser(app)
    quiet.client = type(quiet.client)(app, raise_server_exceptions=False)
    here = f"{home}/o/{ANNUAL}"
    answers = [quiet.get(p) for p in (home, here, "/b/forged", "/nowhere", f"{here}/confirm", "/static/portal.css")]
    hand_in(quiet, home)
    answers += [quiet.get(f"{here}/1/receipt"), quiet.get(f"{here}/1/file/1")]
    context.db.dispose()
    Path(context.db.url.database or "").rename(Path(context.db.url.database or "").with_suffix(".away"))
    answers.append(quiet.get(home))
    del app.state.limits
    answers.append(quiet.get("/b/forged"))
    assert [a.status_code for a in answers] == [200, 200, 404, 404, 405, 200, 200, 200, 503, 500]
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, answer.url
        if "/static/" not in str(answer.url):
            assert answer.headers["cache-control"] == "no-store"
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("httpx")]
    assert home.removeprefix("/b/") not in "\n".join(ours)
