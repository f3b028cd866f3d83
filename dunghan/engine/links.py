"""Links of the portal: one contact's way in, signed, expiring, and revoked all at once."""

from datetime import timedelta

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy import Connection

from config.settings import Settings
from dunghan.engine.context import Context
from dunghan.store import audit, contacts
from dunghan.store.database import reading, writing
from models.contact import Contact
from models.errors import DunghanError, UnknownName, UnknownOffice, UsageError

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
        return self.at(self.token(contact)) if self._base else ""

    def at(self, token: str) -> str:
        """The link of a token."""
        return f"{self._base}/b/{token}"

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


def of_office(context: Context, office: str, name: str | None = None) -> list[tuple[Contact, str]]:
    """Each contact of an office (or the one of that name) with a link made now."""
    if not context.settings.portal_url:
        raise UsageError("DUNGHAN_PORTAL_URL is not set: say there at which address officers reach the portal.")
    links = Links(context.settings)
    with reading(context.db) as connection:
        return [(one, links.url(one)) for one in _people(context, connection, office, name)]


def revoke(context: Context, office: str, name: str | None = None, *, by: str) -> list[Contact]:
    """End every link that an office's contacts (or the one of that name) have had, and say whose."""
    with writing(context.db) as connection:
        people = _people(context, connection, office, name)
        contacts.revoke_links(connection, [one.id for one in people])
        audit.record(connection, context.now(), by, "revoke_links", office, contacts=[one.id for one in people])
    return people


def _people(context: Context, connection: Connection, office: str, name: str | None) -> list[Contact]:
    if office not in context.catalog.tree:
        raise UnknownOffice(office, context.catalog.tree.codes)
    people = contacts.book(connection, {office}).get(office, [])
    if not people:
        raise UsageError(f"{office} has no contacts: bring some in with `dunghan contact import`.")
    found = [one for one in people if name in (None, one.name)]
    if not found:
        raise UnknownName("contact", name or "", (one.name for one in people))
    return found
