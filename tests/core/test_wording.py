import re
from datetime import date
from string import Formatter

import pytest

from config.catalog import Catalog
from dunghan.core.names import stage_name
from dunghan.core.templates import Template
from dunghan.core.wording import NAMES_SHOWN, Line, Signature, Words, letter, some, when

TODAY = date(2018, 12, 7)
SIGN = Signature("Sở Lao động - Thương binh và Xã hội tỉnh Hà Giang", "Bà Hoa", "0912345678", "hoa@ha-giang.example")
FIELDS = {
    "plan": "168/KH-UBND",
    "plan_title": "Triển khai thực hiện Chương trình bảo vệ trẻ em",
    "place": "Hà Giang",
    "office": "UBND huyện Đồng Văn",
    "name": "Ông Sùng",
}
ANNUAL = Line(
    office="UBND huyện Đồng Văn",
    report="Báo cáo hằng năm",
    period="2018",
    last_day=date(2018, 12, 9),
    clause="VIII.1",
    quote="trước ngày 10 tháng 12 hàng năm",
    explanation="Trước ngày 10/12/2018: ngày cuối là Chủ nhật 09/12/2018.",
    to=("UBND tỉnh Hà Giang",),
    through="Sở Lao động - Thương binh và Xã hội tỉnh Hà Giang",
    missing=("UBND xã Lũng Cú", "UBND xã Má Lé"),
)


def reminder(catalog: Catalog, *lines: Line, sign: Signature = SIGN, language: str = "vi", **fields: str) -> Words:
    return letter(catalog.template("reminder", language), lines, sign, TODAY, language, {**FIELDS, **fields})


def test_a_reminder_says_in_vietnamese_what_by_when_to_whom_and_why(catalog: Catalog) -> None:
    words = reminder(catalog, ANNUAL)
    assert words.subject == "[168/KH-UBND] Nhắc nộp 1 báo cáo: còn 2 ngày (hạn cuối Chủ nhật 09/12/2018)"
    for said in (
        "Kính gửi: UBND huyện Đồng Văn",
        "Báo cáo hằng năm, năm 2018",
        "hết Chủ nhật 09/12/2018 (còn 2 ngày)",
        "UBND tỉnh Hà Giang (qua Sở Lao động - Thương binh và Xã hội tỉnh Hà Giang)",
        "Căn cứ: điểm VIII.1 “trước ngày 10 tháng 12 hàng năm”",
        "Trước ngày 10/12/2018: ngày cuối là Chủ nhật 09/12/2018.",
        "Chưa nhận được từ 2 đơn vị: UBND xã Lũng Cú; UBND xã Má Lé",
        "Cán bộ đầu mối: Bà Hoa",
        "0912345678 · hoa@ha-giang.example",
    ):
        assert said in words.text, said
    for said in ("UBND huyện Đồng Văn", "hết Chủ nhật 09/12/2018", "VIII.1", "Bà Hoa"):
        assert said in words.html, said


def test_a_reminder_in_english_has_english_words_and_dates(catalog: Catalog) -> None:
    words = reminder(catalog, ANNUAL, language="en")
    assert words.subject == "[168/KH-UBND] 1 report(s) to hand in: 2 days left (last day 2018-12-09)"
    assert "by the end of 2018-12-09 (2 days left)" in words.text
    assert "Still waiting for: UBND xã Lũng Cú; UBND xã Má Lé" in words.text
    assert "(through Sở Lao động" in words.text


def test_one_message_carries_every_report_and_its_subject_the_nearest_day(catalog: Catalog) -> None:
    midterm = ANNUAL._replace(report="Báo cáo sơ kết", last_day=date(2018, 12, 8), missing=())
    words = reminder(catalog, ANNUAL, midterm)
    assert words.subject.startswith("[168/KH-UBND] Nhắc nộp 2 báo cáo: còn 1 ngày (hạn cuối thứ Bảy 08/12/2018")
    assert "Báo cáo hằng năm, năm 2018" in words.text
    assert "Báo cáo sơ kết, năm 2018" in words.text


def test_a_subject_is_one_line(catalog: Catalog) -> None:
    assert "\n" not in reminder(catalog, ANNUAL, plan="168/\r\nKH-UBND").subject


def test_without_a_coordinator_the_rows_about_one_are_left_out(catalog: Catalog) -> None:
    words = reminder(catalog, ANNUAL._replace(missing=()), sign=Signature("Sở Lao động"))
    assert "Cán bộ đầu mối" not in words.text + words.html
    assert "Chưa nhận được" not in words.text + words.html
    assert "?" not in words.text


def test_an_obligation_without_a_clause_or_a_recipient_says_so_or_nothing(catalog: Catalog) -> None:
    words = reminder(catalog, ANNUAL._replace(clause="", quote="", to=(), through=""))
    assert "Căn cứ" not in words.text + words.html
    assert "văn bản không nêu nơi nhận" in words.text


def test_names_with_angle_brackets_and_ampersands_are_harmless_in_html(catalog: Catalog) -> None:
    evil = '<script>alert("Sở & Ban")</script>'
    line = ANNUAL._replace(office=evil, report=evil, quote=evil, missing=(evil,), to=(evil,), explanation=evil)
    words = reminder(catalog, line, sign=Signature(evil, evil, evil, evil), office=evil, name=evil, place=evil)
    assert "<script" not in words.html
    assert "&lt;script&gt;alert(&quot;Sở &amp; Ban&quot;)&lt;/script&gt;" in words.html
    assert evil in words.text


def test_braces_in_names_are_not_placeholders(catalog: Catalog) -> None:
    words = reminder(catalog, ANNUAL._replace(report="Báo cáo {sign_name} {0} {"), office="Sở {x}")
    assert "Báo cáo {sign_name} {0} {, năm 2018" in words.text
    assert "Kính gửi: Sở {x}" in words.text


def test_a_value_that_looks_like_a_conditional_row_is_only_a_value() -> None:
    template = Template("s", "{table}", "-", "{table}", "-")
    assert letter(template, [], SIGN, TODAY, "vi", {"table": "a\n?b c"}) == Words("s", "a\n?b c\n", "a<br>?b c\n")


@pytest.mark.parametrize(("many", "rest"), [(1, ""), (12, ""), (13, " và 1 đơn vị khác"), (193, " và 181 đơn vị khác")])
def test_many_missing_names_are_counted_after_the_first_twelve(catalog: Catalog, many: int, rest: str) -> None:
    names = [f"UBND xã số {n}" for n in range(1, many + 1)]
    assert NAMES_SHOWN == 12
    assert some(names) == "; ".join(names[:12]) + rest
    text = reminder(catalog, ANNUAL._replace(missing=tuple(names))).text
    assert f"Chưa nhận được từ {many} đơn vị: UBND xã số 1" in text
    assert ("UBND xã số 13" in text) is False


def test_truncation_speaks_the_readers_language() -> None:
    assert some(["a", "b", "c"], "en", most=2) == "a; b and 1 more"
    assert some([]) == ""


@pytest.mark.parametrize(
    ("last", "vi", "en"),
    [
        ("2018-12-09", "còn 2 ngày", "2 days left"),
        ("2018-12-08", "còn 1 ngày", "1 day left"),
        ("2018-12-07", "hết hạn hôm nay", "due today"),
        ("2018-12-06", "đã quá hạn 1 ngày", "1 day overdue"),
        ("2018-11-07", "đã quá hạn 30 ngày", "30 days overdue"),
    ],
)
def test_how_far_off_a_day_is(last: str, vi: str, en: str) -> None:
    assert when(date.fromisoformat(last), TODAY) == vi
    assert when(date.fromisoformat(last), TODAY, "en") == en


def test_stages_have_names_and_an_unknown_one_keeps_its_own() -> None:
    assert stage_name("commune") == "Cấp xã"
    assert stage_name("dolisa", "en") == "Standing agency"
    assert stage_name("tổ dân phố") == "tổ dân phố"


WHOLE = """Lời dẫn.
--- subject
{plan}
--- text
{office}
{lines}
--- line
* {report}
--- html
<p>{lines}</p>
--- line_html
<i>{report}</i>
"""


def test_a_template_is_read_by_its_sections_and_its_preface_is_left_out() -> None:
    expected = Template("{plan}", "{office}\n{lines}", "* {report}", "<p>{lines}</p>", "<i>{report}</i>")
    assert Template.parse(WHOLE) == expected


@pytest.mark.parametrize("section", ["subject", "text", "line", "html", "line_html"])
def test_a_template_without_a_section_says_which(section: str) -> None:
    with pytest.raises(ValueError, match=f"^no section `--- {section}`: add it$"):
        Template.parse(WHOLE.replace(f"--- {section}\n", ""))


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{0}", "section text: {0} is not a plain placeholder"),
        ("{}", "section text: {} is not a plain placeholder"),
        ("{office.code}", "section text: {office.code} is not a plain placeholder"),
        ("{office[0]}", "section text: {office[0]} is not a plain placeholder"),
        ("{office!r}", "section text: {office} is not a plain placeholder"),
        ("{office:>9}", "section text: {office} is not a plain placeholder"),
        ("{office", "section text: a brace stands alone: write {name}, or remove it"),
        ("office}", "section text: a brace stands alone: write {name}, or remove it"),
    ],
)
def test_a_template_with_more_than_plain_placeholders_is_refused(written: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Template.parse(WHOLE.replace("{office}", written))


@pytest.mark.parametrize("kind", ["reminder", "escalation", "notice", "digest"])
def test_both_languages_of_a_template_hold_the_same_placeholders_but_for_the_explanation(
    catalog: Catalog, kind: str
) -> None:
    def fields(language: str) -> set[str]:
        texts = catalog.template(kind, language)
        return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}

    assert fields("vi") - {"explanation"} == fields("en") - {"explanation"}
