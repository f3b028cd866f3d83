"""From a document's text to its reporting clauses: a small grammar of Vietnamese officialese, positions kept. Pure.

``source`` settles the text, ``sentences`` and ``offices`` and ``times`` say what its pieces are, ``reports`` puts the
clauses together; ``heading``, ``duties``, ``targets`` and ``budget`` read the rest. ``extract`` does it all.
"""
