"""Facts in and out of the database. Nothing here commits: the caller's transaction does."""
