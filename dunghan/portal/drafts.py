"""What an officer has uploaded and not yet handed in: signed into the confirming page, and nowhere on record."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from config.settings import Settings
from dunghan.engine.checks import Finding
from dunghan.files import Kept

_SALT = "dunghan.draft"
LIFE = 2 * 60 * 60
"""Seconds for which a draft can be confirmed."""


class DraftExpired(Exception):
    """The confirming page has lain too long."""


class DraftUnknown(Exception):
    """It was not made here, or for somebody else or something else."""


class Draft(NamedTuple):
    """What is about to be handed in, and by whom. The files are kept already."""

    contact: int
    obligation: str
    nothing: bool
    note: str
    reference: str
    files: Sequence[Kept]
    found: Sequence[Finding]
    """What the checks found, so that the files are read once."""


class Drafts:
    """Seals drafts and opens them again."""

    def __init__(self, settings: Settings) -> None:
        self._signer = URLSafeTimedSerializer(settings.secret_key, salt=_SALT)

    def seal(self, draft: Draft) -> str:
        """The draft as a form's field."""
        return str(self._signer.dumps(list(draft)))

    def open(self, sealed: str, contact: int, obligation: str) -> Draft:
        """The draft of this contact for this obligation. Raises DraftExpired, DraftUnknown."""
        try:
            held: list[Any] = self._signer.loads(sealed, max_age=LIFE)
        except SignatureExpired:
            raise DraftExpired from None
        except BadData:
            raise DraftUnknown from None
        draft = Draft(*held)
        if (draft.contact, draft.obligation) != (contact, obligation):
            raise DraftUnknown
        return draft._replace(found=[Finding(*one) for one in draft.found])
