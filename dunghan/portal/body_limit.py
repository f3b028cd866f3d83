"""No request is larger than its page allows: bytes are counted as they come, whatever Content-Length says."""

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MB = 1 << 20
MOST = 64 * 1024
"""Of a form without files, in bytes."""
MOST_UPLOADED = 60 * MB
"""Of a form with files."""
READ_ON = 4
"""How many times the limit is read and thrown away, so that a browser that is still sending gets to read our answer."""


class BodyTooLarge(HTTPException):
    """More came than a page takes."""

    def __init__(self) -> None:
        super().__init__(413, "The request is too large.")


class BodyLimit:
    """Ends a request whose body grows beyond its limit, by BodyTooLarge, wherever the body is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        content_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
        most = MOST_UPLOADED if content_type.lower().startswith(b"multipart/form-data") else MOST
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came <= most:
                return message
            while message["type"] == "http.request" and message.get("more_body") and came <= READ_ON * most:
                message = await receive()
                came += len(message.get("body", b""))
            raise BodyTooLarge

        await self._app(scope, counted, send)
