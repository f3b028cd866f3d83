"""`dunghan plan draft`: from a document to a draft that `plan check` reads, and what it says of what it cannot do."""

import io
import json
from pathlib import Path

import docx

from tests.cli.conftest import Desk

TEXT = (
    "ỦY BAN NHÂN DÂN\nTỈNH HÀ GIANG\n\nSố: 9/KH-UBND\n\nHà Giang, ngày 18 tháng 7 năm 2016\n\nKẾ HOẠCH\n\n"
    "Thử nghiệm giai đoạn 2016 - 2020\n\n1. Các sở, ngành báo cáo kết quả gửi Sở Y tế trước ngày 10/12 hằng năm.\n\n"
    "2. Sở Y tế tổng hợp, báo cáo UBND tỉnh trước ngày 15/12 hằng năm.\n"
)


def _word(text: str) -> bytes:
    document, held = docx.Document(), io.BytesIO()
    for paragraph in text.split("\n\n"):
        document.add_paragraph(paragraph)
    document.save(held)
    return held.getvalue()


def test_the_draft_on_standard_output_is_read_by_plan_check(empty_desk: Desk) -> None:
    empty_desk.write("kế hoạch.txt", TEXT)
    drafted = empty_desk.ok("plan", "draft", "kế hoạch.txt")
    assert drafted == empty_desk.ok("plan", "draft", "kế hoạch.txt", "--yaml")
    empty_desk.write("nháp.yaml", drafted)
    assert "1 plans are good, 0 errors" in empty_desk.ok("plan", "check", "nháp.yaml")
    assert not (empty_desk.folder / "var").exists()


def test_the_text_of_a_word_file_is_kept_for_plan_check(empty_desk: Desk) -> None:
    empty_desk.write("ke-hoach.docx", _word(TEXT))
    said = empty_desk("plan", "draft", "ke-hoach.docx")
    kept = empty_desk.folder / "var" / "drafts" / "ke-hoach.txt"
    assert said.code == 0 and str(kept) in said.err and "trước ngày 10/12" in kept.read_text(encoding="utf-8")
    empty_desk.write("nháp.yaml", said.out)
    assert "1 plans are good, 0 errors" in empty_desk.ok("plan", "check", "nháp.yaml")


def test_into_a_folder_go_the_draft_and_its_text(empty_desk: Desk) -> None:
    empty_desk.write("ke-hoach.docx", _word(TEXT))
    said = empty_desk.ok("plan", "draft", "ke-hoach.docx", "--into", "drafts")
    (plan,) = (empty_desk.folder / "drafts").glob("*.yaml")
    assert "2 reporting clauses" in said and f"plan check drafts/{plan.name}" in said
    assert (empty_desk.folder / "drafts" / "sources" / f"{plan.stem}.txt").is_file()
    assert "1 plans are good, 0 errors" in empty_desk.ok("plan", "check", f"drafts/{plan.name}")
    empty_desk("plan", "draft", "ke-hoach.docx", "--into", "drafts").refused(2, "is there already", "another folder")


def test_json_quotes_the_source(empty_desk: Desk) -> None:
    empty_desk.write("a.txt", TEXT)
    held = json.loads(empty_desk.ok("plan", "draft", "a.txt", "--json"))
    assert [(c["reporter"], c["due"][0]["day"]) for c in held["clauses"]] == [("Các sở, ngành", 10), ("Sở Y tế", 15)]
    assert all(c["quote"] == TEXT[c["start"] : c["end"]] for c in held["clauses"])


def test_the_page_is_written_where_it_was_asked_for(empty_desk: Desk) -> None:
    empty_desk.write("a.txt", TEXT)
    assert "2 reporting clauses marked" in empty_desk.ok("plan", "draft", "a.txt", "--html", "xem/a.html")
    page = (empty_desk.folder / "xem" / "a.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and page.count("<mark id=") >= 2


def test_what_cannot_be_done_is_refused_in_a_sentence(empty_desk: Desk) -> None:
    empty_desk.write("a.txt", TEXT)
    empty_desk.write("empty.txt", "")
    empty_desk("plan", "draft", "none.docx").refused(2, "none.docx")
    empty_desk("plan", "draft", "empty.txt").refused(2, "empty.txt")
    empty_desk("plan", "draft", "a.txt", "--json", "--html", "a.html").refused(2, "one of them")
    empty_desk("plan", "draft", "a.txt", "--json", "--into", "drafts").refused(2, "--into")
    empty_desk("plan", "draft", "a.txt", "--html", "a.txt").refused(2, "the document itself")
    empty_desk("plan", "draft", "a.txt", "--html", "a.txt/b.html").refused(2, "cannot be written")
    assert Path("a.txt").read_text(encoding="utf-8") == TEXT
