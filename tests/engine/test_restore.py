"""What restore refuses, and that it has then written nothing; older schemas; backups made while others write."""

import json
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

import models.migrations
from config.catalog import Catalog
from config.settings import Settings
from dunghan import files
from dunghan.engine.backup import backup
from dunghan.engine.backup_rows import revision
from dunghan.engine.context import Context
from dunghan.engine.restore import restore
from dunghan.engine.restore_schema import bring
from dunghan.store import audit
from dunghan.store.database import reading, writing
from models.errors import DatabaseTrouble, NotPossible, UsageError
from models.migrations import HEAD
from tests.engine.backups import HOA, SECRET, Lived, Members, changed, dump, empty, lived_once, made, manifest_of

SQLITE = pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
CROSSWISE = pytest.mark.parametrize(
    ("database_url", "bare"), [("sqlite", "postgres"), ("postgres", "sqlite")], indirect=True
)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, _migrated_file: Path, _catalog: Catalog) -> Lived:
    """An installation with rows in every table and files, and its backup."""
    return lived_once(tmp_path_factory.mktemp("lived"), _migrated_file, _catalog)


@pytest.fixture
def saved(once: Lived, tmp_path: Path) -> Path:
    """A copy of that backup, for this test alone."""
    return shutil.copy(once.backup, tmp_path / "saved.zip")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bare(request: pytest.FixtureRequest, clock: Any, _catalog: Catalog, tmp_path: Path) -> Iterator[Context]:
    """An installation with a bare database and an empty store."""
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    name = server.create("template1") if server else ""
    url = server.url(name) if server else f"sqlite:///{tmp_path / 'bare' / 'new.db'}"
    found = Context(Settings(database_url=url, files_url=str(tmp_path / "bare-files"), secret_key=SECRET), now=clock)
    found.__dict__["catalog"] = _catalog
    yield found
    found.db.dispose()
    if server:
        server.drop(name)


def refused(bare: Context, backup_file: Path, *words: str, **options: Any) -> None:
    """The backup is refused in these words, in one line, and neither a table nor a file came of it."""
    with pytest.raises((NotPossible, UsageError)) as told:
        restore(bare, backup_file, by="C", **options)
    assert "\n" not in str(told.value)
    for word in (*words, "nothing was restored"):
        assert word in str(told.value)
    assert empty(bare.settings.database_url)
    assert files.listing(bare.settings.files_url) == {}


def manifest(**fields: Any) -> Callable[[Members], object]:
    """A change of the manifest alone."""

    def change(members: Members) -> None:
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | fields).encode()

    return change


def _first_file(members: Members) -> str:
    return next(name for name in members if name.startswith("files/"))


def _row_less(members: Members) -> None:
    members["tables/contact.jsonl"] = members["tables/contact.jsonl"].partition(b"\n")[2]


def _count_changed(members: Members) -> None:
    held = json.loads(members["manifest.json"])
    held["members"]["tables/contact.jsonl"]["rows"] += 1
    members["manifest.json"] = json.dumps(held).encode()


DISHONEST: dict[str, tuple[Callable[[Members], object], str]] = {
    "a row less": (_row_less, "tables/contact.jsonl is not what its manifest says"),
    "another count": (_count_changed, "tables/contact.jsonl has 6 rows, and its manifest says 7"),
    "a byte more": (lambda m: m.update({"tables/audit.jsonl": m["tables/audit.jsonl"] + b"\n"}), "tables/audit.jsonl"),
    "another file": (lambda m: m.update({_first_file(m): b"x"}), "is not what its manifest says"),
    "a table taken out": (lambda m: m.pop("tables/reminder.jsonl"), "tables/reminder.jsonl is not in it"),
    "a file taken out": (lambda m: m.pop(_first_file(m)), "is not in it"),
    "a way out": (lambda m: m.update({"../../etc/cron.d/x": b"x"}), "'../../etc/cron.d/x'"),
    "an absolute path": (lambda m: m.update({"/etc/passwd": b"x"}), "'/etc/passwd'"),
    "a stranger": (lambda m: m.update({"tables/alembic_version.jsonl": b""}), "alembic_version"),
    "no manifest": (lambda m: m.pop("manifest.json"), "manifest.json"),
    "no json": (lambda m: m.update({"manifest.json": b"{"}), "no whole backup"),
    "no object": (lambda m: m.update({"manifest.json": b"[]"}), "manifest.json"),
    "a newer format": (manifest(format=2, members=[]), "format 2"),
    "a newer schema": (manifest(schema_revision="9999"), f"schema 9999, this one knows schema {HEAD}"),
    "a broken trail": (manifest(audit_break=3), "--accept-broken-audit"),
}


@SQLITE
def test_what_is_not_whole_is_refused_before_anything_is_written(saved: Path, bare: Context, tmp_path: Path) -> None:
    for change, words in DISHONEST.values():
        refused(bare, changed(saved, change, honest=False), words)
    assert not (tmp_path / "bare").exists(), "not even an empty database"


@SQLITE
def test_a_manifest_cannot_list_a_way_out(saved: Path, bare: Context) -> None:
    def out(members: Members) -> None:
        held = json.loads(members["manifest.json"])
        for name in ("../../x", "files/../../x", "files/ab/../../x", "tables/../x.jsonl"):
            members[name] = b"x"
            held["members"][name] = {"bytes": 1, "sha256": "0" * 64, "rows": None}
        members["manifest.json"] = json.dumps(held).encode()

    refused(bare, changed(saved, out), "manifest.json: members")


@SQLITE
def test_two_members_of_one_name_are_refused(saved: Path, bare: Context) -> None:
    with zipfile.ZipFile(saved, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("tables/contact.jsonl", b"")
    refused(bare, saved, "tables/contact.jsonl twice")


@SQLITE
def test_a_backup_cut_short_or_damaged_anywhere_is_refused(saved: Path, bare: Context) -> None:
    whole = saved.read_bytes()
    with zipfile.ZipFile(saved) as archive:
        middles = [held.header_offset + 80 + held.compress_size // 2 for held in archive.infolist() if held.file_size]
    for kept in (0, 10, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        saved.write_bytes(whole[:kept])
        refused(bare, saved, "no whole backup")
    for where in middles:
        saved.write_bytes(whole[:where] + bytes([whole[where] ^ 1]) + whole[where + 1 :])
        refused(bare, saved, "no whole backup")
    saved.write_text("PK or not")
    refused(bare, saved, "no whole backup")


@SQLITE
def test_a_file_that_is_not_there_is_told_as_such(bare: Context, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        restore(bare, tmp_path / "none.zip", by="C")


def test_a_database_that_holds_rows_is_left_alone(
    saved: Path, context: Context, db: Engine, introduce: Callable[..., Any]
) -> None:
    introduce("024")
    before = dump(db)
    with pytest.raises(NotPossible, match=r"holds rows already \(1 in contact\).*DUNGHAN_DATABASE_URL"):
        restore(context, saved, by="C")
    assert dump(db) == before
    assert files.listing(context.settings.files_url) == {}


def test_a_database_of_another_program_is_left_alone(saved: Path, bare: Context, tmp_path: Path) -> None:
    if bare.db.dialect.name == "sqlite":
        (tmp_path / "bare").mkdir()
    with bare.db.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (x INTEGER)"))
    with pytest.raises(NotPossible, match="tables of another program"):
        restore(bare, saved, by="C")
    assert inspect(bare.db).get_table_names() == ["theirs"]


@SQLITE
def test_a_journal_that_a_moved_database_left_behind_is_not_played_into_the_new_one(
    saved: Path, bare: Context, tmp_path: Path
) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "new.db-wal").write_bytes(b"what its database had not taken in")
    with pytest.raises(NotPossible, match=r"new\.db-wal belongs to a database that was moved away"):
        restore(bare, saved, by="C")
    assert [path.name for path in folder.iterdir()] == ["new.db-wal"]


def test_rows_that_do_not_fit_together_leave_nothing_behind(saved: Path, bare: Context) -> None:
    """Its hashes are right, and yet no installation ever wrote it: the database itself refuses."""

    def orphaned(members: Members) -> None:
        members["tables/reminder.jsonl"] = members["tables/reminder.jsonl"].replace(b"/024", b"/none")

    refused(bare, changed(saved, orphaned), "do not fit together")


def test_columns_that_no_table_has_leave_nothing_behind(saved: Path, bare: Context) -> None:
    def renamed(members: Members) -> None:
        members["tables/attempt.jsonl"] = members["tables/attempt.jsonl"].replace(b'"outcome"', b'"result"')

    refused(bare, changed(saved, renamed), "a line of attempt has other columns")


@SQLITE
def test_another_set_of_tables_leaves_nothing_behind(saved: Path, bare: Context) -> None:
    def less(members: Members) -> None:
        del members["tables/reminder.jsonl"]
        held = json.loads(members["manifest.json"])
        del held["members"]["tables/reminder.jsonl"]
        members["manifest.json"] = json.dumps(held).encode()

    refused(bare, changed(saved, less), "do not have the same tables (reminder)")


def test_a_backup_whose_trail_somebody_mended_is_refused(saved: Path, bare: Context) -> None:
    def mended(members: Members) -> None:
        trail = members["tables/audit.jsonl"].replace(b"thi\xe1\xba\xbfu bi\xe1\xbb\x83u 2", b"kh\xc3\xb4ng c\xc3\xb3")
        assert trail != members["tables/audit.jsonl"]
        members["tables/audit.jsonl"] = trail

    refused(bare, changed(saved, mended), "somebody changed the backup", accept_broken_audit=True)


@CROSSWISE
def test_a_trail_that_was_broken_already_needs_a_word(
    saved: Path, context: Context, bare: Context, tmp_path: Path, tamper: Callable[[str], None]
) -> None:
    restore(context, saved, by="C")
    tamper("UPDATE audit SET who = 'X' WHERE seq = 2")
    done = made(context, tmp_path)
    assert done.manifest.audit_break == 2
    refused(bare, done.path, "broken at row 2", "--accept-broken-audit")
    restore(bare, done.path, by="D", accept_broken_audit=True)
    with reading(bare.db) as connection:
        assert audit.first_break(connection) == 2
        *_, ours = audit.of_subject(connection, "database")
    assert (ours.who, ours.detail["audit_break"]) == ("D", 2)


@SQLITE
def test_files_that_are_there_stay_and_other_content_is_never_overwritten(
    saved: Path, once: Lived, bare: Context
) -> None:
    one, other = manifest_of(saved).files
    store = Path(bare.settings.files_url)
    (store / other[:2]).mkdir(parents=True)
    (store / files.where(other)).write_bytes(b"what lies here already")
    with pytest.raises(NotPossible, match=f"{other}.*other content.*move it away"):
        restore(bare, saved, by="C")
    assert (store / files.where(other)).read_bytes() == b"what lies here already"
    assert files.digest_of(bare.settings.files_url, one) is None
    shutil.copytree(once.files, store, dirs_exist_ok=True)
    stamp = (store / files.where(one)).stat().st_mtime_ns
    told = restore(bare, saved, by="C")
    assert (told.put_back, told.there_already) == (0, 2)
    assert (store / files.where(one)).stat().st_mtime_ns == stamp


@SQLITE
def test_a_store_that_cannot_be_written_leaves_the_database_empty(saved: Path, bare: Context, tmp_path: Path) -> None:
    (tmp_path / "bare-files").write_text("a file where a folder ought to be")
    with pytest.raises(NotPossible, match="DUNGHAN_FILES_URL cannot be"):
        restore(bare, saved, by="C")
    assert empty(bare.settings.database_url)


@SQLITE
def test_files_come_back_into_a_store_that_is_no_folder(saved: Path, bare: Context, tmp_path: Path) -> None:
    bare.settings = bare.settings.model_copy(update={"files_url": f"memory://{tmp_path.name}"})
    assert restore(bare, saved, by="C").put_back == 2
    again = backup(bare, tmp_path / "again.zip").manifest
    assert again.files == manifest_of(saved).files


def test_the_restored_history_refuses_to_be_changed(saved: Path, bare: Context) -> None:
    restore(bare, saved, by="C")
    for table in ("submission", "decision", "plan_decision", "attempt", "audit"):
        with pytest.raises((DBAPIError, DatabaseTrouble), match="append-only"), writing(bare.db) as connection:
            connection.execute(text(f"DELETE FROM {table}"))


@pytest.fixture
def tomorrow(tmp_path: Path) -> str:
    """The migrations of a later version of the software: ours, and one that adds a column and a table."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(models.migrations.__file__).parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9001_later.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = '9001', {HEAD!r}, None, None\n"
        "def upgrade():\n"
        "    op.add_column('contact', sa.Column('title', sa.String(), nullable=False, server_default='bà'))\n"
        "    op.create_table('later', sa.Column('id', sa.Integer(), primary_key=True))\n"
        "def downgrade():\n"
        "    op.drop_table('later')\n"
        "    with op.batch_alter_table('contact') as contact:\n"
        "        contact.drop_column('title')\n"
    )
    return str(folder)


@pytest.mark.parametrize("prepared", [False, True], ids=["bare", "after init"])
def test_a_backup_of_an_older_schema_is_loaded_at_its_revision_and_then_upgraded(
    prepared: bool, saved: Path, bare: Context, tmp_path: Path, tomorrow: str
) -> None:
    if prepared:
        (tmp_path / "bare").mkdir()
        with bare.db.connect().execution_options(writes=True) as connection, connection.begin():
            bring(connection, "9001", tomorrow)
    restore(bare, saved, by="C", scripts=tomorrow)
    with bare.db.connect() as connection:
        assert revision(connection) == "9001"
        rows = connection.execute(text("SELECT name, title FROM contact ORDER BY id")).all()
        assert audit.first_break(connection) is None
    assert len(rows) == 6 and rows[0].name == HOA
    assert {row.title for row in rows} == {"bà"}


WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from config.settings import Settings
from dunghan.core.times import instant
from dunghan.engine import handing_in, actions
from dunghan.engine.context import Context
from dunghan.engine.sweep import run_pass

url, files, started = sys.argv[1:]
context = Context(Settings(database_url=url, secret_key="x", files_url=files))
day = instant("2016-11-09", "day")
report = Path(started).with_suffix(".docx")
for number in count():
    run_pass(context, "ha-giang-168-2016", day + timedelta(days=number % 60))
    for office in ("024", "026", "027", "028"):
        report.write_bytes(b"%d %s" % (number, office.encode()))
        one = f"ha-giang-168-2016/annual/2016/{office}"
        handing_in.submit(context, one, files=[report], by="A")
        actions.give_back(context, one, because="thiếu", by="B")
    Path(started).touch()
"""


@CROSSWISE
def test_a_backup_made_while_another_process_writes_is_of_one_instant(
    context: Context, bare: Context, introduce: Callable[..., Any], tmp_path: Path
) -> None:
    introduce("024", "026", "027", "028")
    started = tmp_path / "started"
    url = context.db.url.render_as_string(hide_password=False)
    words = [sys.executable, "-c", WRITER, url, context.settings.files_url, str(started)]
    with subprocess.Popen(words, cwd=tmp_path) as writer:
        try:
            while not started.exists():
                assert writer.poll() is None
                time.sleep(0.05)
            done = [made(context, tmp_path) for _ in range(4)]
            assert writer.poll() is None, "it wrote all the while"
        finally:
            writer.kill()
    assert len({d.manifest.tables["audit"] for d in done}) > 1, "and what it wrote came in"
    for one in done:
        assert (one.manifest.missing, one.manifest.damaged, one.manifest.audit_break) == ((), (), None)
    last = done[-1]
    restore(bare, last.path, by="C")
    rows = dump(bare.db)
    told = [row["what"] for row in rows["audit"]]
    assert told.count("submit") == len(rows["submission"]) == len(last.manifest.files)
    assert told.count("return") == len(rows["decision"])
    if bare.db.dialect.name == "sqlite":
        with bare.db.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    with reading(bare.db) as connection:
        assert audit.first_break(connection) is None
