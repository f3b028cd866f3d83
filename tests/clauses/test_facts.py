"""What is read of a document besides its reporting clauses."""

from datetime import date

import pytest

from dunghan.clauses.budget import adds_up, budget
from dunghan.clauses.extract import extract
from dunghan.clauses.found import Said
from dunghan.clauses.heading import heading
from dunghan.clauses.numbering import plain_number
from dunghan.clauses.source import Source
from dunghan.clauses.stretch import plain
from dunghan.clauses.targets import targets
from dunghan.clauses.times import Due
from tests.clauses.documents import LETTER, NEWS, PLAN


def words(said: Said | None) -> str | None:
    return plain(said.text) if said else None


def test_the_head_of_a_plan() -> None:
    head = heading(Source(PLAN))
    assert words(head.number) == "0215/KH-UBND"
    assert words(head.title) == "PHÒNG, CHỐNG ĐUỐI NƯỚC TRẺ EM TRÊN ĐỊA BÀN TỈNH AN BIÊN GIAI ĐOẠN 2024 - 2028"
    assert words(head.issuer) == "ỦY BAN NHÂN DÂN TỈNH AN BIÊN"
    assert (words(head.place), head.issued_on) == ("An Biên", date(2024, 4, 3))
    assert (head.since, head.until) == (2024, 2028)
    assert [(i.number, i.issuer, i.title, i.issued_on) for i in head.implements] == [
        ("Luật Trẻ em", "Quốc hội", None, date(2016, 4, 5)),
        (
            "4321/QĐ-TTg",
            "Thủ tướng Chính phủ",
            "phê duyệt Chương trình bơi an toàn cho trẻ em",
            date(2024, 1, 12),
        ),
    ]


def test_the_head_of_a_letter() -> None:
    head = heading(Source(LETTER))
    assert (words(head.number), words(head.title)) == ("88/SYT-NV", "thống kê trạm y tế năm 2025")
    assert (words(head.issuer), head.issued_on) == ("SỞ Y TẾ AN BIÊN", date(2025, 6, 9))
    assert (head.since, head.until) == (2025, 2025)


def test_news_of_a_plan_tell_its_number_by_a_file_and_its_date_by_the_page() -> None:
    head = heading(Source(NEWS))
    assert head.number and plain_number(head.number.text) == "91/KH-UBND"
    assert words(head.title) == "trồng cây xanh đô thị giai đoạn 2024 – 2026"
    assert words(head.issuer) == "Ủy ban nhân dân thành phố"
    assert head.issued_on == date(2024, 5, 7)
    assert head.issued_said and head.issued_said.rule == "date-of-the-page"
    assert [i.number for i in head.implements] == ["12/NQ-CP"]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_title_in_lower_case_stands_under_the_kind(gap: str) -> None:
    body = "Thực hiện Chỉ thị số 5/CT-TTg ngày 01/2/2024 của Thủ tướng Chính phủ về trẻ em, UBND tỉnh yêu cầu:"
    head = heading(Source(f"KẾ HOẠCH{gap}Triển khai công tác trẻ em năm 2024\n\n{body}"))
    assert (words(head.title), head.since) == ("Triển khai công tác trẻ em năm 2024", 2024)
    assert [(i.number, i.title) for i in head.implements] == [("5/CT-TTg", "trẻ em")]


def test_a_text_without_a_head_has_none() -> None:
    head = heading(Source("Hôm nay trời đẹp."))
    assert not any((head.number, head.title, head.issuer, head.place, head.issued_on, head.since, head.implements))


def test_targets_are_what_is_wanted_not_what_is() -> None:
    found = [(t.comparison, t.value, t.upper, t.unit, t.per_year) for t in targets(Source(PLAN))]
    assert found == [
        ("exactly", 100, None, "%", False),
        ("more_than", 62.5, None, "%", False),
        ("at_least", 3, None, "huyện", False),
        ("reduce_by", 5, 7, "%", True),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Ngân sách nhà nước bảo đảm 100% chi phí đào tạo.",
        "Học sinh nghèo được giảm 50% học phí.",
        "Sản lượng 9 tháng ước đạt 78% kế hoạch.",
        "Xuất khẩu tăng 18,3% so với cùng kỳ.",
        "I. KẾT QUẢ\n\n1. 70% trẻ em được can thiệp.",
    ],
)
def test_not_every_percentage_is_a_target(text: str) -> None:
    assert targets(Source(text)) == ()


@pytest.mark.parametrize(
    ("text", "comparison", "value"),
    [
        ("phấn đấu đạt tối thiểu 40% số hộ", "at_least", 40),
        ("phấn đấu ≥ 30% số hộ", "at_least", 30),
        ("phấn đấu 95,5% trở lên số hộ", "at_least", 95.5),
        ("phấn đấu hơn 90 % số hộ", "more_than", 90),
        ("phấn đấu nâng tỷ lệ từ 60% lên 80%", "at_least", 80),
        ("phấn đấu giảm 1,5%/năm số hộ nghèo", "reduce_by", 1.5),
        ("phấn đấu ít nhất 3.000 lượt người được tập huấn", "at_least", 3000),
    ],
)
def test_how_a_target_is_compared(text: str, comparison: str, value: float) -> None:
    assert [(t.comparison, t.value) for t in targets(Source(text))] == [(comparison, value)]


def test_money_in_total_and_in_parts() -> None:
    found = budget(Source(PLAN))
    assert found.total and found.total.amount == 12_500_000_000
    assert [(p.source, p.amount) for p in found.parts] == [
        ("Ngân sách tỉnh", 10_200_000_000),
        ("Nguồn xã hội hóa", 2_300_000_000),
    ]
    assert adds_up(found) is True
    assert adds_up(found._replace(parts=found.parts[:1])) is False
    assert adds_up(found._replace(total=None)) is None


def test_other_money_is_no_budget() -> None:
    found = budget(Source("Tổng thiệt hại ước trên 4.500 tỷ đồng. Phạt 2.000.000 đồng."))
    assert (found.total, found.parts) == (None, ())


def test_duties_stand_under_an_office_or_behind_its_name() -> None:
    found = extract(PLAN)
    assert [(d.place, d.office, words(d.said), d.due) for d in found.duties] == [
        ("IV.1.a", "Sở Y tế", "Hoàn thành khảo sát bể bơi trước ngày 30/9/2024", (Due(2024, 9, 30),)),
        (
            "IV.2",
            "Sở Giáo dục và Đào tạo",
            "Sở Giáo dục và Đào tạo chủ trì dạy bơi trong trường học",
            (),
        ),
        ("IV.3", "Công an tỉnh", "Công an tỉnh phối hợp cắm biển cảnh báo tại các hồ, sông", ()),
    ]
    assert [c.due for c in found.clauses] == [(Due(None, 12, 15),)]


def test_a_label_names_who_does_what_stands_above_it_and_by_when() -> None:
    text = """II. NHIỆM VỤ

1. Xây dựng quy định về bể bơi

- Cơ quan chủ trì: Bộ Y tế.

- Cơ quan phối hợp: Bộ Công an.

- Thời gian hoàn thành: Quý I năm 2026.
"""
    (duty,) = extract(text).duties
    assert (duty.place, duty.office, words(duty.said)) == ("II.1", "Bộ Y tế", "Xây dựng quy định về bể bơi")
    assert duty.due == (Due(2026, 3),)


def test_every_finding_keeps_its_place_in_the_text() -> None:
    found = extract(PLAN)
    head = found.heading
    said = [head.number, head.title, head.issuer, head.place, head.issued_said, head.period_said]
    said += [i.said for i in head.implements] + [t.said for t in found.targets] + [d.said for d in found.duties]
    said += [m.said for m in (found.budget.total, *found.budget.parts) if m]
    assert len(said) > 15
    assert all(one and PLAN[one.start : one.end] == one.text and one.rule for one in said)
