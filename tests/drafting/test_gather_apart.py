"""What a stranger's document is searched for is searched in a process apart: nothing is lost on the way back."""

from datetime import date
from pathlib import Path

import pytest

from dunghan.clauses.extract import extract
from dunghan.drafting import findings_json
from dunghan.drafting.gather import gather
from models.errors import DocumentRefused

SOURCES = Path(__file__).parents[2] / "config" / "plans" / "sources"


def test_what_is_found_apart_is_what_is_found_here() -> None:
    file = SOURCES / "ha-giang-168-2016.txt"
    gathered = gather(file)
    assert gathered.text == file.read_text("utf-8") and gathered.kind == "text"
    assert gathered.found == extract(gathered.text) and gathered.found.clauses
    assert gathered.found.heading.issued_on == date(2016, 7, 18)


def test_findings_come_back_from_json_as_they_were() -> None:
    for file in sorted(SOURCES.glob("*.txt")):
        found = extract(file.read_text("utf-8"))
        assert findings_json.findings(findings_json.plain(found)) == found


def test_a_text_that_takes_too_long_to_search_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="too much memory") as refused:
        gather(SOURCES / "ha-giang-168-2016.txt", seconds=0.01)
    assert refused.value.problem == "slow"
