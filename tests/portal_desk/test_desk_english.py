"""The desk in English: no page holds Vietnamese but names and what is marked as such, and the switch loses nothing."""

from html import unescape
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dunghan.engine import actions, handing_in
from dunghan.engine.context import Context
from dunghan.engine.explain import explain
from dunghan.engine.remind_now import remind_now
from tests.portal.vietnamese import left_over
from tests.portal_desk.conftest import NAME, ONE, PLAN, Desk

UNDATED = f"{PLAN}/semiannual/2018-H2/ha-giang.cong-an"


@pytest.fixture
def names(season: Context) -> set[str]:
    """What stays as it is: names of offices and people, titles of plans and reports, what was typed."""
    tree, found = season.catalog.tree, {NAME, "thiếu biểu", "lũ quét", "Văn thư", "Tiếng Việt"}
    for plan in season.catalog.plans():
        found |= {plan.label, plan.title, *(report.title for report in plan.reports)}
    for one in (ONE, UNDATED):
        told = explain(season, one, season.now())
        found |= {tree.title(told["office"]), told["explanation"]} | {tree.title(code) for code in told["to"]}
    found |= {tree.title(code) for code in tree.codes}
    return found | {f"Cán bộ {code}" for code in ("ha-giang.so-y-te", "ha-giang.cong-an", "024", "00688")}


def test_no_page_of_the_desk_keeps_a_vietnamese_word_in_english(season: Context, desk: Desk, names: set[str]) -> None:
    matrix, here = f"/c/{PLAN}/2018", f"/c/o/{ONE}"
    desk.get("/?lang=en")
    pages = {path: desk.get(path) for path in ("/", "/c/", matrix, f"{matrix}?text=zzz", f"/c/{PLAN}/2018-H2", here)}
    remind_now(season, ONE, by=NAME, because="")
    handing_in.submit(season, ONE, nothing=True, note="thiếu biểu", by="Văn thư")
    actions.give_back(season, ONE, by=NAME, because="thiếu biểu")
    actions.extend(season, ONE, until=season.now().date().replace(day=20), by=NAME, because="lũ quét")
    pages["later"] = desk.get(f"{here}?done=return")
    pages["undated"] = desk.get(f"/c/o/{UNDATED}")
    pages["commune"] = desk.get(f"/c/o/{PLAN}/annual/2018/00688")
    for path in (f"{matrix}/response/annual/2018", f"{matrix}/response/semiannual/2018-H2", "/c/none/2018", "/c/x"):
        pages[path] = desk.get(path)
    for act in ("accept", "return", "extend", "waive", "set-date", "remind", "none"):
        for fields in (
            {},
            {"because": "thiếu biểu", "until": "2018-12-01"},
            {"because": "thiếu biểu", "until": "9999-01-01"},
        ):
            pages[f"{act} {fields}"] = desk.post(f"{here}/{act}", **fields)
    desk.client.cookies.delete("dunghan_desk")
    pages["login"], pages["wrong"] = desk.get("/c/login"), desk.log_in(password="sai")
    pages["forged"] = desk.client.post("/c/login", data={})
    pages["bad link"] = desk.get("/b/nonsense")
    shown = {path: page.text for path, page in pages.items() if page.status_code != 303}
    assert {path: left for path, text in shown.items() if (left := left_over(text, names))} == {}
    assert {page.status_code for page in pages.values()} >= {200, 401, 403, 404, 409, 422}


def test_the_switch_of_languages_keeps_what_one_looks_at(stranger: Desk, desk: Desk) -> None:
    page = desk.get(f"/c/{PLAN}/2018?stage=district&text=%C4%90%E1%BB%93ng").text
    assert 'href="?stage=district&amp;text=%C4%90%E1%BB%93ng&amp;lang=en"' in page
    stranger.client.cookies.delete("dunghan_desk")
    asked = stranger.get(f"/c/{PLAN}/2018?state=overdue").headers["location"]
    assert "next=%2Fc%2F" in unescape(stranger.get(asked).text).split('hreflang="en"')[0].rpartition("href=")[2]


def test_a_spreadsheet_in_english_has_an_english_sheet(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(desk.get(f"/c/{PLAN}/2018/export.xlsx?lang=en&text=Y+t%E1%BA%BF").content)
    sheet = load_workbook(file).active
    assert sheet is not None and sheet.title == "Report"
    head, line = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert head[:3] == ["Stage", "Code", "Office"] and line[0] == "Departments" and "Due soon" in line
