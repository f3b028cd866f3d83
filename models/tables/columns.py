"""The columns that every table has of a kind."""

from typing import Any

from sqlalchemy import Column, Text
from sqlmodel import Field

from models.instant import Instant


def instant(nullable: bool = False, index: bool = False) -> Any:
    """A point in time, kept in UTC."""
    return Field(default=None, sa_column=Column(Instant, nullable=nullable, index=index))


def words(default: str = "") -> Any:
    """A text of any length."""
    return Field(default=default, sa_column=Column(Text, nullable=False))
