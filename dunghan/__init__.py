"""The verbs of dunghan: what should happen now, and the ways to make it happen."""
