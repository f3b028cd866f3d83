"""An officer's walk in a real Chromium, without JavaScript, on a phone and on a desk: link, upload, receipt, return."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page

from dunghan.engine import actions
from dunghan.engine.context import Context
from dunghan.engine.links import Links
from dunghan.engine.sweep import run_pass
from dunghan.portal.app import create_app
from tests.conftest import Introduce, SettableClock
from tests.portal.conftest import ANNUAL, OFFICE, PLAN, REPORT
from tests.ui.house import browser, chromium

pytestmark = [
    pytest.mark.xdist_group("ui"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.skipif(
        chromium() is None, reason="Chromium is not installed (Debian: apt-get install chromium); .ci/run installs it"
    ),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def address(context: Context) -> Iterator[str]:
    """Where the portal answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(context), access_log=False, log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


def fits(page: Page) -> bool:
    """Whether nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", [360, 1280])
def test_link_upload_receipt_return_and_again(
    address: str, context: Context, clock: SettableClock, introduce: Introduce, tmp_path: Path, width: int
) -> None:
    run_pass(context, PLAN, clock.set("2018-12-07"))
    [officer] = introduce(OFFICE)
    file = tmp_path / "Báo cáo năm 2018.docx"
    file.write_bytes(REPORT)
    with browser(width, 800) as page:
        page.goto(f"{address}/b/{Links(context.settings).token(officer)}")
        assert page.locator("html").get_attribute("lang") == "vi"
        assert fits(page)
        card = page.locator("article", has_text="Báo cáo hằng năm, năm 2018")
        card.get_by_role("link", name="Nộp báo cáo").click()
        assert fits(page)
        page.get_by_role("button", name="Xem lại trước khi nộp").click()
        assert "Chưa có tệp nào được chọn" in page.get_by_role("alert").inner_text()

        page.get_by_label("Tệp báo cáo").set_input_files(file)
        page.get_by_label("Ghi chú").fill("Đã đủ số liệu")
        page.get_by_role("button", name="Xem lại trước khi nộp").click()
        assert fits(page)
        page.get_by_role("button", name="Nộp", exact=True).dblclick()
        page.wait_for_url("**/1/receipt")
        assert "Đúng hạn." in page.get_by_role("status").inner_text()
        assert fits(page)
        with page.expect_download() as got:
            page.get_by_role("link", name=file.name).click()
        assert Path(got.value.path()).read_bytes() == REPORT
        assert got.value.suggested_filename == file.name

        clock.set("2018-12-08")
        actions.give_back(context, f"{ANNUAL}/{OFFICE}", by="Đầu mối", because="Thiếu biểu số 2")
        page.get_by_role("link", name="Về danh sách báo cáo").click()
        assert "Bị trả lại" in card.inner_text()
        assert "Thiếu biểu số 2" in card.inner_text()
        card.get_by_role("link", name="Nộp báo cáo").click()
        page.get_by_role("button", name="Không phát sinh").click()
        page.get_by_role("button", name="Nộp", exact=True).click()
        page.wait_for_url("**/2/receipt")
