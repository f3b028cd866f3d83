"""Forms that another site cannot send in somebody's name: a cookie of the browser's, and its signature in the form."""

import hashlib
import hmac
import secrets
from typing import Annotated

from fastapi import Form, Request, Response

COOKIE = "dunghan_form"
FIELD = "_form"


class Forged(Exception):
    """The form does not come from one of our own pages, or the browser keeps no cookies."""


def form_token(request: Request, response: Response) -> str:
    """What a page's forms carry as ``_form``; the cookie behind it is set where the browser has none."""
    held = request.cookies.get(COOKIE)
    if held is None:
        held = secrets.token_urlsafe(24)
        # Lax: a strict one is not sent on the way from a web mail, and a new one would end the forms of other tabs.
        response.set_cookie(COOKIE, held, httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/")
    return _signed(request, held)


def require_own_form(request: Request, token: Annotated[str, Form(alias=FIELD)] = "") -> None:
    """A dependency of every route that changes something. Raises Forged."""
    held = request.cookies.get(COOKIE, "")
    if not held or not hmac.compare_digest(token.encode(), _signed(request, held).encode()):
        raise Forged


def _signed(request: Request, cookie: str) -> str:
    key = request.app.state.context.settings.secret_key.encode()
    return hmac.new(key, b"form:" + cookie.encode(), hashlib.sha256).hexdigest()
