"""Many mails go over some connections side by side, as far as the server lets us have them."""

import threading
import time
from collections import Counter
from typing import Any

import pytest

from tests.hostile.conftest import QUICK, Open, Post, Serve, kinds, letters, mail_url, taken_once
from tests.hostile.smtp_server import Fault, HostileSmtp


@pytest.fixture
def server(one_by_one: HostileSmtp) -> HostileSmtp:
    """A server that takes texts ahead of its answers gets them all over one connection."""
    return one_by_one


def test_a_few_go_over_one_connection_and_more_over_more_each_once(server: HostileSmtp, post: Post) -> None:
    assert kinds(post(server, letters(90))) == "D" * 90
    assert server.connections == 1
    batch = letters(110, first=90)
    assert kinds(post(server, batch)) == "D" * 110
    assert server.connections == 3
    taken_once(server, letters(200))


def test_the_connections_are_kept_from_batch_to_batch(serve: Serve, gateway: Open) -> None:
    server = serve()
    kept = gateway(mail_url(server))
    for first in (0, 300, 600):
        assert kinds(kept.send(letters(300, first=first))) == "D" * 300
    assert server.connections == 4


def test_as_many_as_the_url_says(serve: Serve, post: Post) -> None:
    server = serve()
    assert kinds(post(server, letters(500))) == "D" * 500
    assert server.connections == 4
    assert kinds(post(server, letters(500, first=500), connections="1")) == "D" * 500
    assert server.connections == 5
    assert kinds(post(server, letters(500, first=1000), connections="5")) == "D" * 500
    assert server.connections == 10


def test_a_server_that_lets_us_have_one_connection_gets_them_all_over_that(serve: Serve, gateway: Open) -> None:
    server = OneAtATime()
    with server:
        kept = gateway(mail_url(server, **QUICK))
        for first in (0, 300):
            assert kinds(kept.send(letters(300, first=first))) == "D" * 300
        taken_once(server, letters(600))
    assert server.turned_away == 3, "so many at once are not asked for again"


class OneAtATime(HostileSmtp):
    """A server that says 421 to a second client while it has one."""

    def __init__(self) -> None:
        super().__init__()
        self.turned_away = 0
        self._busy = threading.Lock()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve the client, or turn it away."""
        if self._busy.acquire(blocking=False):
            try:
                super().process_request_thread(request, client_address)
            finally:
                self._busy.release()
            return
        self.turned_away += 1
        request.sendall(b"421 4.7.0 too many connections from you\r\n")
        self.shutdown_request(request)


def test_a_refused_recipient_is_the_one_that_was_refused(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("RCPT", "550 5.1.1 gone", to="n77@"), Fault("RCPT", "450 4.2.0 later", to="n210@")]
    outcomes = kinds(post(server, letters(300)))
    assert [(n, kind) for n, kind in enumerate(outcomes) if kind != "D"] == [(77, "R"), (210, "w")]


def test_a_lost_connection_costs_at_most_the_letter_in_flight(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("taken", b"", "close", to="n120@", times=1)]
    batch = letters(300)
    outcomes = kinds(post(server, batch))
    assert Counter(outcomes) == {"D": 299, "w": 1} and outcomes[120] == "w"
    taken_once(server, batch)


def test_a_login_refused_is_not_asked_for_by_every_connection(serve: Serve, gateway: Open) -> None:
    server = serve(users={"a": "b"})
    outcomes = gateway(mail_url(server, login="a:wrong@", **QUICK)).send(letters(500))
    assert set(kinds(outcomes)) == {"u"}
    assert len(server.passwords) <= 1


def test_one_slow_connection_does_not_hold_up_the_time_of_the_other(serve: Serve, post: Post) -> None:
    server = serve(Fault("MAIL", b"", "hang", to="", times=1))
    began = time.monotonic()
    outcomes = kinds(post(server, letters(300), **QUICK))
    assert time.monotonic() - began < 3
    assert outcomes.count("D") >= 150
