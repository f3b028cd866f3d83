"""A backup of either database restores into either, row for row, and the engine goes on where it stood."""

import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    select,
    text,
)  # fmt: skip

from dunghan import files, outbox
from dunghan.core.times import instant
from dunghan.engine import handing_in
from dunghan.engine.backup import backup
from dunghan.engine.backup_rows import reader, rows, tables, written
from dunghan.engine.context import Context
from dunghan.engine.explain import explain
from dunghan.engine.letters import Writer
from dunghan.engine.restore import restore
from dunghan.engine.sweep import run_pass
from dunghan.engine.tokens import SealedTokens
from dunghan.store import audit, facts
from dunghan.store.database import reading, writing
from dunghan.store.messages import MESSAGE
from models.errors import DatabaseMissing, UsageError
from models.instant import Instant
from models.tables import AuditRow, MessageRow
from tests.engine.backups import ONE, PLAN, at_home, dump, live, made

AUDIT = AuditRow.__table__  # type: ignore[attr-defined]


@pytest.fixture
def lived(context: Context, tmp_path: Path) -> Context:
    """An installation with rows in every table and files."""
    return live(context, tmp_path)


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, context: Context, tmp_path: Path) -> Iterator[Callable[[str], Context]]:
    """A factory: ``elsewhere("postgres")`` is the same installation on a bare database, with an empty store."""
    opened: list[Engine] = []
    dropped: list[Callable[[], None]] = []

    def move(kind: str = "sqlite") -> Context:
        number = len(opened)
        url = f"sqlite:///{tmp_path / 'elsewhere' / f'{number}.db'}"
        if kind == "postgres":
            server = request.getfixturevalue("postgres")
            name = server.create("template1")
            url = server.url(name)
            dropped.append(lambda: server.drop(name))
        other = at_home(context, url, tmp_path / f"files-{number}")
        opened.append(other.db)
        return other

    yield move
    for engine in opened:
        engine.dispose()
    for drop in dropped:
        drop()


def morning(context: Context, time: str, postman: Any) -> outbox.Tally:
    """A pass and a round of the outbox."""
    now = instant(time, "time")
    context.now.set(time)  # type: ignore[attr-defined]
    run_pass(context, PLAN, now)
    ways = {"email": postman}
    return outbox.deliver(context.db, ways, Writer(context, now), now=now, clock=context.now, plan=PLAN)


@pytest.mark.parametrize("into", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_either_database_restores_into_either_and_goes_on(
    into: str, lived: Context, elsewhere: Callable[[str], Context], tmp_path: Path, postman: Any, clock: Any
) -> None:
    before = dump(lived.db)
    assert all(before.values()), "a table without a row proves nothing"
    done = made(lived, tmp_path)
    there = elsewhere(into)
    clock.set("2016-11-11T09:00")
    told = restore(there, done.path, by="C")
    after = dump(there.db)

    assert (told.put_back, told.there_already, told.held) == (2, 0, ())
    assert told.waiting == sum(m["status"] in ("queued", "retry", "sending") for m in before["message"])
    *trail, last = after["audit"]
    assert after | {"audit": trail} == before
    assert (last["who"], last["what"], last["previous"]) == ("C", "restore", trail[-1]["digest"])
    assert last["detail"]["made_at"] == instant("2016-11-10T10:20:30.123456", "t").isoformat()
    with reading(there.db) as connection:
        assert audit.first_break(connection) is None
    for digest in done.manifest.files:
        assert files.digest_of(there.settings.files_url, digest) == digest
    with SealedTokens(there).locked("zalo:1") as cell:
        assert cell.tokens is not None and cell.tokens.refresh == "a-refresh-token"

    now = clock.set("2016-11-11T09:30")
    assert explain(there, ONE, now) == explain(lived, ONE, now)
    for time in ("2016-11-09", "2016-11-11", "2016-11-25", "2016-12-02"):
        assert morning(there, time, postman) == morning(lived, time, postman), time
    here, moved = dump(lived.db), dump(there.db)
    assert len(here["message"]) > len(before["message"]), "the next rung fired"
    for name in ("message", "reminder", "obligation", "attempt"):
        assert [_same(row) for row in moved[name]] == [_same(row) for row in here[name]], name
    assert handing_in.submit(there, ONE, received_at=now, by="A") == 2


def _same(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what two senders cannot have in common."""
    return {name: value for name, value in row.items() if name != "lease_by"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_sent_before_the_backup_is_not_sent_again(
    lived: Context, elsewhere: Callable[..., Context], tmp_path: Path, postman: Any
) -> None:
    morning(lived, "2016-11-11", postman)
    assert postman.letters
    postman.letters.clear()
    done = made(lived, tmp_path)
    there = elsewhere()
    assert restore(there, done.path, by="C").waiting == 0
    morning(there, "2016-11-11", postman)
    assert postman.letters == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_left_after_the_backup_leaves_again_under_the_same_message_id(
    lived: Context, elsewhere: Callable[..., Context], tmp_path: Path, postman: Any
) -> None:
    done = made(lived, tmp_path)
    morning(lived, "2016-11-11", postman)
    first = {letter.message_id for letter in postman.letters}
    postman.letters.clear()
    there = elsewhere()
    assert restore(there, done.path, by="C").waiting >= len(first) > 1
    morning(there, "2016-11-11", postman)
    assert {letter.message_id for letter in postman.letters} == first


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_held_plans_send_nothing_until_they_are_resumed(
    lived: Context, elsewhere: Callable[..., Context], tmp_path: Path
) -> None:
    there = elsewhere()
    told = restore(there, made(lived, tmp_path).path, by="C", hold_plans=True)
    assert told.held == ("binh-thuan-687-2020", PLAN, "hai-phong-76-2020"), "Cần Thơ is paused already"
    with reading(there.db) as connection:
        assert facts.paused_plans(connection) == {*told.held, "can-tho-115-2021"}
        assert audit.first_break(connection) is None
    assert told.waiting > 0


def test_a_backup_has_its_owner_s_eyes_only_and_no_name_is_taken_over(
    context: Context, clock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    clock.set("2026-11-22T23:59:58")
    first = backup(context)
    assert first.path == Path("var/backup/dunghan-20261122-235958.zip")
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    content = first.path.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        backup(context)
    assert first.path.read_bytes() == content
    folder = tmp_path / "usb"
    folder.mkdir()
    assert backup(context, folder).path == folder / "dunghan-20261122-235958.zip"
    assert backup(context, tmp_path / "new" / "mine.zip").size == (tmp_path / "new" / "mine.zip").stat().st_size
    assert [p.name for p in folder.iterdir()] == ["dunghan-20261122-235958.zip"], "and nothing unfinished"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_name_that_is_taken_while_the_backup_is_made_stays_as_it_is(context: Context, tmp_path: Path) -> None:
    target = tmp_path / "b.zip"

    class TakesTheName(Context):
        @property
        def settings(self) -> Any:
            target.write_text("somebody else's")
            return context.settings

        @settings.setter
        def settings(self, value: Any) -> None:
            pass

    with pytest.raises(UsageError, match="exists already"):
        backup(TakesTheName(context.settings, context.db, context.now), target)
    assert target.read_text() == "somebody else's"
    assert sorted(p.suffix for p in tmp_path.iterdir() if ".zip" in p.name) == [".zip"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_backup_opens_with_any_zip_tool_and_holds_no_secret(lived: Context, tmp_path: Path) -> None:
    with zipfile.ZipFile(made(lived, tmp_path).path) as archive:
        assert archive.testzip() is None
        everything = b"".join(archive.read(name) for name in archive.namelist())
        line = json.loads(archive.read("tables/submission.jsonl").splitlines()[0])
        assert archive.read(f"files/{files.where(line['files'][0]['sha256'])}").startswith(b"docx")
    assert "đầu mối".encode() in everything
    assert (line["reference"], line["received_at"]) == ("45/BC-UBND", "2016-11-09T01:00:00+00:00")
    for secret in (lived.settings.secret_key, "an-access-token", "a-refresh-token"):
        assert secret.encode() not in everything


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_files_that_are_missing_or_damaged_are_told_and_the_rest_is_saved(
    lived: Context, elsewhere: Callable[..., Context], tmp_path: Path
) -> None:
    whole = made(lived, tmp_path)
    docx, pdf = sorted(whole.manifest.files, key=lambda d: whole.manifest.files[d].bytes)
    store = Path(lived.settings.files_url)
    (store / files.where(docx)).unlink()
    (store / files.where(pdf)).write_bytes(b"half")
    poor = made(lived, tmp_path).manifest
    assert (poor.missing, poor.damaged) == ((docx,), (pdf,))
    there = elsewhere()
    told = restore(there, tmp_path / "backups" / "1.zip", by="C")
    assert (told.put_back, told.there_already) == (0, 0)
    assert files.listing(there.settings.files_url) == {}, "what was not handed in is not put back as if it were"


def test_a_database_of_an_older_revision_is_backed_up_before_it_is_upgraded(
    context: Context, db: Engine, tmp_path: Path
) -> None:
    with writing(db) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert made(context, tmp_path).manifest.schema_revision == "0000"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_database_there_is_nothing_to_back_up(elsewhere: Callable[..., Context], tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing, match="dunghan init"):
        made(elsewhere(), tmp_path)
    assert list((tmp_path / "backups").iterdir()) == []
    assert not (tmp_path / "elsewhere").exists()


def test_every_column_has_a_way_there_and_back(db: Engine) -> None:
    with reading(db) as connection:
        found = tables(connection)
    assert {t.name for t in found} == set(MessageRow.metadata.tables)
    for table in found:
        reader(table)


WORDS = st.text(st.characters(), max_size=20)  # halves of surrogates too, as a badly named file may bring
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
ANY = Table(
    "any", MetaData(), Column("at", Instant), Column("day", Date), Column("why", Text), Column("detail", JSON),
    Column("count", Integer), Column("fired", Boolean), Column("sealed", LargeBinary),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.tuples(
        st.none() | st.datetimes(timezones=st.just(UTC)), st.none() | st.dates(), WORDS, JSONS, st.integers(),
        st.booleans(), st.binary(max_size=9),
    )
)  # fmt: skip
def test_whatever_a_row_says_comes_back_from_its_line(cells: tuple[Any, ...]) -> None:
    row = dict(zip(ANY.c.keys(), cells, strict=True))
    line = written(row)
    assert line.count(b"\n") == 1
    assert reader(ANY)(line) == row


def test_a_backup_sees_one_instant(lived: Context, db: Engine) -> None:
    """What is committed between two tables of a backup is in none of them."""
    from dunghan.engine.backup_rows import snapshot

    with snapshot(db) as connection:
        first, *rest = tables(connection)
        list(rows(connection, first))
        seen = connection.scalar(select(AUDIT.c.seq).order_by(AUDIT.c.seq.desc()).limit(1))
        handing_in.submit(lived, f"{PLAN}/annual/2016/030", nothing=True, by="A")
        assert connection.scalar(select(AUDIT.c.seq).order_by(AUDIT.c.seq.desc()).limit(1)) == seen
        assert connection.scalar(select(MESSAGE.c.id).limit(1)) is not None
        assert len(rest) == len(MessageRow.metadata.tables) - 1
