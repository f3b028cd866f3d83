"""``notify()`` of any Apprise user through hostile gateways: it answers, says why in the log, and shows no address."""

import logging
import time
from pathlib import Path

import apprise
import pytest

import dunghan.channels.plugins  # noqa: F401 - so that Apprise knows our schemes
from dunghan.channels.email import EmailGateway, PooledEmail
from dunghan.channels.outcome import BadGatewayUrl, Rejected, Retry
from dunghan.channels.zalo import NotifyZalo
from dunghan.demo.zalo_standin import Answer
from tests.hostile.conftest import Serve
from tests.hostile.smtp_server import Fault
from tests.hostile.zalo_server import HostileZalo, ZaloFault


def test_one_refused_recipient_of_a_notification(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = "550 5.1.1 <Gone@X.Example> không có, hỏi chu.nhiem@x.example"
    server = serve(Fault("RCPT", said, to="gone@"))
    service = apprise.Apprise()
    assert service.add(f"smtppool://127.0.0.1:{server.port}/a@x.example/gone@x.example/b@x.example?from=d@x.example")
    assert not service.notify(title="Nhắc nộp", body="Kính gửi")
    plugin = service[0]
    assert isinstance(plugin, PooledEmail)
    assert plugin.last["gone@x.example"] == Rejected(said)
    assert sorted(server.recipients) == ["a@x.example", "b@x.example"]
    words = " ".join(r.getMessage() for r in caplog.records if r.name.startswith("dunghan"))
    assert "e-mail to g…@x.example: 550 5.1.1 <G…@X.Example> không có, hỏi c…@x.example" in words
    assert "one@" not in words and "chu.nhiem" not in words
    plugin.close()


def test_a_notification_to_a_dead_server_ends_in_time_and_the_next_one_is_tried_again(serve: Serve) -> None:
    server = serve(Fault("text", b"", "hang", times=1))
    service = apprise.Apprise()
    assert service.add(f"smtppool://127.0.0.1:{server.port}/a@x.example?from=d@x.example&cto=0.3&rto=0.3")
    began = time.monotonic()
    assert not service.notify(body="một")
    assert time.monotonic() - began < 5
    assert service.notify(body="hai")
    plugin = service[0]
    assert isinstance(plugin, PooledEmail)
    plugin.close()


def test_the_times_of_a_url_survive_its_writing() -> None:
    service = apprise.Apprise()
    assert service.add("smtppool://127.0.0.1:9/a@x.example?from=d@x.example&cto=1.5&rto=2.5&budget=7&rest=9")
    assert service.add("zalo://token@bot/chat/?budget=7&rest=9&cto=1.5&rto=2.5")
    again = apprise.Apprise()
    for one in service:
        assert again.add(one.url())  # type: ignore[no-untyped-call]
    mail, zalo = again[0], again[1]
    assert isinstance(mail, PooledEmail) and isinstance(zalo, NotifyZalo)
    relay, account = mail._pool._relay, zalo._account
    assert (relay.connect_timeout, relay.reply_timeout, relay.budget, relay.rest) == (1.5, 2.5, 7, 9)
    assert (account.timeouts, account.budget, account.rest) == ((1.5, 2.5), 7, 9)


@pytest.mark.parametrize("times", ["cto=0&rto=-1&budget=nan&rest=inf", "cto=soon&rto=inf&budget=&rest=x"])
def test_times_that_can_not_work_are_passed_over_by_apprise(times: str) -> None:
    service = apprise.Apprise()
    assert service.add(f"smtppool://127.0.0.1:9/a@x.example?from=d@x.example&{times}")
    plugin = service[0]
    assert isinstance(plugin, PooledEmail)
    relay = plugin._pool._relay
    assert (relay.connect_timeout, relay.reply_timeout, relay.budget, relay.rest) == (15, 60, 300, 0)


@pytest.mark.parametrize("times", ["cto=0", "rto=-1", "budget=nan", "rest=inf", "rto=soon", "budget=", "cto=99999999"])
def test_and_are_told_by_the_gateway(times: str) -> None:
    with pytest.raises(BadGatewayUrl, match=f"{times.split('=', maxsplit=1)[0]}= is a number of seconds"):
        EmailGateway.from_url(f"mailto://127.0.0.1:9?from=d@x.example&{times}")


def test_a_notification_by_zalo_that_fails_shows_no_target(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    refusal = Answer({"ok": False, "error_code": 400, "description": "chat 7777777 của an@x.example không có"})
    with HostileZalo(tmp_path / "z.jsonl", ZaloFault("sendMessage", refusal, to="7777777")) as zalo:
        service = apprise.Apprise()
        assert service.add(zalo.url("bot").replace("@bot/", "@bot/7777777/8888888/"))
        assert not service.notify(body="báo cáo")
    plugin = service[0]
    assert isinstance(plugin, NotifyZalo) and isinstance(plugin.last["7777777"], Retry)
    assert zalo.taken == {"8888888": 1}
    assert "Zalo to 77…777: Zalo: HTTP 200 400 chat 77…777 của a…@x.example không có" in caplog.text
    assert "7777777" not in caplog.text and "an@x.example" not in caplog.text
