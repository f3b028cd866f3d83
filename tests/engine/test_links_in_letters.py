"""The link in a reminder: each contact's own, in the letter alone, and not there where no portal is."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from config.catalog import Catalog
from config.settings import Settings
from dunghan import outbox
from dunghan.engine import actions, forms, handing_in, links
from dunghan.engine.context import Context
from dunghan.engine.letters import Writer
from dunghan.engine.links import LinkRevoked, Links
from dunghan.engine.sweep import run_pass
from dunghan.store.database import reading
from dunghan.store.messages import MESSAGE
from models.errors import BadFile, UnknownName, UsageError
from tests.conftest import Introduce, SettableClock
from tests.engine.conftest import Postman

PLAN, ONE = "ha-giang-168-2016", "ha-giang-168-2016/annual/2018/024"
AT = "https://nop.ha-giang.example"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def portal(settings: Settings, db: Engine, clock: SettableClock, _catalog: Catalog) -> Context:
    """The engine's context where a portal is set up."""
    made = Context(settings.model_copy(update={"portal_url": f"{AT}/"}), db=db, now=clock)
    made.__dict__["catalog"] = _catalog
    return made


def morning(context: Context, postman: Postman) -> None:
    run_pass(context, PLAN, context.now())
    send(context, postman)


def send(context: Context, postman: Postman) -> None:
    now = context.now()
    outbox.deliver(context.db, {"email": postman}, Writer(context, now), now=now, clock=context.now)


def test_a_reminder_carries_its_contacts_own_link_and_the_record_does_not(
    portal: Context, introduce: Introduce, clock: SettableClock, postman: Postman
) -> None:
    people = introduce("024", "026") + introduce("027", language="en")
    clock.set("2018-12-07")
    morning(portal, postman)
    made = Links(portal.settings)
    for one in people:
        (letter,) = (found for found in postman.to(one.email) if AT in found.text)
        url = letter.text.partition(f"{AT}/b/")[2].split()[0]
        with reading(portal.db) as connection:
            assert made.read(connection, url).id == one.id
        assert letter.html and f'href="{AT}/b/{url}"' in letter.html
        assert ("Nộp báo cáo tại: " if one.language == "vi" else "Hand in at: ") in letter.text
    with reading(portal.db) as connection:
        bodies = list(connection.scalars(select(MESSAGE.c.body)))
    tokens = [letter.secret for letter in postman.letters if letter.secret]
    assert len(tokens) == len(set(tokens)) == 3
    assert not any(token in body for token in tokens for body in bodies)
    assert sum(f"{AT}/b/…" in body for body in bodies) == 3


def test_a_return_and_a_receipt_carry_it_and_an_escalation_does_not(
    portal: Context, introduce: Introduce, clock: SettableClock, postman: Postman
) -> None:
    officer = introduce("024")[0]
    clock.set("2018-12-12")
    one = handing_in.HandedIn(ONE, clock.time, nothing=True, via="portal", contact_id=officer.id)
    handing_in.submit_all(portal, [one], by="A")
    actions.give_back(portal, ONE, by="C", because="thiếu")
    morning(portal, postman)  # its communes are overdue, and it is told so as their superior
    by_kind = {letter.message_id.split(".")[2]: AT in letter.text for letter in postman.letters}
    assert by_kind == {"receipt": True, "notice": True, "reminder": True, "escalation": False}


def test_without_a_portal_or_a_key_there_is_none(
    context: Context, portal: Context, introduce: Introduce, clock: SettableClock, postman: Postman
) -> None:
    introduce("024")
    clock.set("2018-12-07")
    run_pass(context, PLAN, clock.time)
    send(context, postman)
    assert postman.letters and not any("/b/" in letter.text or letter.secret for letter in postman.letters)
    with pytest.raises(UsageError, match="DUNGHAN_PORTAL_URL"):
        links.of_office(context, "024")


def test_links_are_printed_for_whom_they_are_and_ended_all_at_once(portal: Context, introduce: Introduce) -> None:
    introduce("024", name="A")
    introduce("024", name="B")
    before = {one.name: url.rpartition("/")[2] for one, url in links.of_office(portal, "024")}
    assert [one.name for one in links.revoke(portal, "024", "A", by="X")] == ["A"]
    read = Links(portal.settings).read
    with reading(portal.db) as connection:
        assert read(connection, before["B"]).name == "B"
        with pytest.raises(LinkRevoked):
            read(connection, before["A"])
    (fresh,) = links.of_office(portal, "024", "A")
    with reading(portal.db) as connection:
        assert read(connection, fresh[1].rpartition("/")[2]).name == "A"
    with pytest.raises(UnknownName, match="Known here: A, B"):
        links.revoke(portal, "024", "C", by="X")


def test_the_first_reminder_names_the_forms_and_where_they_lie(
    portal: Context, introduce: Introduce, clock: SettableClock, postman: Postman, own_plan: Catalog
) -> None:
    portal.__dict__["catalog"] = own_plan
    officer = introduce("ha-giang.so-y-te")[0]
    for day in ("2018-11-09", "2018-12-07"):
        clock.set(day)
        morning(portal, postman)
    first, second = (letter for letter in postman.to(officer.email) if "Nhắc nộp" in letter.subject)
    assert f"Biểu mẫu: Biểu 1: {AT}/b/{first.secret}/forms/{PLAN}/annual/bieu-1.docx" in first.text
    assert first.html and f"{first.secret}/forms/{PLAN}/annual/bieu-1.docx" in first.html
    assert "Biểu mẫu" not in second.text
    assert forms.path(portal, PLAN, "annual", "bieu-1.docx").read_bytes() == b"PK"
    for name in ("../ha-giang-168-2016.yaml", "forms/bieu-1.docx", "khác.docx"):
        with pytest.raises(UnknownName):
            forms.path(portal, PLAN, "annual", name)


def test_a_form_that_is_not_there_is_a_fault_of_the_plan(own_plan: Catalog) -> None:
    path = own_plan.plan_files[PLAN]
    assert own_plan.check(path)[0].reports[0].forms[0].name == "bieu-1.docx"
    (path.parent / "forms" / "bieu-1.docx").unlink()
    with pytest.raises(BadFile, match=r"forms\.0\.file: no file forms/bieu-1\.docx beside the plan"):
        own_plan.check(path)


@pytest.fixture
def own_plan(settings: Settings, tmp_path: Path) -> Catalog:
    """The catalogue of an installation whose plan gives a form to fill in."""
    import config

    own = tmp_path / "own"
    (own / "plans" / "forms").mkdir(parents=True)
    (own / "plans" / "forms" / "bieu-1.docx").write_bytes(b"PK")
    text = (Path(config.__file__).parent / "plans" / f"{PLAN}.yaml").read_text(encoding="utf-8")
    before, mark, after = text.partition("  - id: annual\n")
    assert mark
    form = "    forms:\n      - file: forms/bieu-1.docx\n        title: Biểu 1\n"
    (own / "plans" / f"{PLAN}.yaml").write_text(before + mark + form + after, encoding="utf-8")
    return Catalog(settings.model_copy(update={"config_dir": str(own)}))
