"""From the database to a real mail server and a Zalo stand-in, and what stands in the log afterwards."""

import email
import email.policy
import logging
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from dunghan.core.times import instant
from dunghan.demo.mailbox import Mailbox
from dunghan.demo.zalo_standin import SECRET_KEY, ZaloStandIn
from dunghan.engine.context import Context
from dunghan.engine.delivery import deliver
from dunghan.engine.sweep import run_pass
from dunghan.outbox import Tally
from dunghan.store.database import reading
from dunghan.store.messages import ATTEMPT, MESSAGE
from models.tables import TokenRow

PLAN = "ha-giang-168-2016"
HEALTH, JUSTICE, LEAD = "ha-giang.so-y-te", "ha-giang.so-tu-phap", "ha-giang.so-ldtbxh"
GONE = "officer@ha-giang-so-tu-phap.example"


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    with Mailbox(tmp_path / "mail", refusals={GONE: "550 5.1.1 hop thu khong ton tai"}) as box:
        yield box


@pytest.fixture
def zalo(tmp_path: Path) -> Iterator[ZaloStandIn]:
    with ZaloStandIn(tmp_path / "zalo.jsonl") as standin:
        yield standin


@pytest.fixture
def connected(context: Context, mailbox: Mailbox, zalo: ZaloStandIn) -> Context:
    """The installation with both gateways set up."""
    ways = {
        "email_url": f"mailto://127.0.0.1:{mailbox.port}?from=nhac@ha-giang.example&mode=insecure",
        "zalo_url": zalo.url("oa"),
    }
    made = Context(context.settings.model_copy(update=ways), context.db, context.now)
    made.__dict__["catalog"] = context.catalog
    return made


def at(text: str) -> Any:
    return instant(text, "at")


def round_of(context: Context, now: str) -> Tally:
    run_pass(context, PLAN, at(now))
    return deliver(context, at(now), PLAN)


def read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[return-value]


def test_mail_and_zalo_arrive_and_the_digest_comes_last(
    connected: Context, introduce: Callable[..., Any], mailbox: Mailbox, zalo: ZaloStandIn
) -> None:
    introduce(HEALTH)
    introduce("ha-giang.so-noi-vu", email="", zalo="8123456789")
    introduce(LEAD, role="coordinator", name="Trần Thị Đầu Mối", phone="0900000001")
    assert round_of(connected, "2018-11-09") == Tally(delivered=3)
    assert [m.recipient for m in mailbox.received] == [
        "officer@ha-giang-so-y-te.example",
        "coordinator@ha-giang-so-ldtbxh.example",
    ]
    reminder, digest = (read(m.path) for m in mailbox.received)
    assert reminder["Subject"].startswith("[168/KH-UBND] Nhắc nộp 2 báo cáo")
    assert reminder["Reply-To"] == "coordinator@ha-giang-so-ldtbxh.example"
    assert reminder["Message-ID"].startswith(f"<{PLAN}.2018-11-09.reminder.")
    assert reminder["Message-ID"].endswith("@ha-giang.example>")
    body = reminder.get_body(("plain",))
    assert body is not None and "Kính gửi: Sở Y tế tỉnh Hà Giang" in body.get_content()
    assert reminder.get_body(("html",)) is not None
    assert "Bản tin báo cáo ngày 09/11/2018" in digest["Subject"]
    (message,) = zalo.received
    assert (message["way"], message["to"]) == ("oa", "8123456789")
    assert round_of(connected, "2018-11-09") == Tally()
    assert len(mailbox.received) == 2 and len(zalo.received) == 1


def test_who_has_no_mailbox_any_more_is_reached_by_zalo(
    connected: Context, introduce: Callable[..., Any], zalo: ZaloStandIn, db: Engine
) -> None:
    introduce(JUSTICE, zalo="8123456789")
    assert round_of(connected, "2018-11-09") == Tally(retry=1, delivered=1)
    assert [m["to"] for m in zalo.received] == ["8123456789"]
    with reading(db) as connection:
        tries = connection.execute(select(ATTEMPT.c.channel, ATTEMPT.c.outcome).order_by(ATTEMPT.c.id)).all()
        status = connection.scalar(select(MESSAGE.c.status))
    assert [tuple(t) for t in tries] == [("email", "rejected"), ("zalo", "delivered")]
    assert status == "delivered"


def test_who_cannot_be_reached_at_all_is_visible_with_the_words_of_the_server(
    connected: Context, introduce: Callable[..., Any], db: Engine
) -> None:
    introduce(JUSTICE)
    assert round_of(connected, "2018-11-09") == Tally(rejected=1)
    with reading(db) as connection:
        status, answer = connection.execute(select(MESSAGE.c.status, MESSAGE.c.answer)).one()
    assert status == "rejected" and "550 5.1.1 hop thu khong ton tai" in answer


def test_a_dead_mail_server_is_a_retry_and_the_run_ends_well(
    context: Context, introduce: Callable[..., Any], clock: Any, mailbox: Mailbox
) -> None:
    introduce(HEALTH)
    dead = {"email_url": "mailto://127.0.0.1:9?from=nhac@ha-giang.example&mode=insecure"}
    broken = Context(context.settings.model_copy(update=dead), context.db, context.now)
    broken.__dict__["catalog"] = context.catalog
    assert round_of(broken, "2018-11-09") == Tally(retry=1)
    alive = {"email_url": f"mailto://127.0.0.1:{mailbox.port}?from=nhac@ha-giang.example&mode=insecure"}
    mended = Context(context.settings.model_copy(update=alive), context.db, context.now)
    mended.__dict__["catalog"] = context.catalog
    clock.set("2026-07-02")
    assert deliver(mended, at("2018-11-12"), PLAN) == Tally(delivered=1)


def test_out_of_hours_everything_is_kept(connected: Context, introduce: Callable[..., Any], mailbox: Mailbox) -> None:
    introduce(HEALTH)
    run_pass(connected, PLAN, at("2018-11-09"))
    for time in ("2018-11-09T18:00", "2018-11-10T09:00", "2018-11-12T06:59"):
        assert deliver(connected, at(time), PLAN) == Tally(kept=1)
    assert mailbox.received == []
    assert deliver(connected, at("2018-11-12T07:00"), PLAN) == Tally(delivered=1)


def test_a_renewed_zalo_token_is_kept_sealed_and_outlives_the_run(
    connected: Context, introduce: Callable[..., Any], zalo: ZaloStandIn, db: Engine
) -> None:
    introduce("ha-giang.so-noi-vu", email="", zalo="8123456789")
    zalo.expire()
    assert round_of(connected, "2018-11-09") == Tally(delivered=1)
    assert zalo.refreshes == 1
    with reading(db) as connection:
        (sealed,) = connection.scalars(select(TokenRow.__table__.c.sealed)).all()  # type: ignore[attr-defined]
    assert "access-2" not in sealed and "refresh-2" not in sealed
    assert round_of(connected, "2018-11-23") == Tally(delivered=1)
    assert zalo.refreshes == 1


def test_no_address_and_no_secret_stands_in_the_log(
    connected: Context, introduce: Callable[..., Any], zalo: ZaloStandIn, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    introduce(HEALTH)
    introduce(JUSTICE, zalo="8123456789")
    introduce("ha-giang.so-noi-vu", email="", zalo="8987654321")
    zalo.expire()
    with caplog.at_level(logging.DEBUG):
        round_of(connected, "2018-11-09")
    ours = [r for r in caplog.records if r.name != "mail.log"]  # that is the mail server's own
    said = "\n".join([*(r.getMessage() for r in ours), *capfd.readouterr()])
    secrets = [connected.settings.secret_key, SECRET_KEY, "access-1", "refresh-1", "access-2", "refresh-2"]
    addresses = ["officer@ha-giang-so-y-te.example", GONE, "8123456789", "8987654321"]
    assert [word for word in (*secrets, *addresses) if word in said] == []
