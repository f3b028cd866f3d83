"""Reports that come by e-mail: from the reminder's own Reply-To to the submission, through a real IMAP server."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from dunghan import outbox
from dunghan.core.replies import MOST_PARTS
from dunghan.core.times import instant
from dunghan.engine import actions, handing_in, incoming, mail_review
from dunghan.engine.backup import backup
from dunghan.engine.context import Context
from dunghan.engine.doctor_mail import mail as examined
from dunghan.engine.doctor_store import handed_in
from dunghan.engine.incoming import Polled, poll
from dunghan.files import StoreTrouble, where
from dunghan.store.acts import SUBMISSION
from dunghan.store.audit import AUDIT
from dunghan.store.database import reading, writing
from dunghan.store.incoming import INCOMING
from dunghan.store.messages import MESSAGE
from models.errors import BadSettings, NotPossible, UsageError
from tests.conftest import Introduce
from tests.engine.conftest import Postman
from tests.mail.conftest import MAIL, Box, answer

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = MAIL
PLAN = "ha-giang-168-2016"
ANNUAL, MIDTERM = f"{PLAN}/annual/2018/024", f"{PLAN}/midterm/2018/024"
REPORT = ("Báo cáo hằng năm 2018.docx", b"PK\x03\x04 mot bao cao")
DONE = '"&ARAA4w- nh&Hq0-n"'
"""``Đã nhận`` as IMAP writes it (RFC 3501, 5.1.3)."""


@pytest.fixture
def reminded(
    introduce: Introduce, mornings: Callable[..., outbox.Tally], postman: Postman
) -> Callable[[], tuple[str, str]]:
    """A factory: the office 024 is reminded of two reports; returns the letter's Reply-To and Message-ID."""

    def remind() -> tuple[str, str]:
        introduce("024")
        mornings(PLAN, "2018-11-09")
        (letter,) = postman.letters
        return letter.reply_to, letter.message_id

    return remind


def submissions(db: Engine) -> list[tuple[str, int, str, list[str]]]:
    """Obligation, version, door and file names of everything handed in."""
    with reading(db) as connection:
        rows = connection.execute(select(SUBMISSION).order_by(SUBMISSION.c.id)).all()
    return [(row.obligation_id, row.version, row.via, [file["name"] for file in row.files]) for row in rows]


def only(db: Engine) -> tuple[str, str]:
    """Status and reason of the only mail."""
    with reading(db) as connection:
        (row,) = connection.execute(select(INCOMING)).all()
    return row.status, row.why


def test_a_reply_with_its_report_is_handed_in_once(
    context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]], tmp_path: Path
) -> None:
    to, _ = reminded()
    local, _, domain = to.partition("@")
    assert len(local) <= 64 and local.startswith(box.user.partition("@")[0] + "+") and domain == "tinh.example"
    box.arrives(answer(to.upper().replace("TINH.EXAMPLE", "tinh.example"), REPORT), to=to)
    assert poll(context, context.now()) == Polled(submitted=1)
    assert submissions(db) == [(ANNUAL, 1, "mail", [REPORT[0]])]
    assert only(db) == ("submitted", "Theo địa chỉ trả lời của thư nhắc.")
    with reading(db) as connection:
        (kept,) = connection.scalars(select(SUBMISSION.c.note))
        kinds = set(connection.scalars(select(MESSAGE.c.kind)))
    assert kept == "Kính gửi báo cáo.", "what it answers to is no part of the note"
    assert "receipt" in kinds
    assert (box.holds(), box.holds(DONE)) == (0, 1)
    assert poll(context, context.now()) == Polled()
    assert [f.level for f in handed_in(context)] == ["ok"], "the raw mail is a file that somebody names"
    saved = backup(context, tmp_path / "saved.zip").manifest
    assert (len(saved.files), saved.missing) == (2, ()), "the report, and the mail as it came"


@SQLITE
def test_it_counts_from_when_the_server_received_it(
    context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]]
) -> None:
    to, _ = reminded()
    box.put(answer(to, REPORT, Date="Sat, 01 Jan 2000 00:00:00 +0700"), datetime(2018, 12, 9, 16, 59, 59, tzinfo=UTC))
    assert poll(context, context.now()).submitted == 1
    with reading(db) as connection:
        assert connection.scalar(select(SUBMISSION.c.received_at)) == datetime(2018, 12, 9, 16, 59, 59, tzinfo=UTC)


@SQLITE
@pytest.mark.parametrize("name", ["In-Reply-To", "References"])
def test_without_the_address_what_it_refers_to_says_it(
    name: str, context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]]
) -> None:
    _, message_id = reminded()
    told = f"<other@x.example> {message_id}" if name == "References" else message_id
    box.arrives(answer(box.user, REPORT, sender="dong-nghiep@024.example", **{name: told}))
    assert poll(context, context.now()).submitted == 1
    assert submissions(db)[0][0] == ANNUAL
    assert only(db)[1] == "Là thư trả lời một thư nhắc."


@SQLITE
def test_by_the_senders_address_and_what_the_file_says(
    context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]], mornings: Callable[..., object]
) -> None:
    reminded()
    context.now.set("2018-12-01")  # type: ignore[attr-defined]
    box.arrives(answer(box.user, ("so ket 2018.pdf", b"%PDF-"), sender="Officer@024.EXAMPLE", Subject="KH 168/KH-UBND"))
    assert poll(context, context.now()).submitted == 1
    assert submissions(db)[0][0] == MIDTERM


@SQLITE
def test_a_mail_that_was_changed_on_disk_is_not_handed_in(context: Context, db: Engine, box: Box) -> None:
    box.put(answer(box.user, REPORT, sender="la@x.example"), datetime(2018, 11, 20, 3, tzinfo=UTC))
    poll(context, context.now())
    with reading(db) as connection:
        mail, digest = connection.execute(select(INCOMING.c.id, INCOMING.c.raw_sha256)).one()
    Path(context.settings.files_url, where(digest)).write_bytes(answer(box.user, ("x.docx", b"PK")).as_bytes())
    with pytest.raises(NotPossible, match="damaged"):
        mail_review.assign(context, mail, ANNUAL, by="chị Hoa")
    assert submissions(db) == []


@SQLITE
def test_what_is_not_certain_waits_for_a_person(
    context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]]
) -> None:
    to, _ = reminded()
    box.arrives(answer(to, ("bao-cao.docx", b"PK")), to=to)  # of two
    box.arrives(answer(box.user, REPORT, sender="la@x.example"))  # from nobody we know
    box.arrives(answer(to), to=to)  # without a file
    forged = to.replace(to[to.index("+") + 20], "a" if to[to.index("+") + 20] != "a" else "b")
    box.arrives(answer(forged, REPORT, sender="la@x.example"), to=forged)
    assert poll(context, context.now()) == Polled(review=4)
    assert submissions(db) == []
    rows = mail_review.listing(context, "review", 10)
    whys = " ".join(row["why"] for row in rows)
    assert "Không rõ nộp cho báo cáo nào trong 2" in whys and "không có tệp" in whys and whys.count("Không biết") == 2
    assert "4 mails wait" in [f.message for f in examined(context)][-1]


@SQLITE
def test_nothing_to_report_is_never_guessed(
    context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]]
) -> None:
    to, _ = reminded()
    mail = answer(to)
    mail.set_content("không phát sinh")
    box.arrives(mail, to=to)
    assert poll(context, context.now()) == Polled(review=1)
    (row,) = mail_review.listing(context, None, 10)
    assert "không phát sinh" in row["why"]
    with pytest.raises(UsageError, match="nothing-to-report"):
        mail_review.assign(context, row["id"], ANNUAL, by="chị Hoa")
    assert mail_review.assign(context, row["id"], ANNUAL, by="chị Hoa", nothing=True) == 1
    assert submissions(db) == [(ANNUAL, 1, "mail", [])]
    with pytest.raises(NotPossible, match="settled"):
        mail_review.assign(context, row["id"], ANNUAL, by="chị Hoa", nothing=True)


@SQLITE
def test_a_person_hands_it_in_or_takes_it_off_on_record(context: Context, db: Engine, box: Box) -> None:
    context.now.set("2018-12-01")  # type: ignore[attr-defined]
    for n in (1, 2):
        box.put(answer(box.user, REPORT, sender=f"la{n}@x.example"), datetime(2018, 11, 20, 3, n, tzinfo=UTC))
    assert poll(context, context.now()) == Polled(review=2)
    second, first = (row["id"] for row in mail_review.listing(context, "review", 10))
    assert mail_review.one(context, first)["files"] == [{"name": REPORT[0], "size": len(REPORT[1])}]
    assert mail_review.assign(context, first, ANNUAL, by="chị Hoa") == 1
    mail_review.dismiss(context, second, by="chị Hoa", because="thư lạc")
    assert mail_review.listing(context, "review", 10) == []
    with reading(db) as connection:
        assert connection.scalar(select(SUBMISSION.c.received_at)) == datetime(2018, 11, 20, 3, 1, tzinfo=UTC)
        assert set(connection.scalars(select(AUDIT.c.what))) == {"submit", "assign-mail", "dismiss-mail"}


@SQLITE
def test_answers_of_machines_are_ignored_and_kept(
    context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]]
) -> None:
    to, _ = reminded()
    box.arrives(answer(to, Auto_Submitted="auto-replied"), to=to)
    box.arrives(answer(to, Precedence="bulk"), to=to)
    bounce = (
        b"From: MAILER-DAEMON@x.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"
    )
    box.arrives(bounce, to=to)
    box.arrives(answer(to, REPORT, Precedence="bulk"), to=to)
    assert poll(context, context.now()) == Polled(ignored=3, review=1), "what a machine marked may still bring a report"
    assert (box.holds(), box.holds(DONE)) == (0, 4)


@SQLITE
def test_a_person_who_reads_the_mailbox_hides_nothing(
    context: Context, box: Box, reminded: Callable[[], tuple[str, str]]
) -> None:
    to, _ = reminded()
    box.arrives(answer(to, REPORT), to=to)
    client = box.client()
    client.select("INBOX")
    client.store("1", "+FLAGS", r"\Seen")
    client.logout()
    assert poll(context, context.now()).submitted == 1


class Cut(Exception):
    """The power."""


@SQLITE
@pytest.mark.parametrize("when", ["before the row", "after the row", "after the submission", "before it is moved"])
def test_a_crash_loses_nothing_and_takes_nothing_twice(
    when: str, context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    to, _ = reminded()
    box.arrives(answer(to, REPORT), to=to)

    def cut(*_: object, **__: object) -> None:
        raise Cut

    with monkeypatch.context() as here:
        if when == "before the row":
            here.setattr(incoming, "_noted", cut)
        elif when == "after the row":
            here.setattr(incoming, "_judged", cut)
        elif when == "after the submission":
            here.setattr(incoming.incoming, "settle", cut)
        else:
            here.setattr(incoming.Mailbox, "put_away", cut)
        with pytest.raises(Cut):
            poll(context, context.now())
    assert box.holds() == 1
    done = poll(context, context.now())
    assert done == (Polled(known=1) if when == "before it is moved" else Polled(submitted=1))
    assert submissions(db) == [(ANNUAL, 1, "mail", [REPORT[0]])]
    assert only(db)[0] == "submitted" and box.holds() == 0


@SQLITE
def test_a_store_that_is_away_is_waited_for(
    context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    to, _ = reminded()
    box.arrives(answer(to, REPORT), to=to)

    def away(*_: object, **__: object) -> None:
        raise StoreTrouble("away")

    with monkeypatch.context() as here:
        here.setattr(incoming.files, "keep", away)
        with pytest.raises(StoreTrouble):
            poll(context, context.now())
    assert poll(context, context.now()) == Polled(submitted=1)
    assert submissions(db) == [(ANNUAL, 1, "mail", [REPORT[0]])]


@SQLITE
def test_where_no_folder_can_be_made_it_is_marked(
    context: Context, box: Box, reminded: Callable[[], tuple[str, str]]
) -> None:
    to, _ = reminded()
    box.arrives(answer(to, REPORT), to=to)
    with incoming.opened(context) as opened:
        opened._folder = False
        (uid,) = opened.new()
        opened.put_away(uid)
        assert opened.new() == []
    assert box.holds() == 1


@SQLITE
def test_after_acceptance_a_person_decides(
    context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]]
) -> None:
    to, _ = reminded()
    handing_in.submit(context, ANNUAL, nothing=True, by="x")
    actions.accept(context, ANNUAL, by="x")
    box.arrives(answer(to, REPORT), to=to)
    assert poll(context, context.now()) == Polled(review=1)
    assert "Không ghi nhận được" in only(db)[1] and len(submissions(db)) == 1


def _many_parts(to: str) -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return f"To: {to}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".encode() + part * 1000 + b"--b--\r\n"


def _nested(to: str) -> bytes:
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(MOST_PARTS - 1))
    return f"To: {to}\r\n{deep}Content-Type: text/plain\r\n\r\nx\r\n".encode()


def _broken(to: str) -> bytes:
    head = f"To: {to}\r\nSubject: =?x-none?B?####?=\r\n =?utf-8?Q?B=E1=BA?= \r\nFrom: =?utf-8?B?w7/=?= <a@x.vn>\r\n"
    return head.encode() + (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/pdf; "
        b"name*0*=x-none''%ff%00b; name*1=.pdf\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment\r\n\r\n!!!not base64!!!\xff\xfe\r\n--b--\r\n"
    )


@SQLITE
def test_what_is_meant_to_harm_goes_to_review(
    context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]]
) -> None:
    to, _ = reminded()
    outlook = answer(to, ("winmail.dat", b"x>\x9f"))
    bombs = [_many_parts(to), _nested(to), _broken(to), b"\r\n\0\xff" * 99, b"A" * 300_000, outlook.as_bytes()]
    for n, bomb in enumerate(bombs):
        box.put(bomb, datetime(2026, 6, 30, n, tzinfo=UTC))
    box.arrives(answer(to, REPORT), to=to)
    assert poll(context, context.now()) == Polled(submitted=1, review=len(bombs)), "they hold up no other"
    whys = [row["why"] for row in mail_review.listing(context, "review", 10)]
    assert "winmail.dat" in whys[0] and "quá nhiều phần" in whys[-1]
    assert box.holds() == 0


@SQLITE
def test_a_mail_too_large_is_not_fetched_whole(
    context: Context, db: Engine, box: Box, reminded: Callable[[], tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    to, _ = reminded()
    monkeypatch.setattr(incoming.mailbox, "LARGEST", 500_000)
    monkeypatch.setattr(incoming.mailbox, "BEGINNING", 10_000)
    box.arrives(answer(to, (REPORT[0], b"PK" + b"x" * 600_000)), to=to)
    assert poll(context, context.now()) == Polled(review=1)
    assert "quá lớn" in only(db)[1]
    (row,) = mail_review.listing(context, None, 1)
    assert row["size"] > 500_000
    with pytest.raises(UsageError, match="no file that can be read"):
        mail_review.assign(context, row["id"], ANNUAL, by="x")
    assert "error" not in [f.level for f in handed_in(context)]


@SQLITE
def test_a_wrong_password_is_told_and_not_shown(context: Context, box: Box) -> None:
    wrong = context.settings.model_copy(update={"imap_url": box.url.replace("bi-mat", "sai-mat-khau")})
    (found, *_) = examined(Context(wrong, db=context.db, now=context.now))
    assert found.level == "error" and "refuses our login" in found.message and "sai-mat-khau" not in found.message
    with pytest.raises(BadSettings, match="DUNGHAN_IMAP_URL"):
        poll(Context(wrong.model_copy(update={"imap_url": ""}), db=context.db), instant("2018-12-01", ""))


def test_the_review_list_is_of_what_is_stored(context: Context, db: Engine) -> None:
    with pytest.raises(UsageError, match="review"):
        mail_review.listing(context, "gone", 5)
    with writing(db) as connection:
        incoming.incoming.note(
            connection, message_id="", raw_sha256="0" * 64, raw_size=1, received_at=context.now(),
            fetched_at=context.now(), sender="", subject="",
        )  # fmt: skip
    with pytest.raises(NotPossible, match="lost or damaged"):
        mail_review.one(context, 1)
