"""From the files to the receipt and back, on both databases."""

import hashlib

from dunghan.engine.context import Context
from tests.portal.conftest import ANNUAL, DOCX, REPORT, Browser
from tests.portal.officers import handed_in


def test_two_steps_a_receipt_and_the_file_back(browser: Browser, context: Context, home: str) -> None:
    here = f"{home}/o/{ANNUAL}"
    confirm = browser.send(
        here, browser.get(here), files=[("files", ("Báo cáo.docx", REPORT, DOCX))], reference="45/BC-UBND", note="Đủ"
    )
    digest = hashlib.sha256(REPORT).hexdigest()
    assert confirm.status_code == 200
    assert "Chưa nộp" in confirm.text
    assert digest in confirm.text
    assert handed_in(context) == []

    done = browser.send(f"{here}/confirm", confirm, draft=browser.field(confirm, "draft"))
    assert (done.status_code, done.headers["location"]) == (303, f"{here}/1/receipt")
    receipt = browser.get(done.headers["location"])
    for words in ("TN-2018-", "Báo cáo.docx", digest, "Đúng hạn.", "45/BC-UBND", "Đủ"):
        assert words in receipt.text, words
    [one] = handed_in(context)
    assert (one.via, one.kind, one.reference, one.files[0]["sha256"]) == ("portal", "report", "45/BC-UBND", digest)

    back = browser.get(f"{here}/1/file/1")
    assert back.content == REPORT
    assert back.headers["content-type"] == "application/octet-stream"
    assert back.headers["content-disposition"].startswith("attachment;")
    assert "Đã nộp" in browser.get(home).text
