"""Logging in and out, and who asks: a session cookie whose digest the database knows."""

import re
from math import ceil
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from dunghan import clock
from dunghan.engine import users
from dunghan.engine.context import Context
from dunghan.portal.forms import require_own_form
from dunghan.portal.limits import asker
from dunghan.portal.pages import page
from dunghan.store.database import reading
from dunghan.store.users import User

COOKIE = "dunghan_desk"
HOME = "/c/"
PER_LOGIN = RateLimitItemPerMinute(8, 5, namespace="login")
PER_ADDRESS = RateLimitItemPerMinute(40, 5, namespace="address")
"""A whole agency may sit behind one address; a login is one person's."""
_OWN = re.compile(r"/c/(?!login|logout)[A-Za-z0-9._~%/?&=+-]*")

router = APIRouter()


class NoSession(Exception):
    """Nobody is logged in: they are asked to, and come back to where they wanted."""


class Throttle:
    """Counts tries to log in, by login and by address (:func:`dunghan.portal.limits.asker`)."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait(self, login: str, address: str) -> int:
        """Count a try; the seconds until the next one is allowed, 0 where this one is."""
        waits = [self._one(PER_ADDRESS, address), self._one(PER_LOGIN, login)]
        return max(waits)

    def succeeded(self, login: str) -> None:
        """Forget the tries of somebody who got in."""
        self._limiter.clear(PER_LOGIN, login)

    def _one(self, limit: RateLimitItem, key: str) -> int:
        if self._limiter.hit(limit, key):
            return 0
        return max(1, ceil(self._limiter.get_window_stats(limit, key).reset_time - clock.now().timestamp()))


def current_user(request: Request) -> User:
    """Who is logged in; for them the catalogue is as it is now. Raises NoSession."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise NoSession
    context: Context = request.app.state.context
    with reading(context.db) as connection:
        user = users.user_of(connection, token, context.now())
        if user is None:
            raise NoSession
        request.app.state.renewal.look(connection)
    request.state.user = user  # the pages name it
    return user


LoggedIn = Annotated[User, Depends(current_user)]


def ask_to_log_in(request: Request, _: Exception) -> Response:
    """To the login page; a form that was being sent is not sent again: one comes back to the page it stood on."""
    wanted = request.url.path if request.method == "GET" else request.url.path.rpartition("/")[0]
    if request.method == "GET" and request.url.query:
        wanted += f"?{request.url.query}"
    return RedirectResponse(f"/c/login?next={quote(own_path(wanted), safe='')}", 303)


def own_path(wanted: str) -> str:
    """A path of the desk as it is, anything else as its first page: nobody is sent elsewhere by a link of ours."""
    return wanted if _OWN.fullmatch(wanted) and "//" not in wanted and ".." not in wanted else HOME


@router.get("/c/login")
def login_page(request: Request, next: str = HOME) -> Response:  # noqa: A002 - the name of the field
    """The form."""
    return page(request, "desk_login.html", login="", next=own_path(next), fault="")


@router.post("/c/login", dependencies=[Depends(require_own_form)])
def log_in(
    request: Request,
    login: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=2000)] = HOME,  # noqa: A002
) -> Response:
    """Begin a session under a new id; a wrong login and a wrong password look alike, and take as long."""
    context: Context = request.app.state.context
    throttle: Throttle = request.app.state.throttle
    login, wanted = login.strip().casefold(), own_path(next)
    if wait := throttle.wait(login, asker(request)):
        answer: Response = page(request, "desk_login.html", 429, login=login, next=wanted, fault="often")
        answer.headers["Retry-After"] = str(wait)
        return answer
    user = users.check(context, login, password)
    if user is None:
        return page(request, "desk_login.html", 401, login=login, next=wanted, fault="wrong")
    throttle.succeeded(login)
    if old := request.cookies.get(COOKIE):
        users.close_session(context, old)
    answer = RedirectResponse(wanted, 303)
    answer.set_cookie(
        COOKIE, users.open_session(context, user), max_age=int(users.SESSION_LIFE.total_seconds()),
        httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/c",
    )  # fmt: skip
    return answer


@router.post("/c/logout", dependencies=[Depends(require_own_form)])
def log_out(request: Request) -> Response:
    """End the session, here and in the database."""
    if token := request.cookies.get(COOKIE):
        users.close_session(request.app.state.context, token)
    answer = RedirectResponse("/c/login", 303)
    answer.delete_cookie(COOKIE, path="/c", httponly=True, samesite="lax")
    return answer
