"""The officer's pages in English hold no Vietnamese but names and what is marked as such; nor do the refusals."""

import pytest

from dunghan.engine import actions
from dunghan.engine.context import Context
from tests.conftest import SettableClock
from tests.portal.conftest import ANNUAL, DOCX, Browser, document
from tests.portal.officers import OBLIGATION, hand_in, look_over
from tests.portal.vietnamese import left_over

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def names(context: Context) -> set[str]:
    """Titles of offices, plans, reports and their forms; what people typed."""
    tree = context.catalog.tree
    found = {"Trần Thị A", "biểu số 2", "báo cáo.docx", "báo cáo.exe", "Tiếng Việt"}
    found.add("168/KH-UBND; năm 2018")  # what was looked for in a file, in the words of the file
    for plan in context.catalog.plans():
        found |= {plan.label, plan.title, *(report.title for report in plan.reports)}
        found |= {form.title for report in plan.reports for form in report.forms}
    return found | {tree.title(code) for code in tree.codes}


def test_no_page_of_an_officer_keeps_a_vietnamese_word_in_english(
    browser: Browser, context: Context, home: str, clock: SettableClock
) -> None:
    here = f"{home}/o/{ANNUAL}"
    browser.get(f"{home}?lang=en")
    pages = {"list": browser.get(home), "report": browser.get(here)}
    page = pages["report"]
    for name, files in (
        ("exe", [("files", ("báo cáo.exe", b"MZ", DOCX))]), ("empty", [("files", ("báo cáo.docx", b"", DOCX))]),
        ("none", None), ("eleven", [("files", (f"{n}.docx", document(str(n)), DOCX)) for n in range(11)]),
    ):  # fmt: skip
        pages[name] = browser.send(here, page, files=files)
    pages["confirm"] = look_over(browser, home, document("chẳng liên quan"), "báo cáo.docx")
    for day in ("", "2018-01-01", "2018-12-20"):
        pages[f"promise {day}"] = browser.send(f"{here}/promise", page, until=day, note="biểu số 2")
    pages["receipt"] = browser.get(hand_in(browser, home, name="báo cáo.docx").headers["location"])
    pages["handed in"] = browser.get(here)
    clock.set("2018-12-07T10:00")
    actions.give_back(context, OBLIGATION, by="Trần Thị A", because="biểu số 2")
    pages["returned"], pages["returned list"] = browser.get(here), browser.get(home)
    clock.set("2018-12-08")
    hand_in(browser, home)
    clock.set("2018-12-09")
    actions.accept(context, OBLIGATION, by="Trần Thị A")
    pages["accepted"] = browser.get(here)
    pages["late"] = browser.send(here, page, kind="nothing")
    pages["old draft"] = browser.send(f"{here}/confirm", page, draft="x")
    pages["forged"] = browser.client.post(here, data={})
    pages["missing"], pages["no way"] = browser.get(f"{home}/o/none/x/2018"), browser.get(f"{here}/confirm")
    pages["link"] = browser.get("/b/nonsense?lang=en")
    left = {n: w for n, p in pages.items() if p.status_code != 303 and (w := left_over(p.text, names(context)))}
    assert left == {}
