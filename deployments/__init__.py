"""Where the flows run: one machine with ``dunghan serve``, or a Prefect server and its workers."""
