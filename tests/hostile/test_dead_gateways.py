"""How long a gateway can hold up a run of 12,600 messages: each kind of death costs its time-outs once."""

import socket
import time
from collections.abc import Iterator

import pytest

import dunghan.channels.plugins  # noqa: F401 - so that Apprise knows our schemes
from dunghan.channels.outcome import Outcome
from dunghan.channels.smtp import Mail, Relay, SmtpPool
from tests.hostile.conftest import QUICK, Open, Serve, kinds, letters, mail_url, taken_once
from tests.hostile.smtp_server import Fault, HostileSmtp

BATCHES, BATCH = 26, 500  # 12,600 messages, as the outbox claims them


def run(gateway: Open, url: str) -> tuple[set[str], float]:
    """What a run of 12,600 letters comes to, and the seconds it takes."""
    opened, batch = gateway(url), letters(BATCH)
    began = time.monotonic()
    seen = {kinds(opened.send(batch)) for _ in range(BATCHES)}
    return seen, time.monotonic() - began


def test_a_host_that_is_not_there(gateway: Open) -> None:
    """Its packets are swallowed: a full backlog answers no SYN."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        callers = [socket.socket() for _ in range(4)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        seen, took = run(gateway, f"mailto://127.0.0.1:{port}?from=a@b.example&cto=0.3")
        for caller in callers:
            caller.close()
    assert seen == {"u" * BATCH}
    assert took < 5


@pytest.mark.parametrize(
    ("fault", "first"),
    [
        (Fault("connect", b"", "hang"), "u"),
        (Fault("connect", "220 " + "x" * 1000, drip=0.02), "u"),
        (Fault("MAIL", b"", "hang"), "u"),
        (Fault("text", b"", "hang"), "w"),
        (Fault("text", "250 " + "x" * 1000, drip=0.02), "w"),
    ],
    ids=["no greeting", "a greeting that drips", "hangs at MAIL", "hangs at the text", "drips at the text"],
)
def test_a_server_that_is_dead(serve: Serve, gateway: Open, fault: Fault, first: str) -> None:
    server = serve(Fault(**vars(fault)))
    seen, took = run(gateway, mail_url(server, **QUICK))
    # Four connections side by side, and each is tried anew once, unless another found the server dead meanwhile.
    assert all(set(whole[:8]) <= {first, "u"} and set(whole[8:]) == {"u"} for whole in seen)
    assert took < 5
    assert server.connections <= 8


def test_a_server_found_dead_is_asked_again_after_its_rest(serve: Serve, gateway: Open) -> None:
    server = serve(Fault("connect", b"", "hang", times=1))
    opened = gateway(mail_url(server, rest="0.5", **QUICK))
    batch = letters(3)
    assert kinds(opened.send(batch)) == "uuu"
    assert kinds(opened.send(batch)) == "uuu" and server.connections == 1
    time.sleep(0.55)
    assert kinds(opened.send(batch)) == "DDD"
    taken_once(server, batch)


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_slow_server_gets_its_budget_and_the_rest_waits_untried(
    serve: Serve, gateway: Open, pipelining: bool
) -> None:
    """So a batch is settled before its lease ends, and nobody else takes it up meanwhile."""
    server = serve(Fault("taken", "250 ok", drip=0.01), pipelining=pipelining)
    opened = gateway(mail_url(server, budget="0.3"))
    batch = letters(10)
    began = time.monotonic()
    outcomes = opened.send(batch)
    assert 0.3 <= time.monotonic() - began < 5
    done = kinds(outcomes).count("D")
    assert 1 <= done < 10 and kinds(outcomes) == "D" * done + "u" * (10 - done)
    assert "the rest goes in the next round" in outcomes[-1].why  # type: ignore[union-attr]
    while done < 10:
        more = kinds(opened.send(batch[done:])).count("D")
        assert more > 0
        done += more
    taken_once(server, batch)


def test_an_answer_that_is_still_out_when_the_budget_ends_is_waited_for_no_longer_than_for_an_answer(
    serve: Serve, gateway: Open
) -> None:
    server = serve(Fault("text", b"", "hang", to="n3@"))
    began = time.monotonic()
    outcomes = gateway(mail_url(server, budget="0.1", rto="0.4")).send(letters(500))
    assert time.monotonic() - began < 5
    assert set(kinds(outcomes)) <= {"D", "w", "u"}


@pytest.fixture
def plain(serve: Serve) -> Iterator[tuple[HostileSmtp, SmtpPool]]:
    """A pool as ``notify()`` has it, that does not rest."""
    server = serve()
    pool = SmtpPool(Relay("127.0.0.1", server.port, "insecure", "", "", True, 0.3, 0.3))
    yield server, pool
    pool.close()


def test_apprise_asks_again_at_once(plain: tuple[HostileSmtp, SmtpPool]) -> None:
    server, pool = plain
    server.faults = [Fault("connect", b"", "hang", times=1)]

    def send() -> list[Outcome]:
        return pool.deliver("a@b.example", [Mail("c@d.example", b"Subject: x\r\n\r\n")])

    assert kinds(send()) == "u"
    assert kinds(send()) == "D"
