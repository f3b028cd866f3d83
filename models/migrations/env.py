"""Alembic's entry: migrate on the connection that the caller opened."""

from alembic import context
from sqlmodel import SQLModel

from models import tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

__all__ = ["tables"]
