"""A world of any size for the benchmarks: one plan, so many communes, one contact each, all missing in mid-season.

The ladder of the one deadline (last day Wednesday 9 December 2026) falls on 2 December (-7, with -30 and -14 merged
into it, since the plan is issued on the 1st), on Friday 4 December (-3, which falls on a Sunday) and on Tuesday
8 December (-1). A template plays the first two through the engine as it stands, mails included, so that at ``DUE``
each obligation has exactly one rung to fire and no other to record: 1 due = 1 reminder + 1 message. On the day
before, ``NONE_DUE``, the same world has nothing to do.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from dunghan.core.times import instant
from dunghan.engine.context import Context
from dunghan.engine.run import run
from dunghan.store import contacts
from dunghan.store.database import connect, migrate, writing
from models.contact import Contact

PLAN = "quy-mo"
OPENS, EARLIER = instant("2026-12-01", "opens"), (instant("2026-12-02", "-7d"), instant("2026-12-04", "-3d"))
NONE_DUE, DUE = instant("2026-12-07", "none due"), instant("2026-12-08", "-1d")
"""08:00 of two working days: Monday, on which no rung falls, and Tuesday, on which one falls for every office."""

_YAML = f"""\
id: {PLAN}
number: 1/KH-UBND
title: Kế hoạch đo quy mô
issuer: "zz"
place: Quy mô
issued_on: 2026-12-01
years: {{since: 2026, until: 2026}}
territory: "zz"
lead: zz.lead
source: {{file: sources/none.txt}}
reports:
  - id: annual
    title: Báo cáo hằng năm
    kind: annual
    recurrence: annual
    chain:
      - stage: commune
        reporters: {{level: commune, within: "zz"}}
        to: [zz.lead]
        due: {{wording: before, day: {{month: 12, day: 10}}}}
        clause: I.1
        quote: "Ủy ban nhân dân các xã, phường báo cáo kết quả thực hiện trước ngày 10 tháng 12"
"""


@dataclass(frozen=True)
class World:
    """A prepared world: the folder of its configuration, and the database file that every measurement copies."""

    folder: Path
    offices: int
    file: str = "template"

    @property
    def template(self) -> Path:
        """What every measurement copies."""
        return self.folder / f"{self.file}.db"

    @property
    def ready(self) -> bool:
        """Whether it was prepared to the end."""
        return self.template.is_file()

    def settings(self, database: Path | str, port: int) -> Settings:
        """The settings of an installation that mails to a sink; ``database`` is a SQLite file or a URL."""
        return Settings(
            database_url=database if isinstance(database, str) else f"sqlite:///{database}",
            email_url=f"mailto://127.0.0.1:{port}?from=nhac-hen@zz.example",
            secret_key="bench",
            config_dir=str(self.folder / "config"),
            files_url=str(self.folder / "files"),
        )

    def environment(self, database: Path, port: int) -> dict[str, str]:
        """The same for a child process, with nothing of the machine's own settings."""
        held = {name: value for name, value in os.environ.items() if not name.startswith(("DUNGHAN_", "PREFECT_"))}
        settings = self.settings(database, port)
        names = ("database_url", "email_url", "secret_key", "config_dir", "files_url")
        return held | {f"DUNGHAN_{name.upper()}": getattr(settings, name) for name in names}

    def context(self, database: Path | str, port: int) -> Context:
        """The engine's context on one of its databases, in this process."""
        settings = self.settings(database, port)
        return Context(settings, db=connect(settings.database_url))

    def copy(self, name: str) -> Path:
        """A fresh copy of the template, in place of an earlier one of that name."""
        file = self.folder / f"{name}.db"
        for end in ("", "-wal", "-shm"):
            Path(f"{file}{end}").unlink(missing_ok=True)
        shutil.copyfile(self.template, file)
        with file.open("rb+") as copied:
            os.fsync(copied.fileno())  # or the first checkpoint waits for all of the copy to reach the disk
        return file


def prepare(world: World, port: int) -> None:
    """Make a world's files and play its season up to the day before ``NONE_DUE``, mailing to the sink."""
    shutil.rmtree(world.folder, ignore_errors=True)
    _configure(world.folder / "config", world.offices)
    played = world.folder / "played.db"
    play(world.context(played, port), world.offices)
    with closing(sqlite3.connect(played)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    played.rename(world.template)


def play(context: Context, offices: int) -> None:
    """Fill an empty database: the schema, the people, the open period, and both earlier rungs, delivered."""
    migrate(context.db)
    people = [Contact(f"z{n:06}", f"Cán bộ {n}", email=f"c{n}@z.example") for n in range(offices)]
    people.append(Contact("zz.lead", "Đầu mối", "coordinator", email="lead@z.example"))
    with writing(context.db) as connection:
        contacts.upsert(connection, people)
    for now in (OPENS, *EARLIER):
        done = run(context, PLAN, now)
        if now in EARLIER and (done.done.reminders, done.sent.delivered) != (offices, offices + 1):
            raise RuntimeError(f"the earlier rung of {now} did not go out as it should: {done}")
    context.db.dispose()


def _configure(own: Path, offices: int) -> None:
    (own / "plans").mkdir(parents=True)
    (own / "offices").mkdir()
    (own / "plans" / f"{PLAN}.yaml").write_text(_YAML, encoding="utf-8")
    rows = ["code,name,level,parent,valid_from,valid_until", "zz,Tỉnh Quy Mô,province,,,"]
    rows.append("zz.lead,Sở Quy Mô,department,zz,,")
    rows += [f"z{n:06},Xã Số {n},commune,zz,," for n in range(offices)]
    (own / "offices" / "scale.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
