"""Zalo that fails: each answer means what it says, one refused recipient stops nobody, and time ends."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from dunghan.channels.outcome import OPERATOR_WAIT, Delivered, Letter, Rejected, Retry
from dunghan.channels.zalo import ZaloGateway
from dunghan.channels.zalo_tokens import MemoryTokenStore
from dunghan.demo.zalo_standin import SECRET_KEY, Answer
from tests.hostile.conftest import MORNING, kinds, letters
from tests.hostile.zalo_server import HostileZalo, ZaloFault

Zalo = Callable[..., HostileZalo]
QUICK = "&cto=0.3&rto=0.3"


@pytest.fixture
def zalo(tmp_path: Path) -> Iterator[Zalo]:
    """A factory: ``zalo(ZaloFault(say=Answer({}, 500)))`` starts a stand-in that stops after the test."""
    with ExitStack() as stack:
        yield lambda *faults, **setup: stack.enter_context(HostileZalo(tmp_path / "zalo.jsonl", *faults, **setup))


def opened(house: HostileZalo, way: str = "oa", more: str = "", store: MemoryTokenStore | None = None) -> ZaloGateway:
    return ZaloGateway.from_url(house.url(way) + more, store or MemoryTokenStore(), lambda: MORNING)


def to(*addresses: str) -> list[Letter]:
    return [replace(one, address=address) for one, address in zip(letters(len(addresses)), addresses, strict=True)]


def many(count: int) -> list[Letter]:
    return to(*(str(10_000 + n) for n in range(count)))


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (Answer({"error": -224, "message": "gói không có tính năng này"}), "w"),
        (Answer({"error": -32, "message": "quá hạn mức"}, 200), "w"),
        (Answer({"error": 0}, 500), "w"),
        (Answer("<html><h1>502 Bad Gateway</h1></html>", 502), "w"),
        (Answer("<html>Đăng nhập mạng Wi-Fi</html>", 200), "w"),
        (Answer("", 204), "w"),
        (Answer("[" * 30_000, 200), "w"),
        (Answer('{"error": 1e999}', 200), "w"),
        (Answer({"error": -99, "message": "\ud83d\x00\n" + "x" * 5000}), "w"),
    ],
)
@pytest.mark.parametrize("way", ["oa", "zns", "bot"])
def test_one_failed_message_stops_no_other(zalo: Zalo, way: str, answer: Answer, means: str) -> None:
    at = "sendMessage" if way == "bot" else "message"
    house = zalo(ZaloFault(at, answer, to="84900000002"))
    batch = to("84900000001", "84900000002", "84900000003")
    outcomes = opened(house, way).send(batch)
    assert kinds(outcomes) == f"D{means}D"
    assert f"HTTP {answer.status}" in outcomes[1].why  # type: ignore[union-attr]
    assert len(outcomes[1].why) <= 500 and outcomes[1].why.isprintable()  # type: ignore[union-attr]
    outcomes[1].why.encode()  # type: ignore[union-attr]
    assert house.taken == {"84900000001": 1, "84900000003": 1}


def test_a_phone_without_zalo_is_rejected_with_zalos_own_words(zalo: Zalo) -> None:
    house = zalo(without_zalo=("84900000002",))
    outcomes = opened(house, "zns").send(to("0900000001", "0900000002", "0900000003"))
    assert kinds(outcomes) == "DRD"
    assert outcomes[1] == Rejected("Zalo: HTTP 200 -118 Zalo account not existed")


ILL = {
    "HTTP 500": ZaloFault(say=Answer({"error": 0}, 500)),
    "HTML": ZaloFault(say=Answer("<html>", 200)),
    "not HTTP": ZaloFault(say=b"\xff\xfe no HTTP\r\n\r\n", then="close"),
    "closes": ZaloFault(then="close"),
    "resets": ZaloFault(then="reset"),
    "half an answer": ZaloFault(say=b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"error": 0', then="close"),
    "an answer without end": ZaloFault(say=b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2_000_000, then="close"),
    "headers without end": ZaloFault(say=b"HTTP/1.1 200 OK\r\n" + b"X-Y: " + b"z" * 500_000, then="close"),
    "silence": ZaloFault(then="hang"),
    "drips": ZaloFault(say=b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 50, drip=0.02),
    "drips the body": ZaloFault(say=b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n" + b" " * 50, drip=0.05),
}


@pytest.mark.parametrize("fault", ILL.values(), ids=ILL)
def test_a_zalo_that_makes_no_sense_three_times_in_a_row_is_given_up(zalo: Zalo, fault: ZaloFault) -> None:
    house = zalo(ZaloFault(**vars(fault)))
    gateway = opened(house, more=QUICK)
    began = time.monotonic()
    outcomes = gateway.send(many(500))
    assert time.monotonic() - began < 5
    assert kinds(outcomes) == "www" + "u" * 497
    assert all(len(o.why) <= 500 and o.why.isprintable() for o in outcomes)  # type: ignore[union-attr]
    assert sum(house.asked.values()) == 3
    house.faults = []
    again = opened(house, store=MemoryTokenStore()).send(many(20))
    assert kinds(again) == "D" * 20
    assert house.taken == {str(10_000 + n): 1 for n in range(20)}
    gateway.close()


@pytest.mark.parametrize("fault", [ILL["silence"], ILL["closes"], ILL["drips"]], ids=["silence", "closes", "drips"])
def test_a_message_at_which_zalo_stumbles_stops_no_other(zalo: Zalo, fault: ZaloFault) -> None:
    house = zalo(ZaloFault(**(vars(fault) | {"to": "10001"})))
    assert kinds(opened(house, more=QUICK).send(many(5))) == "DwDDD"
    assert house.taken == {"10000": 1, "10002": 1, "10003": 1, "10004": 1}


def test_a_run_of_12600_messages_pays_a_silent_zalo_once(zalo: Zalo) -> None:
    house = zalo(ZaloFault(then="hang"))
    gateway, batch = opened(house, more=QUICK), many(500)
    began = time.monotonic()
    assert {kinds(gateway.send(batch)) for _ in range(26)} <= {"www" + "u" * 497, "u" * 500}
    assert time.monotonic() - began < 5
    assert sum(house.asked.values()) == 3


def test_a_slow_zalo_gets_its_budget(zalo: Zalo) -> None:
    house = zalo()
    ok = json.dumps({"error": 0}).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ok)
    house.faults = [ZaloFault(say=head + ok, drip=0.001)]
    began = time.monotonic()
    outcomes = opened(house, more="&budget=0.3").send(many(40))
    assert time.monotonic() - began < 5
    done = kinds(outcomes).count("D")
    assert 1 <= done < 40 and kinds(outcomes) == "D" * done + "u" * (40 - done)


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"Retry-After": "Fri, 09 Nov 2018 01:00:30 GMT", "Date": "Fri, 09 Nov 2018 01:00:00 GMT"}, 30.0),
        ({"Retry-After": "Fri, 09 Nov 2018 01:00:30 GMT", "Date": "Fri, 09 Nov 2018 02:00:00 GMT"}, None),
        ({"Retry-After": "Fri, 09 Nov 2018 01:00:30 GMT"}, None),
        ({"Retry-After": "9" * 400}, 86_400.0),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Fri, 09 Nov 99999 01:00:30 GMT", "Date": "x"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("way", ["oa", "bot"])
def test_too_many_requests(zalo: Zalo, way: str, headers: dict[str, str], after: float | None) -> None:
    at = "sendMessage" if way == "bot" else "message"
    house = zalo(ZaloFault(at, Answer({"error": 1, "message": "chậm lại"}, 429, headers)))
    gateway = opened(house, way)
    for _ in range(2):
        outcomes = gateway.send(many(200))
        assert kinds(outcomes) == "u" * 200
        assert {o.after for o in outcomes if isinstance(o, Retry)} == {after}
    assert sum(house.asked.values()) == (1 if after else 2)


@pytest.mark.parametrize("answer", [Answer({"ok": False, "error_code": 401}, 401), Answer("", 401)])
def test_a_bot_token_that_is_refused_is_the_operators_to_mend(zalo: Zalo, answer: Answer) -> None:
    house = zalo(ZaloFault("sendMessage", answer))
    outcomes = opened(house, "bot").send(many(50))
    assert kinds(outcomes) == "u" * 50 and sum(house.asked.values()) == 1
    reason = outcomes[0]
    assert isinstance(reason, Retry) and reason.after == OPERATOR_WAIT and "check the tokens in ZALO_URL" in reason.why


def test_a_message_taken_but_not_answered_for_is_the_only_one_that_may_come_twice(zalo: Zalo) -> None:
    house = zalo(ZaloFault(then="close", to="10001", times=1, after=True))
    outcomes = opened(house).send(many(4))
    assert kinds(outcomes) == "DwDD"
    assert kinds(opened(house).send([many(4)[1]])) == "D"
    assert house.taken == {"10000": 1, "10001": 2, "10002": 1, "10003": 1}


def test_no_secret_stands_in_any_word(zalo: Zalo, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    echo = f"access-1 refresh-1 {SECRET_KEY} Người nhận a.b@x.example"
    house = zalo(ZaloFault(say=Answer({"error": -99, "message": echo})))
    outcomes = opened(house).send(many(2))
    said = " ".join(o.why for o in outcomes if not isinstance(o, Delivered)) + caplog.text
    assert not [secret for secret in ("access-1", "refresh-1", SECRET_KEY) if secret in said]
