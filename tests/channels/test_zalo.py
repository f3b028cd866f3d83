"""All three ways of Zalo against the stand-in on the loopback."""

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apprise
import pytest

import dunghan.channels.plugins  # noqa: F401 - so that Apprise knows our schemes
from dunghan.channels.outcome import BadGatewayUrl, Delivered, Letter, Rejected, Retry
from dunghan.channels.zalo import NotifyZalo, ZaloGateway, zalo_gateways
from dunghan.channels.zalo_tokens import MemoryTokenStore, TokenCell
from dunghan.demo import zalo_standin
from dunghan.demo.zalo_standin import Answer, ZaloStandIn

Make = Callable[..., Letter]
NOW = datetime(2018, 11, 9, 1, 0, tzinfo=UTC)
SECRETS = [zalo_standin.BOT_TOKEN, zalo_standin.SECRET_KEY, "access-1", "access-2", "refresh-1", "refresh-2"]


def opened(url: str, store: MemoryTokenStore | None = None, now: datetime = NOW) -> ZaloGateway:
    return ZaloGateway.from_url(url, store or MemoryTokenStore(), lambda: now)


@pytest.mark.parametrize(("way", "address"), [("oa", "2468013579"), ("zns", "84912345678"), ("bot", "chat-7")])
def test_each_way_delivers(zalo: ZaloStandIn, letter: Make, tmp_path: Path, way: str, address: str) -> None:
    outcomes = opened(zalo.url(way)).send([letter(address, template_data={"office": "Sở Y tế"}), letter(address)])
    assert outcomes == [Delivered(f"{way}-0001"), Delivered(f"{way}-0002")]
    assert [message["to"] for message in zalo.received] == [address, address]
    lines = (tmp_path / "zalo.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == zalo.received
    bodies = {
        "oa": {"recipient": {"user_id": address}, "message": {"text": letter().text}},
        "bot": {"chat_id": address, "text": letter().text},
    }
    body = zalo.received[0]["body"]
    if way == "zns":
        assert len(body.pop("tracking_id")) == 32
        assert body == {"phone": address, "template_id": "302145", "template_data": {"office": "Sở Y tế"}}
    else:
        assert body == bodies[way]


@pytest.mark.parametrize(("way", "kind"), [("oa", "zalo"), ("bot", "zalo"), ("zns", "phone")])
def test_each_way_accepts_its_kind_of_address(zalo: ZaloStandIn, way: str, kind: str) -> None:
    gateway = opened(zalo.url(way))
    assert gateway.kinds == {kind}
    assert [gateway.accepts(asked) for asked in ("zalo", "phone", "email")] == [kind == "zalo", kind == "phone", False]


@pytest.mark.parametrize(
    "phone", ["0912 345 678", "+84912345678", "84912345678", "0084.912.345.678", "(+84) 0912-345-678"]
)
def test_phones_are_brought_to_one_form(zalo: ZaloStandIn, letter: Make, phone: str) -> None:
    assert isinstance(opened(zalo.url("zns")).send([letter(phone)])[0], Delivered)
    assert zalo.received[0]["to"] == "84912345678"


def test_the_prefix_084_is_no_country_code(zalo: ZaloStandIn, letter: Make) -> None:
    opened(zalo.url("zns")).send([letter("0845123456")])
    assert zalo.received[0]["to"] == "84845123456"


@pytest.mark.parametrize("phone", ["", "12", "không có", "+1 202 555 0100 99"])
def test_what_is_no_phone_is_rejected_unsent(zalo: ZaloStandIn, letter: Make, phone: str) -> None:
    assert opened(zalo.url("zns")).send([letter(phone)]) == [Rejected("not a Vietnamese phone number")]
    assert zalo.received == []


def test_template_parameters_take_the_values_that_the_url_names(zalo: ZaloStandIn, letter: Make) -> None:
    gateway = opened(zalo.url("zns") + "&:ten_don_vi=to_name&:Han=last_day")
    full = letter("0912345678", to_name="Sở Y tế", template_data={"last_day": "09/12/2018", "more": "x"})
    [delivered, lacking] = gateway.send([full, letter("0912345678")])
    assert isinstance(delivered, Delivered)
    assert zalo.received[0]["body"]["template_data"] == {"ten_don_vi": "Sở Y tế", "Han": "09/12/2018"}
    assert isinstance(lacking, Retry) and "last_day" in lacking.why


def test_a_phone_without_zalo_is_rejected_and_stops_no_other(zalo: ZaloStandIn, letter: Make) -> None:
    outcomes = opened(zalo.url("zns")).send([letter("0900000000"), letter("0912345678")])
    assert outcomes == [Rejected("Zalo: HTTP 200 -118 Zalo account not existed"), Delivered("zns-0001")]


@pytest.mark.parametrize("way", ["oa", "zns"])
def test_an_expired_token_is_renewed_once_and_kept(zalo: ZaloStandIn, letter: Make, way: str) -> None:
    store = MemoryTokenStore()
    zalo.expire()
    outcomes = opened(zalo.url(way), store).send([letter("0912345678"), letter("0912345678")])
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    assert isinstance(opened(zalo.url(way), store).send([letter("0912345678")])[0], Delivered)
    assert zalo.refreshes == 1


def test_a_batch_reads_the_store_once(zalo: ZaloStandIn, letter: Make) -> None:
    class Counting(MemoryTokenStore):
        locks = 0

        @contextmanager
        def locked(self, key: str) -> Iterator[TokenCell]:
            self.locks += 1
            with super().locked(key) as cell:
                yield cell

    store = Counting()
    opened(zalo.url("oa"), store).send([letter("1")] * 10)
    assert store.locks == 1


def test_what_another_process_renewed_is_taken_over(zalo: ZaloStandIn, letter: Make) -> None:
    store = MemoryTokenStore()
    ours, theirs = opened(zalo.url("oa"), store), opened(zalo.url("oa"), store)
    ours.send([letter("1")])
    zalo.expire()
    theirs.send([letter("1")])
    assert isinstance(ours.send([letter("1")])[0], Delivered)
    assert zalo.refreshes == 1


def test_both_ways_of_an_account_share_its_tokens(zalo: ZaloStandIn, letter: Make) -> None:
    store = MemoryTokenStore()
    zalo.expire()
    for gateway in zalo_gateways(f"{zalo.url('oa')},\n  {zalo.url('zns')}", store, lambda: NOW):
        assert isinstance(gateway.send([letter("0912345678")])[0], Delivered)
    assert zalo.refreshes == 1


def test_a_token_is_renewed_before_it_ends(zalo: ZaloStandIn, letter: Make) -> None:
    store = MemoryTokenStore()
    zalo.expire()
    opened(zalo.url("oa"), store).send([letter("1")])
    for hours, refreshes in ((24, 1), (24.95, 2), (48, 2)):
        outcomes = opened(zalo.url("oa"), store, NOW + timedelta(hours=hours)).send([letter("1")])
        assert isinstance(outcomes[0], Delivered)
        assert zalo.refreshes == refreshes


def test_two_threads_spend_the_refresh_token_once(zalo: ZaloStandIn, letter: Make) -> None:
    store = MemoryTokenStore()
    zalo.expire()
    outcomes: list[object] = []
    together = threading.Barrier(2)

    def send() -> None:
        together.wait()
        outcomes.extend(opened(zalo.url("oa"), store).send([letter("1")]))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(outcome) for outcome in outcomes] == [Delivered, Delivered]
    assert zalo.refreshes == 1


def test_new_tokens_are_saved_before_they_are_used(zalo: ZaloStandIn, letter: Make) -> None:
    class Watching(MemoryTokenStore):
        def __init__(self) -> None:
            super().__init__()
            self.sent_when_released: list[int] = []

        @contextmanager
        def locked(self, key: str) -> Iterator[TokenCell]:
            with super().locked(key) as cell:
                yield cell
                self.sent_when_released.append(len(zalo.received))

    store = Watching()
    zalo.expire()
    opened(zalo.url("oa"), store).send([letter("1")])
    assert store.sent_when_released == [0, 0]  # once to read, once to renew
    with store.locked(next(iter(store._cells))) as cell:
        assert cell.tokens is not None
        assert (cell.tokens.access, cell.tokens.refresh) == ("access-2", "refresh-2")
        assert cell.tokens.expires_at == NOW + timedelta(hours=25)
        assert "access" not in repr(cell.tokens).replace("access=", "")


def test_a_refresh_token_used_twice_asks_for_an_operator(zalo: ZaloStandIn, letter: Make) -> None:
    zalo.expire()
    opened(zalo.url("oa")).send([letter("1")])
    zalo.expire()
    outcomes = opened(zalo.url("oa")).send([letter("1"), letter("2")])
    assert zalo.refreshes == 2
    assert isinstance(outcomes[0], Retry) and outcomes[0] == outcomes[1]
    assert "-14020" in outcomes[0].why and "an operator must log in" in outcomes[0].why


def test_a_new_refresh_token_in_the_url_starts_afresh(zalo: ZaloStandIn, letter: Make) -> None:
    store = MemoryTokenStore()
    zalo.expire()
    assert isinstance(opened(zalo.url("oa", refresh="refresh-9"), store).send([letter("1")])[0], Retry)
    assert isinstance(opened(zalo.url("oa", refresh="refresh-1"), store).send([letter("1")])[0], Delivered)


def test_a_token_refused_after_renewal_ends_the_batch(zalo: ZaloStandIn, letter: Make) -> None:
    zalo.upcoming = [Answer({"error": -216, "message": "expired"})] * 2
    zalo.expire()
    outcomes = opened(zalo.url("oa")).send([letter("1"), letter("2")])
    assert outcomes == [Retry("Zalo: HTTP 200 -216 expired", counts=False)] * 2
    assert zalo.refreshes == 1


@pytest.mark.parametrize("way", ["oa", "zns", "bot"])
def test_too_many_requests_ends_the_batch(zalo: ZaloStandIn, letter: Make, way: str) -> None:
    zalo.upcoming = [Answer({"error": 9, "message": "slow down"}, 429, {"Retry-After": "17"})]
    outcomes = opened(zalo.url(way)).send([letter("0912345678")] * 3)
    assert [type(outcome) for outcome in outcomes] == [Retry] * 3
    assert all(isinstance(outcome, Retry) and outcome.after == 17 for outcome in outcomes)
    assert zalo.received == []


def test_the_bot_platform_may_say_429_inside(zalo: ZaloStandIn, letter: Make) -> None:
    zalo.upcoming = [Answer({"ok": False, "error_code": 429, "description": "Too many"})]
    busy = Retry("Zalo: HTTP 200 429 Too many", counts=False)
    assert opened(zalo.url("bot")).send([letter("1")] * 2) == [busy] * 2


@pytest.mark.parametrize("way", ["oa", "zns", "bot"])
@pytest.mark.parametrize(
    "answer",
    [
        Answer("<html>Bad gateway</html>", 502),
        Answer("", 200),
        Answer("[1, 2]", 200),
        Answer("{", 200),
        Answer({}, 200),
        Answer({"error": "0", "message": "Success"}, 200),
        Answer({"error": False}, 200),
        Answer({"error": 0}, 500),
        Answer({"ok": "true"}, 200),
        Answer({"ok": 1}, 200),
        Answer({"error": -224, "message": "package lacks the feature", "ok": False}, 200),
        Answer({}, 302, {"Location": "http://127.0.0.1:9/stolen"}),
    ],
)
def test_only_success_as_declared_is_success(zalo: ZaloStandIn, letter: Make, way: str, answer: Answer) -> None:
    zalo.upcoming = [answer]
    [retry, delivered] = opened(zalo.url(way)).send([letter("0912345678")] * 2)
    assert isinstance(retry, Retry) and f"HTTP {answer.status}" in retry.why
    assert isinstance(delivered, Delivered)


def test_refusals_keep_their_code_and_words_but_no_secret(zalo: ZaloStandIn, letter: Make) -> None:
    zalo.expire()
    gateway = opened(zalo.url("oa"))
    gateway.send([letter("1")])
    zalo.upcoming = [Answer({"error": -224, "message": f"upgrade\n{zalo_standin.SECRET_KEY} access-2"})]
    assert gateway.send([letter("1")]) == [Retry("Zalo: HTTP 200 -224 upgrade *** ***")]


def test_the_url_may_teach_new_codes(zalo: ZaloStandIn, letter: Make) -> None:
    zalo.upcoming = [Answer({"error": -213, "message": "not a follower"}), Answer({"error": -32, "message": "limit"})]
    outcomes = opened(zalo.url("oa") + "&codes=-213:rejected,-32:busy").send([letter("1")] * 3)
    limit = Retry("Zalo: HTTP 200 -32 limit", counts=False)
    assert outcomes == [Rejected("Zalo: HTTP 200 -213 not a follower"), limit, limit]


def test_a_dead_host_answers_at_once(letter: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    outcomes = opened(f"zalo://12:token@bot/?gateway=http://127.0.0.1:{port}").send([letter("1")] * 500)
    assert outcomes == [Retry(f"no answer from 127.0.0.1:{port} (ConnectionError)", counts=False)] * 500


def test_a_silent_host_costs_one_time_out(letter: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        url = f"zalo://12:token@bot/?rto=0.3&gateway=http://127.0.0.1:{silent.getsockname()[1]}"
        outcomes = opened(url).send([letter("1")] * 50)
        assert time.monotonic() - began < 2
    assert all(isinstance(outcome, Retry) and "ReadTimeout" in outcome.why for outcome in outcomes)


def test_long_text_is_cut_at_the_end_of_a_line(zalo: ZaloStandIn, letter: Make) -> None:
    lines = "\n".join(f"{number}. Sở Lao động – Thương binh và Xã hội" for number in range(200))
    opened(zalo.url("oa")).send([letter("1", text=lines), letter("1", text="x" * 2000)])
    opened(zalo.url("bot")).send([letter("1", text="x" * 2001, language="en")])
    texts = [m["body"].get("text") or m["body"]["message"]["text"] for m in zalo.received]
    assert len(texts[0]) <= 2000
    *kept, note = texts[0].split("\n")
    assert note == "[Tin quá dài nên đã cắt bớt tại đây]" and kept == lines.split("\n")[: len(kept)] and len(kept) > 40
    assert texts[1] == "x" * 2000
    assert len(texts[2]) == 2000 and texts[2].endswith("\n[Too long for Zalo: cut here]")


def test_no_log_line_holds_a_secret(zalo: ZaloStandIn, letter: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    zalo.expire()
    zalo.upcoming = [Answer("", 502), Answer({}, 302, {"Location": "/"})]
    for way in ("bot", "oa", "zns"):
        opened(zalo.url(way)).send([letter("0912345678")] * 3)
    opened(zalo.url("bot") + "&path=/v2/%7Btoken%7D/sendMessage").send([letter("0912345678")])
    dead = zalo.url("bot").replace(str(zalo.port), "9")
    [outcome] = opened(dead).send([letter("0912345678")])
    assert "urllib3.connectionpool" in {record.name for record in caplog.records}
    assert any("/***" in record.getMessage() for record in caplog.records)
    text = caplog.text + repr(outcome)
    assert not [secret for secret in [*SECRETS, "0912345678", "84912345678"] if secret in text]


def test_notify_through_plain_apprise(zalo: ZaloStandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    service = apprise.Apprise()
    assert service.add(zalo.url("zns").replace("@zns/", "@zns/0912345678/84900000000/") + "&:noi_dung=text")
    assert service.add(zalo.url("bot").replace("@bot/", "@bot/chat-7/"))
    assert not service.notify(title="Nhắc", body="báo cáo")
    plugin = service[0]
    assert isinstance(plugin, NotifyZalo) and len(plugin) == 2
    assert [type(outcome) for outcome in plugin.last.values()] == [Delivered, Rejected]
    bodies = {message["way"]: message["body"] for message in zalo.received}
    assert bodies["zns"]["template_data"] == {"noi_dung": "Nhắc\r\nbáo cáo"}
    assert bodies["bot"]["text"] == "Nhắc\r\nbáo cáo"
    assert not [secret for secret in [*SECRETS, "0912345678"] if secret in caplog.text]
    for one in service:
        again = apprise.Apprise()
        assert again.add(one.url())  # type: ignore[no-untyped-call]
        assert again[0].url() == one.url()  # type: ignore[no-untyped-call]
    assert "zalo" in {schema for entry in service.details()["schemas"] for schema in entry["secure_protocols"] or []}


def test_a_bad_url_in_plain_apprise_is_told_and_hidden(caplog: pytest.LogCaptureFixture) -> None:
    assert not apprise.Apprise().add("zalo://12:verysecretkey@oa/1?access=secretaccesstoken")
    assert "refresh token is missing" in caplog.text
    assert "verysecretkey" not in caplog.text


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("mailto://s3cr3t@oa", "must begin with zalo://"),
        ("zalo://", "oa, zns or bot"),
        ("zalo://12:s3cr3t@somewhere/", "oa, zns or bot"),
        ("zalo://bot/", "bot token is missing"),
        ("zalo://12@oa/?refresh=s3cr3t", "is missing"),
        ("zalo://12:s3cr3t@oa/", "refresh=TOKEN"),
        ("zalo://12:s3cr3t@zns/?refresh=s3cr3t", "template=ID"),
        ("zalo://12:s3cr3t@bot/?gateway=http://zalo.example", "gateway= must be an https://"),
        ("zalo://12:s3cr3t@bot/?gateway=http://127.0.0.1.evil.example", "gateway= must be"),
        ("zalo://12:s3cr3t@oa/?refresh=s3cr3t&oauth=ftp://127.0.0.1", "oauth= must be"),
        ("zalo://12:s3cr3t@bot/?codes=s3cr3t", "CODE:MEANING"),
        ("zalo://12:s3cr3t@bot/?rto=s3cr3t", "rto= are seconds"),
        ("zalo://12:s3cr3t@bot/?cto=0", "rto= are seconds"),
    ],
)
def test_a_bad_url_says_what_to_do_and_no_secret(bad: str, says: str) -> None:
    with pytest.raises(BadGatewayUrl) as failure:
        zalo_gateways(bad, MemoryTokenStore(), lambda: NOW)
    assert says in str(failure.value) and "s3cr3t" not in str(failure.value)


def test_no_url_means_no_gateway() -> None:
    assert zalo_gateways(" ", MemoryTokenStore(), lambda: NOW) == []
