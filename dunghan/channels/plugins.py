"""Import this, and any Apprise configuration of the process knows ``smtppool://``, ``smtppools://`` and ``zalo://``.

The outbox needs no registry, and Apprise's reads all of its 130 services when it takes up one of ours.
"""

from apprise.manager_plugins import NotificationManager

from dunghan.channels.email import PooledEmail
from dunghan.channels.zalo import NotifyZalo

for _plugin in (PooledEmail, NotifyZalo):
    NotificationManager().add(_plugin)  # type: ignore[no-untyped-call]
