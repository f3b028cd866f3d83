"""The address that answers to a message come to: it says of which message, and nobody can make one up."""

import base64
import binascii
import hashlib
import hmac
from typing import NamedTuple

from config.settings import Settings
from models.contact import Contact

_NUMBER, _SEAL = 5, 10
"""Bytes of each number and of the signature: 20 in all make 32 letters of base32 without padding."""
_LETTERS = 32


class Answered(NamedTuple):
    """What an address says: which message of ours is answered, and to whom that went."""

    contact_id: int
    message_row_id: int


class ReplyAddress:
    """Makes addresses as ``bao-cao+TOKEN@x.example`` and reads them. A token is the same in capitals or without."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.secret_key.encode()
        usable = settings.reply_to and settings.imap_url and settings.secret_key
        self._local, _, self._domain = (settings.reply_to if usable else "").rpartition("@")

    def of(self, contact: Contact, message_row_id: int) -> str:
        """Where a contact answers to a message; empty where no mailbox is set up."""
        if not self._local:
            return ""
        numbers = contact.id.to_bytes(_NUMBER, "big") + message_row_id.to_bytes(_NUMBER, "big")
        token = base64.b32encode(numbers + self._seal(numbers)).decode().lower()
        return f"{self._local}+{token}@{self._domain}"

    def read(self, address: str) -> Answered | None:
        """What an address says, or None where it is none of ours."""
        local, _, domain = address.strip().lower().rpartition("@")
        name, plus, token = local.rpartition("+")
        ours = (self._local.lower(), self._domain.lower())
        if not self._local or not plus or (name, domain) != ours or len(token) != _LETTERS:
            return None
        try:
            held = base64.b32decode(token.upper())
        except (binascii.Error, ValueError):
            return None
        numbers, seal = held[: 2 * _NUMBER], held[2 * _NUMBER :]
        if not hmac.compare_digest(seal, self._seal(numbers)):
            return None
        return Answered(int.from_bytes(numbers[:_NUMBER], "big"), int.from_bytes(numbers[_NUMBER:], "big"))

    def _seal(self, numbers: bytes) -> bytes:
        return hmac.new(self._key, b"reply:" + numbers, hashlib.sha256).digest()[:_SEAL]
