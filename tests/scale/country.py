"""A country to remind: a plan for each province, its districts and communes as they are, an invented person at each.

The plans are issued on Thursday 8 November 2018, so that on Friday the 9th, at ``DUE``, the first notice of the one
deadline (last day 9 December) falls due for every office at once: nobody is written to before, and each once then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from config.catalog import Catalog
from config.settings import Settings
from dunghan.core.times import instant
from dunghan.store import contacts
from dunghan.store.database import connect, migrate, writing
from models.contact import Contact

DUE = instant("2018-11-09", "due")
_DAY = date(2018, 11, 9)

_YAML = """\
id: {plan}
number: 1/KH-UBND
title: Kế hoạch bảo vệ trẻ em
issuer: "{code}"
place: {place}
issued_on: 2018-11-08
years: {{since: 2018, until: 2018}}
territory: "{code}"
lead: p{code}.so-ldtbxh
source: {{file: sources/none.txt}}
offices:
  - {{office: p{code}.so-ldtbxh, named: Sở, role: lead, clause: "1"}}
reports:
  - id: annual
    title: Báo cáo năm
    kind: annual
    recurrence: annual
    chain:
      - stage: commune
        reporters: {{level: commune, within: "{code}"}}
        to: [parent]
        due: {{wording: before, day: {{month: 12, day: 10}}}}
        clause: "1"
        quote: báo cáo trước ngày 10 tháng 12
      - stage: district
        reporters: {{level: district, within: "{code}"}}
        to: ["{code}"]
        through: p{code}.so-ldtbxh
        due: {{wording: before, day: {{month: 12, day: 10}}}}
        clause: "1"
        quote: báo cáo trước ngày 10 tháng 12
"""


@dataclass(frozen=True)
class Country:
    """The folder of its configuration, its plans, and whom a morning must reach: one mail each."""

    config: Path
    plans: tuple[str, ...]
    people: tuple[Contact, ...]

    @property
    def addresses(self) -> set[str]:
        """Every address; the coordinators' get the day's digest."""
        return {one.email for one in self.people}


def build(folder: Path, provinces: int | None = None, communes: int | None = None) -> Country:
    """Write the plans of all provinces, or of the first ones; with ``communes``, of so many offices at most each."""
    tree = Catalog(Settings()).tree
    found = sorted(o.code for o in tree if o.level == "province" and o.exists_on(_DAY))[:provinces]
    (folder / "plans").mkdir(parents=True)
    (folder / "offices").mkdir()
    people: list[Contact] = []
    rows = ["code,name,level,parent,valid_from,valid_until"]
    for code in found:
        office = tree.ever(code)
        assert office
        written = _YAML.format(plan=f"tinh-{code}", code=code, place=office.name)
        (folder / "plans" / f"tinh-{code}.yaml").write_text(written, encoding="utf-8")
        rows.append(f"p{code}.so-ldtbxh,Sở LĐTBXH {office.name},department,{code},,")
        below = [o.code for level in ("district", "commune") for o in tree.members(level, code, _DAY)]
        people += [Contact(o, f"Cán bộ {o}", email=f"can-bo@x{o}.example") for o in below[:communes]]
        people.append(Contact(f"p{code}.so-ldtbxh", "Đầu mối", "coordinator", email=f"dau-moi@p{code}.example"))
    (folder / "offices" / "departments.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return Country(folder, tuple(f"tinh-{code}" for code in found), tuple(people))


def settle(url: str, people: Sequence[Contact]) -> None:
    """Bring the people into a new database."""
    engine = connect(url)
    migrate(engine)
    with writing(engine) as connection:
        contacts.upsert(connection, people)
    engine.dispose()
