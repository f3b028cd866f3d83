"""What helps to write a report: the outline, and the forms that the plan names."""

from io import BytesIO

import pytest
from docx import Document

from tests.portal.conftest import ANNUAL, PLAN, Browser


def test_the_outline_is_offered_and_comes_as_a_word_file_to_keep(browser: Browser, home: str) -> None:
    place = f"{home}/o/{ANNUAL}/outline.docx"
    assert f'href="{place}"' in browser.get(f"{home}/o/{ANNUAL}").text
    answer = browser.get(place)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    written = "\n".join(p.text for p in Document(BytesIO(answer.content)).paragraphs)
    assert "168/KH-UBND" in written and "năm 2018" in written


@pytest.mark.parametrize(
    "path",
    [
        f"/o/{PLAN}/annual/2031/outline.docx",
        f"/forms/{PLAN}/annual/bieu-1.xlsx",
        f"/forms/{PLAN}/annual/..%2f..%2f{PLAN}.yaml",
        "/forms/nobody-1-2018/annual/bieu-1.xlsx",
    ],
)
def test_what_is_not_there_is_not_found(browser: Browser, home: str, path: str) -> None:
    assert browser.get(f"{home}{path}").status_code == 404


def test_the_bare_address_says_where_to_go(browser: Browser) -> None:
    answer = browser.get("/")
    assert answer.status_code == 200
    assert "liên kết riêng trong thư nhắc" in answer.text and 'href="/c/"' in answer.text
    assert "Coordinators: log in" in browser.get("/?lang=en").text
