"""Contacts, offices and reports on paper, in from tables: all of it or nothing, and every bad row told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from dunghan.engine.context import Context
from dunghan.engine.paper import submit_table
from dunghan.engine.people import all_contacts, export_contacts, import_contacts, import_offices
from dunghan.store import acts, audit
from dunghan.store.database import reading
from models.errors import BadFile, DatabaseTrouble

PLAN = "ha-giang-168-2016"
HEADER = "office,name,role,email,zalo,phone,language\n"

BAD = (
    HEADER
    + "024,Lê Thị An,officer,an@024.example,,,\n"
    + "24x,Lê Thị Bé,officer,be@024.example,,,\n"
    + "026,,officer,ba@026.example,,,\n"
    + "027,Lê Thị Cúc,chief,cuc@027.example,,,\n"
    + "028,Lê Thị Dung,officer,dung-at-028,,,\n"
    + "024,Lê Thị An,officer,an2@024.example,,,\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def count(db: Engine, rows: Any) -> int:
    with reading(db) as connection:
        return connection.scalar(select(func.count()).select_from(rows)) or 0


def test_bad_contacts_are_all_listed_and_nothing_is_imported(
    context: Context, db: Engine, table: Callable[[str], Path]
) -> None:
    with pytest.raises(BadFile) as caught:
        import_contacts(context, table(BAD), skip_bad=False, by="A")
    assert [(p.line, p.field) for p in caught.value.problems] == [
        (3, "office"), (4, "name"), (5, "role"), (6, "email"), (7, "name"),
    ]  # fmt: skip
    assert "an2@" not in str(caught.value) and "dung-at" not in str(caught.value)
    assert all_contacts(context) == [] and count(db, audit.AUDIT) == 0


def test_with_skip_bad_the_good_rows_come_in(context: Context, db: Engine, table: Callable[[str], Path]) -> None:
    added, changed, problems, _doubts = import_contacts(context, table(BAD), skip_bad=True, by="A")
    assert (added, changed, len(problems)) == (1, 0, 5)
    assert [(c.office, c.name, c.email) for c in all_contacts(context)] == [("024", "Lê Thị An", "an@024.example")]
    with reading(db) as connection:
        (row,) = audit.of_subject(connection, "contacts")
    assert (row.what, row.detail) == ("import_contacts", {"added": 1, "changed": 0, "skipped": 5})


def test_an_import_adds_or_updates_by_office_and_name_and_removes_nobody(
    context: Context, table: Callable[[str], Path]
) -> None:
    import_contacts(context, table(HEADER + "024,An,officer,a@x.example,,,\n026,Bé,officer,b@x.example,,,\n"),
                    skip_bad=False, by="A")  # fmt: skip
    ids = {c.name: c.id for c in all_contacts(context)}
    found = import_contacts(context, table(HEADER + "024,An,leader,new@x.example,,,\n027,Cúc,officer,c@x.example,,,\n"),
                            skip_bad=False, by="A")  # fmt: skip
    assert found[:2] == (1, 1)
    held = {c.name: c for c in all_contacts(context)}
    assert sorted(held) == ["An", "Bé", "Cúc"]
    assert (held["An"].role, held["An"].email, held["An"].id) == ("leader", "new@x.example", ids["An"])


def test_what_is_exported_comes_in_again_unchanged(context: Context, table: Callable[[str], Path]) -> None:
    import_contacts(context, table(HEADER + '024,"An, Lê",officer,a@x.example,123456,0912345678,en\n'),
                    skip_bad=False, by="A")  # fmt: skip
    exported = export_contacts(context)
    assert exported.startswith(b"\xef\xbb\xbfoffice,name,role")
    path = table("")
    path.write_bytes(exported)
    assert import_contacts(context, path, skip_bad=False, by="A")[:2] == (0, 0)


def test_reports_on_paper_are_recorded_whole(context: Context, db: Engine, table: Callable[[str], Path]) -> None:
    rows = submit_table(
        context,
        table(
            "obligation,received_at,reference,nothing_to_report,note\n"
            f"{PLAN}/annual/2018/024,2018-12-07,45/BC-UBND,,bản giấy\n"
            f"{PLAN}/annual/2018/026,2018-12-07T16:30,,x,\n"
            f"{PLAN}/annual/2018/024,2018-12-08,46/BC-UBND,,\n"
        ),
        by="văn thư",
    )
    assert [(r["obligation"].split("/")[-1], r["version"]) for r in rows] == [("024", 1), ("026", 1), ("024", 2)]
    with reading(db) as connection:
        first, _ = acts.submissions(connection, f"{PLAN}/annual/2018/024")
        (nothing,) = acts.submissions(connection, f"{PLAN}/annual/2018/026")
    assert (first.reference, first.note, first.by) == ("45/BC-UBND", "bản giấy", "văn thư")
    assert first.received_at.isoformat() == "2018-12-06T17:00:00+00:00"
    assert nothing.kind == "nothing"
    assert count(db, audit.AUDIT) == 3


def test_one_bad_row_and_nothing_on_paper_is_recorded(
    context: Context, db: Engine, table: Callable[[str], Path]
) -> None:
    path = table(
        "obligation,received_at\n"
        f"{PLAN}/annual/2018/024,2018-12-07\n"
        f"{PLAN}/annual/2018/0240,2018-12-07\n"
        f"{PLAN}/annual/2018/026,2018-13-07\n"
        f"{PLAN}/annual/2018/027,2030-12-07\n"
    )
    with pytest.raises(BadFile) as caught:
        submit_table(context, path, by="A")
    assert [p.line for p in caught.value.problems] == [3, 4, 5]
    assert "024" in str(caught.value).splitlines()[0] and "future" in str(caught.value).splitlines()[2]
    assert count(db, acts.SUBMISSION) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_fails_in_the_middle_keeps_none_of_the_rows(
    context: Context, db: Engine, table: Callable[[str], Path]
) -> None:
    with db.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON submission WHEN NEW.obligation_id LIKE '%/026' "
            "BEGIN SELECT no_such_function(); END"
        )
    path = table(f"obligation\n{PLAN}/annual/2018/024\n{PLAN}/annual/2018/026\n")
    with pytest.raises(DatabaseTrouble):
        submit_table(context, path, by="A")
    assert count(db, acts.SUBMISSION) == count(db, audit.AUDIT) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "obligation"), (b"a,b\n1,2\n", "obligation"), (b"\x00\x01\x02" * 50, "")],
)
def test_a_file_that_is_no_table_is_told_in_one_line(
    content: bytes, said: str, context: Context, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(BadFile) as caught:
        submit_table(context, path, by="A")
    assert said in str(caught.value) and len(str(caught.value).splitlines()) == 1
    with pytest.raises(BadFile, match="check the path"):
        submit_table(context, tmp_path / "missing.csv", by="A")


def test_bad_offices_are_all_listed_and_none_comes_in(context: Context, table: Callable[[str], Path]) -> None:
    path = table(
        "code,name,level,parent,valid_from,valid_until\n"
        "ha-giang.so-moi,Sở Mới,department,02,2018-01-01,\n"
        "Sở Mới,Sở Mới,department,02,,\n"
        "ha-giang.so-a,,,99999,2018-13-01,\n"
    )
    with pytest.raises(BadFile) as caught:
        import_offices(context, path, by="A")
    assert [(p.line, p.field) for p in caught.value.problems] == [
        (3, "code"), (4, "name"), (4, "level"), (4, "parent"), (4, "valid_from"),
    ]  # fmt: skip
    assert "ha-giang.so-moi" not in context.catalog.tree


def test_an_office_comes_in_once_and_is_known_at_once(context: Context, table: Callable[[str], Path]) -> None:
    path = table("code,name,level,parent,valid_from,valid_until\nha-giang.so-moi,Sở Mới,department,02,2018-01-01,\n")
    assert import_offices(context, path, by="A") == 1
    assert context.catalog.tree.title("ha-giang.so-moi") == "Sở Mới"
    assert import_offices(context, path, by="A") == 0
