"""From a document's text to its reporting clauses: a small grammar of Vietnamese officialese, positions kept. Pure."""
