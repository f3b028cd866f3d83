"""A script in cron with Apprise: one ``notify`` a mail, one by one.

An object for each mail, because each has a text and a recipient of its own, and because using one again throttles it
to a mail in 5.5 seconds. ``python -m tests.benchmarks.cron_apprise DATABASE PORT AS_OF``.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

import apprise

from tests.benchmarks.cron_rows import SENDER, note, open_database, subject, text, who_is_due


def main(database: str, port: str, as_of: str) -> None:
    """Send what is due, and note each."""
    now = datetime.fromisoformat(as_of)
    db = open_database(Path(database))
    sent = 0
    for one in who_is_due(db, now):
        mail = apprise.Apprise()
        mail.add(f"mailto://127.0.0.1:{port}?from={SENDER}&to={one.address}")
        if mail.notify(title=subject(one), body=text(one)):
            note(db, one, now)
            sent += 1
    sys.stdout.write(json.dumps({"sent": sent}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
