"""Whatever is sent to any of the portal's addresses, it answers as it says, and never with a fault of its own."""

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dunghan.engine import users
from dunghan.engine.context import Context
from dunghan.portal.desk_one import _ACTS
from dunghan.portal.headers import HEADERS
from dunghan.portal.limits import Limits
from dunghan.portal.login import Throttle
from tests.portal.conftest import ANNUAL, OFFICE, PLAN, Browser

FEW = settings(
    max_examples=6, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_no_request_of_an_officer_or_a_stranger_brings_it_down(app: FastAPI, home: str) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    seen = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.startswith("/c/"):
            continue

        @FEW
        @given(operation.as_strategy(), st.booleans())
        def asked(case: Any, with_good_link: bool) -> None:
            nonlocal seen
            app.state.limits = Limits()  # what is asked here is not too much
            if with_good_link and "token" in (case.path_parameters or {}):
                plan, report, period = ANNUAL.split("/")
                good = {"token": home.removeprefix("/b/"), "plan": plan, "report": report, "period": period}
                case.path_parameters.update({k: v for k, v in good.items() if k in case.path_parameters})
            answer = case.call()
            seen += 1
            assert answer.status_code < 500, (case.method, case.formatted_path, answer.text)
            for name, value in HEADERS.items():
                assert answer.headers[name.lower()] == [value]

        asked()
    assert seen >= 25


HERE = {
    "plan_id": PLAN, "report": "annual", "period": "2018", "office": OFFICE, "key": "2018", "version": "1",
    "number": "1",
}  # fmt: skip
SENT = st.fixed_dictionaries({"because": st.text(min_size=1, max_size=30), "until": st.dates().map(str)})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_no_request_of_a_coordinator_brings_it_down(
    app: FastAPI, context: Context, home: str, browser: Browser
) -> None:
    users.add(context, "tran.a", "Trần Thị A", "một mật khẩu dài", by="test")
    own = browser.field(browser.get("/c/login"), "_form")
    (user,) = users.listing(context)
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    seen: set[tuple[str, int]] = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        if not operation.path.startswith("/c/"):
            continue

        @settings(FEW, max_examples=40 if "act" in operation.path else 6)
        @given(operation.as_strategy(), st.booleans(), st.sampled_from(sorted(_ACTS)), SENT)
        def asked(case: Any, meant: bool, act: str, sent: dict[str, str]) -> None:
            app.state.limits, app.state.throttle = Limits(), Throttle()
            if meant:
                good = HERE | {"act": act}
                case.path_parameters.update({k: v for k, v in good.items() if k in (case.path_parameters or {})})
                case.query = {}
            if case.method == "POST":
                case.body = {**(sent if meant else case.body if isinstance(case.body, dict) else {}), "_form": own}
            session, form = users.open_session(context, user), browser.client.cookies["dunghan_form"]
            answer = case.call(headers={"Cookie": f"dunghan_desk={session}; dunghan_form={form}"})
            seen.add((case.method, answer.status_code))
            assert answer.status_code < 500, (case.method, case.formatted_path, case.body, answer.text)
            for name, value in HEADERS.items():
                assert answer.headers[name.lower()] == [value]

        asked()
    assert seen >= {("GET", 200), ("GET", 404), ("POST", 200), ("POST", 409), ("POST", 422)}  # a redirect is followed
