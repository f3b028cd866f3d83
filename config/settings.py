"""Settings: frozen, from ``DUNGHAN_*`` variables over ``.env``, read when asked and never at import."""

import os
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError, ValidationInfo, field_validator

from models.base import Value
from models.errors import BadSettings

PREFIX = "DUNGHAN_"
HERE = Path(__file__).parent


class Settings(Value):
    """Everything an installation may set. Paths are relative to the folder where a command is run."""

    database_url: str = "sqlite:///var/dunghan.db"
    email_url: str = ""
    zalo_url: str = ""
    portal_url: str = ""
    """Where officers reach the portal; reminders carry links to it."""
    link_days: int = 200
    """How long a link of the portal works."""
    imap_url: str = ""
    """The mailbox that replies come to: ``imaps://user:password@host/INBOX``."""
    reply_to: str = ""
    """The address of that mailbox: replies to a reminder go to ``name+TOKEN@host``."""
    mail_days: int = 400
    """How long mail that came in is kept as it came, from when it was settled; 0: for ever."""
    secret_key: str = ""
    files_url: str = "var/files"
    language: str = "vi"
    work_hours: str = "07:00-18:00"
    redirect_to: str = ""
    state_colours: str = "run"
    """What the colour of a finished run in Prefect tells of: the ``run`` (red: our fault), the ``plan`` (red: late)."""
    journal_dir: str = "var"
    """Where senders keep their journals beside PostgreSQL: best one that all machines share, and absolute for workers,
    whose runs have a folder of their own."""
    config_dir: str = ""
    """A folder laid out as ``config/`` whose plans, offices, calendar, ladder and templates come before ours."""

    @field_validator("language")
    @classmethod
    def _language(cls, value: str) -> str:
        if value not in ("vi", "en"):
            raise ValueError("write vi or en")
        return value

    @field_validator("reply_to")
    @classmethod
    def _reply_to(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9._-]{1,31}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", value):
            raise ValueError("write a bare address as bao-cao@ha-giang.example, at most 31 letters before the @, no +")
        return value

    @field_validator("mail_days", "link_days", mode="before")
    @classmethod
    def _days(cls, value: object, info: ValidationInfo) -> int:
        """A number of days as the environment has it, which is text."""
        text = str(value)
        if not (text.isascii() and text.isdigit() and len(text) < 6):
            raise ValueError("write a number of days, as 200")
        if info.field_name == "link_days" and not int(text):
            raise ValueError("write a number of days from 1 on")
        return int(text)

    @field_validator("state_colours")
    @classmethod
    def _colours(cls, value: str) -> str:
        if value not in ("run", "plan"):
            raise ValueError("write run or plan")
        return value

    @field_validator("work_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        parse_hours(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value.startswith(("postgresql://", "postgres://")):
            return "postgresql+psycopg://" + value.partition("://")[2]
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("write sqlite:///var/dunghan.db or postgresql://user:password@host/name")
        return value

    @property
    def hours(self) -> tuple[time, time]:
        """When messages may leave, as (start, end)."""
        return parse_hours(self.work_hours)

    def config_folders(self) -> tuple[Path, ...]:
        """The folders that hold plans, offices and templates: the installation's own first, then ours."""
        if not self.config_dir:
            return (HERE,)
        own = Path(self.config_dir)
        if not own.is_dir():
            raise BadSettings(f"{PREFIX}CONFIG_DIR names {own}, which is no folder: create it or correct the path.")
        return (own, HERE)


def parse_hours(value: str) -> tuple[time, time]:
    """``07:00-18:00`` (a dash or an en dash) as two times; ValueError where it is not that."""
    found = re.fullmatch(r"(\d\d?:\d\d)\s*[-–]\s*(\d\d?:\d\d)", value.strip())
    try:
        start, end = (time.fromisoformat(part.zfill(5)) for part in found.groups()) if found else (None, None)
    except ValueError:
        start = end = None
    if start is None or end is None or start >= end:
        raise ValueError("write working hours as 07:00-18:00, the first before the second")
    return start, end


def load(environ: Mapping[str, str] | None = None, env_file: Path | None = None) -> Settings:
    """Read the settings. A variable of the environment wins over ``.env``; an empty one leaves the default.

    Raises BadSettings, which names the variable and the remedy and never its value.
    """
    path = env_file or Path(".env")
    held: dict[str, str | None] = dict(dotenv_values(path)) if path.is_file() else {}
    held.update(os.environ if environ is None else environ)
    names = Settings.model_fields
    values: dict[str, Any] = {name: value for name in names if (value := held.get(PREFIX + name.upper()))}
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise BadSettings(f"{name}: {first['msg'].removeprefix('Value error, ')}.") from None
