"""The story as Prefect runs it: open → check → decide → enqueue → deliver → publish."""
