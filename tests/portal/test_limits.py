"""How often somebody may ask: a good link by its contact, a bad one and a login by the network they come from."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from fastapi import FastAPI
from limits import RateLimitItem
from starlette.requests import Request

from dunghan import clock as real_clock
from dunghan.engine import users
from dunghan.engine.context import Context
from dunghan.files import listing
from dunghan.portal.limits import BAD_LINKS, PAGES, UPLOADS, Limits, asker
from dunghan.portal.login import PER_ADDRESS, PER_LOGIN
from models.contact import Contact
from tests.conftest import Introduce
from tests.portal.conftest import ANNUAL, Browser
from tests.portal.officers import hand_in, handed_in, look_over

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Link = Callable[[Contact], str]


@pytest.fixture
def limits(app: FastAPI) -> Limits:
    """The counts of the application."""
    found: Limits = app.state.limits
    return found


def use_up(limits: Limits, item: RateLimitItem, who: str, but: int = 0) -> None:
    """Ask as often as one may."""
    for _ in range(item.amount - but):
        limits.count(item, who)


@SQLITE
def test_pages_are_counted_by_contact_and_by_nothing_else(
    app: FastAPI, browser: Browser, limits: Limits, officer: Contact, home: str, introduce: Introduce, link: Link
) -> None:
    [colleague] = introduce("024", name="Đồng nghiệp", email="dong-nghiep@024.example")
    use_up(limits, PAGES, str(officer.id), but=1)
    assert browser.get(home).status_code == 200, "the last that is allowed"
    refused = browser.get(home)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert "Hãy thử lại sau 1 phút" in refused.text
    assert Browser(app, "198.51.100.9").get(home).status_code == 429, "from another address as well: it is the link's"
    assert browser.get(link(colleague)).status_code == 200, "the same office and address, another link"
    with time_machine.travel(real_clock.now() + timedelta(seconds=61), tick=True):
        assert browser.get(home).status_code == 200


@SQLITE
def test_uploads_are_counted_by_contact_and_a_draft_can_still_be_confirmed(
    browser: Browser, context: Context, limits: Limits, officer: Contact, home: str, introduce: Introduce, link: Link
) -> None:
    [colleague] = introduce("024", name="Đồng nghiệp", email="dong-nghiep@024.example")
    use_up(limits, UPLOADS, str(officer.id), but=1)
    draft = look_over(browser, home)
    assert draft.status_code == 200, "the last that is allowed"
    kept = listing(context.settings.files_url)
    refused = look_over(browser, home, b"%PDF-1.7 another", "khac.pdf")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
    assert listing(context.settings.files_url) == kept, "its body was not read"
    assert browser.get(home).status_code == 200, "pages are counted apart"
    confirmed = browser.send(f"{home}/o/{ANNUAL}/confirm", draft, draft=browser.field(draft, "draft"))
    assert confirmed.status_code == 303 and len(handed_in(context)) == 1
    assert hand_in(browser, link(colleague), b"%PDF-1.7 theirs", "ho.pdf").status_code == 303
    with time_machine.travel(real_clock.now() + timedelta(minutes=61), tick=True):
        assert look_over(browser, home).status_code == 200


@SQLITE
def test_bad_links_are_counted_by_network(app: FastAPI) -> None:
    codes = [Browser(app, f"2001:db8:1:1::{n:x}").get("/b/anything").status_code for n in range(BAD_LINKS.amount + 1)]
    assert codes == [404] * BAD_LINKS.amount + [429]
    assert Browser(app, "2001:db8:1:2::1").get("/b/anything").status_code == 404


def log_in(app: FastAPI, address: str, login: str) -> int:
    browser = Browser(app, address)
    return browser.send("/c/login", browser.get("/c/login"), login=login, password="sai mật khẩu rồi").status_code


@SQLITE
@pytest.mark.parametrize(
    ("network", "other"), [("2001:db8:1:1::{:x}", "2001:db8:1:2::1"), ("::ffff:203.0.113.7", "::ffff:203.0.113.8")]
)
def test_logins_are_counted_by_network(network: str, other: str, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has a line with IPv6 has 2⁶⁴ addresses: each a fresh start would be none at all."""
    monkeypatch.setattr(users, "check", lambda *_: None)  # what is counted are tries
    codes = [log_in(app, network.format(n), f"login-{n}") for n in range(PER_ADDRESS.amount + 1)]
    assert codes == [401] * PER_ADDRESS.amount + [429]
    assert log_in(app, other, "login-x") == 401


@SQLITE
def test_a_login_is_counted_from_wherever_it_is_tried(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "check", lambda *_: None)
    codes = [log_in(app, f"2001:db8:{n:x}::1", "tran.a") for n in range(PER_LOGIN.amount + 1)]
    assert codes == [401] * PER_LOGIN.amount + [429]


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
        ("testclient", "testclient"),
    ],
)
def test_what_is_counted_of_an_address(host: str, counted: str) -> None:
    assert asker(Request({"type": "http", "client": (host, 1), "headers": []})) == counted


def test_who_has_no_address_is_one() -> None:
    assert asker(Request({"type": "http", "client": None, "headers": []})) == ""
