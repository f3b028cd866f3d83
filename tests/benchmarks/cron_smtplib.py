"""A script in cron with smtplib: one connection, an ``EmailMessage`` a mail.

``python -m tests.benchmarks.cron_smtplib DATABASE PORT AS_OF``.
"""

import json
import smtplib
import sys
from datetime import datetime
from email.message import EmailMessage
from email.utils import formataddr, localtime, make_msgid
from pathlib import Path

from tests.benchmarks.cron_rows import SENDER, Due, note, open_database, subject, text, who_is_due


def written(one: Due) -> EmailMessage:
    """The mail."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = SENDER, formataddr((one.name, one.address)), subject(one)
    mail["Date"], mail["Message-ID"] = localtime(), make_msgid(domain="zz.example")
    mail.set_content(text(one))
    return mail


def main(database: str, port: str, as_of: str) -> None:
    """Send what is due over one connection, and note each."""
    now = datetime.fromisoformat(as_of)
    db = open_database(Path(database))
    sent = 0
    with smtplib.SMTP("127.0.0.1", int(port)) as server:
        for one in who_is_due(db, now):
            server.send_message(written(one))
            note(db, one, now)
            sent += 1
    sys.stdout.write(json.dumps({"sent": sent}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
