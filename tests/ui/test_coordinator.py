"""What a coordinator must be able to read and click, in both of Prefect's UIs, in a real Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import UI
from tests.ui.house import House
from tests.ui.story import RETURN

pytestmark = [*UI, pytest.mark.parametrize("base", ["/v2", ""], ids=["v2", "v1"])]
FLOW = "168-KH-UBND Hà Giang · báo cáo"


def test_the_plans_are_in_the_list_of_flows_as_people_name_them(shown: House, page: Page, base: str) -> None:
    page.goto(f"{shown.url}{base}/flows")
    expect(page.get_by_text(FLOW, exact=True).first).to_be_visible()
    page.get_by_text(FLOW, exact=True).first.click()
    expect(page.get_by_text(re.compile(r"2018 · hằng năm \+ sơ kết · 12/12")).first).to_be_visible()


def test_the_runs_say_how_the_plan_stands_in_green_amber_and_red(shown: House, page: Page, base: str) -> None:
    page.goto(f"{shown.url}{base}/runs")
    hues = {}
    for word in ("On time", "Waiting", "Overdue"):
        badge = page.get_by_text(re.compile(rf"^{word}( \d+)?$")).first
        expect(badge).to_be_visible()
        hues[word] = badge.evaluate(_LOUDEST)
    assert 90 < hues["On time"] < 170, hues
    assert 15 < hues["Waiting"] < 60, hues
    assert hues["Overdue"] < 15 or hues["Overdue"] > 345, hues


_LOUDEST = """start => {
  // the hue, in degrees, of the most saturated colour that the badge or what holds it is painted in
  const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const hue = colour => {
    paint.clearRect(0, 0, 1, 1); paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data, most = Math.max(r, g, b), span = most - Math.min(r, g, b);
    if (!a || !span) return [0, 0];
    const turn = most === r ? (g - b) / span : most === g ? 2 + (b - r) / span : 4 + (r - g) / span;
    return [span * a / 255, (turn * 60 + 360) % 360];
  };
  let best = [0, 0];
  for (let one = start, up = 0; one && up < 3; one = one.parentElement, up++) {
    const style = getComputedStyle(one);
    for (const colour of [style.color, style.backgroundColor]) { const h = hue(colour); if (h[0] > best[0]) best = h; }
  }
  return best[1];
}"""


def test_a_run_tells_its_story_and_leads_to_its_tables(shown: House, page: Page, base: str) -> None:
    page.goto(f"{shown.url}{base}/runs/flow-run/{shown.run('Overdue')}")
    for line in ("Kế hoạch 168/KH-UBND Hà Giang, tính đến 08:00 ngày 12/12/2018", "Kết quả: Overdue"):
        expect(page.get_by_text(line).first).to_be_visible()
    page.get_by_text("Artifacts", exact=True).last.click()
    expect(page.get_by_text("ha-giang-168-2016-2018-missing").first).to_be_visible()


def test_the_missing_list_names_the_office_its_last_reminder_and_whether_it_can_be_reached(
    shown: House, page: Page, base: str
) -> None:
    page.goto(f"{shown.url}{base}/artifacts/artifact/{shown.artifact('-missing')}")
    for head in ("Đơn vị", "Ngày cuối", "Nhắc gần nhất", "Liên hệ"):
        expect(page.get_by_text(head, exact=True).first).to_be_visible()
    page.get_by_placeholder("Search").last.fill("KHÔNG")
    expect(page.get_by_text("KHÔNG CÓ").first).to_be_visible()


def test_the_chart_of_progress_is_drawn_in_the_page(shown: House, page: Page, base: str) -> None:
    page.goto(f"{shown.url}{base}/artifacts/artifact/{shown.artifact('-progress')}")
    drawn = page.locator("img[src^='data:image/svg+xml']").first
    expect(drawn).to_be_visible()
    assert drawn.evaluate("image => image.decode().then(() => image.naturalWidth)") == 760


def test_the_overview_of_the_province_shows_table_and_chart(shown: House, page: Page, base: str) -> None:
    page.goto(f"{shown.url}{base}/artifacts/artifact/{shown.artifact('-overview')}")
    expect(page.get_by_text("Toàn cảnh tỉnh Hà Giang").first).to_be_visible()
    expect(page.get_by_role("cell", name="168/KH-UBND Hà Giang")).to_be_visible()
    expect(page.locator("img[src^='data:image/svg+xml']").first).to_be_visible()


def test_a_form_is_in_vietnamese_and_says_which_field_is_wrong(shown: House, page: Page, base: str) -> None:
    page.goto(f"{shown.url}{base}/deployments/deployment/{shown.deployment('gia-han-mien')}/run")
    for title in ("Đề nghị", "Kế hoạch", "Kỳ báo cáo", "Người đề nghị"):
        expect(page.get_by_text(title, exact=True).first).to_be_visible()
    expect(page.get_by_text("Gia hạn đến hết ngày").first).to_be_visible()
    page.get_by_role("button", name="Submit").last.click()
    expect(page.get_by_text("'asked_by' is a required property").first).to_be_visible()


def test_an_action_is_asked_for_by_its_form_and_one_in_vain_says_why(shown: House, page: Page, base: str) -> None:
    page.goto(f"{shown.url}{base}/runs/flow-run/{shown.run('Failed')}")
    why = "Không có bản nào để trả lại: có thể đã có người xử lý trước."
    expect(page.get_by_text(why, exact=True).first).to_be_visible()
    page.goto(f"{shown.url}{base}/deployments/deployment/{shown.deployment('return-report')}/run")
    for title in ("Kế hoạch", "Báo cáo", "Kỳ báo cáo", "Mã đơn vị", "Lý do", "Người quyết định"):
        expect(page.get_by_text(title, exact=True).first).to_be_visible()
    if not base:
        return  # the older UI has a form like it, whose lists are no options to a screen reader
    given = RETURN | {"because": "thiếu biểu 3"}
    for field in ("plan", "report", "period"):
        page.get_by_text("Select", exact=True).first.click()
        page.get_by_role("option", name=given[field], exact=True).click()
    for title, field in (("Mã đơn vị", "office"), ("Lý do", "because"), ("Người quyết định", "by")):
        page.get_by_label(title, exact=True).fill(given[field])
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("button", name="Submit")).to_have_count(0)
    assert [r["parameters"] for r in shown.found("flow_runs") if r["state_name"] == "Scheduled"] == [given]


def test_the_second_person_finds_the_request_and_its_form(shown: House, page: Page, base: str) -> None:
    page.goto(f"{shown.url}{base}/runs/flow-run/{shown.run('Suspended')}")
    if base:
        page.get_by_role("button", name="Open menu").first.click()
        page.get_by_role("menuitem", name="Resume").click()
    else:
        page.get_by_role("button", name="Resume").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Nguyễn Thị Hoa đề nghị gia hạn đến hết ngày 20/12/2030")).to_be_visible()
    for title in ("Quyết định", "Người quyết định", "Lý do quyết định"):
        expect(dialog.get_by_text(title, exact=True)).to_be_visible()
