"""Seals the gateways' tokens for storage, and opens them again, with a key derived from ``SECRET_KEY``."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = "v1:"


class VaultLocked(ValueError):
    """What was sealed cannot be opened with this SECRET_KEY."""


class Vault:
    """Fernet (AES-128-CBC with HMAC-SHA256) under a key that HKDF-SHA256 (RFC 5869) derives from ``SECRET_KEY``."""

    def __init__(self, secret_key: str) -> None:
        if not secret_key:
            raise ValueError("SECRET_KEY is empty: run `dunghan init`, which writes one into .env")
        derived = HKDF(SHA256(), length=32, salt=None, info=b"dunghan vault v1").derive(secret_key.encode())
        self._fernet = Fernet(urlsafe_b64encode(derived))

    def seal(self, text: str) -> str:
        """Printable ASCII that begins with ``v1:``; different at every call."""
        return _VERSION + self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text that ``seal`` was given; raises ``VaultLocked`` for another key or damaged text."""
        if not sealed.startswith(_VERSION):
            raise VaultLocked(
                f"sealed text does not begin with {_VERSION!r}: a newer version of dunghan may have sealed it"
            )
        try:
            return self._fernet.decrypt(sealed.removeprefix(_VERSION).encode()).decode()
        except InvalidToken:
            raise VaultLocked(
                "sealed text does not open with this SECRET_KEY: restore the key it was sealed with, "
                "or enter the tokens anew"
            ) from None
