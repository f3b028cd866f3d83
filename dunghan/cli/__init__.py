"""The ``dunghan`` command, a file a noun. Every command imports what it needs when it runs."""
