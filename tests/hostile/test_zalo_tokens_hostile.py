"""Tokens that end, are refused, or are spent once: one process renews, all others take over, and nobody locks up."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from dunghan.channels.outcome import OPERATOR_WAIT, Retry
from dunghan.channels.secrets import VaultLocked
from dunghan.channels.zalo import ZaloGateway
from dunghan.channels.zalo_tokens import MemoryTokenStore, TokenCell
from dunghan.clock import now
from dunghan.demo.zalo_standin import Answer
from dunghan.engine.context import Context
from dunghan.engine.tokens import SealedTokens
from models.errors import DatabaseTrouble
from models.tables import TokenRow
from tests.hostile.conftest import MORNING, kinds, letters
from tests.hostile.zalo_server import HostileZalo, ZaloFault

Zalo = Callable[..., HostileZalo]


@pytest.fixture
def zalo(tmp_path: Path) -> Iterator[Zalo]:
    """A factory of stand-ins whose first access token has ended."""
    with ExitStack() as stack:

        def start(*faults: ZaloFault) -> HostileZalo:
            house = stack.enter_context(HostileZalo(tmp_path / "zalo.jsonl", *faults))
            house.expire()
            return house

        yield start


def opened(house: HostileZalo, store: MemoryTokenStore | None = None, more: str = "") -> ZaloGateway:
    return ZaloGateway.from_url(house.url("oa") + more, store or MemoryTokenStore(), lambda: MORNING)


REFUSED = {
    "spent": (
        Answer({"error": -14020, "error_name": "Invalid refresh token"}),
        "an operator must log in",
        OPERATOR_WAIT,
    ),
    "inside a 200": (Answer({"error": -14001, "error_name": "Invalid app"}), "Invalid app", None),
    "HTTP 500": (Answer("<html>", 500), "HTTP 500 answer not understood", None),
    "HTTP 429": (Answer({"error": 1}, 429, {"Retry-After": "60"}), "HTTP 429", 60.0),
    "HTML": (Answer("<html>", 200), "answer not understood", None),
    "half": (Answer({"access_token": "access-2"}), "answer not understood", None),
    "no text": (Answer({"access_token": ["a"], "refresh_token": 5}), "answer not understood", None),
    "no header": (Answer({"access_token": "a\r\nX: y", "refresh_token": "b"}), "answer not understood", None),
    "silence": (None, "no answer from 127.0.0.1", None),
}


@pytest.mark.parametrize(("answer", "says", "after"), REFUSED.values(), ids=REFUSED)
def test_without_a_token_everything_waits_untried(
    zalo: Zalo, answer: Answer | None, says: str, after: float | None
) -> None:
    fault = ZaloFault("access_token", answer) if answer else ZaloFault("access_token", then="hang")
    house = zalo(fault)
    began = time.monotonic()
    outcomes = opened(house, more="&rto=0.3").send(letters(100))
    assert time.monotonic() - began < 5
    assert kinds(outcomes) == "u" * 100
    (reason,) = set(outcomes)
    assert isinstance(reason, Retry) and says in reason.why and reason.after == after
    assert "refresh-1" not in reason.why and "access" not in reason.why.replace("access token", "")
    assert house.taken == {}


@pytest.mark.parametrize("lifetime", ["9" * 30, "-5", "0", "60", "soon", "", None, 90000, "90000"])
def test_however_long_a_token_is_said_to_live_it_is_renewed_once(zalo: Zalo, lifetime: object) -> None:
    """What Zalo says of its life must neither lose the token that was just paid for, nor spend one a letter."""
    house = zalo()
    right = house.answer

    def answer(path: str, headers: object, content: bytes) -> Answer:
        said = right(path, headers, content)  # type: ignore[arg-type]
        if isinstance(said.body, dict) and "expires_in" in said.body:
            return Answer({**said.body, "expires_in": lifetime})
        return said

    house.answer = answer  # type: ignore[method-assign, assignment]
    store = MemoryTokenStore()
    assert kinds(opened(house, store).send(letters(20)) + opened(house, store).send(letters(20))) == "D" * 40
    assert house.refreshes == 1


@pytest.mark.parametrize(
    "trouble", [DatabaseTrouble("The database stayed locked for 10 s."), VaultLocked("does not open with this key")]
)
def test_a_token_store_in_trouble_makes_the_letters_wait(zalo: Zalo, trouble: Exception) -> None:
    """Raising would leave what the e-mail gateway has sent in the same batch unsettled, and it would be sent again."""

    class Broken(MemoryTokenStore):
        @contextmanager
        def locked(self, key: str) -> Iterator[TokenCell]:
            raise trouble
            yield  # type: ignore[unreachable]

    (reason,) = set(opened(zalo(), Broken()).send(letters(5)))
    assert isinstance(reason, Retry) and reason.why == str(trouble) and not reason.counts


def test_a_token_that_ends_in_the_middle_of_a_batch(zalo: Zalo) -> None:
    house = zalo()
    house.faults = [ZaloFault(say=Answer({"error": -216, "message": "hết hạn"}), times=1, to="n5@")]
    assert kinds(opened(house).send(letters(10))) == "D" * 10
    assert set(house.taken.values()) == {1}


SEND = """
import sys
from dunghan.channels.outcome import Letter
from dunghan.channels.zalo_gateway import ZaloGateway
from dunghan.engine.context import Context
from dunghan.engine.tokens import SealedTokens

context = Context()
gateway = ZaloGateway.from_url(context.settings.zalo_url, SealedTokens(context), context.now)
batch = [Letter(f"m{n}", "Nhắc", "Kính gửi", None, f"<m{n}@x.example>") for n in range(10)]
print("ready", flush=True)
sys.stdin.readline()
print(*(type(outcome).__name__[0] for outcome in gateway.send(batch)), sep="", flush=True)
"""


def test_two_processes_spend_the_refresh_token_once(
    zalo: Zalo, database_url: str, db: Engine, context: Context, tmp_path: Path
) -> None:
    house = zalo(ZaloFault("access_token", None, wait=0.4))
    here = Context(context.settings, db=db, now=now)  # both by the real clock: it says when a token ends
    empty = tmp_path / "empty"
    empty.mkdir()
    ours = {
        "DUNGHAN_DATABASE_URL": database_url,
        "DUNGHAN_SECRET_KEY": context.settings.secret_key,
        "DUNGHAN_ZALO_URL": house.url("oa"),
    }
    other = subprocess.Popen(
        [sys.executable, "-c", SEND],
        env=os.environ | ours, cwd=empty, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert other.stdin is not None and other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        other.stdin.write("go\n")
        other.stdin.flush()
        mine = ZaloGateway.from_url(house.url("oa"), SealedTokens(here), now).send(letters(10))
        theirs, _ = other.communicate(timeout=20)
    finally:
        other.kill()
        other.wait()
    assert (kinds(mine), theirs) == ("D" * 10, "D" * 10 + "\n")
    assert house.refreshes == 1
    assert len(house.taken) == 20 and set(house.taken.values()) == {1}
    with SealedTokens(here).locked(next(iter(_keys(db)))) as cell:
        assert cell.tokens is not None and cell.tokens.refresh == "refresh-2"
        assert cell.tokens.expires_at is not None and cell.tokens.expires_at > now() + timedelta(hours=24)


def _keys(db: Engine) -> list[str]:
    with db.connect() as connection:
        return list(connection.scalars(select(TokenRow.__table__.c.key)))  # type: ignore[attr-defined]
