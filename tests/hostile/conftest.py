"""What the tests of hostile gateways share: servers that fail on purpose, letters, and what must hold afterwards."""

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from sqlalchemy import Connection, Engine, insert, select

from dunghan.channels.email import EmailGateway
from dunghan.channels.outcome import Gateway, Letter, Outcome
from dunghan.outbox import Claimed, Prepared, Tally, deliver
from dunghan.store.database import reading, writing
from dunghan.store.messages import MESSAGE
from tests.hostile.smtp_server import Fault, HostileSmtp

MORNING = datetime(2018, 11, 9, 1, 0, tzinfo=UTC)
CALM = {"cto": "5", "rto": "5"}
QUICK = {"cto": "0.3", "rto": "0.3"}
"""Time-outs that a test can wait for; one that expects none is calm, for the machine may be busy."""

Serve = Callable[..., HostileSmtp]
Post = Callable[..., list[Outcome]]
Open = Callable[[str], EmailGateway]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A factory: ``serve(Fault("RCPT", "450 later"), pipelining=False)`` starts a server that stops after the test."""
    with ExitStack() as stack:
        yield lambda *faults, **setup: stack.enter_context(HostileSmtp(*faults, **setup))


@pytest.fixture(params=["in step", "pipelined", "ahead"])
def server(request: pytest.FixtureRequest, serve: Serve) -> HostileSmtp:
    """A server that offers PIPELINING, one that does not, and one with CHUNKING too; a test adds its ``faults``."""
    return serve(pipelining=request.param != "in step", chunking=request.param == "ahead")


@pytest.fixture(params=["in step", "pipelined"])
def one_by_one(request: pytest.FixtureRequest, serve: Serve) -> HostileSmtp:
    """The two kinds of server that have one text in flight at any instant."""
    return serve(pipelining=request.param == "pipelined")


def mail_url(server: HostileSmtp, scheme: str = "mailto", login: str = "", **query: str) -> str:
    """How the server is reached."""
    words = "&".join(f"{key}={value}" for key, value in (CALM | query).items())
    return f"{scheme}://{login}127.0.0.1:{server.port}?from=nhac@ha-giang.example&{words}"


def letters(count: int, *, first: int = 0, **changes: Any) -> list[Letter]:
    """Letters to ``n0@x.example``, ``n1@x.example``, … in Vietnamese."""
    words = {"subject": "Nhắc nộp báo cáo năm 2018", "text": "Kính gửi Sở Y tế,\nhạn nộp là 09/12/2018.", "html": None}
    return [
        Letter(f"n{n}@x.example", message_id=f"<nhac-{n}@ha-giang.example>", date=MORNING, **(words | changes))
        for n in range(first, first + count)
    ]


@pytest.fixture
def gateway() -> Iterator[Open]:
    """A factory of gateways by URL, closed after the test."""
    with ExitStack() as stack:

        def opened(url: str) -> EmailGateway:
            made = EmailGateway.from_url(url)
            stack.callback(made.close)
            return made

        yield opened


@pytest.fixture
def post(gateway: Open) -> Post:
    """A factory: ``post(server, letters(3))`` sends them by a gateway of its own."""

    def send(server: HostileSmtp, batch: Sequence[Letter], **url: str) -> list[Outcome]:
        return gateway(mail_url(server, **url)).send(batch)

    return send


def patience(fault: Fault) -> dict[str, str]:
    """Short time-outs for a fault that is to be waited for."""
    return QUICK if fault.then == "hang" or fault.drip else CALM


def kinds(outcomes: Sequence[Outcome]) -> str:
    """The outcomes at a glance: D delivered, R rejected, w waits after a try, u waits untried.

    >>> kinds([])
    ''
    """
    marks = {"Delivered": "D", "Rejected": "R"}
    return "".join(
        marks.get(type(outcome).__name__, "w" if getattr(outcome, "counts", True) else "u") for outcome in outcomes
    )


def taken_once(server: HostileSmtp, batch: Sequence[Letter], but: Sequence[int] = ()) -> None:
    """Hold that the server took each of these letters exactly once, but for some it took not at all."""
    expected = {letter.message_id: 1 for n, letter in enumerate(batch) if n not in but}
    assert dict(server.accepted) == expected
    assert server.breaches == []


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Who signs the certificates of a session."""
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA) -> Callable[..., ssl.SSLContext]:
    """A factory of server contexts: ``certificate("127.0.0.1")``, ``certificate(expired=True)``, or another signer."""

    def make(host: str = "127.0.0.1", *, expired: bool = False, by: trustme.CA | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        ended = {"not_after": datetime.now(UTC) - timedelta(days=1)} if expired else {}
        (by or authority).issue_cert(host, **ended).configure_cert(context)
        return context

    return make


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system trusts the session's authority while the test runs."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.fixture
def queue(db: Engine, introduce: Callable[..., Any]) -> Callable[..., list[str]]:
    """A factory: ``queue(3, channel="zalo")`` puts messages to as many contacts into the outbox; their Message-IDs."""

    def put(count: int, **fields: Any) -> list[str]:
        row = {
            "plan": "plan", "day": MORNING.date(), "kind": "reminder", "channel": "email", "status": "queued",
            "not_before": MORNING, "created_at": MORNING, "attempts": 0, "answer": "", "subject": "", "body": "",
        } | fields  # fmt: skip
        people = introduce(*(f"x{n}" for n in range(count)))
        rows = [
            row | {"contact_id": c.id, "office": c.office, "message_id": f"<{c.office}@ha-giang.example>"}
            for c in people
        ]
        with writing(db) as connection:
            connection.execute(insert(MESSAGE), rows)
        return [str(one["message_id"]) for one in rows]

    return put


def compose(connection: Connection, claimed: Sequence[Claimed]) -> dict[int, Prepared]:
    """A letter to ``x0@x.example`` for office x0, and so on, with nothing to fall back on."""
    (plain,) = letters(1)
    return {c.id: Prepared(replace(plain, address=f"{c.office}@x.example", message_id=c.message_id)) for c in claimed}


@pytest.fixture
def send(db: Engine, clock: Callable[[], datetime]) -> Callable[..., Tally]:
    """A factory: ``send(gateway)`` delivers what may leave by e-mail, ``send(gateway, "zalo")`` by Zalo."""

    def of(gateway: Gateway, channel: str = "email") -> Tally:
        return deliver(db, {channel: gateway}, compose, now=MORNING, clock=clock)

    return of


@pytest.fixture
def fates(db: Engine) -> Callable[[], dict[str, Any]]:
    """A factory: every message's row by its Message-ID."""

    def read() -> dict[str, Any]:
        with reading(db) as connection:
            return {row.message_id: row for row in connection.execute(select(MESSAGE).order_by(MESSAGE.c.id))}

    return read
