"""The desk in a real Chromium: one returns and accepts, and makes a plan of a document, on a phone and at a desk."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from dunghan.engine import handing_in
from dunghan.engine.context import Context
from dunghan.portal.app import create_app
from tests.portal_desk.conftest import LOGIN, ONE, PASSWORD, PLAN
from tests.portal_desk.test_desk_drafts import NAMED, TEXT
from tests.ui.house import CHROMIUM, browser

pytestmark = [
    pytest.mark.slow,
    *CHROMIUM,
]


@pytest.fixture
def address(season: Context) -> Iterator[str]:
    """Where the portal answers."""
    server = uvicorn.Server(uvicorn.Config(create_app(season), port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    end = time.monotonic() + 20
    while not server.started and time.monotonic() < end:
        time.sleep(0.01)
    (socket,) = server.servers[0].sockets
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


def fits(page: Page) -> bool:
    """Whether nothing hangs over the side, on a phone and at a desk."""
    over = []
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        over.append(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
    return over == [0, 0]


def test_a_coordinator_returns_and_accepts(season: Context, address: str) -> None:
    handing_in.submit(season, ONE, nothing=True, by="văn thư")
    with browser(360, 800) as page:
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{address}/c/{PLAN}/2018?state=submitted")
        page.get_by_label("Tên đăng nhập").fill(LOGIN)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/c/{PLAN}/2018?state=submitted")
        assert fits(page)
        page.get_by_role("link", name="Đã nộp, chờ duyệt: Sở Y tế tỉnh Hà Giang, Báo cáo hằng năm").click()
        assert fits(page)
        page.get_by_label("Lý do, đơn vị sẽ đọc nguyên văn").fill("thiếu biểu 2")
        page.get_by_role("button", name="Trả lại cho đơn vị").click()
        expect(page.get_by_role("status")).to_contain_text("Đã trả lại báo cáo")
        handing_in.submit(season, ONE, nothing=True, by="văn thư")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.reload()
        page.get_by_role("button", name="Duyệt báo cáo").click()
        expect(page.get_by_role("status")).to_have_text("Đã duyệt báo cáo.")
        page.goto(f"{address}/c/{PLAN}/2018/response/annual/2018")
        bar = page.locator("svg .came").first
        assert bar.evaluate("e => getComputedStyle(e).fill") == "rgb(28, 107, 52)"  # drawn under the policy
        assert (bar.bounding_box() or {"height": 0})["height"] > 50 and fits(page)
        page.get_by_role("button", name="Đăng xuất").click()
        page.wait_for_url("**/c/login")
        assert complaints == []


def test_a_coordinator_makes_a_plan_of_a_document(season: Context, address: str, tmp_path: Path) -> None:
    document = tmp_path / NAMED
    document.write_text(TEXT, encoding="utf-8")
    with browser(360, 800) as page:
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{address}/c/drafts")
        page.get_by_label("Tên đăng nhập").fill(LOGIN)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_label("Tài liệu", exact=True).set_input_files(document)
        page.get_by_role("button", name="Đọc tài liệu").click()
        page.wait_for_url("**/c/drafts/1")
        assert fits(page)
        page.set_viewport_size({"width": 360, "height": 800})
        page.get_by_role("button", name="Xác nhận mục 1").click()
        expect(page.get_by_role("status")).to_have_text("Đã xác nhận mục 1.")
        expect(page.get_by_role("status")).to_be_in_viewport()
        expect(page.get_by_role("heading", name="Mục 2")).to_be_in_viewport()  # the next one, below what was told
        second = page.locator("#clause-2")
        second.get_by_text("Sửa lại cho đúng").click()
        second.get_by_label("Hạn", exact=True).fill("20/06\n20/12")
        second.get_by_label("Cách nêu hạn").select_option("trước ngày ấy")
        assert fits(page)
        second.get_by_role("button", name="Lưu bản sửa").click()
        expect(second).to_contain_text("20/06; 20/12 (trước ngày ấy)")
        page.get_by_role("button", name="Không phải báo cáo mục 3").click()
        expect(page.get_by_text("3 trên 3 mục đã quyết định")).to_be_visible()
        (tmp_path / "sources").mkdir()
        for name, folder in (("Tải bản nháp (yaml)", tmp_path), ("Tải văn bản (txt)", tmp_path / "sources")):
            with page.expect_download() as coming:
                page.get_by_role("link", name=name).click()
            coming.value.save_as(folder / coming.value.suggested_filename)
        page.goto(f"{address}/c/drafts/1/text#in-3")
        expect(page.locator("#in-3")).to_be_in_viewport()
        assert fits(page) and complaints == []
    (file,) = tmp_path.glob("*.yaml")
    plan, _ = season.catalog.check(file)
    assert [report.recurrence for report in plan.reports] == ["annual", "semiannual"]
