"""The demo's story: who is at which office (invented), and who hands in when, by a fixed seed."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from models.contact import Contact
from models.obligation import Obligation
from models.office import OfficeTree
from models.plan import Plan
from models.timezone import VIETNAM

SEED = 168
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vàng", "Giàng", "Lý", "Sùng", "Mua")
_GIVEN = (
    "Thị Mai",
    "Văn Hùng",
    "Thị Hoa",
    "Mí Sính",
    "Thị Dín",
    "Văn Sơn",
    "Thị Lan",
    "Đức Anh",
    "Thị Xuân",
    "Văn Páo",
)


class HandingIn(NamedTuple):
    """An invented submission: which obligation, when, and under which number."""

    at: datetime
    obligation: str
    reference: str


def people(plan: Plan, tree: OfficeTree, offices: Iterable[str]) -> list[Contact]:
    """An invented officer at every office, most by e-mail, some by Zalo alone; a few offices have nobody."""
    draw = random.Random(SEED)  # noqa: S311 - a story, not a secret
    found = []
    for code in sorted(set(offices)):
        name = f"{draw.choice(_FAMILY)} {draw.choice(_GIVEN)}"
        mark = code.replace(".", "-")
        fate = draw.random()
        if fate < 0.02:
            continue  # nobody is known there: the digest must say so
        zalo = f"8{draw.randrange(10**17, 10**18)}"
        if fate < 0.12 and tree.ever(code) and code.isdigit():
            found.append(Contact(code, name, zalo=zalo))
        else:
            found.append(Contact(code, name, email=f"bao-cao@{mark}.ha-giang.example", zalo=zalo if fate > 0.7 else ""))
    mark = plan.lead.replace(".", "-")
    found += [
        Contact(plan.lead, "Trần Thị Đầu Mối", "coordinator", email=f"dau-moi@{mark}.example", phone="0900000001"),
        Contact(plan.lead, "Lê Văn Lãnh Đạo", "leader", email=f"lanh-dao@{mark}.example"),
        Contact(plan.territory, "Phạm Văn Phòng", "leader", email=f"van-phong@{plan.territory}.ha-giang.example"),
    ]
    found += [
        Contact(o.code, f"Lãnh đạo {o.name}", "leader", email=f"lanh-dao@{o.code}.ha-giang.example")
        for o in tree.members("district", plan.territory, plan.issued_on)
    ]
    return found


def handing_in(owed: Iterable[Obligation]) -> list[HandingIn]:
    """Two thirds report in time (most of them near the end), a sixth late, the rest not at all."""
    draw = random.Random(SEED)  # noqa: S311 - a story, not a secret
    found = []
    for number, one in enumerate(sorted(owed, key=lambda o: o.id), start=1):
        fate, days = draw.random(), draw.expovariate(1 / 4)
        last = one.deadline.last_day
        if last is None or fate > 0.84:
            continue
        noon = datetime(last.year, last.month, last.day, 8, tzinfo=VIETNAM)
        late = fate > 0.68
        at = noon + timedelta(days=1 + min(days * 2, 16)) if late else noon - timedelta(days=min(days, 25))
        at += timedelta(minutes=draw.randrange(0, 480))
        found.append(HandingIn(at, one.id, f"{number}/BC-UBND"))
    return sorted(found)
