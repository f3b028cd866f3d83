"""Every text of the pages has its English, and no English is left over."""

import ast
import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import yaml

from dunghan.portal.language import english

PORTAL = Path(str(files("dunghan.portal")))
CALLS = {"t", "translated", "Trouble"}
"""What takes a text: in templates ``t``, in Python these."""


def texts() -> set[str]:
    found: set[str] = set()
    for template in (PORTAL / "templates").glob("*.html"):
        found.update(re.findall(r'\bt\(\s*"([^"]+)"', template.read_text(encoding="utf-8")))
    for module in PORTAL.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in CALLS:
                found.update(a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_none_is_missing_and_none_is_left_over() -> None:
    officers = yaml.safe_load((PORTAL / "english.yaml").read_text(encoding="utf-8"))
    assert sorted(texts() - english().keys()) == []
    assert sorted(officers.keys() - texts()) == []  # the desk's own are held by tests/portal_desk


def test_both_languages_fill_in_the_same() -> None:
    assert [text for text, said in english().items() if fields(text) != fields(said)] == []
