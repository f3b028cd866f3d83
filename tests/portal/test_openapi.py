"""Whatever is sent to any of the portal's addresses, it answers as it says, and never with a fault of its own."""

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dunghan.portal.headers import HEADERS
from dunghan.portal.limits import Limits
from tests.portal.conftest import ANNUAL

FEW = settings(
    max_examples=5, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_no_request_brings_it_down(app: FastAPI, home: str) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    seen = 0
    for result in schema.get_all_operations():
        operation = result.ok()

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
