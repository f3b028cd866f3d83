"""The whole outbox through hostile gateways, on real databases: every message ends in a state that says why."""

import base64
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select

from dunghan.core.times import instant
from dunghan.demo.zalo_standin import Answer
from dunghan.engine.context import Context
from dunghan.engine.delivery import deliver
from dunghan.engine.mailroom import listing, one
from dunghan.engine.sweep import run_pass
from dunghan.store.database import reading
from dunghan.store.messages import MESSAGE
from tests.hostile.conftest import Serve, mail_url
from tests.hostile.smtp_server import Fault
from tests.hostile.zalo_server import HostileZalo, ZaloFault

PLAN, LEAD = "ha-giang-168-2016", "ha-giang.so-ldtbxh"
HEALTH, JUSTICE, HOME, MONEY = (f"ha-giang.{name}" for name in ("so-y-te", "so-tu-phap", "so-noi-vu", "so-tai-chinh"))
DAY = "2018-11-09"
Connect = Callable[..., Context]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def connect(context: Context) -> Connect:
    """A factory: the installation with these gateways set up."""

    def of(email: str = "", zalo: str = "") -> Context:
        made = Context(
            context.settings.model_copy(update={"email_url": email, "zalo_url": zalo}), context.db, context.now
        )
        made.__dict__["catalog"] = context.catalog
        return made

    return of


def rounds(context: Context, clock: Any, most: int = 12) -> int:
    """Deliver, and again whenever a retry is due, until nothing waits; says how often."""
    for number in range(most):
        deliver(context, instant(DAY, "now"), PLAN)
        with reading(context.db) as connection:
            waiting = connection.execute(
                select(MESSAGE.c.retry_at).where(MESSAGE.c.status.in_(("queued", "retry", "sending")))
            ).all()
        if not waiting:
            return number + 1
        clock.time = max(row.retry_at for row in waiting if row.retry_at)
    return most


def fates(db: Engine) -> dict[str, Any]:
    """Every message by its office and kind."""
    with reading(db) as connection:
        return {f"{row.office}/{row.kind}": row for row in connection.execute(select(MESSAGE))}


def words_of(text: bytes) -> str:
    """The readable part of a message as the server got it."""
    body = re.search(rb"text/plain.*?\n\n(.*?)\n--", text.replace(b"\r", b""), re.DOTALL)
    assert body is not None
    return base64.b64decode(body.group(1)).decode()


def test_through_a_bad_morning_every_message_arrives_once_or_says_why_not(
    connect: Connect, everyone: Callable[..., Any], introduce: Callable[..., Any], serve: Serve, clock: Any, db: Engine,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    gone, grey, late, lost, limited = (f"officer@{o.replace('.', '-')}" for o in (HEALTH, JUSTICE, HOME, MONEY, LEAD))
    server = serve(
        Fault("connect", "421 4.3.2 khởi động lại", "close", times=1),
        Fault("RCPT", f"550 5.1.1 <{gone}.example>: hộp thư không tồn tại", to=gone),
        Fault("RCPT", "450 4.2.0 greylisted", to=grey, times=2),
        Fault("RCPT", "421 4.7.0 bận", "close", to=late, times=1),
        Fault("taken", b"", "close", to=lost, times=1),
        Fault("RCPT", "452 4.5.3 too many recipients", taken=4),
    )
    everyone(PLAN, levels=())
    context = connect(mail_url(server))
    queued = run_pass(context, PLAN, instant(DAY, "now")).messages
    assert queued > 10
    rounds(context, clock)
    found = fates(db)
    assert len(found) == queued
    assert {name for name, row in found.items() if row.status != "delivered"} == {f"{HEALTH}/reminder"}
    refused = found.pop(f"{HEALTH}/reminder")
    assert refused.status == "rejected" and "hộp thư không tồn tại" in refused.answer
    twice = found[f"{MONEY}/reminder"].message_id
    assert dict(server.accepted) == {row.message_id: 1 + (row.message_id == twice) for row in found.values()}
    assert server.breaches == []
    ours = " ".join(r.getMessage() for r in caplog.records)
    assert not [address for address in (gone, grey, late, lost, limited) if f"{address}.example" in ours]


@SQLITE
def test_what_e_mail_refuses_goes_by_zalo_and_then_by_phone_and_at_last_it_is_seen(
    connect: Connect, introduce: Callable[..., Any], serve: Serve, clock: Any, db: Engine, tmp_path: Any
) -> None:
    server = serve(Fault("RCPT", "550 5.1.1 hộp thư không tồn tại", to="officer@"))
    introduce(HEALTH, zalo="8000000001", phone="0900000001")
    introduce(JUSTICE, zalo="8000000002", phone="0900000002")
    introduce(HOME, zalo="8000000003", phone="0900000003")
    introduce(MONEY)
    introduce(LEAD, role="coordinator", name="Trần Thị Đầu Mối")
    stranger = Answer({"error": -213, "message": "người dùng chưa quan tâm OA"})
    faults = [ZaloFault("cs", stranger, to=f"800000000{n}") for n in (2, 3)]
    with HostileZalo(tmp_path / "z.jsonl", *faults, without_zalo=("84900000003",)) as zalo:
        ways = f"{zalo.url('oa')}&codes=-213:rejected {zalo.url('zns')}&:han=last_day"
        context = connect(mail_url(server), ways)
        run_pass(context, PLAN, instant(DAY, "now"))
        assert rounds(context, clock) == 1
    found = fates(db)
    told = {name: (row.status, row.channel) for name, row in found.items()}
    assert told == {
        f"{HEALTH}/reminder": ("delivered", "zalo"),
        f"{JUSTICE}/reminder": ("delivered", "phone"),
        f"{HOME}/reminder": ("rejected", "phone"),
        f"{MONEY}/reminder": ("rejected", "email"),
        f"{LEAD}/digest": ("delivered", "email"),
    }
    assert zalo.taken == {"8000000001": 1, "84900000002": 1}
    shown = {row["office"]: row["answer"] for row in listing(context, PLAN, "rejected", 10)}
    assert shown[HOME] == "Zalo: HTTP 200 -118 Zalo account not existed"
    assert shown[MONEY] == "550 5.1.1 hộp thư không tồn tại"
    tries = one(context, found[f"{HOME}/reminder"].id)["tries"]
    assert [(t["channel"], t["outcome"]) for t in tries] == [(c, "rejected") for c in ("email", "zalo", "phone")]
    assert "người dùng chưa quan tâm OA" in tries[1]["detail"]
    (digest,) = server.texts
    failed = re.search("Gửi không được, cần sửa địa chỉ: .*", words_of(digest))
    assert failed is not None and "Sở Tài chính tỉnh Hà Giang" in failed.group()
