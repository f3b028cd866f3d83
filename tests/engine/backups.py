"""What the tests of backup and restore share: an installation that has lived, and backups that somebody changed."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, Table, insert, inspect, select, update

from config.catalog import Catalog
from config.settings import Settings
from dunghan.channels.zalo_tokens import Tokens
from dunghan.core.times import instant
from dunghan.engine import actions, handing_in, news, plan_actions
from dunghan.engine.backup import Made, backup
from dunghan.engine.backup_format import Manifest
from dunghan.engine.context import Context
from dunghan.engine.sweep import run_pass
from dunghan.engine.tokens import SealedTokens
from dunghan.store import contacts
from dunghan.store.acts import add_offices
from dunghan.store.database import connect, reading, writing
from dunghan.store.messages import ATTEMPT, MESSAGE
from models.contact import Contact
from models.office import Office
from models.tables import MessageRow
from tests.conftest import SettableClock

SECRET = "a-secret-for-tests"
PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2016/024"
HOA = "Nguyễn Thị Hoa — “đầu mối”\t\x1f 🏔 \\ \"'"
"""A name that is hard on quoting, in Vietnamese, with an emoji, a tab and a control character."""
OFFICES = ("024", "026", "027", "028", "030")


def live(context: Context, folder: Path) -> Context:
    """A row in every table: a morning with mail in every state, reports with files, decisions, sealed tokens.

    Its clock stands at 2016-11-10T10:20:30.123456 afterwards.
    """
    clock: Any = context.now
    with writing(context.db) as connection:
        names = {"024": HOA}
        people = [
            Contact(code, name=names.get(code, f"Officer {code}"), role="officer", email=f"o@o{code}.example")
            for code in OFFICES
        ]
        people.append(Contact("ha-giang.so-ldtbxh", name="Trần Thị Đầu Mối", role="coordinator", email="d@so.example"))
        contacts.upsert(connection, people)
    morning = clock.set("2016-11-09")
    run_pass(context, PLAN, morning)
    report, picture = folder / "báo cáo năm 2016.docx", folder / "bản quét.pdf"
    report.write_bytes(b"docx " + bytes(range(256)))
    picture.write_bytes(b"%PDF " * 1000)
    clock.set("2016-11-10T10:20:30.123456")
    for number, office in enumerate(("024", "026")):
        handing_in.submit(
            context, f"{PLAN}/annual/2016/{office}", received_at=morning, files=[report, picture][: number + 1],
            reference="45/BC-UBND", note="nộp sớm\nhai dòng", by=HOA,
        )  # fmt: skip
    handing_in.submit(context, f"{PLAN}/annual/2016/028", received_at=morning, nothing=True, by="A")
    actions.accept(context, f"{PLAN}/annual/2016/026", by="B", because="đủ biểu")
    actions.give_back(context, ONE, by="B", because="thiếu biểu 2")
    actions.extend(context, f"{PLAN}/annual/2016/027", until=instant("2016-12-19", "d").date(), by="B", because="lũ")
    day = instant("2020-12-10", "d").date()
    plan_actions.set_date(context, "binh-thuan-687-2020", "annual", "district", day, because="công văn 12", by="B")
    plan_actions.pause(context, "can-tho-115-2021", because="bão số 4", by="B")
    news.note_incoming(context, context.catalog.plan(PLAN), context.now())
    with writing(context.db) as connection:
        add_offices(connection, [Office("99", "Tỉnh Mới", "province", None, None, None)])
        waiting = list(connection.scalars(select(MESSAGE.c.id).order_by(MESSAGE.c.id)))
        for number, status in zip(waiting, ("delivered", "retry", "sending"), strict=False):
            late = (
                {"lease_until": morning - timedelta(hours=1), "lease_by": "1-dead", "attempts": 1}
                if status == "sending"
                else {}
            )
            late |= {"retry_at": morning} if status == "retry" else {}
            connection.execute(update(MESSAGE).where(MESSAGE.c.id == number).values(status=status, **late))
        told = {
            "message_id": waiting[0],
            "at": morning,
            "channel": "email",
            "outcome": "delivered",
            "detail": "250 Ô-kê",
        }
        connection.execute(insert(ATTEMPT), [told])
        for table, row in _of_the_portal(morning, report.read_bytes()).items():
            connection.execute(insert(table), [row])
    with SealedTokens(context).locked("zalo:1") as cell:
        cell.save(Tokens("an-access-token", "a-refresh-token", None))
    return context


def _of_the_portal(at: datetime, raw: bytes) -> dict[Table, dict[str, Any]]:
    """A row of each table that the portal fills; the mail that came in is a file handed in as well."""
    found = {"submission_id": 1, "file": "bản quét.pdf", "sha256": "0" * 64, "code": "no_text", "found_at": at}
    user = {"id": 1, "login": "dau-moi", "name": "Trần Thị Đầu Mối", "password_hash": "$argon2id$x", "created_at": at}
    mail = {"message_id": "<1@x.example>", "received_at": at, "fetched_at": at}
    mail |= {"raw_sha256": hashlib.sha256(raw).hexdigest(), "raw_size": len(raw)}
    mail |= {"sender": "a@x.example", "subject": "Báo cáo", "status": "review", "why": "không rõ", "settled_by": ""}
    held = {"name": "kế hoạch.docx", "size": len(raw), "sha256": mail["raw_sha256"]}
    draft = {
        "id": 1,
        "sha256": mail["raw_sha256"],
        "by": HOA,
        "at": at,
        "files": [held, held],
        "findings": {"clauses": []},
    }
    clause = {"draft_id": 1, "number": 1, "decision": "corrected", "by": HOA, "at": at, "changes": 2}
    tables = MessageRow.metadata.tables
    return {
        tables["finding"]: found | {"detail": "ảnh"},
        tables["portal_user"]: user,
        tables["portal_session"]: {"key": "2" * 64, "user_id": 1, "created_at": at, "expires_at": at},
        tables["incoming"]: mail,
        tables["plan_draft"]: draft,
        tables["plan_draft_clause"]: clause | {"corrected": {"reporter": None, "due": [{"day": 15}]}},
    }


class Lived(NamedTuple):
    """An installation on SQLite that has lived, as files, and a backup of it: made once, to be copied."""

    database: Path
    files: Path
    backup: Path


def lived_once(folder: Path, migrated: Path, catalog: Catalog) -> Lived:
    """Let one live in a folder."""
    found = Lived(folder / "lived.db", folder / "files", folder / "backup.zip")
    shutil.copyfile(migrated, found.database)
    settings = Settings(database_url=f"sqlite:///{found.database}", files_url=str(found.files), secret_key=SECRET)
    context = Context(settings, now=SettableClock("2016-11-09"))
    context.__dict__["catalog"] = catalog
    backup(live(context, folder), found.backup)
    context.db.dispose()
    return found


def made(context: Context, folder: Path) -> Made:
    """A backup of it, in a folder of its own."""
    target = folder / "backups"
    target.mkdir(exist_ok=True)
    return backup(context, target / f"{len(list(target.iterdir()))}.zip")


def at_home(context: Context, url: str, files: Path) -> Context:
    """The same installation with another database and another store of files."""
    moved = context.settings.model_copy(update={"database_url": url, "files_url": str(files)})
    other = Context(moved, db=connect(url), now=context.now)
    other.__dict__["catalog"] = context.catalog
    return other


def manifest_of(path: Path) -> Manifest:
    """What a backup says of itself."""
    with zipfile.ZipFile(path) as archive:
        return Manifest.model_validate_json(archive.read("manifest.json"))


Dump = dict[str, list[dict[str, Any]]]


def dump(db: Engine) -> Dump:
    """Every row of every table, as the engine reads them."""
    with reading(db) as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in MessageRow.metadata.sorted_tables
        }


def empty(url: str) -> bool:
    """Whether a database holds no table at all."""
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return True
    engine = connect(url)
    try:
        return inspect(engine).get_table_names() == []
    finally:
        engine.dispose()


Members = dict[str, bytes]


def changed(path: Path, change: Callable[[Members], object], *, honest: bool = True) -> Path:
    """A copy of a backup with other members; ``honest``: its manifest says what they are now."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if honest:
        manifest = json.loads(members["manifest.json"])
        for name, held in manifest["members"].items():
            content = members[name]
            held |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            if held["rows"] is not None:
                held["rows"] = content.count(b"\n")
        members["manifest.json"] = json.dumps(manifest).encode()
    found = path.with_name("changed.zip")
    with zipfile.ZipFile(found, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return found
