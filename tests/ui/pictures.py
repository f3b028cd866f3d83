"""The pictures of docs/pictures, from the same server, story and Chromium as the tests: ``make pictures``."""

import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from dunghan.engine import actions, handing_in
from tests.portal.conftest import OFFICE, PLAN
from tests.ui.counter import Counter, counter, hand_in, log_in
from tests.ui.house import ROOT, House, browser, chromium, house

FOLDER = ROOT / "docs" / "pictures"
DAYS = ("2018-07-02", "2018-11-19", "2018-12-04", "2018-12-12")


def _runs(at: House, page: Page, base: str) -> None:
    page.goto(f"{at.url}{base}/runs")
    page.get_by_text("On time").first.wait_for()
    page.get_by_text("Newest to oldest").first.scroll_into_view_if_needed()
    page.mouse.move(700, 600)
    page.mouse.wheel(0, 520)
    page.mouse.move(262, 300)


def _run(at: House, page: Page, base: str) -> None:
    page.goto(f"{at.url}{base}/runs/flow-run/{at.run('Overdue')}")
    page.get_by_text("Kết quả").first.wait_for()
    page.wait_for_timeout(3000)  # the timeline is drawn late


def _artifact(key: str, words: str) -> Callable[[House, Page, str], None]:
    def show(at: House, page: Page, base: str) -> None:
        page.goto(f"{at.url}{base}/artifacts/artifact/{at.artifact(key)}")
        page.get_by_text(words).first.wait_for()

    return show


def _form(at: House, page: Page, base: str) -> None:
    page.goto(f"{at.url}{base}/deployments/deployment/{at.deployment('gia-han-mien')}/run")
    page.get_by_text("Người đề nghị").first.wait_for()
    page.get_by_role("button", name="Submit").last.click()
    page.get_by_text("'asked_by' is a required property").first.wait_for()
    page.mouse.move(700, 500)
    page.mouse.wheel(0, -3000)


def _second_person(at: House, page: Page, base: str) -> None:
    page.goto(f"{at.url}{base}/runs/flow-run/{at.run('Suspended')}")
    if base:
        page.get_by_role("button", name="Open menu").first.click()
        page.get_by_role("menuitem", name="Resume").click()
    else:
        page.get_by_role("button", name="Resume").click()
    page.get_by_role("dialog").get_by_text("Quyết định", exact=True).wait_for()


PICTURES: dict[str, tuple[Callable[[House, Page, str], None], str, int]] = {
    "prefect-runs": (_runs, "/v2", 680),
    "prefect-runs-v1": (_runs, "", 800),
    "prefect-run": (_run, "/v2", 1180),
    "prefect-progress": (_artifact("-progress", "Biểu đồ tiến độ"), "/v2", 492),
    "prefect-progress-v1": (_artifact("-progress", "Biểu đồ tiến độ"), "", 600),
    "prefect-missing": (_artifact("-missing", "Nhắc gần nhất"), "/v2", 740),
    "prefect-overview": (_artifact("-overview", "Toàn cảnh"), "/v2", 500),
    "prefect-form": (_form, "/v2", 900),
    "prefect-second-person": (_second_person, "/v2", 720),
}
"""Each picture: how to come there, in which UI, and its height in pixels."""


def squeezed(png: bytes) -> Image.Image:
    """The picture in 256 colours of its own, the rare ones too: a third of the size, and nobody sees it."""
    whole = Image.open(BytesIO(png)).convert("RGB")
    return whole.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


def _shoot(page: Page, name: str, height: int | None = None) -> None:
    if height:
        page.set_viewport_size({"width": 1200, "height": height})
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    squeezed(page.screenshot(animations="disabled")).save(FOLDER / f"{name}.png", optimize=True)


def _of_the_portal(at: Counter) -> None:
    """An officer's phone, and the coordinator's desk with some of the season on it."""
    at.morning("2018-11-09")
    for report, year in (("annual", 2016), ("annual", 2017)):
        handing_in.submit(at.context, f"{PLAN}/{report}/{year}/{OFFICE}", nothing=True, by="văn thư")
    for office, day in (("026", "2018-11-20"), ("027", "2018-11-28"), ("028", "2018-12-05"), ("029", "2018-12-06")):
        at.morning(day)
        handing_in.submit(at.context, f"{PLAN}/annual/2018/{office}", nothing=True, by="văn thư")
    actions.accept(at.context, f"{PLAN}/annual/2018/026", by="Trần Thị Đầu Mối")
    actions.give_back(at.context, f"{PLAN}/annual/2018/027", by="Trần Thị Đầu Mối", because="Thiếu biểu số 2")
    at.morning("2018-12-07")
    with browser(390, 780) as phone:
        phone.goto(at.link())
        _shoot(phone, "portal-list")
        hand_in(at, phone, at.link())
        _shoot(phone, "portal-receipt")
    with browser(1200, 800) as desk:
        log_in(at, desk)
        _shoot(desk, "desk-report", 900)
        desk.goto(f"{at.url}/c/{PLAN}/2018?stage=district")
        _shoot(desk, "desk-matrix", 760)
        desk.goto(f"{at.url}/c/{PLAN}/2018/response/annual/2018")
        _shoot(desk, "desk-response", 760)


def main() -> None:
    """Take every picture."""
    if chromium() is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, counter(Path(folder)) as at:
        _of_the_portal(at)
    with tempfile.TemporaryDirectory() as folder, house(Path(folder), DAYS) as at:
        for name, (show, base, height) in PICTURES.items():
            with browser(1200, height) as page:
                show(at, page, base)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(800)  # what moves has come to rest
                squeezed(page.screenshot(animations="disabled")).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
