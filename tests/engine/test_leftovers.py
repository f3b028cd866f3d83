"""The sweep of the files: what is nobody's goes, and nothing that a row names or somebody is just handing in."""

import hashlib
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import Engine, select

from dunghan import files
from dunghan.engine import handing_in, leftovers, mail_review
from dunghan.engine.backup import backup
from dunghan.engine.context import Context
from dunghan.engine.doctor_store import handed_in as examined
from dunghan.engine.handing_in import HandedIn
from dunghan.engine.leftovers import IDLE, FilesGone, Swept, hold, sweep
from dunghan.engine.sweep import run_pass
from dunghan.files import Kept
from dunghan.portal.drafts import LIFE
from dunghan.store import audit, incoming
from dunghan.store.acts import SUBMISSION
from dunghan.store.audit import AUDIT
from dunghan.store.database import reading, writing
from dunghan.store.incoming import INCOMING
from models.errors import NotPossible
from tests.conftest import SettableClock

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/024"
OLD, YOUNG = IDLE + timedelta(minutes=1), IDLE - timedelta(minutes=1)
CONTENT = b"PK mot bao cao"


@pytest.fixture
def now(context: Context, clock: SettableClock) -> datetime:
    """It is the season, and the year's reports are open."""
    run_pass(context, PLAN, clock.set("2018-12-03"))
    return clock.time


Keep = Callable[..., Kept]


@pytest.fixture
def keep(context: Context, now: datetime, tmp_path: Path) -> Keep:
    """A factory: a file in the store that was uploaded so long ago."""

    def kept(content: bytes = CONTENT, age: timedelta = OLD) -> Kept:
        path = tmp_path / "report.docx"
        path.write_bytes(content)
        held = files.keep(context.settings.files_url, path)
        aged(context, held, now, age)
        return held

    return kept


def at(context: Context, held: Kept) -> Path:
    return Path(context.settings.files_url) / files.where(held["sha256"])


def aged(context: Context, held: Kept, now: datetime, age: timedelta) -> None:
    os.utime(at(context, held), ((now - age).timestamp(),) * 2)


def submission(kept: Kept, now: datetime) -> HandedIn:
    return HandedIn(ONE, now, kept=[kept])


def test_a_draft_that_nobody_confirms_goes_and_what_is_on_record_stays(
    context: Context, now: datetime, keep: Keep
) -> None:
    named, draft, fresh = keep(b"PK named"), keep(b"PK a draft"), keep(b"PK fresh", YOUNG)
    handing_in.submit_all(context, [submission(named, now)], by="x")
    assert sweep(context, now) == Swept(files=1, size=len(b"PK a draft"))
    assert [at(context, held).is_file() for held in (named, draft, fresh)] == [True, False, True]
    assert sweep(context, now) == Swept(), "once is enough"
    assert sweep(context, now + timedelta(days=4000)) == Swept(files=1, size=len(b"PK fresh"))
    assert at(context, named).is_file()


def test_no_file_goes_while_its_draft_can_be_confirmed() -> None:
    assert timedelta(seconds=LIFE) < IDLE


@SQLITE
def test_what_a_crash_left_half_written_goes_and_what_is_not_ours_stays(
    context: Context, now: datetime, keep: Keep
) -> None:
    held = at(context, keep(age=YOUNG))
    half, young = held.with_name(f"{held.name}.0123abcd.part"), held.with_name(f"{held.name}.89abcdef.part")
    others = [held.with_name("readme.txt"), held.parent.parent / "lost+found", held.with_name(f"{held.name}.bak")]
    for path in (half, young, *others):
        path.write_bytes(b"PK")
    for path in (half, *others):
        os.utime(path, ((now - 100 * OLD).timestamp(),) * 2)
    os.utime(young, ((now - YOUNG).timestamp(),) * 2)
    assert sweep(context, now) == Swept(files=1, size=2)
    assert not half.exists() and young.exists() and all(path.exists() for path in others)


@SQLITE
def test_an_empty_store_and_one_that_cannot_be_read(context: Context, now: datetime) -> None:
    assert sweep(context, now) == Swept()
    Path(context.settings.files_url).write_text("no folder")
    with pytest.raises(NotPossible, match="DUNGHAN_FILES_URL"):
        sweep(context, now)


@SQLITE
def test_the_same_bytes_uploaded_anew_are_young_again(context: Context, now: datetime, keep: Keep) -> None:
    draft = keep()
    again = keep_anew(context)
    assert again == draft
    lies = files.look(context.settings.files_url, files.where(draft["sha256"]))
    assert lies and lies.changed_at and lies.changed_at > now
    assert sweep(context, now) == Swept()


def keep_anew(context: Context, content: bytes = CONTENT) -> Kept:
    path = Path(context.settings.files_url).with_name("report.docx")
    path.write_bytes(content)
    return files.keep(context.settings.files_url, path)


def test_in_a_store_without_times_to_set_the_same_bytes_are_written_again(tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(CONTENT)
    url = "memory://leftovers"
    first = files.keep(url, path)
    before = files.look(url, files.where(first["sha256"]))
    time.sleep(0.01)
    files.keep(url, path)
    after = files.look(url, files.where(first["sha256"]))
    assert before and after and before.changed_at and after.changed_at and after.changed_at > before.changed_at
    assert [place for folder in files.folders(url) for place in folder] == [files.where(first["sha256"])]
    files.remove(url, files.where(first["sha256"]))
    assert files.look(url, files.where(first["sha256"])) is None


def test_who_confirms_while_the_sweep_is_about_to_remove_keeps_the_file(
    context: Context, db: Engine, now: datetime, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep has found it to be nobody's; before it removes it, another office hands in these bytes for good."""
    held = keep()
    remove = leftovers._remove

    def handed_in_meanwhile(*args: object) -> list[int]:
        handing_in.submit_all(context, [submission(held, now)], by="x")
        aged(context, held, now, OLD)  # whatever its age: a row names it
        return remove(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(leftovers, "_remove", handed_in_meanwhile)
    assert sweep(context, now) == Swept()
    assert at(context, held).read_bytes() == CONTENT


def test_who_is_just_putting_it_on_record_is_waited_for(
    context: Context, db: Engine, now: datetime, keep: Keep
) -> None:
    held, swept = keep(), list[Swept]()
    other = threading.Thread(target=lambda: swept.append(sweep(context, now)))
    with writing(db) as connection:
        hold(connection, context.settings.files_url, [held["sha256"]])
        other.start()
        other.join(0.5)
        assert other.is_alive() and at(context, held).is_file(), "it waits for this transaction's end"
        values = {"obligation_id": ONE, "kind": "report", "received_at": now, "recorded_at": now, "reference": ""}
        handing_in.acts.submit(
            connection, **values, note="", files=[dict(held)], by="x"  # type: ignore[arg-type]
        )  # fmt: skip
    other.join(20)
    assert swept == [Swept()] and at(context, held).read_bytes() == CONTENT


def test_whoever_comes_too_late_is_told_and_nothing_is_recorded(
    context: Context, db: Engine, now: datetime, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = keep()
    look_inside = handing_in._look_inside

    def swept_meanwhile(*args: object) -> object:
        found = look_inside(*args)  # type: ignore[arg-type]
        assert sweep(context, now).files == 1
        return found

    monkeypatch.setattr(handing_in, "_look_inside", swept_meanwhile)
    with pytest.raises(FilesGone, match="nothing was recorded"):
        handing_in.submit_all(context, [submission(held, now)], by="x")
    monkeypatch.undo()
    with pytest.raises(FilesGone, match="nothing was recorded"):
        handing_in.submit_all(context, [submission(held, now)], by="x")
    with reading(db) as connection:
        assert connection.scalars(select(SUBMISSION.c.id)).all() == []
    assert handing_in.submit_all(context, [submission(keep(), now)], by="x") == [1], "sent again it is handed in"


def test_a_crowd_that_hands_in_what_was_forgotten_loses_nothing_to_sweeps(
    context: Context, db: Engine, now: datetime, keep: Keep
) -> None:
    """Uploads, confirmations and sweeps at once, over the bytes of old drafts: each row's file is there in the end."""
    contents = [b"PK %d" % n for n in range(12)]
    for content in contents:
        keep(content)
    handed, refused = list[Kept](), list[str]()
    done = threading.Event()

    def sweeping() -> None:
        while not done.is_set():
            sweep(context, now)

    def handing(some: list[bytes], name: str) -> None:
        for content in some:
            path = Path(context.settings.files_url).with_name(f"{name}.docx")
            path.write_bytes(content)
            held = files.keep(context.settings.files_url, path)
            try:
                handing_in.submit_all(context, [submission(held, now)], by="x")
                handed.append(held)
            except NotPossible as told:
                refused.append(str(told))

    sweeper = threading.Thread(target=sweeping)
    crowd = [threading.Thread(target=handing, args=(contents[n::2] + contents[:4], f"o{n}")) for n in range(2)]
    for one in (sweeper, *crowd):
        one.start()
    for one in crowd:
        one.join()
    done.set()
    sweeper.join()
    assert len(handed) + len(refused) == 20 and len(handed) >= 10
    for held in handed:
        assert files.digest_of(context.settings.files_url, held["sha256"]) == held["sha256"]


# --- raw mail ----------------------------------------------------------------------------------------

RAW = b"From: a@x.example\r\nSubject: Re: nhac\r\n\r\nKinh gui\r\n"


def mail(context: Context, fetched_at: datetime, **settled: object) -> tuple[int, Path]:
    """A mail on record, with its raw text among the files; its number and the place of that."""
    raw = RAW + str(sorted(settled.items(), key=str)).encode() + fetched_at.isoformat().encode()
    digest = hashlib.sha256(raw).hexdigest()
    files.put(context.settings.files_url, digest, [raw])
    place = Path(context.settings.files_url) / files.where(digest)
    os.utime(place, (fetched_at.timestamp(),) * 2)
    with writing(context.db) as connection:
        number = incoming.note(
            connection, message_id="", raw_sha256=digest, raw_size=len(raw), received_at=fetched_at,
            fetched_at=fetched_at, sender="a@x.example", subject="Re: nhac",
        )  # fmt: skip
        if settled:
            incoming.settle(connection, number, **({"why": "x"} | settled))
    return number, place


def days_ago(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)


def test_raw_mail_goes_400_days_after_it_was_settled_and_never_what_waits(
    context: Context, db: Engine, now: datetime, keep: Keep, tmp_path: Path
) -> None:
    report = keep(b"PK by mail")
    handing_in.submit_all(context, [submission(report, now)], by="x")
    gone = [
        mail(context, days_ago(now, 401), status="submitted"),
        mail(context, days_ago(now, 402), status="ignored"),
        mail(context, days_ago(now, 900), status="settled", settled_at=days_ago(now, 401)),
    ]
    stay = [
        mail(context, days_ago(now, 4000)),  # it waits for somebody
        mail(context, days_ago(now, 399), status="submitted"),
        mail(context, days_ago(now, 900), status="settled", settled_at=days_ago(now, 399)),
    ]
    done = sweep(context, now)
    assert (done.mails, done.files) == (3, 3)
    assert [place.exists() for _, place in gone + stay] == [False] * 3 + [True] * 3
    assert at(context, report).is_file(), "what became a submission is on record"
    assert [f.level for f in examined(context)] == ["ok"], "what was let go of is not missing"
    saved = backup(context, tmp_path / "saved.zip")
    assert saved.manifest.missing == () and len(saved.manifest.files) == 4
    with ZipFile(tmp_path / "saved.zip") as held:
        assert sum(name.startswith("files/") for name in held.namelist()) == 4
    with reading(db) as connection:
        assert len(connection.scalars(select(INCOMING.c.id)).all()) == 6, "that it came stays on record"
        (detail,) = connection.scalars(select(AUDIT.c.detail).where(AUDIT.c.what == "let-go"))
        assert detail["mails"] == 3 and audit.first_break(connection) is None
    shown = mail_review.one(context, gone[0][0])
    assert (shown["raw"], shown["files"]) == (None, []) and "DUNGHAN_MAIL_DAYS" in shown["text"]
    assert "Kinh gui" in mail_review.one(context, stay[0][0])["text"]


@SQLITE
def test_a_longer_time_brings_nothing_back_and_calls_nothing_missing(context: Context, now: datetime) -> None:
    _, place = mail(context, days_ago(now, 401), status="submitted")
    _, later = mail(context, days_ago(now, 390), status="submitted")
    assert sweep(context, now).mails == 1
    context.settings = context.settings.model_copy(update={"mail_days": 800})
    assert sweep(context, now + timedelta(days=30)) == Swept()
    assert not place.exists() and later.exists()
    assert [f.level for f in examined(context)] == ["ok"]


@SQLITE
def test_with_0_mail_is_kept_for_ever(context: Context, now: datetime) -> None:
    _, place = mail(context, days_ago(now, 9000), status="submitted")
    context.settings = context.settings.model_copy(update={"mail_days": 0})
    assert sweep(context, now) == Swept() and place.exists()


@SQLITE
def test_a_mail_that_was_handed_in_as_a_file_too_stays(context: Context, now: datetime, keep: Keep) -> None:
    _, place = mail(context, days_ago(now, 500), status="settled", settled_at=days_ago(now, 500))
    held = keep_anew(context, place.read_bytes())
    handing_in.submit_all(context, [submission(held, now)], by="x")
    aged(context, held, now, OLD)
    done = sweep(context, now)
    assert (done.mails, done.files) == (1, 0) and place.exists()
