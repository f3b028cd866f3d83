"""Receipts: queued with the submission, one for each, sent to whoever handed in, and disturbing nobody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from dunghan import files, outbox
from dunghan.core.times import instant
from dunghan.engine import actions, handing_in
from dunghan.engine.context import Context
from dunghan.engine.letters import Writer
from dunghan.engine.receipts import receipt
from dunghan.store import messages
from dunghan.store.database import reading
from models.errors import UsageError
from tests.conftest import Introduce, SettableClock
from tests.engine.conftest import Postman, Sent

PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/024"
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bao-cao.txt"
    path.write_text("168/KH-UBND, năm 2018", encoding="utf-8")
    return path


def hand_in(context: Context, contact: int | None, *files: Path, note: str = "", via: str = "portal") -> int:
    one = handing_in.HandedIn(ONE, context.now(), files, nothing=not files, note=note, via=via, contact_id=contact)
    return handing_in.submit_all(context, [one], by="Officer 024")[0]


def send(context: Context, postman: Postman) -> outbox.Tally:
    now = context.now()
    return outbox.deliver(context.db, {"email": postman}, Writer(context, now), now=now, clock=context.now)


def test_it_says_what_was_handed_in_and_when(
    context: Context, introduce: Introduce, clock: SettableClock, file: Path, postman: Postman
) -> None:
    officer = introduce("024")[0]
    clock.set("2018-12-12T09:30")
    hand_in(context, officer.id, file, note="gửi kèm biểu 2")
    told = receipt(context, ONE, 1)
    assert told.number == "TN-2018-000001"
    assert (told.last_day, told.late_days, told.version) == (date(2018, 12, 9), 3, 1)
    assert send(context, postman).delivered == 1
    (letter,) = postman.letters
    assert letter.address == officer.email
    for words in (
        "TN-2018-000001",
        "09:30, 12/12/2018",
        "muộn 3 ngày",
        "bao-cao.txt",
        told.files[0]["sha256"],
        "biểu 2",
    ):
        assert words in letter.text and letter.html and words in letter.html
    assert "/b/" not in letter.text


@sqlite_only
def test_each_submission_has_its_own_and_a_double_click_none_of_its_own(
    context: Context,
    introduce: Introduce,
    clock: SettableClock,
    file: Path,
    postman: Postman,
    sent: Callable[..., list[Sent]],
) -> None:
    officer, colleague = introduce("024", name="A") + introduce("024", name="B")
    clock.set("2018-12-05T09:30")
    assert [hand_in(context, who, file) for who in (officer.id, officer.id, colleague.id)] == [1, 1, 2]
    assert hand_in(context, colleague.id, file, note="khác") == 3
    assert hand_in(context, None, via="") == 4
    assert [one.contact for one in sent("receipt")] == ["A", "B", "B"]
    assert send(context, postman).delivered == 3
    assert len({letter.message_id for letter in postman.letters}) == 3
    assert all("đúng hạn" in letter.text for letter in postman.letters)


@sqlite_only
def test_what_was_returned_may_be_handed_in_unchanged_and_what_was_accepted_not_at_all(
    context: Context, introduce: Introduce, clock: SettableClock, file: Path
) -> None:
    officer = introduce("024")[0]
    clock.set("2018-12-05T09:30")
    hand_in(context, officer.id, file)
    actions.give_back(context, ONE, by="C", because="thiếu biểu 2")
    clock.set("2018-12-12T09:30")
    assert hand_in(context, officer.id, file) == 2
    assert receipt(context, ONE, 2).late_days == 0  # a return does not make it late
    actions.accept(context, ONE, by="C")
    for door in ("portal", "mail"):
        with pytest.raises(handing_in.AlreadyAccepted):
            hand_in(context, officer.id, file, note="nữa", via=door)
    assert hand_in(context, officer.id, file, via="") == 3  # a coordinator may still record what came
    with pytest.raises(UsageError, match="no version 4"):
        receipt(context, ONE, 4)


@sqlite_only
def test_it_waits_for_working_hours_and_is_sent_though_all_is_answered(
    context: Context, introduce: Introduce, clock: SettableClock, postman: Postman, sent: Callable[..., list[Sent]]
) -> None:
    officer = introduce("024")[0]
    clock.set("2018-12-07T20:00")
    hand_in(context, officer.id)
    actions.accept(context, ONE, by="C")
    assert send(context, postman).delivered == 0
    (one,) = sent("receipt")
    assert (one.day, one.not_before) == ("2018-12-10", instant("2018-12-10T07:00", "at"))
    with reading(context.db) as connection:
        assert not messages.sent_on(connection, PLAN, date(2018, 12, 10))  # no digest comes of it
    clock.set("2018-12-10T07:05")
    assert send(context, postman).delivered == 1
    assert "Không phát sinh" in postman.letters[0].text
    assert receipt(context, ONE, 1).late_days == 0


@sqlite_only
def test_who_has_no_address_gets_none_and_what_has_no_date_is_not_late(
    context: Context, introduce: Introduce, clock: SettableClock, sent: Callable[..., list[Sent]]
) -> None:
    nobody = introduce("ha-giang.cong-an", email="")[0]
    clock.set("2018-08-01T09:30")
    undated = f"{PLAN}/semiannual/2018-H1/ha-giang.cong-an"
    one = handing_in.HandedIn(undated, context.now(), nothing=True, via="portal", contact_id=nobody.id)
    assert handing_in.submit_all(context, [one], by="A") == [1]
    assert sent("receipt") == []
    told = receipt(context, undated, 1)
    assert (told.last_day, told.late_days, told.nothing) == (None, None, True)


def test_ten_at_once_of_the_same_are_one_submission_and_one_receipt(
    context: Context, introduce: Introduce, clock: SettableClock, file: Path, sent: Callable[..., list[Sent]]
) -> None:
    officer = introduce("024")[0]
    clock.set("2018-12-05T09:30")
    with ThreadPoolExecutor(10) as pool:
        versions = list(pool.map(lambda _: hand_in(context, officer.id, file), range(10)))
    assert versions == [1] * 10
    assert len(sent("receipt")) == len(files.listing(context.settings.files_url)) == 1
