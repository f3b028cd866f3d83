"""The engine: one pass (gather, decide, enqueue), the coordinator's actions, and the views of what is owed."""
