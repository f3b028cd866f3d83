"""The stage on which chaos plays: a plan of many offices, its people, its mornings, and what a run left behind."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, func, insert, select, text, update

from config.catalog import Catalog
from config.settings import Settings
from dunghan.core.calendar import WorkCalendar
from dunghan.core.ladder import steps
from dunghan.core.times import instant
from dunghan.store import audit, contacts
from dunghan.store.database import reading, writing
from dunghan.store.messages import ATTEMPT, MESSAGE, REMINDER
from dunghan.store.obligations import OBLIGATION
from models.contact import Contact
from models.timezone import local_day

PLAN = "chaos"
LEAD = "ha-giang.so-ldtbxh"
TEXT = """
id: chaos
number: 1/KH-UBND
title: Kế hoạch thử bền
issuer: "02"
place: Hà Giang
issued_on: 2018-01-15
years: {since: 2018, until: 2018}
territory: "02"
lead: ha-giang.so-ldtbxh
source: {file: chaos.txt}
offices:
  - {office: ha-giang.so-ldtbxh, named: Sở, role: lead, clause: "1"}
reports:
  - id: annual
    title: Báo cáo năm
    kind: annual
    recurrence: annual
    chain:
      - stage: commune
        reporters: {offices: [COMMUNES]}
        to: ["024"]
        due: {wording: by, derived: {stage: district, working_days_before: 5}}
        clause: "1"
        quote: báo cáo
      - stage: district
        reporters: {level: district, within: "02"}
        to: ["02"]
        through: ha-giang.so-ldtbxh
        due: {wording: before, day: {month: 12, day: 10}}
        clause: "1"
        quote: báo cáo
"""
COMMUNE_DAY, DISTRICT_DAY = date(2018, 12, 3), date(2018, 12, 9)


class Stage(NamedTuple):
    """A folder of configuration with the plan, the people to write to, and the mornings on which something fires."""

    folder: Path
    people: tuple[Contact, ...]
    mornings: tuple[datetime, ...]

    def settings(self, url: str, email_url: str) -> dict[str, str]:
        """The settings of an installation on this stage."""
        return {
            "database_url": url,
            "email_url": email_url,
            "secret_key": "a-secret-for-tests",
            "config_dir": str(self.folder),
        }


def build(folder: Path, communes: int) -> Stage:
    """Write the plan with so many communes, and invent an officer for each, for the districts and for the lead."""
    known = Catalog(Settings())
    codes = sorted(o.code for o in known.tree.members("commune", "02", COMMUNE_DAY))[:communes]
    districts = sorted(o.code for o in known.tree.members("district", "02", COMMUNE_DAY))
    (folder / "plans").mkdir(parents=True)
    named = ", ".join(f'"{code}"' for code in codes)
    (folder / "plans" / "chaos.yaml").write_text(TEXT.replace("COMMUNES", named), encoding="utf-8")
    people = [Contact(o, f"Officer {o}", "officer", f"officer@x{o}.example") for o in (*codes, *districts)]
    people += [Contact(o, f"Leader {o}", "leader", f"leader@x{o}.example") for o in (*districts, LEAD)]
    people.append(Contact(LEAD, "Trần Thị Đầu Mối", "coordinator", "dau-moi@so-ldtbxh.example", phone="0900000001"))
    return Stage(folder, tuple(people), mornings(known))


def mornings(known: Catalog) -> tuple[datetime, ...]:
    """Every instant at which a rung of the plan fires, and one at which none does."""
    calendar: WorkCalendar = known.calendar
    issued = date(2018, 1, 15)
    laid = {s.at for last in (COMMUNE_DAY, DISTRICT_DAY) for s in steps(known.ladder, last, issued, calendar)}
    return tuple(sorted(laid | {instant("2018-11-15", "quiet")}))


def bring_in(db: Engine, people: Sequence[Contact]) -> None:
    """Store the people."""
    with writing(db) as connection:
        contacts.upsert(connection, people)


class Left(NamedTuple):
    """What a run left in the database, without what may differ between two true records: row numbers, real times."""

    messages: dict[str, str]
    """Message-ID to status."""
    reminders: list[tuple[Any, ...]]
    """(obligation, last day, rung, kind, fired, reason, decided at, Message-ID), sorted; twice is there twice."""
    ladders: dict[str, tuple[Any, ...]]

    def until(self, last: datetime) -> "Left":
        """What it held when the morning ``last`` was done."""
        day = f"{local_day(last)}"
        messages = {m: status for m, status in self.messages.items() if m.split(".")[1] <= day}
        return Left(messages, [r for r in self.reminders if r[6] <= last], {})


def left(db: Engine) -> Left:
    """Read it."""
    m, r, o = MESSAGE.c, REMINDER.c, OBLIGATION.c
    with reading(db) as connection:
        messages = {row.message_id: row.status for row in connection.execute(select(m.message_id, m.status))}
        told = select(r.obligation_id, r.last_day, r.rung, r.kind, r.fired, r.reason, r.decided_at, m.message_id)
        told = told.join(MESSAGE, m.id == r.message_id, isouter=True)
        reminders = sorted((tuple(row) for row in connection.execute(told)), key=repr)
        ladders = {
            row.id: tuple(row)[1:]
            for row in connection.execute(select(o.id, o.last_day, o.swept_until, o.next_at, o.noticed))
        }
    return Left(messages, reminders, ladders)


def sending(db: Engine) -> frozenset[str]:
    """The Message-IDs that a sender holds now."""
    with reading(db) as connection:
        return frozenset(connection.scalars(select(MESSAGE.c.message_id).where(MESSAGE.c.status == "sending")))


def decided(db: Engine, now: datetime) -> bool:
    """Whether the pass of that instant is on record."""
    with reading(db) as connection:
        query = select(OBLIGATION.c.id).where(OBLIGATION.c.swept_until == now).limit(1)
        quiet = select(MESSAGE.c.id).where(MESSAGE.c.day >= local_day(now)).limit(1)
        return any(connection.execute(q).first() for q in (query, quiet))


def require_sound(db: Engine) -> None:
    """Nothing is half done: each message was settled once as delivered, nobody holds one, the audit trail is whole."""
    a = ATTEMPT.c
    with reading(db) as connection:
        taken = select(a.message_id, func.count()).where(a.outcome == "delivered").group_by(a.message_id)
        assert {row[1] for row in connection.execute(taken)} == {1}
        assert connection.scalar(select(func.count()).where(MESSAGE.c.lease_by.is_not(None))) == 0
        assert audit.first_break(connection) is None
        if connection.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def queue(db: Engine, count: int, now: datetime) -> set[str]:
    """Put so many messages of a plan without a file into the outbox, one a contact; their Message-IDs."""
    people = [Contact(f"x{n}", f"Officer {n}", "officer", f"officer@x{n}.example") for n in range(count)]
    bring_in(db, people)
    with writing(db) as connection:
        book = contacts.book(connection)
        rows = [
            {
                "contact_id": book[one.office][0].id, "office": one.office, "plan": "plain", "day": local_day(now),
                "kind": "reminder", "channel": "email", "status": "queued", "not_before": now, "created_at": now,
                "attempts": 0, "message_id": f"<plain.{one.office}@dunghan.example>", "answer": "", "subject": "",
                "body": "",
            }
            for one in people
        ]  # fmt: skip
        connection.execute(insert(MESSAGE), rows)
    return {str(row["message_id"]) for row in rows}


def queue_again(db: Engine) -> None:
    """As if none of it had been sent."""
    fresh = {"status": "queued", "attempts": 0, "settled_at": None}
    with writing(db) as connection:
        connection.execute(update(MESSAGE).values(**fresh))
