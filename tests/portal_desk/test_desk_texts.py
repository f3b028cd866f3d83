"""The desk speaks both languages."""

import re
from pathlib import Path

import yaml

from dunghan.engine import explain, why_not
from dunghan.portal import desk_one, desk_words

PORTAL = Path(desk_one.__file__).parent
TEXTS = re.compile(r"""\bt\(\s*(?:"([^"]+)"|'([^']+)')""")


def test_every_text_of_the_desk_has_its_english_and_none_is_left_over() -> None:
    sources = [
        *PORTAL.glob("templates/desk_*.html"),
        *(PORTAL / f"{n}.py" for n in ("desk", "desk_drafts", "desk_one", "login")),
    ]
    found = {a or b for file in sources for a, b in TEXTS.findall(file.read_text(encoding="utf-8"))}
    for held in (v for n, v in vars(desk_words).items() if n.isupper() and n != "SIGNS"):
        found |= set(held.values())
    found |= set(re.findall(r'(?:Refused\(|return )"([^"\n]{15,})"', (PORTAL / "desk_one.py").read_text("utf-8")))
    found |= {*explain.BASES.values(), explain.EXTENDED}
    found |= {*why_not.OF_ACT.values(), *why_not.OF_ANY.values(), desk_one._NOTHING_DONE}
    english = {
        name: yaml.safe_load((PORTAL / name).read_text(encoding="utf-8")) or {}
        for name in ("english.yaml", "english_desk.yaml")
    }
    assert not sorted(found - {text for held in english.values() for text in held})
    assert not sorted(set(english["english_desk.yaml"]) - found)
    officers, desk = english["english.yaml"], english["english_desk.yaml"]
    assert not [key for key in officers.keys() & desk.keys() if officers[key] != desk[key]]  # they are read as one
