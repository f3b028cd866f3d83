"""The doctor's findings about the portal."""

import pytest

from dunghan.engine import users
from dunghan.engine.context import Context
from dunghan.engine.doctor_portal import portal


def set_up(context: Context, **settings: str) -> Context:
    made = Context(context.settings.model_copy(update=settings), db=context.db, now=context.now)
    made.__dict__["catalog"] = context.catalog
    return made


def test_without_a_portal_there_is_nothing_to_say(context: Context) -> None:
    assert list(portal(context)) == []


@pytest.mark.parametrize(
    ("address", "level", "words"),
    [
        ("https://bao-cao.ha-giang.example", "ok", "https://bao-cao.ha-giang.example"),
        ("http://bao-cao.ha-giang.example", "warning", "unencrypted"),
        ("http://127.0.0.1:8080", "warning", "this machine alone"),
        ("bao-cao.ha-giang.example", "error", "DUNGHAN_PORTAL_URL"),
        ("https://[", "error", "DUNGHAN_PORTAL_URL"),
    ],
)
def test_the_address_is_looked_at(context: Context, address: str, level: str, words: str) -> None:
    first = next(iter(portal(set_up(context, portal_url=address))))
    assert (first.level, first.about) == (level, "portal") and words in first.message


def test_a_missing_secret_and_nobody_who_may_decide_are_told(context: Context) -> None:
    here = set_up(context, portal_url="https://x.example", secret_key="")
    assert [f.level for f in portal(here)] == ["ok", "error", "warning"]
    users.add(context, "tran.a", "Trần Thị A", "một mật khẩu dài", by="test")
    assert [f.level for f in portal(here)] == ["ok", "error"]
    users.disable(context, "tran.a", by="test")
    assert [f.level for f in portal(here)] == ["ok", "error", "warning"]
