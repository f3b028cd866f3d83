"""The reader's language: Vietnamese, or English where it is asked for."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from fastapi import Request

COOKIE = "dunghan_language"
LANGUAGES = ("vi", "en")


def chosen(request: Request) -> str:
    """By ``?lang=``, else by the cookie, else as the link's contact is written to, else by the settings."""
    for wish in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return str(wish)
    return str(getattr(request.state, "language", None) or request.app.state.context.settings.language)


def translated(text: str, language: str, **names: Any) -> str:
    """A Vietnamese text in a language, with ``{name}`` filled in; one without a translation stays Vietnamese."""
    found = english().get(text, text) if language == "en" else text
    return found.format(**names) if names else found


@cache
def english() -> dict[str, str]:
    """The English of every Vietnamese text of the pages."""
    here = files("dunghan.portal")
    read = [yaml.safe_load((here / name).read_text(encoding="utf-8")) for name in ("english.yaml", "english_desk.yaml")]
    return {vietnamese: text for held in read for vietnamese, text in (held or {}).items()}
