"""`dunghan serve` as an operator runs it: one machine, real processes, a temporary database."""

import json
import os
import sqlite3
import time
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any

import pytest

from models.timezone import VIETNAM
from tests.deployments.conftest import Served, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.prefect, pytest.mark.xdist_group("serve")]

PLAN = "ha-giang-168-2016"


def _healthy(served: Served) -> bool:
    try:
        with urllib.request.urlopen(f"{served.api}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _registered(served: Served) -> list[dict[str, Any]]:
    found = served.post("/deployments/filter")
    return found if len(found) == 5 else []


def test_one_machine_serves_the_plans_and_ends_cleanly(served: Served) -> None:
    """One story, so that one server is enough wherever its steps would be sent."""
    the_server_answers(served)
    four_chains_and_the_round_are_registered(served)
    everything_lies_under_var(served)
    a_cron_deployment_yields_runs_at_eight_in_vietnam(served)
    a_port_in_use_is_refused_in_one_line(served)
    a_remote_run_is_a_run_of_the_deployment(served)
    sigterm_ends_it_with_all_its_children(served)


def the_server_answers(served: Served) -> None:
    assert wait_for(lambda: served.process.poll() is not None or _healthy(served), 90), served.said
    assert _healthy(served), served.said
    assert f"http://127.0.0.1:{served.port}" in served.said


def four_chains_and_the_round_are_registered(served: Served) -> None:
    found = wait_for(lambda: _registered(served), 60)
    assert sorted(d["name"] for d in found) == [
        "binh-thuan-687-2020", "can-tho-115-2021", PLAN, "hai-phong-76-2020", "hop-thu-di",
    ]  # fmt: skip


def everything_lies_under_var(served: Served) -> None:
    assert sorted(p.name for p in served.folder.iterdir()) == ["serve.out", "var"]
    assert (served.folder / "var" / "prefect").is_dir()
    assert (served.folder / "var" / "log" / "runner.log").is_file()


def a_cron_deployment_yields_runs_at_eight_in_vietnam(served: Served) -> None:
    """With sqlalchemy 2.1 Prefect 3.8 creates none, and says nothing."""
    (chain,) = [d for d in _registered(served) if d["name"] == PLAN]
    scheduled = wait_for(
        lambda: served.post(
            "/flow_runs/filter",
            deployments={"id": {"any_": [chain["id"]]}},
            flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}},
        ),
        60,
    )
    times = [datetime.fromisoformat(r["expected_start_time"]).astimezone(VIETNAM) for r in scheduled]
    assert times
    assert {f"{t:%H:%M}" for t in times} == {"08:00"}
    assert len({t.date() for t in times}) == len(times), "once a day"


def a_port_in_use_is_refused_in_one_line(served: Served) -> None:
    done = served.run("serve", "--port", str(served.port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1 and str(served.port) in done.stderr and "--port" in done.stderr


def a_remote_run_is_a_run_of_the_deployment(served: Served) -> None:
    done = served.run("run", PLAN, "--remote", "--as-of", "2018-12-07", "--json", PREFECT_API_URL=served.api)
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert (document["plan"], document["as_of"]) == (PLAN, "2018-12-07T08:00:00+07:00")
    assert document["opened"] > 800
    assert document["state"].startswith("Overdue")
    assert {"reminders", "messages", "delivered", "retry", "rejected", "dead", "skipped"} <= set(document)
    with sqlite3.connect(served.folder / "var" / "dunghan.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM obligation").fetchone()
    connection.close()
    assert count == document["opened"], "it ran on the installation's own database"
    (run,) = [r for r in served.post("/flow_runs/filter", sort="END_TIME_DESC") if r["name"].endswith(" · 07/12")]
    assert run["state_name"] == f"{document['state']} 386"
    assert {f"plan:{PLAN}", "province:02", "period:2018"} <= set(run["tags"])


def sigterm_ends_it_with_all_its_children(served: Served) -> None:
    children = served.children()
    assert len(children) >= 2
    began = time.monotonic()
    served.process.terminate()
    assert served.process.wait(40) == 0, served.said
    assert time.monotonic() - began < 30
    assert served.said.splitlines()[-1] == "Stopping …"
    assert "Traceback" not in served.said
    assert wait_for(lambda: not [pid for pid in children if _alive(pid)], 10), children
    assert not _healthy(served)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
