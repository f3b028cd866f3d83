"""A plan's document at the desk: it is uploaded, each clause is decided on, and the draft is taken away."""

import io
import re
from pathlib import Path
from typing import Any

import docx
import pytest

from dunghan import files
from dunghan.documents import refusals
from dunghan.engine import leftovers, plan_drafts, users
from dunghan.engine.context import Context
from dunghan.portal import desk_draft_text, desk_words
from dunghan.store import audit, naming
from dunghan.store.database import reading
from models.plan import Plan
from tests.portal.vietnamese import left_over
from tests.portal_desk.conftest import NAME, Desk

TEXT = """ỦY BAN NHÂN DÂN TỈNH HÀ GIANG
Số: 12/KH-UBND
Hà Giang, ngày 05 tháng 01 năm 2026

KẾ HOẠCH
Phòng, chống tai nạn đuối nước trẻ em giai đoạn 2026 - 2030

III. TỔ CHỨC THỰC HIỆN

1. Sở Y tế
Chủ trì triển khai Kế hoạch; tổng hợp, báo cáo Ủy ban nhân dân tỉnh trước ngày 15/12 hằng năm.

2. Sở Giáo dục và Đào tạo
Tổ chức dạy bơi; định kỳ 6 tháng báo cáo kết quả về Sở Y tế.

3. Ủy ban nhân dân các huyện, thành phố
Xây dựng kế hoạch; báo cáo kết quả thực hiện về Sở Y tế trước ngày 30/11 hằng năm.
"""
NAMED = "Kế hoạch đuối nước.txt"


def send(desk: Desk, content: bytes = TEXT.encode(), name: str = NAMED) -> Any:
    sent = {"file": (name, content, "application/octet-stream")}
    return desk.client.post("/c/drafts/new", data={"_form": desk.token()}, files=sent, follow_redirects=False)


@pytest.fixture
def drafted(desk: Desk) -> Desk:
    """A desk with one draft."""
    assert send(desk).headers["location"] == "/c/drafts/1"
    return desk


def act(desk: Desk, what: str, clause: int, seen: int = 0, **fields: str) -> Any:
    return desk.post(f"/c/drafts/1/{what}", clause=str(clause), seen=str(seen), **fields)


RIGHT = {
    "reporter": "Sở Giáo dục và Đào tạo", "recipient": "Sở Y tế", "via": "", "recurrence": "semiannual",
    "due": "20/06\n20/12", "wording": "before", "kind": "periodic",
}  # fmt: skip


def test_a_document_becomes_a_draft_whose_clauses_stand_in_their_surroundings(season: Context, drafted: Desk) -> None:
    assert 'href="/c/drafts"' in drafted.get("/c/").text
    listed = drafted.get("/c/drafts").text
    assert "0 trên 3 mục đã quyết định" in listed and NAMED in listed and NAME in listed
    text = drafted.get("/c/drafts/1").text
    marked = re.findall(r"<mark>(.*?)</mark>", text, re.DOTALL)
    draft = plan_drafts.one(season, 1)
    assert marked == [one.found.quote for one in draft.clauses] and len(marked) == 3
    assert all(TEXT[one.found.start : one.found.end] == one.found.quote for one in draft.clauses)
    assert "trước ngày 15/12 hằng năm" in marked[0] and "<strong>15/12</strong> (trước ngày ấy)" in text
    assert "Chủ trì triển khai Kế hoạch" in text and "6 tháng một lần" in text
    for doubt in draft.clauses[1].found.doubts:
        assert doubt in text


def test_a_heading_is_told_without_marks_of_emphasis(season: Context, desk: Desk) -> None:
    send(desk, TEXT.replace("ỦY BAN NHÂN DÂN TỈNH", "**ỦY BAN NHÂN\nDÂN**\nTỈNH").encode())
    assert '<dd lang="vi">ỦY BAN NHÂN DÂN TỈNH HÀ GIANG</dd>' in desk.get("/c/drafts/1").text


def test_the_whole_text_stands_on_one_page_and_loses_nothing(season: Context, drafted: Desk) -> None:
    whole = drafted.get("/c/drafts/1/text").text
    body = whole.partition('<div class="whole" lang="vi">')[2].partition("</div>")[0]
    assert re.sub(r"<[^>]+>", "", re.sub(r"<a\b.*?</a>", "", body)) == TEXT
    assert body.count("<mark") == 3 and all(f'id="in-{n}"' in body for n in (1, 2, 3))


def test_pieces_of_clauses_that_overlap_make_the_text_again(season: Context, drafted: Desk) -> None:
    draft = plan_drafts.one(season, 1)
    first, second, third = draft.clauses
    over = second._replace(found=first.found._replace(start=first.found.start + 5, end=first.found.end + 5))
    cut = list(desk_draft_text.pieces(TEXT, draft._replace(clauses=(first, over, third))))
    assert "".join(piece.text for piece in cut) == TEXT
    assert [piece.clauses for piece in cut if piece.clauses] == [(1,), (1, 2), (2,), (3,)]
    assert [piece.begins for piece in cut if piece.begins] == [(1,), (2,), (3,)]


def test_each_decision_is_kept_audited_and_leads_to_the_next_clause(season: Context, drafted: Desk) -> None:
    assert act(drafted, "confirm", 1).headers["location"] == "/c/drafts/1?done=confirm&clause=1#clause-2"
    page = drafted.get("/c/drafts/1?done=confirm&clause=1").text
    assert "Đã xác nhận mục 1." in page and "1 trên 3 mục đã quyết định" in page
    assert act(drafted, "reject", 3).headers["location"].endswith("#clause-2")
    assert act(drafted, "correct", 2, **RIGHT).headers["location"].endswith("#ready")
    one, two, three = plan_drafts.one(season, 1).clauses
    assert [c.decision for c in (one, two, three)] == ["confirmed", "corrected", "rejected"]
    assert {c.by for c in (one, two, three)} == {NAME} and all(c.at for c in (one, two, three))
    assert [(due.day, due.month) for due in two.stands.due] == [(20, 6), (20, 12)] and two.found.due == ()
    assert two.stands.wording == "before" and two.stands.doubts == () and two.stands.via is None
    with reading(season.db) as connection:
        (made,) = audit.of_subject(connection, "draft/1")
        deeds = [row.what for n in (1, 2, 3) for row in audit.of_subject(connection, f"draft/1/{n}")]
        assert (made.what, made.who, made.detail["clauses"]) == ("draft-plan", NAME, 3)
        assert deeds == ["clause-confirmed", "clause-corrected", "clause-rejected"]
        assert audit.first_break(connection) is None


def test_a_decision_can_be_taken_again(season: Context, drafted: Desk) -> None:
    act(drafted, "correct", 2, **RIGHT)
    assert "Quyết định lại" in drafted.get("/c/drafts/1").text
    assert act(drafted, "confirm", 2, seen=1).status_code == 303
    again = plan_drafts.one(season, 1).clauses[1]
    assert (again.decision, again.changes, again.correction) == ("confirmed", 2, None)
    assert again.stands.due == again.found.due


def test_of_two_who_decide_at_once_the_later_one_is_told(season: Context, drafted: Desk) -> None:
    users.add(season, "le.b", "Lê B", "một mật khẩu khác", by="test")
    act(drafted, "reject", 1)
    late = act(drafted, "confirm", 1)  # of a page that showed nothing decided
    assert late.status_code == 409 and "Vừa có người quyết định mục này" in late.text
    assert plan_drafts.one(season, 1).clauses[0].decision == "rejected"
    assert late.text.index("Vừa có người") > late.text.index('id="clause-1"')


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"due": "31/02"}, "Không hiểu ngày “31/02”"),
        ({"due": "<b>"}, "Không hiểu ngày “&lt;b&gt;”"),
        ({"due": ""}, "cần ít nhất một ngày"),
        ({"wording": "undated"}, "không thể là “không nêu ngày”"),
        ({"recurrence": "never"}, "Hãy chọn kỳ báo cáo"),
    ],
)
def test_a_correction_that_cannot_be_is_told_and_keeps_what_was_written(
    fields: dict[str, str], told: str, season: Context, drafted: Desk
) -> None:
    answer = act(drafted, "correct", 2, **RIGHT | {"reporter": "Sở “Mới”"} | fields)
    assert answer.status_code == 422 and told in answer.text and 'value="Sở “Mới”"' in answer.text
    assert plan_drafts.one(season, 1).clauses[1].decision == ""


def test_the_draft_is_taken_away_once_everything_is_decided(season: Context, drafted: Desk, tmp_path: Path) -> None:
    early = drafted.get("/c/drafts/1/plan.yaml")
    assert early.status_code == 409 and "Còn mục chưa quyết định" in early.text
    assert "draft" in early.text and 'href="/c/drafts/1/plan.yaml"' not in early.text
    act(drafted, "confirm", 1), act(drafted, "correct", 2, **RIGHT), act(drafted, "reject", 3)
    page = drafted.get("/c/drafts/1").text
    assert 'href="/c/drafts/1/plan.yaml"' in page and 'href="/c/drafts/1/source.txt"' in page
    plan = checked(drafted, season, tmp_path)
    rows = [link for report in plan.reports for link in report.chain]
    assert len(plan.reports) == 2 and {report.recurrence for report in plan.reports} == {"annual", "semiannual"}
    assert len([row for row in rows if row.due.wording == "before"]) == 2
    written = (tmp_path / f"{plan.id}.yaml").read_text("utf-8")
    first, second, third = (" ".join(c.found.quote.split()) for c in plan_drafts.one(season, 1).clauses)
    comments = " ".join(line.lstrip("# ") for line in written.splitlines() if line.startswith("#"))
    assert third in comments and NAME in comments and "đã được xác nhận trên cổng" in comments
    assert first not in comments and second not in comments


def checked(desk: Desk, context: Context, folder: Path) -> Plan:
    """The draft and its text, put where they belong and read as `plan check` does."""
    yaml, text = desk.get("/c/drafts/1/plan.yaml"), desk.get("/c/drafts/1/source.txt")
    assert text.content == TEXT.encode() == desk.get("/c/drafts/1/document").content
    names = [answer.headers["content-disposition"].split('"')[1] for answer in (yaml, text)]
    (folder / "sources").mkdir()
    (folder / "sources" / names[1]).write_bytes(text.content)
    (folder / names[0]).write_bytes(yaml.content)
    plan, _ = context.catalog.check(folder / names[0])
    assert names == [f"{plan.id}.yaml", f"{plan.id}.txt"]
    return plan


def test_the_same_document_leads_to_the_draft_that_is_there(season: Context, drafted: Desk) -> None:
    again = send(drafted, name="bản sao.txt")
    assert again.headers["location"] == "/c/drafts/1?done=again"
    assert "đã được tải lên trước đây" in drafted.get("/c/drafts/1?done=again").text
    assert len(plan_drafts.listing(season)) == 1


@pytest.mark.parametrize(
    ("content", "name", "status", "told"),
    [
        (b"", "", 422, "Chưa chọn tài liệu"),
        (b"", "rong.txt", 422, "rỗng"),
        (b"x", "ke-hoach.exe", 415, "không thuộc loại đọc được"),
        (b"MZ\x90", "ke-hoach.docx", 422, "chương trình"),
        (b" " * (files.MOST_BYTES + 1), "lon.txt", 413, "lớn quá 25 MB"),
        (b" \n ", "trang.txt", 422, "rỗng"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "anh.pdf", 422, "không phải docx, pdf, html hay txt"),
        (b"PK\x03\x04 broken", "hong.docx", 422, "bị hỏng"),
    ],
)
def test_what_is_no_document_is_refused_in_a_sentence(
    content: bytes, name: str, status: int, told: str, season: Context, desk: Desk
) -> None:
    answer = send(desk, content, name)
    assert answer.status_code == status and told in answer.text and 'role="alert"' in answer.text
    assert plan_drafts.listing(season) == []


def test_every_refusal_of_a_document_is_told_in_a_coordinators_words() -> None:
    assert refusals.WHY.keys() - {"missing", "closed"} <= desk_words.REFUSALS.keys()  # those two are of files by name


def test_a_word_file_is_read_and_kept_as_it_came(season: Context, desk: Desk) -> None:
    made, held = docx.Document(), io.BytesIO()
    for line in TEXT.splitlines():
        made.add_paragraph(line)
    made.save(held)
    where = send(desk, held.getvalue(), "Kế hoạch.docx").headers["location"]
    assert desk.get(f"{where}/document").content == held.getvalue()
    quotes = [" ".join(one.found.quote.split()) for one in plan_drafts.one(season, 1).clauses]
    assert len(quotes) == 3 and "trước ngày 15/12 hằng năm" in quotes[0]
    assert desk.get(f"{where}/text").text.count("<mark") == 3


def test_a_document_without_a_report_says_so(desk: Desk) -> None:
    where = send(desk, "Kế hoạch này không yêu cầu gì.".encode()).headers["location"]
    page = desk.get(where).text
    assert "Không tìm thấy mục nào về báo cáo" in page and "0 trên 0" in page
    assert desk.get(f"{where}/plan.yaml").status_code == 200 == desk.get(f"{where}/source.txt").status_code


def test_the_sweep_leaves_what_a_draft_names(season: Context, drafted: Desk) -> None:
    draft = plan_drafts.one(season, 1)
    with reading(season.db) as connection:
        named = naming.everything(connection)
        assert {bytes.fromhex(draft.document["sha256"]), bytes.fromhex(draft.text["sha256"])} <= named
        assert naming.among(connection, [draft.text["sha256"], "0" * 64]) == {draft.text["sha256"]}
    later = season.now().replace(year=2040)
    assert leftovers.sweep(season, later).files == 0 and plan_drafts.text(season, draft) == TEXT


def test_a_text_that_the_store_has_lost_is_told(season: Context, drafted: Desk) -> None:
    draft = plan_drafts.one(season, 1)
    Path(season.settings.files_url, files.where(draft.text["sha256"])).write_bytes(b"spoilt")
    for path in ("", "/text", "/source.txt"):
        answer = drafted.get(f"/c/drafts/1{path}")
        assert answer.status_code == 500 and "khôi phục từ bản sao lưu" in answer.text


def test_nobody_gets_in_without_a_login_or_changes_anything_without_the_form(season: Context, drafted: Desk) -> None:
    forged = drafted.client.post("/c/drafts/1/confirm", data={"clause": "1", "seen": "0"}, follow_redirects=False)
    assert forged.status_code == 403
    sent = {"file": (NAMED, b"x", "text/plain")}
    assert drafted.client.post("/c/drafts/new", files=sent, follow_redirects=False).status_code == 403
    token = drafted.token()
    drafted.client.cookies.delete("dunghan_desk")
    for path in ("", "/1", "/1/text", "/1/document", "/1/source.txt", "/1/plan.yaml"):
        assert drafted.get(f"/c/drafts{path}").headers["location"].startswith("/c/login?next=%2Fc%2Fdrafts")
    data = {"_form": token, "clause": "1", "seen": "0"}
    answer = drafted.client.post("/c/drafts/1/confirm", data=data, follow_redirects=False)
    assert answer.headers["location"] == "/c/login?next=%2Fc%2Fdrafts%2F1"
    sent = {"file": (NAMED, b"x", "text/plain")}
    answer = drafted.client.post("/c/drafts/new", data={"_form": token}, files=sent, follow_redirects=False)
    assert answer.headers["location"] == "/c/login?next=%2Fc%2Fdrafts"
    assert plan_drafts.one(season, 1).decided == 0


def test_what_is_not_there_is_not_found(drafted: Desk) -> None:
    for path in ("/2", "/x", "/١", "/99999999999999999999", "/2/text"):
        assert drafted.get(f"/c/drafts{path}").status_code == 404
    assert act(drafted, "confirm", 9).status_code == 404
    assert act(drafted, "none", 1).status_code == 404
    assert drafted.post("/c/drafts/1/confirm", clause="x", seen="0").status_code == 404


def test_uploads_are_counted(season: Context, desk: Desk) -> None:
    seen = [send(desk, b"", "a.txt").status_code for _ in range(61)]
    assert seen[0] == 422 and seen[-1] == 429


def test_what_a_document_holds_is_text(desk: Desk) -> None:
    evil = "<script>alert(1)</script>"
    where = send(desk, TEXT.replace("Sở Y tế", f"Sở Y tế {evil}").encode(), f"{evil}.txt").headers["location"]
    for path in (where, f"{where}/text", "/c/drafts"):
        text = desk.get(path).text
        assert evil not in text and "<script" not in text and "script&gt;" in text
        assert not re.search(r"\sstyle=|\son\w+=", text)


def test_no_page_of_a_draft_keeps_a_vietnamese_word_in_english(drafted: Desk) -> None:
    drafted.get("/?lang=en")
    pages = {path: drafted.get(f"/c/drafts{path}") for path in ("", "/1", "/1/text", "/1?done=again", "/1/plan.yaml")}
    pages["no file"], pages["kind"] = send(drafted, b"", ""), send(drafted, b"x", "a.exe")
    for due in ("x", "", "15/11"):
        wrong = {"due": due, "wording": "undated" if due else "by"}
        pages[f"wrong {due}"] = act(drafted, "correct", 2, **RIGHT | wrong)
    for number, what in ((1, "confirm"), (2, "correct"), (3, "reject")):
        act(drafted, what, number, **RIGHT)
        pages[f"after {what}"] = drafted.get(f"/c/drafts/1?done={what}&clause={number}")
    pages["late"] = act(drafted, "confirm", 2)
    left = {path: found for path, page in pages.items() if (found := left_over(page.text, {NAME, NAMED}))}
    assert left == {}
