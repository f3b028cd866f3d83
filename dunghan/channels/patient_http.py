"""HTTP sessions whose answers have their time and their size as a whole: ``requests`` counts each byte's anew."""

import http.client
import io
import socket
from contextlib import suppress
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from dunghan.channels.patience import Patience

_LONGEST = 300.0
"""Seconds for an answer where the request names no time-out."""


class _Raw(io.RawIOBase):
    """A socket's bytes for one answer: within the socket's present time-out in all."""

    def __init__(self, inner: io.RawIOBase, sock: socket.socket) -> None:
        self._inner = inner
        self._sock = sock
        self._standing = sock.gettimeout()
        self._patience = Patience(sock)
        self._patience.begin(_LONGEST if self._standing is None else self._standing)

    def readable(self) -> bool:
        """Yes (io's hook)."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some bytes, none at the end (io's hook)."""
        data = self._patience.receive(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Leave the socket as it was found: it may be kept for the next request."""
        if not self.closed:
            with suppress(OSError):
                self._sock.settimeout(self._standing)
            self._inner.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Raw(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Connections of ours (requests' hook)."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Connections of ours through a proxy as well (requests' hook)."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):  # that one has connections of its own
            manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager


def patient_session(trust_env: bool) -> Session:
    """A session that loses patience. ``trust_env``: whether the environment's proxies are used."""
    session = Session()
    session.trust_env = trust_env
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter())
    return session
