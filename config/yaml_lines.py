"""YAML into values, strictly: every fault is told with its line, its field and its remedy."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from models.errors import BadFile, Problem

M = TypeVar("M", bound=BaseModel)


class _Loader(yaml.CSafeLoader):
    """libyaml's safe loader, which refuses a key written twice and leaves dates as the text has them."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(
                problem="a key must be a plain word: quote it, or remove the brackets", problem_mark=key_node.start_mark
            )
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.MarkedYAMLError(
                problem=f"the key {key!r} stands twice: keep one of them", problem_mark=key_node.start_mark
            )
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


def _as_written(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)

_REMEDIES = {
    "missing": "this key is required: add it",
    "extra_forbidden": "no such key: correct its spelling or remove it",
    "string_type": "text is expected: put quotes around it (an office code that YAML reads as a number needs them)",
    "int_type": "a whole number is expected: remove the quotes",
    "float_type": "a number is expected: remove the quotes",
}


def read(path: Path, model: type[M], name: str | None = None) -> M:
    """Read one YAML file as a value of ``model``; BadFile lists every fault in it."""
    shown = name or str(path)
    try:
        raw = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadFile([Problem(shown, 0, "file", "there is no such file: check the path")]) from None
    except OSError as error:
        raise BadFile([Problem(shown, 0, "file", f"cannot be read ({error.strerror}): check the path")]) from None
    except UnicodeDecodeError as error:
        why = f"not UTF-8 (byte {error.start}): save the file as UTF-8"
        raise BadFile([Problem(shown, 0, "file", why)]) from None
    return parse(raw, model, shown)


def parse(raw: str, model: type[M], shown: str) -> M:
    """Read YAML text as a value of ``model``; BadFile lists every fault in it."""
    try:
        value = yaml.load(raw, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        said = error.problem or "cannot be read"
        ours = type(error) is yaml.MarkedYAMLError  # which says its remedy itself
        remedy = "" if ours else ": check indentation, quotes and colons here and on the line before"
        raise BadFile([Problem(shown, line, "yaml", f"{said}{remedy}")]) from None
    except yaml.YAMLError as error:
        raise BadFile([Problem(shown, 0, "yaml", " ".join(str(error).split()))]) from None
    if not isinstance(value, dict | list):
        raise BadFile([Problem(shown, 1, "file", "the file must hold keys and values")])
    try:
        return model.model_validate_json(json.dumps(value, default=_plain))
    except ValidationError as error:
        root = yaml.compose(raw, Loader=yaml.CSafeLoader)
        faults = error.errors()
        above = {e["loc"][:depth] for e in faults for depth in range(len(e["loc"]))}
        # pydantic finds a list too short once it has dropped what is wrong in it: that is no fault of the file's
        told = [e for e in faults if e["type"] != "too_short" or e["loc"] not in above]
        raise BadFile([_problem(shown, root, dict(e)) for e in told]) from None


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _problem(shown: str, root: yaml.Node | None, error: dict[str, Any]) -> Problem:
    loc: Sequence[str | int] = error["loc"]
    message = str(error["msg"]).removeprefix("Value error, ")
    remedy = _REMEDIES.get(error["type"])
    given = error.get("input")
    if error["type"] == "string_type" and isinstance(given, int | float):
        message = f"{given!r} was read as a number; {remedy}"
    elif remedy:
        message = f"{message}: {remedy}"
    elif error["type"].startswith("date"):
        message = f"{given!r} is not a date of the calendar ({message}): write it as 2018-12-09"
    elif error["type"] != "value_error" and isinstance(given, str | int | float):
        message = f"{message} (it says {given!r})"
    return Problem(shown, line_of(root, loc), ".".join(map(str, loc)) or "plan", message)


def line_of(root: yaml.Node | None, loc: Sequence[str | int]) -> int:
    """The line of a field named by pydantic's ``loc``; that of its nearest parent where it is missing."""
    node, line = root, 1
    for step in loc:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, found = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
            line = found.start_mark.line + 1
        if found is None:
            break
        node = found
    return line


def lines(raw: str) -> yaml.Node | None:
    """The composed document, for :func:`line_of`."""
    return yaml.compose(raw, Loader=yaml.CSafeLoader)
