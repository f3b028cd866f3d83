"""What the tests of the demo share: the story of the season, told from the catalogue as it is delivered."""

import pytest

from config.settings import Settings
from dunghan.engine.context import Context
from models.obligation import Obligation
from models.plan import Plan

PLAN = "ha-giang-168-2016"


@pytest.fixture(scope="session")
def context() -> Context:
    return Context(Settings(database_url="sqlite:///none.db"))


@pytest.fixture(scope="session")
def plan(context: Context) -> Plan:
    return context.catalog.plan(PLAN)


@pytest.fixture(scope="session")
def owed_in_2018(context: Context, plan: Plan) -> list[Obligation]:
    from dunghan.core.chain import expand
    from dunghan.core.periods import periods

    catalog = context.catalog
    return [
        one
        for report in plan.reports
        for of in periods(plan, report, 2019)
        if of.key == "2018"
        for one in expand(plan, report, of, catalog.tree, catalog.calendar, {}, {})
    ]
