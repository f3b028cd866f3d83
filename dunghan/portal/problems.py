"""What goes wrong, told in a sentence: for every error its page, its status, and nothing about our insides."""

import logging
from typing import Any, NamedTuple

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.requests import ClientDisconnect

from dunghan.engine.leftovers import FilesGone
from dunghan.engine.links import LinkExpired, LinkRevoked, LinkUnknown
from dunghan.files import StoreTrouble
from dunghan.portal.body_limit import MB, MOST_UPLOADED, BodyTooLarge
from dunghan.portal.drafts import DraftExpired, DraftUnknown
from dunghan.portal.forms import Forged
from dunghan.portal.headers import HEADERS
from dunghan.portal.limits import TooMany
from dunghan.portal.pages import page
from models.errors import DatabaseMissing, DatabaseTrouble, DunghanError, NotPossible, PlanNotFound, UsageError

log = logging.getLogger("dunghan.portal")


class Trouble(NamedTuple):
    """A status and the sentence that goes with it; ``text`` is a key of ``english.yaml``."""

    status: int
    text: str


class Refused(Exception):
    """Something that an officer can mend: shown above the form, which keeps what was written in it."""

    def __init__(self, trouble: Trouble, **names: Any) -> None:
        self.trouble, self.names = trouble, names
        super().__init__(trouble.text)


UNKNOWN_LINK = Trouble(404, "Liên kết này không đúng hoặc bị cắt ngắn. Hãy mở lại từ tin nhắn nhắc việc mới nhất.")
EXPIRED_LINK = Trouble(
    410, "Liên kết này đã hết hạn. Hãy dùng liên kết trong tin nhắn mới nhất, hoặc hỏi cơ quan đầu mối."
)
REVOKED_LINK = Trouble(410, "Liên kết này đã bị thu hồi. Hãy đề nghị cơ quan đầu mối gửi liên kết mới.")
FORGED = Trouble(
    403,
    "Biểu mẫu này không còn khớp với trình duyệt, nên chưa có gì được ghi nhận. Hãy mở lại trang rồi gửi "
    "lại; trình duyệt cần cho phép cookie.",
)
OLD_DRAFT = Trouble(
    410, "Trang xác nhận đã để quá hai giờ nên chưa có gì được ghi nhận. Hãy quay lại và chọn tệp lần nữa."
)
GONE_DRAFT = Trouble(
    410, "Tệp của bản nháp này không còn trong kho nên chưa có gì được ghi nhận. Hãy quay lại và chọn tệp lần nữa."
)
NO_DRAFT = Trouble(404, "Bản nháp này không thuộc báo cáo đang nộp. Hãy quay lại trang báo cáo và chọn tệp lần nữa.")
NOT_FOUND = Trouble(404, "Không có trang này, hoặc nó không thuộc đơn vị của anh/chị.")
NO_WAY = Trouble(405, "Trang này không nhận cách gửi đó. Hãy quay lại trang trước.")
TOO_OFTEN = Trouble(429, "Có quá nhiều yêu cầu trong thời gian ngắn. Hãy thử lại sau {minutes} phút.")
TOO_LARGE = Trouble(
    413, "Tất cả các tệp cộng lại lớn quá {most} MB, nên chưa có gì được ghi nhận. Hãy nộp ít tệp hơn hoặc tệp nhỏ hơn."
)
UNREADABLE = Trouble(422, "Nội dung gửi lên không đọc được, nên chưa có gì được ghi nhận. Hãy quay lại và thử lần nữa.")
CONFLICT = Trouble(409, "Việc này không còn thực hiện được: tình trạng báo cáo đã thay đổi. Hãy mở lại trang để xem.")
BUSY = Trouble(503, "Hệ thống tạm thời không truy cập được dữ liệu; chưa có gì được ghi nhận. Hãy thử lại sau ít phút.")
NO_STORE = Trouble(
    503, "Kho tệp tạm thời không dùng được; chưa có gì được ghi nhận. Hãy quay lại, chọn tệp và thử lại sau ít phút."
)
OUR_FAULT = Trouble(
    500, "Hệ thống gặp lỗi và đã ghi lại lỗi này. Hãy thử lại sau; nếu vẫn lỗi, hãy báo cơ quan đầu mối."
)


def tell(request: Request, trouble: Trouble, **names: Any) -> Response:
    """The page of a trouble; an officer whose link is good finds the way back there."""
    home = getattr(request.state, "home", "")
    return page(request, "problem.html", trouble.status, trouble=trouble, names=names, home=home)


_PLAIN: dict[type[Exception], Trouble] = {
    LinkUnknown: UNKNOWN_LINK,
    LinkExpired: EXPIRED_LINK,
    LinkRevoked: REVOKED_LINK,
    Forged: FORGED,
    DraftExpired: OLD_DRAFT,
    DraftUnknown: NO_DRAFT,
    FilesGone: GONE_DRAFT,
    PlanNotFound: NOT_FOUND,
    UsageError: UNREADABLE,
    NotPossible: CONFLICT,
    DunghanError: OUR_FAULT,
}


def wire(app: FastAPI) -> None:
    """Give every error its page."""
    for kind in _PLAIN:
        app.add_exception_handler(kind, _plain)
    app.add_exception_handler(StoreTrouble, _no_store)
    app.add_exception_handler(DatabaseMissing, _busy)
    app.add_exception_handler(DatabaseTrouble, _busy)
    app.add_exception_handler(BodyTooLarge, _too_large)
    app.add_exception_handler(TooMany, _too_often)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(AnyHTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _ours)


def _plain(request: Request, error: Exception) -> Response:
    return tell(request, next(_PLAIN[kind] for kind in type(error).__mro__ if kind in _PLAIN))


def _busy(request: Request, error: Exception) -> Response:
    log.error("The database cannot be used: %s", error)
    return _later(request, BUSY)


def _no_store(request: Request, error: Exception) -> Response:
    log.error("The files cannot be used: %s", error)
    return _later(request, NO_STORE)


def _later(request: Request, trouble: Trouble) -> Response:
    answer = tell(request, trouble)
    answer.headers["Retry-After"] = "60"
    return answer


def _too_large(request: Request, _: Exception) -> Response:
    return tell(request, TOO_LARGE, most=MOST_UPLOADED // MB)


def _too_often(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooMany)
    answer = tell(request, TOO_OFTEN, minutes=-(-error.seconds // 60))
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return tell(request, error.trouble, **error.names)


def _invalid(request: Request, error: Exception) -> Response:
    """A path that cannot be one of ours is not found; a form that cannot be read is told so."""
    assert isinstance(error, RequestValidationError)
    in_path = any(fault["loc"][0] == "path" for fault in error.errors())
    return tell(request, NOT_FOUND if in_path else UNREADABLE)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException)
    known = {403: FORGED, 404: NOT_FOUND, 405: NO_WAY, 409: CONFLICT}
    trouble = known.get(error.status_code, UNREADABLE if error.status_code < 500 else OUR_FAULT)
    answer = tell(request, trouble._replace(status=error.status_code))
    answer.headers.update(error.headers or {})
    return answer


def _gone(_: Request, __: Exception) -> Response:
    """Nobody reads this: the browser has closed, and what it did not finish sending is nowhere on record."""
    return PlainTextResponse("", 400)


def _ours(request: Request, _: Exception) -> Response:
    """Runs outside of every middleware, so it brings the headers itself; the server logs the traceback."""
    try:
        answer = tell(request, OUR_FAULT)
    except Exception:  # noqa: BLE001 - the page itself may be what is broken
        answer = PlainTextResponse(OUR_FAULT.text, 500)
    answer.headers.update({**HEADERS, "Cache-Control": "no-store"})
    return answer
