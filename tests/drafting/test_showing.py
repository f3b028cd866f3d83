"""A draft as YAML, the findings as JSON and as a page: true to the source whatever the source holds."""

import json
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.catalog import Catalog
from dunghan.clauses.found import Budget, Clause, Duty, Findings, Instrument, Money, Said, Target
from dunghan.clauses.times import Due
from dunghan.core import plan_check
from dunghan.core.plan_check import fold
from dunghan.drafting.as_html import as_html
from dunghan.drafting.as_json import as_json
from dunghan.drafting.as_yaml import as_yaml
from dunghan.drafting.draft import Draft, draft
from models.plan import Plan
from tests.drafting.conftest import Checked, Drafted, findings, said

TEXT = (
    "Thực hiện Quyết định số 1863/QĐ-TTg ngày 23/12/2019 của Thủ tướng Chính phủ\n\n"
    "1. Sở Y tế: tổ chức khảo sát xong trước ngày 01/5/2017.\n\n"
    "2. Phấn đấu giảm 5%–7%/năm số trẻ em bị xâm hại.\n\n"
    "3. Kinh phí: 10.000 đồng, gồm ngân sách tỉnh 6.000 đồng, xã hội hóa 3.000 đồng.\n\n"
    "4. Sở Y tế báo cáo UBND tỉnh chậm nhất ngày 30/01 năm sau.\n"
)


def _full() -> tuple[str, Findings]:
    found = findings(TEXT)
    ground = Instrument(
        said(TEXT, "Quyết định số 1863/QĐ-TTg"), "1863/QĐ-TTg", "Thủ tướng Chính phủ", None, date(2019, 12, 23)
    )
    target = Target(
        said(TEXT, "giảm 5%–7%/năm số trẻ em bị xâm hại"), "số trẻ em bị xâm hại", "reduce_by", 5.0, 7.0, "%", True
    )
    survey = Duty(said(TEXT, "tổ chức khảo sát xong trước ngày 01/5/2017"), "Sở Y tế", "1", (Due(2017, 5, 1),))
    parts = (
        Money(said(TEXT, "ngân sách tỉnh 6.000 đồng"), "ngân sách tỉnh", 6000),
        Money(said(TEXT, "xã hội hóa 3.000 đồng"), "xã hội hóa", 3000),
    )
    money = Budget(Money(said(TEXT, "Kinh phí: 10.000 đồng"), None, 10000), parts)
    head = found.heading._replace(implements=(ground,))
    return TEXT, found._replace(heading=head, targets=(target,), duties=(survey,), budget=money)


def test_yaml_holds_all_that_was_found(catalog: Catalog, checked: Callable[..., Checked]) -> None:
    text, found = _full()
    made = draft(text, found, catalog.tree)
    plan, problems = checked(text, made)
    assert all(p.warning for p in problems)
    assert [(i.number, i.issued_on) for i in plan.implements] == [("1863/QĐ-TTg", date(2019, 12, 23))]
    (target,) = plan.targets
    assert (target.value, target.upper, target.per_year, target.clause) == (5, 7, True, "2")
    assert plan.budget is not None and (plan.budget.total, plan.budget.parts) == (10000, ())
    assert [(o.office, o.role) for o in plan.offices] == [("ha-giang.so-y-te", "lead"), ("02", "recipient")]
    assert [(t.offices, t.clause) for t in plan.tasks] == [(("ha-giang.so-y-te",), "1")]
    (link,) = plan.reports[0].chain
    assert link.due.day is not None and (link.due.day.month, link.due.day.year_offset) == (1, 1)
    written = as_yaml(made, "x.docx")
    told = "các nguồn (ngân sách tỉnh: 6.000 đồng; xã hội hóa: 3.000 đồng) cộng lại không bằng tổng: chỉ ghi tổng"
    assert f"cần xác nhận: {told}" in written.replace("\n# ", " ")
    assert "# - 1: tổ chức khảo sát xong trước ngày 01/5/2017" in written


def test_a_text_without_anything_drafts_to_marked_placeholders(
    catalog: Catalog, checked: Callable[..., Checked]
) -> None:
    text = "Một bản tin.\n"
    found = findings(text, province="", issued=None)
    empty = found._replace(heading=found.heading._replace(number=None, title=None, since=None, until=None))
    made = draft(text, empty, catalog.tree)
    plan, problems = checked(text, made)
    assert all(p.warning for p in problems)
    assert plan.issuer == "can-xac-nhan.noi-ban-hanh"
    assert {("number",), ("title",), ("issuer",), ("issued_on",), ("years",), ("territory",), ("lead",)} <= set(
        made.doubts
    )


def test_an_installed_plan_may_hold_no_placeholder(catalog: Catalog, drafted: Drafted) -> None:
    text = "1. Sở Không Có báo cáo UBND tỉnh trước ngày 10/10 hằng năm.\n"
    plan = Plan.model_validate_json(json.dumps(drafted(text).plan))
    installed = plan_check.check(plan, catalog.tree, text, catalog.calendar)
    as_draft = plan_check.check(plan, catalog.tree, text, catalog.calendar, drafted=True)
    assert [f.loc[-1] for f in installed if not f.warning] and not [f for f in as_draft if not f.warning]


HOSTILE = st.text(
    st.sampled_from("aă\u0302đ #:-'\"{}[]|>&*!%@`\n\t\r\x00\x07\x85\xa0\u2028\u200b\ufeff😀\\,?~")
    | st.characters(exclude_categories=["Cs"]),
    min_size=1, max_size=300,
)  # fmt: skip


@given(HOSTILE)
def test_any_quote_comes_back_out_of_the_yaml(words: str) -> None:
    made = Draft({"id": "x", "title": words, "reports": [{"id": "y", "quote": words}]}, {("title",): (words,)}, (), ())
    held = yaml.safe_load(as_yaml(made, words))
    assert fold(held["title"]) == fold(words)
    assert fold(str(held["reports"][0]["quote"])) == fold(words)


def test_json_has_exactly_its_keys_and_quotes_the_source() -> None:
    text, found = _full()
    held = as_json(found)
    assert list(held) == [
        "number",
        "title",
        "issuer",
        "issued_on",
        "period",
        "implements",
        "clauses",
        "targets",
        "budget",
    ]
    assert (held["issued_on"], held["period"]) == ("2016-07-18", "2016-2020")
    (clause,) = held["clauses"]
    assert list(clause) == [
        "quote", "start", "end", "reporter", "recipient", "via", "recurrence", "due", "wording", "kind",
        "rule", "confidence",
    ]  # fmt: skip
    assert clause["due"] == [{"year": None, "month": 1, "day": 30, "next_year": True}]
    money = held["budget"]
    for one in (clause, *held["implements"], *held["targets"], money["total"], *money["parts"]):
        assert one["quote"] == text[one["start"] : one["end"]] and one["rule"]
    json.dumps(held)


def test_json_of_a_date_in_its_own_year_says_nothing_of_the_next() -> None:
    held = as_json(findings("1. Sở Y tế báo cáo UBND tỉnh trước ngày 10/12 hằng năm.\n"))
    assert held["clauses"][0]["due"] == [{"year": None, "month": 12, "day": 10}]
    assert held["budget"] == {} and held["targets"] == []


class _Page(HTMLParser):
    """Reads a page: the text of its main part without the pins, the ids, the links, and whether tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self._pin = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.add(tag)
        if tag != "meta":
            self.open.append(tag)
        if held.get("id"):
            self.ids.append(str(held["id"]))
        if tag == "a":
            self.links.append(str(held["href"]))
        self._pin = held.get("class") == "pin"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self._pin = False

    def handle_data(self, data: str) -> None:
        if "main" in self.open and not self._pin:
            self.text += data


def _page(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def test_the_page_holds_the_whole_document_and_links_both_ways() -> None:
    text, found = _full()
    html = as_html(text, found, "168.docx")
    page = _page(html)
    assert page.text == text
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} == set(page.ids)
    assert "script" not in page.tags and not re.search(r"https?:|url\(|@import", html)
    assert "30/1 năm sau" in html and "Độ chắc" in html and "Thời hạn (không phải của báo cáo)" in html


def test_what_a_document_holds_is_no_markup() -> None:
    text = "1. Sở <script>alert(1)</script> \"'&amp; báo cáo UBND tỉnh trước ngày 10/12 hằng năm.\x00\n"
    clause = Clause(text[3:60], 3, 60, "<b>", "\"'", "&", "annual", (), "undated", "periodic", "<r>", 0.5, ("<i>",))
    page = _page(as_html(text, findings(text, clause), '<"name>.txt'))
    assert {"script", "b", "i", "r"}.isdisjoint(page.tags)
    assert page.text == text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), max_size=12))
def test_findings_that_cross_are_nested_and_lose_no_text(places: list[tuple[int, int]]) -> None:
    text = "Các sở, ngành báo cáo UBND tỉnh trước ngày 10/12 & <sau đó> mỗi năm một lần nữa là đủ."
    duties = tuple(Duty(Said(text[s : s + n], s, s + n, "made-up"), "Sở", "1", ()) for s, n in places)
    page = _page(as_html(text, findings(text)._replace(clauses=(), duties=duties), "x"))
    assert page.text == text
    assert sum(one.startswith("f") for one in page.ids) == len(places)


@pytest.mark.parametrize("words", ["true", "null", "024", "1e3", "2016-07-18", "a: b", "- x", "# không phải chú thích"])
def test_words_that_yaml_reads_otherwise_stay_words(words: str) -> None:
    made = Draft({"id": "x", "title": words}, {}, (), ())
    assert yaml.safe_load(as_yaml(made, "x"))["title"] == words
