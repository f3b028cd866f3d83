"""What officials may change without touching code, and the readers of it."""
