"""From the reminder to the acceptance in a real Chromium, on a phone and at a desk; mails by a real mail server."""

import hashlib
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.portal.conftest import REPORT
from tests.ui.counter import Counter, counter, hand_in, log_in, words
from tests.ui.house import CHROMIUM, browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("ui"),
    *CHROMIUM,
]


def fits(page: Page) -> bool:
    """Whether nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def next_mail(at: Counter, had: int) -> str:
    """The mail after so many; it leaves behind the page's answer."""
    end = time.monotonic() + 10
    while len(at.mails()) == had and time.monotonic() < end:
        time.sleep(0.05)
    assert len(at.mails()) == had + 1
    return words(at.mails()[-1])


@pytest.mark.parametrize("width", [360, 1280])
def test_reminder_link_upload_receipt_return_reminder_again_and_acceptance(tmp_path: Path, width: int) -> None:
    with counter(tmp_path) as at, browser(width, 800) as officer:
        assert at.morning("2018-12-07") == 1, "the last working day before the last day"
        officer.goto(at.link())
        assert officer.locator("html").get_attribute("lang") == "vi" and fits(officer)
        officer.get_by_role("link", name="Nộp báo cáo").first.click()
        officer.get_by_role("button", name="Xem lại trước khi nộp").click()
        assert "Chưa có tệp nào được chọn" in officer.get_by_role("alert").inner_text() and fits(officer)
        hand_in(at, officer, at.link())
        assert "Đúng hạn." in officer.get_by_role("status").inner_text() and fits(officer)
        receipt = next_mail(at, 1)
        assert hashlib.sha256(REPORT).hexdigest() in receipt and at.file.name in receipt
        with officer.expect_download() as got:
            officer.get_by_role("link", name=at.file.name).click()
        assert Path(got.value.path()).read_bytes() == REPORT
        assert got.value.suggested_filename == at.file.name

        desk = officer.context.browser.new_page(viewport={"width": width, "height": 800})  # type: ignore[union-attr]
        log_in(at, desk)
        assert fits(desk)
        for name in ("Duyệt báo cáo", "Trả lại cho đơn vị"):
            style = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
            ink, ground = desk.get_by_role("button", name=name).evaluate(style)
            assert ink == "rgb(255, 255, 255)" != ground
        desk.get_by_label("Lý do, đơn vị sẽ đọc nguyên văn").fill("Thiếu biểu số 2")
        desk.get_by_role("button", name="Trả lại cho đơn vị").click()
        expect(desk.get_by_role("status")).to_contain_text("Đã trả lại báo cáo")
        assert "Thiếu biểu số 2" in next_mail(at, 2)

        assert at.morning("2018-12-12") == 1, "three days after the last day the ladder goes on"
        officer.goto(at.link())
        card = officer.locator("article", has_text="Báo cáo hằng năm, năm 2018")
        assert "Bị trả lại" in card.inner_text() and "Thiếu biểu số 2" in card.inner_text() and fits(officer)
        hand_in(at, officer, at.link())
        next_mail(at, 4)
        log_in(at, desk)  # a session lasts twelve hours
        desk.get_by_role("button", name="Duyệt báo cáo").click()
        expect(desk.get_by_role("status")).to_have_text("Đã duyệt báo cáo.")
        assert fits(desk)
        at.morning("2018-12-17")
        told = [words(mail) for mail in at.mails()[5:]]
        assert not [text for text in told if "Báo cáo hằng năm" in text], "who has been accepted is left in peace"
