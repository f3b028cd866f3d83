"""The nouns of dunghan: plans, reports, offices, obligations, and what happened to them.

Kept free of table classes so that reading a plan never pays for SQLAlchemy
(``models.tables`` holds those).
"""
