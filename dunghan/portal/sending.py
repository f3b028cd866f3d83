"""What a page has just queued goes out at once, after its answer: a notice of a return, a receipt."""

import logging

from starlette.background import BackgroundTask

from dunghan.engine import delivery
from dunghan.engine.context import Context
from models.errors import DunghanError

_LOG = logging.getLogger(__name__)


def afterwards(context: Context, obligation: str) -> BackgroundTask:
    """Send what waits of the obligation's plan once the answer has left."""
    return BackgroundTask(_send, context, obligation)


def _send(context: Context, obligation: str) -> None:
    """Send it; it waits in the outbox where that fails, and the next round sends it."""
    try:
        delivery.deliver(context, context.now(), obligation.partition("/")[0])
    except DunghanError as error:
        _LOG.warning("What was queued for %s waits: %s", obligation, type(error).__name__)
