"""From what was found in a document to the draft of a plan, as YAML, as JSON or as a page to check by eye.

``offices`` says whom the words mean, ``places`` where a clause stands, ``dates`` when it is due, ``chains`` which
reports and stages the clauses make; ``draft`` gathers, and ``as_yaml``, ``as_json`` and ``as_html`` show.
"""
