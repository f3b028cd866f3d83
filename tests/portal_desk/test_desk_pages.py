"""The coordinator's pages: what they show, what their forms do, and how little they ask of the database."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, event, select, text

from dunghan.core.times import instant
from dunghan.engine import actions, handing_in
from dunghan.engine.context import Context
from dunghan.store import acts, audit, findings
from dunghan.store.database import reading, writing
from dunghan.store.findings import Finding
from dunghan.store.messages import MESSAGE
from tests.portal_desk.conftest import ONE, PLAN, Desk

PAGE = f"/c/{PLAN}/2018"


def handed_in(context: Context, obligation: str = ONE, **fields: Any) -> int:
    return handing_in.submit(context, obligation, by="văn thư", **fields)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "báo cáo “cuối”.docx"
    file.write_bytes(b"PK report")
    return file


def test_the_plans_lead_to_their_periods_and_those_to_their_offices(season: Context, desk: Desk) -> None:
    assert f'href="{PAGE}"' in desk.get("/c/").text
    text = desk.get(PAGE).text
    assert text.count("<tr>") == 1 + 100
    assert "Trang 1 / 3" in text and "219 trên 219 đơn vị" in text
    assert "Chưa nộp" not in text and "Sắp đến hạn" in text  # a state stands in words beside its colour
    assert desk.get(f"{PAGE}?page=3").text.count("<tr>") == 1 + 19
    for strange in ("page=9999999999", "page=-1", "page=x", "stage=none", "state=none"):
        assert desk.get(f"{PAGE}?{strange}").status_code == 200


def test_a_filter_takes_states_stages_and_names_without_their_marks(season: Context, desk: Desk) -> None:
    handed_in(season)
    found = desk.get(f"{PAGE}?state=submitted").text
    assert "1 trên 219 đơn vị" in found and f"/c/o/{ONE}" in found
    assert "1 trên 219 đơn vị" in desk.get(f"{PAGE}?text=phuong+quang+TRUNG").text
    assert "11 trên 219 đơn vị" in desk.get(f"{PAGE}?stage=district").text
    assert "Không có đơn vị nào như vậy." in desk.get(f"{PAGE}?text=%3Cscript%3E").text


def test_the_matrix_follows_whatever_happens(season: Context, desk: Desk) -> None:
    def states() -> dict[str, int]:
        listed = re.findall(r'class="chip s-(\w+)".*?<strong>(\d+)</strong>', desk.get(PAGE).text)
        return {state: int(count) for state, count in listed}

    before = states()
    handed_in(season)
    assert states()["submitted"] == 1 and states()["due_soon"] == before["due_soon"] - 1
    actions.give_back(season, ONE, by="B", because="thiếu biểu 2")
    assert states()["returned"] == 1
    handed_in(season)
    actions.accept(season, ONE, by="B")
    actions.waive(season, f"{PLAN}/annual/2018/024", by="B", because="lũ")
    assert (states()["accepted"], states()["waived"]) == (1, 1)
    late = f"{PLAN}/annual/2018/00688"
    overdue = states()["overdue"]
    actions.extend(season, late, until=instant("2018-12-20", "x").date(), by="B", because="lũ")
    assert states()["overdue"] == overdue - 1
    season.now.set("2018-12-12")  # type: ignore[attr-defined]
    desk.enter()  # the session has ended
    assert states()["overdue"] > overdue
    assert sum(states().values()) == sum(before.values())


@contextmanager
def counted(db: Engine) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(db, "before_cursor_execute", note)
    yield asked
    event.remove(db, "before_cursor_execute", note)


def test_no_page_asks_more_of_the_database_for_more_offices(
    season: Context, desk: Desk, db: Engine, report: Path
) -> None:
    def asked(path: str) -> int:
        with counted(db) as statements:
            assert desk.get(path).status_code == 200
        return len(statements)

    paths = ["/c/", PAGE, f"{PAGE}?state=submitted&text=a", f"{PAGE}/response/annual/2018", f"{PAGE}/export.xlsx"]
    for path in paths:
        desk.get(path)
    few = [asked(path) for path in paths]
    with reading(db) as connection:
        ids = list(connection.scalars(text("SELECT id FROM obligation WHERE report = 'annual' AND period = '2018'")))
    handing_in.submit_all(season, [handing_in.HandedIn(i, season.now()) for i in ids], by="x")
    desk.get(PAGE)
    assert [asked(path) for path in paths] == few
    assert max(few) <= 8
    handed_in(season)
    assert asked(PAGE) <= 8  # what is new is read alone
    assert asked(f"/c/o/{ONE}") <= 12


def test_the_spreadsheet_holds_what_the_filter_takes_and_runs_no_formula(
    season: Context, desk: Desk, db: Engine
) -> None:
    with writing(db) as connection:
        connection.execute(
            text("INSERT INTO office (code, name, level, parent) VALUES ('zz.evil', '=cmd|x', 'department', '02')")
        )
        connection.execute(
            text(
                "INSERT INTO obligation SELECT REPLACE(id, '/024', '/zz.evil'), plan, report, period, stage, "
                "'zz.evil', to_offices, through, binding, clause, quote, wording, basis, nominal, last_day, "
                "proposed_day, deadline, explanation, starts_on, ends_on, opens_on, chased, opened_at, extended_to, "
                f"late_at, swept_until, next_at, noticed FROM obligation WHERE id = '{PLAN}/annual/2018/024'"
            )
        )
    kept = season.catalog
    season.forget_offices()
    try:
        answer = desk.get(f"{PAGE}/export.xlsx?stage=district")
    finally:
        season.__dict__["catalog"] = kept
    assert answer.headers["content-disposition"].startswith("attachment;")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert len(rows) == 1 + 12 and [c.value for c in rows[0]][:3] == ["Cấp", "Mã", "Đơn vị"]
    assert {cell.data_type for row in rows for cell in row} <= {"s", "inlineStr", "n"}  # n: an empty cell
    assert "'=cmd|x" in {row[2].value for row in rows}
    assert not [c.value for row in rows for c in row if str(c.value)[:1] in "=+-@\t\r" and c.value]


def test_an_obligation_shows_its_deadline_its_versions_and_what_was_sent(
    season: Context, desk: Desk, report: Path
) -> None:
    handed_in(season, files=[report], reference="45/BC-SYT", note="<b>kèm biểu</b>")
    with writing(season.db) as connection:
        (version,) = acts.submissions(connection, ONE)
        assert version.id
        findings.record(connection, version.id, [Finding(report.name, "", "encrypted")], season.now())
    text = desk.get(f"/c/o/{ONE}").text
    for words in ("Chủ nhật 09/12/2018", "VIII.1", "trước ngày 10 tháng 12", "45/BC-SYT", "&lt;b&gt;kèm biểu",
                  "gộp vào mốc sau", "Tệp có mật khẩu", "Cán bộ ha-giang.so-y-te"):  # fmt: skip
        assert words in text, words
    assert "@" not in text  # nobody's address
    got = desk.get(f"/c/o/{ONE}/file/1/1")
    assert (got.content, got.headers["content-type"]) == (b"PK report", "application/octet-stream")
    assert got.headers["content-disposition"].startswith('attachment; filename="b_o_c_o__cu_i_.docx"; filename*=UTF-8')
    for missing in ("file/1/2", "file/9/1", "file/1/0", "file/1/²"):
        assert desk.get(f"/c/o/{ONE}/{missing}").status_code == 404


def test_a_file_that_is_not_the_one_handed_in_does_not_leave(season: Context, desk: Desk, report: Path) -> None:
    handed_in(season, files=[report])
    (kept,) = (p for p in Path(season.settings.files_url).rglob("*") if p.is_file())
    kept.write_bytes(b"PK other!")
    damaged = desk.get(f"/c/o/{ONE}/file/1/1")
    assert damaged.status_code == 500 and "bản sao lưu" in damaged.text and "other" not in damaged.text
    kept.unlink()
    assert desk.get(f"/c/o/{ONE}/file/1/1").status_code == 500


def test_every_decision_is_made_in_the_users_name(season: Context, desk: Desk, db: Engine) -> None:
    def act(name: str, one: str = ONE, **fields: str) -> Any:
        return desk.post(f"/c/o/{one}/{name}", **fields)

    other = f"{PLAN}/annual/2018/024"
    handed_in(season)
    done = act("return", because="thiếu biểu 2", version="1")
    assert (done.status_code, done.headers["location"]) == (303, f"/c/o/{ONE}?done=return")
    assert "thông báo cho đơn vị" in desk.get(done.headers["location"]).text
    handed_in(season)
    assert act("accept", version="1").status_code == 422  # another one came in meanwhile
    assert act("accept", version="2").status_code == 303
    assert act("extend", other, until="2018-12-20", because="lũ quét").status_code == 303
    assert act("waive", other, because="không có đối tượng").status_code == 303
    undated = f"{PLAN}/semiannual/2018-H2/ha-giang.cong-an"
    assert "Ấn định hạn" in desk.get(f"/c/o/{undated}").text
    assert act("set-date", undated, until="2018-12-28", because="công văn 12").status_code == 303
    assert "điều phối viên ấn định" in desk.get(f"/c/o/{undated}").text
    with reading(db) as connection:
        notices = connection.scalars(select(MESSAGE.c.id).where(MESSAGE.c.kind == "notice")).all()
        trail = [(row.what, row.who, row.why) for one in (ONE, other) for row in audit.of_subject(connection, one)]
    assert len(notices) == 1
    assert [what for what, who, _ in trail if who == "Trần Thị A"] == ["return", "accept", "extend", "waive"]


@pytest.mark.parametrize(
    ("act", "fields", "status", "said"),
    [
        ("accept", {}, 409, "Không có bản nào đang chờ duyệt"),
        ("return", {"because": "x"}, 409, "Không có bản nào để trả lại"),
        ("return", {"because": "  "}, 422, "Xin ghi lý do"),
        ("extend", {"until": "2018-12-01", "because": "x"}, 422, "sau hạn đang có hiệu lực"),
        ("extend", {"until": "mai", "because": "x"}, 422, "Xin chọn một ngày"),
        ("set-date", {"until": "2018-12-20", "because": "x"}, 409, "Hạn này có trong văn bản"),
        ("delete", {}, 404, "Không có trang này"),
    ],
)
def test_what_cannot_be_done_says_so_and_changes_nothing(
    season: Context, desk: Desk, act: str, fields: dict[str, str], status: int, said: str, db: Engine
) -> None:
    answer = desk.post(f"/c/o/{ONE}/{act}", **fields)
    assert (answer.status_code, said in answer.text) == (status, True)
    with reading(db) as connection:
        assert not audit.of_subject(connection, ONE) and not acts.submissions(connection, ONE)


def test_the_chart_says_who_came_after_a_reminder(season: Context, desk: Desk) -> None:
    for office, time in (("ha-giang.so-y-te", "2018-12-03T10:00"), ("024", "2018-11-08T10:00")):
        handed_in(season, f"{PLAN}/annual/2018/{office}", received_at=instant(time, "x"))
    text = desk.get(f"{PAGE}/response/annual/2018").text
    assert "2 / 219" in text and text.count('class="came"') == 2 and "hết hạn nộp 09/12/2018" in text
    assert "style=" not in text and "<script" not in text
    assert desk.get(f"{PAGE}/response/none/2018").status_code == 404


def test_what_was_typed_stays_where_it_was_refused(season: Context, desk: Desk) -> None:
    long = "\n".join(["dòng"] * 400)  # 1,999 characters as the browser counts, 2,398 as it sends them
    answer = desk.post(f"/c/o/{ONE}/extend", until="2018-12-01", because=long.replace("\n", "\r\n"))
    assert answer.status_code == 422 and long in answer.text and 'value="2018-12-01"' in answer.text
    assert re.search(r'<details class="act" open><summary>Gia hạn<', answer.text)
    assert "<title>Chưa thực hiện được – Sở Y tế" in answer.text
    assert answer.text.count("dòng\ndòng") and answer.text.count('value="2018-12-01"') == 1


def test_a_session_that_ended_leads_back_to_the_page_of_the_form(season: Context, stranger: Desk) -> None:
    to = stranger.post(f"/c/o/{ONE}/waive", because="x").headers["location"]
    assert to == f"/c/login?next={quote(f'/c/o/{ONE}', safe='')}"


def test_on_a_sunday_the_page_says_that_the_office_is_told_when_work_begins(season: Context, desk: Desk) -> None:
    handed_in(season)
    season.now.set("2018-12-09T16:50")  # type: ignore[attr-defined]
    desk.enter()
    done = desk.post(f"/c/o/{ONE}/return", because="thiếu biểu 2", version="1")
    text = desk.get(done.headers["location"]).text
    assert "sẽ đi vào đầu giờ làm việc tới" in text and "chờ gửi, đi lúc 07:00 10/12/2018" in text
    assert desk.post(f"/c/o/{ONE}/remind").headers["location"].endswith("?done=remind-later")


def test_a_date_set_amiss_can_be_set_once_more_but_not_one_that_was_extended(season: Context, desk: Desk) -> None:
    undated = f"{PLAN}/semiannual/2018-H2/ha-giang.cong-an"
    for day in ("2018-12-01", "2018-12-28"):
        assert desk.post(f"/c/o/{undated}/set-date", until=day, because="công văn 12").status_code == 303
    text = desk.get(f"/c/o/{undated}").text
    assert "thứ Sáu 28/12/2018" in text and f'action="/c/o/{undated}/set-date"' in text
    far = desk.post(f"/c/o/{undated}/set-date", until="9999-12-31", because="x")
    assert far.status_code == 422 and "quá xa" in far.text
    assert desk.post(f"/c/o/{undated}/extend", until="2018-12-30", because="lũ").status_code == 303
    assert f'action="/c/o/{undated}/set-date"' not in desk.get(f"/c/o/{undated}").text
