"""A draft that nobody confirms: its file goes at night, whoever confirms in time loses nothing, too late is told."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from dunghan import clock as real_clock
from dunghan.engine.context import Context
from dunghan.engine.leftovers import IDLE, sweep
from dunghan.files import listing
from dunghan.portal.drafts import LIFE
from models.contact import Contact
from tests.portal.conftest import ANNUAL, Browser
from tests.portal.officers import hand_in, handed_in, look_over

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def stored(context: Context) -> dict[str, int]:
    return listing(context.settings.files_url)


def test_a_draft_can_be_confirmed_to_its_last_minute_whatever_is_swept(
    browser: Browser, context: Context, home: str
) -> None:
    page = look_over(browser, home)
    last = real_clock.now() + timedelta(seconds=LIFE - 60)
    assert sweep(context, last).files == 0
    with time_machine.travel(last, tick=True):
        answer = browser.send(f"{home}/o/{ANNUAL}/confirm", page, draft=browser.field(page, "draft"))
    assert answer.status_code == 303 and len(handed_in(context)) == 1
    assert sweep(context, last + 100 * IDLE).files == 0, "a row names it now"
    assert browser.get(f"{home}/o/{ANNUAL}/1/file/1").status_code == 200


def test_an_expired_draft_is_swept_and_its_page_says_so(browser: Browser, context: Context, home: str) -> None:
    page = look_over(browser, home)
    assert len(stored(context)) == 1
    later = real_clock.now() + IDLE + timedelta(minutes=1)
    assert sweep(context, later).files == 1 and stored(context) == {}
    with time_machine.travel(later, tick=True):
        answer = browser.send(f"{home}/o/{ANNUAL}/confirm", page, draft=browser.field(page, "draft"))
    assert (answer.status_code, "quá hai giờ" in answer.text) == (410, True)
    assert handed_in(context) == []


@pytest.mark.parametrize(("language", "says"), [("vi", "không còn trong kho"), ("en", "no longer in the store")])
def test_a_draft_whose_file_is_gone_is_told_and_sent_again_it_is_handed_in(
    language: str, says: str, browser: Browser, context: Context, home: str, officer: Contact
) -> None:
    page = look_over(browser, home)
    (place,) = stored(context)
    (Path(context.settings.files_url) / place).unlink()
    browser.client.cookies.set("dunghan_language", language)
    answer = browser.send(f"{home}/o/{ANNUAL}/confirm", page, draft=browser.field(page, "draft"))
    assert (answer.status_code, says in answer.text) == (410, True), answer.text
    assert handed_in(context) == []
    assert hand_in(browser, home).status_code == 303
    assert len(handed_in(context)) == 1
