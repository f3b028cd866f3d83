"""The portal as a server of its own."""

import logging
import socket

import uvicorn

from dunghan.engine.context import Context
from dunghan.engine.links import Links
from dunghan.portal.app import create_app
from dunghan.store.database import reading
from models.errors import NotPossible


def serve(context: Context, host: str, port: int) -> None:
    """Serve until told to stop. Raises UsageError without a secret, DatabaseMissing, NotPossible for a taken port.

    The access log stays off: a link is a key, and it stands in the address of every page. An ``X-Forwarded-For`` is
    believed from this machine only.
    """
    Links(context.settings)
    with reading(context.db):
        pass
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = create_app(context)
    with _listening(host, port) as listening:
        config = uvicorn.Config(app, access_log=False, log_config=None, server_header=False)
        uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise NotPossible(
            f"{host} port {port} cannot be listened on ({error.strerror}): give another --port or --host."
        ) from None
