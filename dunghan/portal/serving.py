"""The portal as a server of its own."""

import logging
import socket
import threading

import uvicorn
from fastapi import FastAPI

from dunghan.engine.context import Context
from dunghan.engine.links import Links
from dunghan.portal.app import create_app
from dunghan.portal.pages import compile_all
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
        threading.Thread(target=read_ahead, args=[app], daemon=True).start()
        config = uvicorn.Config(app, access_log=False, log_config=None, server_header=False)
        uvicorn.Server(config).run(sockets=[listening])


def read_ahead(app: FastAPI) -> None:
    """What the first looks would wait for: the templates, and the matrix of a nation's period (0.4 s)."""
    compile_all()
    app.state.matrices.read_ahead()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise NotPossible(
            f"{host} port {port} cannot be listened on ({error.strerror}): give another --port or --host."
        ) from None
