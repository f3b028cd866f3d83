"""Who asks: the contact whose link it is, and the one obligation of their office that a page is about."""

from typing import Annotated, NamedTuple

from fastapi import Depends, Path, Request

from dunghan.engine.context import Context
from dunghan.engine.links import LinkExpired, LinkRevoked, Links, LinkUnknown
from dunghan.portal.limits import BAD_LINKS, PAGES, Limits, asker
from dunghan.portal.officer_duties import Duty, duty
from dunghan.portal.problems import NOT_FOUND, Refused
from dunghan.store.database import reading
from models.contact import Contact


class Visit(NamedTuple):
    """A request by a good link. ``home`` is the link's own page."""

    context: Context
    limits: Limits
    contact: Contact
    home: str


def visit(request: Request, token: str) -> Visit:
    """Whose link it is. A link that is none counts against the asker's address, a good one against its contact only.

    For a good one the catalogue is as its files are now.
    Raises LinkUnknown, LinkExpired, LinkRevoked, TooMany.
    """
    context: Context = request.app.state.context
    limits: Limits = request.app.state.limits
    try:
        with reading(context.db) as connection:
            contact = Links(context.settings).read(connection, token)
            request.app.state.renewal.look(connection)
    except (LinkUnknown, LinkExpired, LinkRevoked):
        limits.count(BAD_LINKS, asker(request))
        raise
    limits.count(PAGES, str(contact.id))
    request.state.language, request.state.home = contact.language, f"/b/{token}"
    return Visit(context, limits, contact, request.state.home)


Visitor = Annotated[Visit, Depends(visit)]
Slug = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=100)]
Key = Annotated[str, Path(pattern=r"^[0-9]{4}(-[A-Z0-9]{2})?$")]


class Asked(NamedTuple):
    """A request about one obligation of the link's own office."""

    visit: Visit
    obligation: str
    here: str
    """Its page."""

    def duty(self) -> Duty:
        """The obligation as it stands now. Raises Refused where the office has none such."""
        context = self.visit.context
        with reading(context.db) as connection:
            found = duty(context, connection, self.obligation, context.now())
        if found is None:
            raise Refused(NOT_FOUND)
        return found


def asked(visitor: Visitor, plan: Slug, report: Slug, period: Key) -> Asked:
    """The office comes from the link and from nowhere else: no address leads to another office's obligation."""
    path = f"{plan}/{report}/{period}"
    return Asked(visitor, f"{path}/{visitor.contact.office}", f"{visitor.home}/o/{path}")


About = Annotated[Asked, Depends(asked)]
