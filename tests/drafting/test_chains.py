"""Clauses into reports and stages: who waits for whom, who reports once, and what is told of what does not fit."""

from collections.abc import Callable

from dunghan.clauses.found import Clause
from dunghan.clauses.times import Due
from dunghan.drafting.draft import Draft
from models.plan import Plan
from tests.drafting.conftest import Checked, Drafted, findings

CHAIN = (
    "VIII. TỔ CHỨC THỰC HIỆN\n\n"
    "1. Các sở, ban, ngành, UBND các huyện, thành phố báo cáo kết quả gửi về UBND tỉnh (qua Sở "
    "Lao động - TB&XH) trước ngày 10 tháng 12 hàng năm.\n\n2. Sở Lao động - TB&XH tổng hợp báo cáo gửi UBND tỉnh trước "
    "ngày 15 tháng 12 hàng năm.\n\nSở Y tế thực hiện kế hoạch này.\n"
)


def _stages(made: Draft, report: int = 0) -> list[str]:
    return [link["stage"] for link in made.plan["reports"][report]["chain"]]


def _all_doubts(made: Draft) -> str:
    return "\n".join(doubt for doubts in made.doubts.values() for doubt in doubts)


def test_contributors_stand_before_whoever_puts_theirs_together(
    drafted: Drafted, checked: Callable[..., Checked]
) -> None:
    made = drafted(CHAIN)
    (report,) = made.plan["reports"]
    assert (report["id"], report["recurrence"]) == ("annual", "annual")
    district, department, lead = report["chain"]
    assert district["reporters"] == {"level": "district", "within": "02"}
    assert department["reporters"] == {"offices": ["ha-giang.so-y-te"], "open_class": "Các sở, ban, ngành"}
    assert (lead["stage"], lead["waits_for"]) == ("dolisa", ["district", "department"])
    assert district["through"] == department["through"] == made.plan["lead"] == "ha-giang.so-ldtbxh"
    assert [link["due"]["day"]["day"] for link in report["chain"]] == [10, 10, 15]
    assert [link["clause"] for link in report["chain"]] == ["VIII.1", "VIII.1", "VIII.2"]
    plan, problems = checked(CHAIN, made)
    assert isinstance(plan, Plan) and all(p.warning for p in problems)
    assert "mâu thuẫn" not in _all_doubts(made)


def test_an_aggregator_due_before_its_contributors_is_told_of_and_not_corrected(drafted: Drafted) -> None:
    made = drafted(CHAIN.replace("ngày 15 tháng 12", "ngày 05 tháng 12"))
    assert made.plan["reports"][0]["chain"][-1]["due"] == {"wording": "before", "day": {"month": 12, "day": 5}}
    assert "mâu thuẫn: nơi tổng hợp có hạn 04/12 mà nơi gửi lên (district) có hạn 09/12" in _all_doubts(made)


def test_a_relay_is_a_stage_of_its_own_without_a_date(drafted: Drafted, checked: Callable[..., Checked]) -> None:
    text = (
        "V. TỔ CHỨC\n\n"
        "7. Ủy ban nhân dân các huyện, thành phố định kỳ hàng năm gửi báo cáo về Sở Lao động - Thương binh và "
        "Xã hội để tổng hợp, báo cáo Ủy ban nhân dân\ntỉnh và Bộ Lao động - Thương binh và Xã hội.\n"
    )
    made = drafted(text)
    district, lead = made.plan["reports"][0]["chain"]
    assert (district["stage"], lead["stage"], lead["waits_for"]) == ("district", "dolisa", ["district"])
    assert lead["to"] == ["02", "bo-ldtbxh"] and lead["due"] == {"wording": "undated"}
    assert lead["quote"] in text and lead["quote"].startswith("để tổng hợp")
    assert "mà không nêu hạn" in _all_doubts(made)
    checked(text, made)


def test_nobody_owes_one_report_twice(drafted: Drafted) -> None:
    text = (
        "1. UBND các huyện hàng năm báo cáo Hội đồng nhân dân cùng cấp về quyền trẻ em.\n\n"
        "2. UBND các huyện báo cáo Sở Y tế kết quả thực hiện trước ngày 20/11 hàng năm.\n"
    )
    reports = drafted(text).plan["reports"]
    assert [r["id"] for r in reports] == ["annual", "annual-2"]
    assert [r["chain"][0]["to"] for r in reports] == [["ha-giang.so-y-te"], ["council"]]
    assert reports[0]["title"] != reports[1]["title"]


def test_strangers_reports_to_the_province_are_reports_of_their_own(drafted: Drafted) -> None:
    text = (
        "1. Sở Y tế báo cáo UBND tỉnh trước ngày 10/10/2017.\n\n2. Sở Nội vụ báo cáo UBND tỉnh trước ngày 20/11/2017.\n"
    )
    reports = drafted(text).plan["reports"]
    assert [(r["id"], r["years"]) for r in reports] == [("one-off-2017", [2017]), ("one-off-2017-2", [2017])]


def test_what_the_schema_cannot_hold_is_left_out_and_kept(drafted: Drafted) -> None:
    text = (
        "1. Sở Y tế báo cáo UBND tỉnh trước 19h00’ hằng ngày.\n\n"
        "2. Sở Nội vụ gửi báo cáo kết quả về UBND tỉnh chậm nhất sau "
        "15 ngày kể từ ngày kết thúc diễn đàn.\n"
    )
    made = drafted(text)
    assert [(one.place, one.because) for one in made.left_out] == [
        ("1", "theo ngày hoặc theo tuần"),
        ("2", "tính từ một sự kiện không có ngày trước"),
    ]
    assert all(one.clause.quote in text for one in made.left_out)
    (placeholder,) = made.plan["reports"]
    assert placeholder["chain"][0]["due"] == {"wording": "undated"}
    assert "giữ chỗ" in _all_doubts(made)


def test_communes_report_to_their_own_superior_without_a_district_being_assumed(drafted: Drafted) -> None:
    text = "1. UBND cấp xã gửi báo cáo kết quả về UBND cấp huyện trước ngày 05/12 hằng năm.\n"
    (link,) = drafted(text).plan["reports"][0]["chain"]
    assert (link["reporters"]["level"], link["to"]) == ("commune", ["parent"])


def test_what_the_clause_itself_doubts_is_told_at_its_stage(drafted: Drafted) -> None:
    text = "1. Sở Y tế báo cáo UBND tỉnh trước ngày 10/10/2017.\n"
    (clause,) = findings(text).clauses
    doubtful = clause._replace(confidence=0.4, doubts=("hai ngày khác nhau",))
    made = drafted(text, doubtful)
    assert made.doubts["reports", 0, "chain", 0] == ("hai ngày khác nhau", "chỉ chắc khoảng 40%")


def test_an_office_that_sends_to_itself_loses_that_recipient(drafted: Drafted, checked: Callable[..., Checked]) -> None:
    text = "1. Sở Y tế báo cáo UBND tỉnh (qua Sở Y tế) trước ngày 10/10 hằng năm.\n"
    (clause,) = findings(text).clauses
    made = drafted(text, clause._replace(recipient="Sở Y tế"))
    (link,) = made.plan["reports"][0]["chain"]
    assert link["to"] == [] and "through" not in link
    checked(text, made)


def test_a_clause_without_a_reporter_gets_a_visible_placeholder(drafted: Drafted) -> None:
    clause = Clause(
        "báo cáo", 3, 10, None, None, None, "annual", (Due(month=12, day=1),), "by", "periodic", "made-up", 0.9
    )
    made = drafted("1. báo cáo\n", clause)
    (link,) = made.plan["reports"][0]["chain"]
    assert link["reporters"] == {"offices": ["can-xac-nhan.noi-bao-cao"]}
    assert "không thấy cơ quan nào phải báo cáo" in _all_doubts(made)
