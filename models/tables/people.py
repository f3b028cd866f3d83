"""Offices that were imported, and the people who can be reached."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class OfficeRow(SQLModel, table=True):
    """An office that an operator imported beside those of ``config/offices``; one row a tenure."""

    __tablename__ = "office"
    __table_args__ = (UniqueConstraint("code", "valid_from"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(index=True)
    name: str
    level: str
    parent: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class ContactRow(SQLModel, table=True):
    """A person at an office; (office, name) is one person. ``links`` counts how often their links were revoked."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("office", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    office: str
    name: str
    role: str
    email: str = ""
    zalo: str = ""
    phone: str = ""
    language: str = "vi"
    links: int = 0
