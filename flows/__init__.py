"""The story as Prefect runs it: open → check → decide → enqueue → deliver → publish."""

from dunghan.collector import leave_quickly

leave_quickly()
