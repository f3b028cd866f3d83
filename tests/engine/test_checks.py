"""What is handed in is looked into: each finding is told and stored, and none loses the file."""

from collections.abc import Callable
from pathlib import Path

import fsspec
import pytest
from fsspec.spec import AbstractFileSystem
from sqlalchemy import select

from dunghan import files
from dunghan.core.findings import said, said_to_coordinators
from dunghan.core.times import instant
from dunghan.engine import handing_in, outline
from dunghan.engine.checks import look
from dunghan.engine.context import Context
from dunghan.files import Kept
from dunghan.store import acts, findings
from dunghan.store.database import reading
from models.errors import BadSettings, NotPossible, UsageError
from tests.checks import made

PLAN = "ha-giang-168-2016"
ONE, OTHER, LAST_YEAR = (f"{PLAN}/annual/{where}" for where in ("2018/024", "2018/026", "2017/024"))
GOOD = made.word("Thực hiện Kế hoạch 168/KH-UBND năm 2018")
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Bring = Callable[..., Kept]


@pytest.fixture
def bring(context: Context, tmp_path: Path) -> Bring:
    """A factory: ``bring("bao-cao.docx", content)`` keeps a file."""

    def keep(name: str, content: bytes) -> Kept:
        path = tmp_path / "upload"
        path.write_bytes(content)
        return files.keep(context.settings.files_url, path, name)

    return keep


def hand_in(context: Context, obligation: str, *kept: Kept) -> int:
    handed = handing_in.HandedIn(obligation, instant("2018-12-05", "at"), kept=kept)
    return handing_in.submit_all(context, [handed], by="A")[0]


@sqlite_only
@pytest.mark.parametrize(
    ("name", "content", "codes"),
    [
        ("bao-cao.docx", GOOD, []),
        ("biểu.xlsx", made.excel("Kế hoạch số 168 / KH-UBND"), []),
        ("bao-cao.odt", made.odt("Báo cáo nam\u0306m 2018".replace("nam\u0306m", "na\u0306m")), []),
        ("BAO-CAO.PDF", made.pdf("168/KH-UBND"), []),
        ("bao-cao.pdf", GOOD, ["wrong_kind"]),
        ("bao-cao.docx", made.old_word(), ["wrong_kind"]),
        ("bao-cao.doc", made.old_word(), ["other_kind"]),
        ("bao-cao.docx", made.old_word(with_password=True), ["encrypted"]),
        ("bao-cao.docx", GOOD[:-100], ["unreadable"]),
        ("ban-chup.pdf", made.pdf(), ["no_text"]),
        ("bao-cao.docx", made.word("Thực hiện Kế hoạch 169/KH-UBND năm 2017"), ["no_mention"]),
    ],
)
def test_what_is_found_in_a_file(context: Context, bring: Bring, name: str, content: bytes, codes: list[str]) -> None:
    kept = bring(name, content)
    found = look(context, ONE, [kept])
    assert [one.code for one in found] == codes
    assert all((one.file, one.sha256) == (kept["name"], kept["sha256"]) for one in found)
    assert all("{" not in said(one.code, one.detail, language) for one in found for language in ("vi", "en"))


def test_the_same_file_elsewhere_is_found_and_recorded_with_the_submission(context: Context, bring: Bring) -> None:
    kept = bring("bao-cao.docx", GOOD)
    hand_in(context, OTHER, kept)
    hand_in(context, LAST_YEAR, kept)
    assert hand_in(context, ONE, kept) == 1
    with reading(context.db) as connection:
        (handed,) = acts.submissions(connection, ONE)
        found = findings.of(connection, [handed.id or 0, 999])[handed.id or 0]
    assert handed.files == [kept]
    assert {one.code: one.detail for one in found} == {"same_as_other_office": OTHER, "same_as_earlier": LAST_YEAR}
    told = [said(one.code, one.detail, language) for one in found for language in ("vi", "en")]
    assert not any("026" in words for words in told)
    assert OTHER in said_to_coordinators("same_as_other_office", OTHER)
    # Who handed in first is not accused of what came after, and the same obligation is no other.
    assert look(context, LAST_YEAR, [kept])[0].code == "same_as_other_office"
    assert [one.code for one in look(context, OTHER, [kept])] == ["same_as_other_office"]


@sqlite_only
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90" + GOOD, "program"),
        (b"\x7fELF", "program"),
        (b"#!/bin/sh\nrm x", "program"),
        (b"\xcf\xfa\xed\xfe", "program"),
        (bytes(files.MOST_BYTES + 1), "too_large"),
    ],
    ids=["empty", "windows", "linux", "script", "macos", "26MB"],
)
def test_nothing_programs_and_giants_are_refused_before_anything_is_kept(
    context: Context, bring: Bring, content: bytes, code: str
) -> None:
    with pytest.raises(files.Refused) as refused:
        bring("bao-cao.docx", content)
    assert (refused.value.code, isinstance(refused.value, UsageError)) == (code, True)
    assert not any(files.listing(context.settings.files_url))


@sqlite_only
def test_a_bomb_is_refused_and_nothing_recorded(context: Context, bring: Bring) -> None:
    bomb = made.raw_word('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    with pytest.raises(files.Refused, match=r"bao-cao\.docx") as refused:
        hand_in(context, ONE, bring("bao-cao.docx", bomb))
    assert refused.value.code == "bomb"
    with reading(context.db) as connection:
        assert connection.execute(select(acts.SUBMISSION)).first() is None


@sqlite_only
def test_a_file_is_kept_once_and_read_only_when_it_is_what_it_was(context: Context, bring: Bring) -> None:
    url, kept = context.settings.files_url, bring("a.docx", GOOD)
    assert bring("../b\u202e.docx", GOOD) == {**kept, "name": "b.docx"}
    assert len(files.listing(url)) == 1
    assert b"".join(files.verified(url, kept["sha256"])) == GOOD
    with files.opened(url, kept["sha256"]) as path:
        path.write_bytes(GOOD[:-1] + b"?")
    with pytest.raises(NotPossible, match="damaged"):
        files.verified(url, kept["sha256"])
    bring("a.docx", GOOD)
    assert b"".join(files.verified(url, kept["sha256"])) == GOOD, "handing it in once more mends it"


class _Away(AbstractFileSystem):
    """A store whose library says in its own way that it cannot be reached."""

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        raise RuntimeError(f"no route to {path}")


def test_a_store_that_is_away_or_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(GOOD)
    fsspec.register_implementation("away", _Away, clobber=True)
    with pytest.raises(files.StoreTrouble, match="no route"):
        files.keep("away://store", path)
    with pytest.raises(BadSettings, match="DUNGHAN_FILES_URL"):
        files.keep("nowhere://store", path)


@sqlite_only
def test_a_store_elsewhere_is_read_through_a_copy(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(GOOD)
    kept = files.keep("memory://store", path, "a.docx")
    away = Context(context.settings.model_copy(update={"files_url": "memory://store"}), db=context.db, now=context.now)
    assert look(away, ONE, [kept]) == []


@sqlite_only
def test_the_outline_passes_the_check(context: Context, bring: Bring) -> None:
    written = outline.outline(context, f"{PLAN}/annual/2018/ha-giang.so-y-te")
    assert look(context, ONE, [bring("de-cuong.docx", written)]) == []


@sqlite_only
def test_a_file_that_is_not_in_the_store_is_not_recorded(context: Context) -> None:
    kept = Kept(name="a.docx", size=1, sha256="0" * 64)
    with pytest.raises(NotPossible, match=r"a\.docx"):
        hand_in(context, ONE, kept)
    with reading(context.db) as connection:
        assert connection.execute(select(acts.SUBMISSION)).first() is None
