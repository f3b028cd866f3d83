"""The one context of a flow's process, opened in its thread pool and shared by its tasks."""

from contextvars import ContextVar

from config.catalog import Catalog
from config.settings import Settings
from dunghan.engine.context import Context

_current: ContextVar[Context | None] = ContextVar("dunghan_context", default=None)


_catalogs: dict[Settings, Catalog] = {}


def sit_down(context: Context | None = None) -> Context:
    """Open the context of a flow run; its tasks find it with :func:`desk`.

    A process that runs many flows reads the catalogue once for the same settings.
    """
    opened = context or Context()
    if opened.settings in _catalogs:
        opened.__dict__["catalog"] = _catalogs[opened.settings]
    else:
        _catalogs[opened.settings] = opened.catalog
    _current.set(opened)
    return opened


def desk() -> Context:
    """The context of the flow run around us, or a new one for a task that is run alone."""
    return _current.get() or sit_down()
