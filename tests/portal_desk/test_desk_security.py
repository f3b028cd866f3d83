"""Who may see and do what at the desk, and what a page lets out: a test for each property."""

import hashlib
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select
from starlette.routing import Mount

from dunghan.engine import users
from dunghan.engine.context import Context
from dunghan.portal import export, login
from dunghan.portal.headers import POLICY
from dunghan.store import acts
from dunghan.store.database import reading
from dunghan.store.users import SESSION
from tests.portal_desk.conftest import LOGIN, ONE, PASSWORD, PLAN, Desk

_FILLED = {
    "plan_id": PLAN, "report": "annual", "period": "2018", "office": "024", "key": "2018", "version": "1",
    "number": "1", "act": "waive",
}  # fmt: skip


def _routes(desk: Desk) -> list[tuple[str, str]]:
    """Every method and path under /c/ but those of logging in."""
    found = []
    pending: list[Any] = list(desk.client.app.routes)  # type: ignore[attr-defined]
    while pending:
        route = pending.pop()
        original = getattr(route, "original_router", None) or getattr(route, "router", None)
        if original is not None and not isinstance(route, APIRoute | Mount):
            pending += original.routes
        if isinstance(route, APIRoute) and route.path.startswith("/c") and "login" not in route.path:
            found += [(method, route.path.format(**_FILLED)) for method in route.methods or ()]
    return sorted(found)


def test_no_page_and_no_form_of_the_desk_opens_without_a_login(stranger: Desk) -> None:
    routes = _routes(stranger)
    assert len(routes) >= 8 and ("POST", "/c/logout") in routes, routes
    for method, path in routes:
        if path == "/c/logout":
            continue
        for cookie in (None, "", "x" * 43):
            stranger.client.cookies.delete("dunghan_desk") if cookie is None else stranger.client.cookies.set(
                "dunghan_desk", cookie, path="/c"
            )
            fields = {"_form": stranger.token(), "because": "x"} if method == "POST" else None
            answer = stranger.client.request(method, path, data=fields, follow_redirects=False)
            assert answer.status_code == 303, (method, path, answer.status_code)
            assert answer.headers["location"].startswith("/c/login?next="), (method, path)
            assert not answer.content
    with reading(stranger.context.db) as connection:
        assert not acts.submissions(connection, ONE)


def test_one_comes_back_to_where_one_wanted(stranger: Desk) -> None:
    wanted = f"/c/{PLAN}/2018?text=B%E1%BA%AFc+M%C3%AA&state=overdue"
    to = stranger.get(wanted).headers["location"]
    page = stranger.get(to).text
    (held,) = re.findall(r'name="next" value="([^"]+)"', page)
    answer = stranger.log_in(wanted=held.replace("&amp;", "&"))
    assert (answer.status_code, answer.headers["location"]) == (303, wanted)
    assert stranger.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/c//evil.example", "/b/token", "javascript:x",
     "/c/../b/x", "/c/\r\nSet-Cookie: a=b", "/c/login?next=/c/", "/c/@evil.example", ""],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_a_login(elsewhere: str) -> None:
    assert login.own_path(elsewhere) == "/c/"


def test_a_login_renews_the_session_and_its_cookie_is_kept_from_scripts(season: Context) -> None:
    desk = Desk(season, "https://testserver")
    first = desk.log_in()
    (cookie,) = (c for c in first.headers.get_list("set-cookie") if c.startswith("dunghan_desk="))
    assert all(word in cookie.lower() for word in ("httponly", "samesite=lax", "secure", "path=/c", "max-age=43200"))
    old = desk.client.cookies["dunghan_desk"]
    with reading(season.db) as connection:
        (key,) = connection.scalars(select(SESSION.c.key))
    assert key == hashlib.sha256(old.encode()).hexdigest() and old not in key
    desk.log_in()
    assert desk.client.cookies["dunghan_desk"] != old
    assert users.of_session(season, old) is None
    desk.post("/c/logout")
    with reading(season.db) as connection:
        assert not connection.scalars(select(SESSION.c.key)).all()


def test_a_session_ends_after_twelve_hours_and_when_its_user_is_disabled(desk: Desk) -> None:
    assert desk.get("/c/").status_code == 200
    token = desk.client.cookies["dunghan_desk"]
    desk.context.now.time += timedelta(hours=12)  # type: ignore[attr-defined]
    assert users.of_session(desk.context, token) is None and desk.get("/c/").status_code == 303
    desk.enter()
    users.disable(desk.context, LOGIN, by="test")
    assert desk.get("/c/").status_code == 303
    desk.client.cookies.clear()
    assert desk.log_in().status_code == 401


def test_a_wrong_login_and_a_wrong_password_look_alike_and_cost_alike(
    stranger: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = users._HASHER.verify

    class Counting:
        def verify(self, held: str, password: str) -> bool:
            checked.append(held.rpartition("$")[0].rpartition("$")[0])
            return verify(held, password)

        hash = staticmethod(users._HASHER.hash)

    monkeypatch.setattr(users, "_HASHER", Counting())
    pages = [stranger.log_in(name, "sai mật khẩu rồi") for name in (LOGIN, "nobody")]
    assert [p.status_code for p in pages] == [401, 401]
    assert pages[0].text.replace(LOGIN, "nobody") == pages[1].text
    assert len(checked) == 2 and len(set(checked)) == 1  # one hash each, with the same costs


def test_tries_are_limited_for_a_login_and_for_an_address(season: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "check", lambda context, login, password: None)  # what is counted are tries
    stranger = Desk(season)
    answers = [stranger.log_in(password="sai mật khẩu rồi") for _ in range(9)]
    assert [a.status_code for a in answers] == [401] * 8 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 300
    assert "Xin đợi vài phút" in answers[-1].text
    assert stranger.log_in().status_code == 429  # the right password does not help who guesses
    others = [stranger.log_in(f"other{n}").status_code for n in range(32)]
    assert others[0] == 401 and others[-1] == 429  # nor does another login
    assert Desk(season).log_in().status_code == 401  # counted in memory, by each process


def test_a_form_of_another_site_changes_nothing(desk: Desk) -> None:
    for data in ({}, {"_form": "x"}, {"_form": desk.token()[:-1] + "é"}):
        answer = desk.client.post(f"/c/o/{ONE}/waive", data=data | {"because": "x"}, follow_redirects=False)
        assert answer.status_code == 403 and "chưa có gì" in answer.text
    token = desk.token()
    desk.client.cookies.delete("dunghan_form")
    answer = desk.client.post(f"/c/o/{ONE}/waive", data={"_form": token, "because": "x"}, follow_redirects=False)
    assert answer.status_code == 403
    assert "Miễn báo cáo này" in desk.get(f"/c/o/{ONE}").text
    assert desk.client.post("/c/logout", follow_redirects=False).status_code == 403
    assert desk.client.post("/c/login", data={"login": LOGIN}, follow_redirects=False).status_code == 403


def test_every_form_of_every_page_carries_its_token(desk: Desk) -> None:
    for path in ("/c/", f"/c/{PLAN}/2018", f"/c/o/{ONE}", f"/c/{PLAN}/2018/response/annual/2018"):
        text = desk.get(path).text
        forms = re.findall(r'<form method="post".*?</form>', text, re.DOTALL)
        assert forms and all('name="_form"' in form for form in forms), path


def test_every_answer_forbids_what_a_page_does_not_need(desk: Desk) -> None:
    for path in ("/c/", "/c/login", f"/c/{PLAN}/2018", f"/c/{PLAN}/2018/export.xlsx", "/c/none/2018"):
        headers = desk.get(path).headers
        assert headers["content-security-policy"] == POLICY and "unsafe" not in POLICY
        assert headers["referrer-policy"] == "no-referrer" and headers["cache-control"] == "no-store"
    for path in ("/c/", f"/c/{PLAN}/2018", f"/c/o/{ONE}", f"/c/{PLAN}/2018/response/annual/2018"):
        text = desk.get(path).text
        assert not re.search(r"<script|\sstyle=|\son\w+=|https?://(?!www\.w3\.org/2000/svg)", text), path


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_spreadsheet_is_a_formula(begins: str) -> None:
    assert export.inert(f"{begins}1+1|x") == f"'{begins}1+1|x"
    assert export.inert(f"\x07{begins}1") == f"'{begins}1"  # what is taken out uncovers nothing
    assert export.inert(f"Xã {begins}") == f"Xã {begins}"


def test_what_is_typed_is_text(desk: Desk) -> None:
    evil = "<img src=x onerror=alert(1)>"
    assert evil not in desk.client.get(f"/c/{PLAN}/2018", params={"text": evil, "stage": evil}).text
    assert evil not in desk.log_in(evil, "sai mật khẩu rồi").text
    desk.post(f"/c/o/{ONE}/waive", because=evil)
    text = desk.get(f"/c/o/{ONE}").text
    assert evil not in text and "&lt;img src=x" in text


def test_two_decide_at_once_and_one_of_them_is_told(desk: Desk) -> None:
    token, seen = desk.token(), []

    def waive() -> None:
        data = {"_form": token, "because": "lũ"}
        seen.append(desk.client.post(f"/c/o/{ONE}/waive", data=data, follow_redirects=False).status_code)

    both = [threading.Thread(target=waive) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(seen) == [303, 409]


def test_no_password_and_no_session_id_is_in_a_log(stranger: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    stranger.log_in()
    stranger.get("/c/")
    assert PASSWORD not in caplog.text and stranger.client.cookies["dunghan_desk"] not in caplog.text
