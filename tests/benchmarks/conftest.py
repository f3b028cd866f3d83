"""Benchmarks are no tests: pytest takes nothing here but ``test_*.py``, and imports no competitor for its doctests."""

collect_ignore_glob = ["[!t]*.py"]
