"""Links of the portal: one contact's way in, signed, expiring, and revoked all at once."""

from datetime import timedelta

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy import Connection

from config.settings import Settings
from dunghan.store import contacts
from models.contact import Contact
from models.errors import DunghanError, UsageError

_SALT = "dunghan.link"


class LinkUnknown(DunghanError):
    """It was not made here, was cut off, or its contact is gone."""


class LinkExpired(DunghanError):
    """It is older than links live."""


class LinkRevoked(DunghanError):
    """The contact's links were ended."""


class Links:
    """Makes links and reads them. Each holds a contact's id and how often that contact's links were revoked."""

    def __init__(self, settings: Settings) -> None:
        if not settings.secret_key:
            raise UsageError(
                "DUNGHAN_SECRET_KEY is not set: `dunghan init` makes one; without it no link can be signed."
            )
        self._base = settings.portal_url.rstrip("/")
        self._life = timedelta(days=settings.link_days)
        self._signer = URLSafeTimedSerializer(settings.secret_key, salt=_SALT)

    def token(self, contact: Contact) -> str:
        """The last part of a link; never to be logged."""
        return str(self._signer.dumps([contact.id, contact.links]))

    def url(self, contact: Contact) -> str:
        """The whole link; empty where no portal is set up."""
        return f"{self._base}/b/{self.token(contact)}" if self._base else ""

    def read(self, connection: Connection, token: str) -> Contact:
        """Whose link this is. Raises LinkUnknown, LinkExpired, LinkRevoked."""
        try:
            contact_id, revoked = self._signer.loads(token, max_age=int(self._life.total_seconds()))
        except SignatureExpired:
            raise LinkExpired("This link has expired.") from None
        except (BadData, TypeError, ValueError):
            raise LinkUnknown("This link is not known here.") from None
        found = contacts.by_id(connection, [contact_id]).get(contact_id)
        if found is None:
            raise LinkUnknown("This link is not known here.")
        if found.links != revoked:
            raise LinkRevoked("This link has been revoked.")
        return found
