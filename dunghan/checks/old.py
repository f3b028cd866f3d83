"""The container of old Word and Excel files, in which new ones with a password lie too."""

from typing import BinaryIO

from dunghan.checks.found import Encrypted, Found

_PACKAGE = "EncryptedPackage".encode("utf-16-le")
"""The stream in which Word and Excel put a file that has a password."""


def read(handle: BinaryIO) -> Found:
    """That it is one; nothing of what it holds. Raises Encrypted."""
    before = b""
    while chunk := handle.read(1 << 20):
        if _PACKAGE in before + chunk:
            raise Encrypted
        before = chunk[-len(_PACKAGE) :]
    return Found("ole")
