"""Message templates as officials may edit them: their sections, their placeholders, and how they are filled."""

import string
from collections.abc import Mapping
from typing import NamedTuple

SECTIONS = ("subject", "text", "line", "html", "line_html")
_OF_A_LINE = frozenset(
    (
        "office", "report", "period", "last_day", "when", "to", "clause", "basis", "explanation", "missing", "because",
        "forms",
    )
)  # fmt: skip
_OF_A_MESSAGE = frozenset(
    (
        "office", "name", "plan", "plan_title", "place", "lines", "count", "when", "last_day", "sign_office",
        "sign_name", "sign_contact", "date", "table", "missing", "reached", "waiting", "failed", "unreachable",
        "undated", "news", "link", "number", "report", "period", "received_at", "files", "punctual", "note", "findings",
    )
)  # fmt: skip


class Template(NamedTuple):
    """One kind of message in one language: five texts with ``{placeholders}``."""

    subject: str
    text: str
    line: str
    html: str
    line_html: str

    @classmethod
    def parse(cls, raw: str) -> "Template":
        """Read a template file: sections headed by ``--- name``; ValueError says what is missing."""
        parts: dict[str, list[str]] = {}
        name = ""
        for row in raw.splitlines():
            if row.startswith("--- "):
                name = row[4:].strip()
                parts[name] = []
            elif name:
                parts[name].append(row)
        missing = [s for s in SECTIONS if s not in parts]
        if missing:
            raise ValueError(f"no section `--- {missing[0]}`: add it")
        texts = {s: "\n".join(parts[s]).strip("\n") for s in SECTIONS}
        for section, text in texts.items():
            try:
                fields = list(string.Formatter().parse(text))
            except ValueError:
                raise ValueError(f"section {section}: a brace stands alone: write {{name}}, or remove it") from None
            for _, field, spec, conversion in fields:
                if field is None:
                    continue
                if not field.isidentifier() or spec or conversion:
                    raise ValueError(f"section {section}: {{{field}}} is not a plain placeholder")
                known = _OF_A_LINE if section.startswith("line") else _OF_A_MESSAGE
                if field not in known:
                    raise ValueError(
                        f"section {section}: no placeholder {{{field}}}; known: {', '.join(sorted(known))}"
                    )
        return cls(**texts)


def filled(template: str, fields: Mapping[str, str]) -> str:
    r"""Pour the fields in. A row that begins with ``?name`` shows only when that field holds something.

    >>> filled("a\n?b also {b}", {"b": ""}), filled("a\n  ?b also {b}", {"b": "c"})
    ('a', 'a\n  also c')
    """
    rows = []
    for row in template.split("\n"):
        bare = row.lstrip()
        name, _, rest = bare[1:].partition(" ")
        if not bare.startswith("?"):
            rows.append(row)
        elif fields.get(name):
            rows.append(row[: len(row) - len(bare)] + rest)
    return "\n".join(rows).format_map(fields)
