"""What an officer reads at 08:00, and what is not sent after all."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dunghan import outbox
from dunghan.core.times import instant
from dunghan.engine import actions, handing_in
from dunghan.engine.context import Context
from dunghan.engine.letters import Writer
from dunghan.engine.sweep import run_pass
from dunghan.outbox import Tally

PLAN = "ha-giang-168-2016"
LEAD, HEALTH = "ha-giang.so-ldtbxh", "ha-giang.so-y-te"


def at(text: str) -> Any:
    return instant(text, "at")


@pytest.fixture
def coordinator(introduce: Callable[..., Any]) -> None:
    introduce(LEAD, role="coordinator", name="Trần Thị Đầu Mối", phone="0900000001")


@pytest.mark.usefixtures("coordinator")
def test_a_reminder_read_as_an_officer_would(
    introduce: Callable[..., Any], mornings: Callable[..., Tally], postman: Any
) -> None:
    introduce(HEALTH)
    mornings(PLAN, "2018-12-07")
    (letter,) = postman.to("officer@ha-giang-so-y-te.example")
    assert letter.subject.startswith("[168/KH-UBND] Nhắc nộp 2 báo cáo: còn 2 ngày")
    assert "Chủ nhật 09/12/2018" in letter.subject
    text = letter.text
    assert text.startswith("Kính gửi: Sở Y tế tỉnh Hà Giang\n")
    for said in (
        "Sở Lao động - Thương binh và Xã hội tỉnh Hà Giang (cơ quan thường trực) trân trọng nhắc",
        "Báo cáo hằng năm, năm 2018",
        "Báo cáo sơ kết giai đoạn 2016–2018, năm 2018",
        "Hạn nộp: hết ",
        "Chủ nhật 09/12/2018",
        "còn 2 ngày",
        "(qua Sở Lao động - Thương binh và Xã hội tỉnh Hà Giang)",
        "Căn cứ: điểm VIII.1 “Các sở, Ban, ngành, các tổ chức đoàn thể, UBND các huyện, thành phố báo cáo kết quả",
        "Không phát sinh cũng xin báo “không phát sinh”.",
        "Cán bộ đầu mối: Trần Thị Đầu Mối\n0900000001 · coordinator@ha-giang-so-ldtbxh.example",
    ):
        assert said in text
    assert "{" not in text and "?" not in text
    assert letter.reply_to == "coordinator@ha-giang-so-ldtbxh.example"
    assert letter.from_name == "Sở Lao động - Thương binh và Xã hội tỉnh Hà Giang"
    assert "Chủ nhật 09/12/2018</strong>" in (letter.html or "")


@pytest.mark.usefixtures("coordinator")
def test_the_last_day_is_written_with_what_is_left_and_with_what_has_passed(
    introduce: Callable[..., Any], mornings: Callable[..., Tally], postman: Any
) -> None:
    introduce(HEALTH)
    mornings(PLAN, "2018-12-07", "2018-12-12")
    _, late = postman.to("officer@ha-giang-so-y-te.example")
    assert "đã quá hạn 3 ngày" in late.subject and "đã quá hạn 3 ngày" in late.text


@pytest.mark.usefixtures("coordinator")
def test_a_contact_who_reads_english_gets_english_around_the_vietnamese_clause(
    introduce: Callable[..., Any], mornings: Callable[..., Tally], postman: Any
) -> None:
    introduce(HEALTH, language="en")
    mornings(PLAN, "2018-12-07")
    (letter,) = postman.to("officer@ha-giang-so-y-te.example")
    assert "2 days left" in letter.subject
    assert "Các sở, Ban, ngành" in letter.text


@pytest.mark.usefixtures("coordinator")
def test_the_lead_reads_who_upstream_is_missing(
    context: Context, introduce: Callable[..., Any], mornings: Callable[..., Tally], postman: Any
) -> None:
    introduce(LEAD)
    run_pass(context, PLAN, at("2018-11-01"))
    handing_in.submit(context, f"{PLAN}/annual/2018/024", received_at=at("2018-12-01"), by="A")
    mornings(PLAN, "2018-12-07")
    (letter,) = postman.to("officer@ha-giang-so-ldtbxh.example")
    annual = letter.text.split("■ ")[1]
    assert "Chưa nhận được từ 22 đơn vị: " in annual
    assert "Thành phố Hà Giang" not in annual


@pytest.mark.usefixtures("coordinator")
def test_a_district_reads_which_of_its_own_communes_are_missing(
    introduce: Callable[..., Any], mornings: Callable[..., Tally], postman: Any
) -> None:
    introduce("024")
    mornings(PLAN, "2018-12-07")
    reminder = next(one for one in postman.to("officer@024.example") if "Nhắc nộp" in one.subject)
    assert "Chưa nhận được từ 8 đơn vị: " in reminder.text


@pytest.mark.usefixtures("coordinator")
def test_a_return_says_why_and_that_it_does_not_make_the_report_late(
    context: Context, introduce: Callable[..., Any], mornings: Callable[..., Tally], postman: Any
) -> None:
    introduce(HEALTH)
    one = f"{PLAN}/annual/2018/{HEALTH}"
    handing_in.submit(context, one, received_at=at("2018-12-03"), by="A")
    actions.give_back(context, one, by="B", because="thiếu biểu số 2", at=at("2018-12-04T09:00"))
    mornings(PLAN, "2018-12-04T09:05")
    notice = next(m for m in postman.to("officer@ha-giang-so-y-te.example") if "trả lại" in m.subject)
    assert notice.subject == "[168/KH-UBND] 1 báo cáo được trả lại để hoàn thiện"
    assert "Lý do trả lại: thiếu biểu số 2" in notice.text
    assert "không làm báo cáo thành nộp muộn" in notice.text


@pytest.mark.usefixtures("coordinator")
def test_a_message_carries_what_else_the_office_owes_though_its_rung_is_of_another_day(
    context: Context, introduce: Callable[..., Any], mornings: Callable[..., Tally], postman: Any, sent: Any
) -> None:
    introduce(HEALTH)
    run_pass(context, PLAN, at("2018-11-01"))
    extended = f"{PLAN}/midterm/2018/{HEALTH}"
    actions.extend(context, extended, until=date(2018, 12, 19), by="Trần Thị B", because="lũ", at=at("2018-11-05"))
    mornings(PLAN, "2018-12-05", "2018-12-07")
    letter = postman.to("officer@ha-giang-so-y-te.example")[-1]
    reminder = sent("reminder", HEALTH)[-1]
    assert {o for o, _ in reminder.carries} == {f"{PLAN}/annual/2018/{HEALTH}"}
    assert letter.text.count("■ ") == 2
    assert "19/12/2018 theo quyết định của Trần Thị B: lũ" in letter.text


@pytest.fixture
def rehearsal(context: Context) -> Context:
    """The same installation with every message redirected."""
    more = {"redirect_to": "dien-tap@thu.example", "email_url": "mailto://mail.example?from=nhac@ha-giang.example"}
    made = Context(context.settings.model_copy(update=more), context.db, context.now)
    made.__dict__["catalog"] = context.catalog
    return made


def test_in_a_rehearsal_every_message_goes_to_one_address_also_those_meant_for_zalo(
    rehearsal: Context, introduce: Callable[..., Any], postman: Any
) -> None:
    introduce(HEALTH)
    introduce("ha-giang.so-tu-phap", email="", zalo="8123456789")
    now = at("2018-12-07")
    run_pass(rehearsal, PLAN, now)
    ways = dict.fromkeys(("email", "zalo", "phone"), postman)
    tally = outbox.deliver(rehearsal.db, ways, Writer(rehearsal, now), now=now, clock=rehearsal.now)
    assert tally == Tally(delivered=2)
    assert {one.address for one in postman.letters} == {"dien-tap@thu.example"}
    assert all(one.to_name.endswith("(diễn tập)") for one in postman.letters)


def test_a_contact_with_two_addresses_gets_one_message_by_the_first_that_works(
    context: Context, introduce: Callable[..., Any], mornings: Callable[..., Tally], postman: Any
) -> None:
    introduce(HEALTH, zalo="8123456789")
    assert mornings(PLAN, "2018-12-07") == Tally(delivered=1)
    assert [one.address for one in postman.letters] == ["officer@ha-giang-so-y-te.example"]


def test_an_address_removed_before_the_message_left_is_told(
    context: Context, introduce: Callable[..., Any], mornings: Callable[..., Tally], daily: Callable[..., None]
) -> None:
    introduce(HEALTH)
    daily(PLAN, "2018-12-06T19:00")
    introduce(HEALTH, email="", zalo="8123456789")
    assert mornings(PLAN, "2018-12-07").withdrawn == 1


def test_after_a_gateways_outage_an_office_gets_one_message_that_carries_all(
    introduce: Callable[..., Any], daily: Callable[..., None], mornings: Callable[..., Tally], sent: Any, postman: Any
) -> None:
    introduce(HEALTH)
    daily(PLAN, "2018-11-23", "2018-11-30", "2018-12-06")
    assert mornings(PLAN, "2018-12-07") == Tally(delivered=1)
    assert [(s.day, s.status) for s in sent("reminder")] == [
        ("2018-11-23", "withdrawn"), ("2018-11-30", "withdrawn"), ("2018-12-06", "withdrawn"),
        ("2018-12-07", "delivered"),
    ]  # fmt: skip
    assert {rung for _, rung in sent("reminder")[-1].carries} == {"-1d"}, "the earlier ones are merged"
    assert len(postman.letters) == 1


def test_what_was_in_flight_at_a_crash_is_not_sent_beside_the_next_days_message(
    context: Context,
    clock: Any,
    introduce: Callable[..., Any],
    daily: Callable[..., None],
    mornings: Callable[..., Tally],
    sent: Any,
) -> None:
    introduce(HEALTH)
    daily(PLAN, "2018-12-06")
    taken = outbox.claim(context.db, now=at("2018-12-06"), real=clock(), owner="crashed", channels=["email"], plan=None)
    assert len(taken) == 1
    clock.set("2026-07-02")
    assert mornings(PLAN, "2018-12-07") == Tally(delivered=1)
    assert [(s.day, s.status) for s in sent()] == [("2018-12-06", "withdrawn"), ("2018-12-07", "delivered")]


def test_the_message_id_is_the_same_for_a_slot_and_another_for_another_installation(
    context: Context,
) -> None:
    other = Context(context.settings.model_copy(update={"secret_key": "another"}), context.db, context.now)
    slot = (PLAN, 7, "2018-12-07", "reminder")
    assert context.message_id(*slot) == context.message_id(*slot)
    assert context.message_id(*slot) != other.message_id(*slot)
    assert context.message_id(*slot).startswith(f"<{PLAN}.2018-12-07.reminder.")
