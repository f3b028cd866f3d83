"""Offices that a coordinator adds to a stage whose clause names an open class."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from dunghan.core.times import instant
from dunghan.engine import plan_actions
from dunghan.engine.context import Context
from dunghan.engine.owed import Wanted
from dunghan.engine.people import import_offices
from dunghan.engine.views import agenda, due_row
from dunghan.store import audit
from dunghan.store.database import reading
from models.errors import NotPossible, UnknownName, UnknownOffice

HA_GIANG = "ha-giang-168-2016"


def rows(context: Context, now: str, **wanted: str) -> list[dict[str, Any]]:
    return [due_row(context, s) for s in agenda(context, Wanted(**wanted), instant(now, "now"))]


def on_record(db: Engine, subject: str) -> list[tuple[str, str, str]]:
    with reading(db) as connection:
        return [(r.who, r.what, r.why) for r in audit.of_subject(connection, subject) if r.who != "engine"]


def test_a_coordinator_adds_an_office_to_an_open_class(
    context: Context,
    db: Engine,
    tmp_path: Path,
    introduce: Callable[..., Any],
    mornings: Callable[..., Any],
    sent: Callable[..., Any],
) -> None:
    new = "ha-giang.so-ngoai-vu"
    (tmp_path / "offices.csv").write_text(
        f"code,name,level,parent,valid_from,valid_until\n{new},Sở Ngoại vụ tỉnh Hà Giang,department,02,,\n",
        encoding="utf-8",
    )
    assert import_offices(context, tmp_path / "offices.csv", by="A") == 1
    introduce(new)
    mornings(HA_GIANG, "2018-11-20")
    context.now.set("2018-11-20T09:00")  # type: ignore[attr-defined]
    added = plan_actions.assign_office(context, HA_GIANG, "department", new, because="UBND giao", by="A")
    assert added == 4, "annual of 2016, 2017, 2018 and the mid-term"
    assert on_record(db, HA_GIANG) == [("A", "add_office", "UBND giao")]
    listed = rows(context, "2018-11-20", plan=HA_GIANG, office=new, report="annual")
    assert [(r["period"], r["stage"], r["last_day"]) for r in listed] == [
        (str(year), "department", f"{year}-12-09") for year in range(2016, 2021)
    ]
    mornings(HA_GIANG, "2018-11-20T10:00", "2018-11-23")
    assert [s.day for s in sent(office=new)] == ["2018-11-20", "2018-11-23"]


@pytest.mark.parametrize(
    ("stage", "office", "kind", "said"),
    [
        ("department", "ha-giang.so-y-t", UnknownOffice, "Did you mean ha-giang.so-y-te"),
        ("dolisa", "ha-giang.toa-an", NotPossible, "one by one"),
        ("ministry", "ha-giang.toa-an", UnknownName, "stage"),
    ],
)
def test_an_office_that_cannot_be_added_is_refused(
    stage: str, office: str, kind: type[Exception], said: str, context: Context, db: Engine
) -> None:
    with pytest.raises(kind, match=said):
        plan_actions.assign_office(context, HA_GIANG, stage, office, because="x", by="A")
    assert on_record(db, HA_GIANG) == []
