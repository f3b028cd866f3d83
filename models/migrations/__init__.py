"""Alembic migrations, run by ``dunghan init`` from any folder."""

HEAD = "0006"
"""The revision that this version of the software works on."""
