"""An installation of a plan with rare days (the leap day, the year's end), run at any time by a clock that may leap."""

import shutil
import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from config.catalog import Catalog
from config.settings import Settings
from dunghan import outbox
from dunghan.channels.outcome import Delivered, Letter, Outcome
from dunghan.core.times import instant
from dunghan.engine.context import Context
from dunghan.engine.delivery import may_leave
from dunghan.engine.letters import Writer
from dunghan.engine.sweep import run_pass
from dunghan.store.database import connect
from models.contact import Contact
from models.timezone import VIETNAM, local_day
from tests.chaos.stage import bring_in

PLAN = "days"
OFFICES = """code,name,level,parent,valid_from,valid_until
tinh,Tỉnh Nọ,province,,,
tinh.so,Sở Nội vụ tỉnh Nọ,department,tinh,,
tinh.xa-1,Xã Một,commune,tinh,,
tinh.xa-2,Xã Hai,commune,tinh,,
"""
TEXT = """
id: days
number: 2/KH-UBND
title: Kế hoạch ngày hiếm
issuer: tinh
place: Tỉnh Nọ
issued_on: 2027-06-01
years: {since: 2027, until: 2028}
territory: tinh
lead: tinh.so
source: {file: days.txt}
offices:
  - {office: tinh.so, named: Sở, role: lead, clause: "1"}
reports:
"""
REPORT = """
  - id: {id}
    title: Báo cáo {id}
    kind: {often}
    recurrence: {often}
    {years}
    chain:
      - stage: commune
        reporters: {{offices: [{offices}]}}
        to: [tinh.so]
        due: {due}
        clause: "1"
        quote: báo cáo
"""
LEAP, NEW_YEAR = "tinh.xa-1", "tinh.xa-2"
"""Who reports by the leap day, and who by the end of the year; both report by the end of February."""


def plan_text() -> str:
    """The plan of the rare days."""
    leap, year, february = "{month: 2, day: 29}", "{month: 12, day: 31}", "{month: 2, day: end}"
    return TEXT + "".join(
        REPORT.format(id=name, often=often, years=years, offices=offices, due=f"{{wording: {wording}, day: {day}}}")
        for name, often, years, offices, wording, day in (
            ("leap", "once", "years: [2028]", LEAP, "by", leap),
            ("new-year", "annual", "", NEW_YEAR, "by", year),
            ("february", "annual", "", f"{LEAP}, {NEW_YEAR}", "month", february),
        )
    )


class Postman:
    """A gateway that takes every letter, and notes on which of the run's days."""

    def __init__(self) -> None:
        self.now = datetime.min.replace(tzinfo=VIETNAM)
        self.taken: list[tuple[str, str, date, str]] = []

    def send(self, letters: Sequence[Letter], *listening: Any) -> list[Outcome]:
        for one in letters:
            self.taken.append((one.address, one.message_id.split(".")[2], local_day(self.now), one.message_id))
        return [Delivered("taken") for _ in letters]

    def close(self) -> None:
        pass


class House:
    """An installation of the plan, which can begin anew."""

    def __init__(self, folder: Path, empty: Path) -> None:
        config = folder / "config"
        for name, text in ((f"plans/{PLAN}.yaml", plan_text()), ("offices/days.csv", OFFICES)):
            (config / name).parent.mkdir(parents=True)
            (config / name).write_text(text, encoding="utf-8")
        self._file, self._empty = folder / "dunghan.db", empty
        self._open = sqlite3.connect(":memory:")
        self.db = connect(f"sqlite:///{self._file}")
        self._people = [Contact(o, f"Officer {o}", "officer", f"officer@{o}.example") for o in (LEAP, NEW_YEAR)]
        self._people.append(Contact("tinh.so", "Giám Đốc", "leader", "giam-doc@tinh.so.example"))
        self._people.append(Contact("tinh.so", "Đầu Mối", "coordinator", "dau-moi@tinh.so.example"))
        set_up = Settings(config_dir=str(config), secret_key="x", email_url="mailto://mail.example?from=a@b.example")
        self.real, self.postman = instant("2030-01-01", "real"), Postman()
        self.context = Context(set_up, self.db, lambda: self.real)
        self.context.__dict__["catalog"] = Catalog(set_up)

    def begin_anew(self) -> None:
        """Nothing has happened yet."""
        self._open.close()
        for leftover in self._file.parent.glob("dunghan.db*"):
            leftover.unlink()
        shutil.copyfile(self._empty, self._file)
        self._open = sqlite3.connect(self._file)  # the last to close a file in WAL mode waits for the disk
        self._open.execute("SELECT * FROM period").fetchall()
        bring_in(self.db, self._people)
        self.postman = Postman()

    def close(self) -> None:
        """Let go of the files."""
        self._open.close()
        self.db.dispose()

    def run(self, now: datetime) -> None:
        """A pass and a delivery, as a run makes them."""
        run_pass(self.context, PLAN, now)
        self._deliver(now)

    def every_morning(self, since: str, until: str) -> None:
        """Run at 08:00 on every day; what is decided at that hour leaves at that hour, or there is nothing to leave."""
        now, end = instant(since, "since"), instant(until, "until")
        while now <= end:
            if run_pass(self.context, PLAN, now).messages:
                self._deliver(now)
            now += timedelta(days=1)

    def _deliver(self, now: datetime) -> None:
        if may_leave(self.context, now):
            self.postman.now = now
            write = Writer(self.context, now)
            outbox.deliver(self.db, {"email": self.postman}, write, now=now, clock=self.context.now, plan=PLAN)
