"""`dunghan serve` as an operator runs it: one machine, real processes, a temporary database."""

import base64
import json
import os
import sqlite3
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any

import pytest

from deployments.server import free_port
from dunghan.demo.mailbox import Mailbox
from models.timezone import VIETNAM
from tests.deployments.conftest import Served, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.prefect, pytest.mark.xdist_group("serve")]

PLAN = "ha-giang-168-2016"
DEPLOYED = [
    "bao-dau-moi", "binh-thuan-687-2020", "can-tho-115-2021", "canh-gac", "don-kho", "gia-han-mien", "grant-extension",
    PLAN, "hai-phong-76-2020", "hop-thu-di", "record-submission", "remind-now", "return-report", "set-date", "waive",
]  # fmt: skip


def _healthy(served: Served) -> bool:
    try:
        with urllib.request.urlopen(f"{served.api}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _registered(served: Served) -> list[dict[str, Any]]:
    found = served.post("/deployments/filter")
    return found if len(found) == len(DEPLOYED) else []


def test_one_machine_serves_the_plans_and_ends_cleanly(served: Served, mailbox: Mailbox) -> None:
    """One story, so that two starts of a server are enough for all of it."""
    the_server_answers(served)
    four_chains_and_the_round_are_registered(served)
    everything_lies_under_var(served)
    the_portal_answers_on_loopback(served)
    a_cron_deployment_yields_runs_at_eight_in_vietnam(served)
    nothing_is_told_to_anybody(served)
    a_second_copy_is_refused_in_one_line(served)
    a_remote_run_is_a_run_of_the_deployment(served, mailbox)
    killed_it_leaves_nobody_behind(served)
    without_prefects_database_all_is_registered_anew_beyond_loopback(served)
    without_the_password_nobody_comes_in(served)
    what_was_sent_is_not_sent_again(served, mailbox)
    the_password_is_in_no_log(served)
    sigterm_lets_a_run_finish_and_ends_all_children(served)
    a_database_of_a_newer_prefect_is_told_with_the_way_back(served)


def the_server_answers(served: Served) -> None:
    assert wait_for(lambda: served.process.poll() is not None or _healthy(served), 90), served.said
    assert _healthy(served), served.said
    assert f"http://127.0.0.1:{served.port}" in served.said


def four_chains_and_the_round_are_registered(served: Served) -> None:
    found = wait_for(lambda: _registered(served), 60)
    assert sorted(d["name"] for d in found) == DEPLOYED


def everything_lies_under_var(served: Served) -> None:
    assert wait_for(lambda: "Stop with Ctrl-C" in served.said, 30), served.said
    assert sorted(p.name for p in served.folder.iterdir()) == ["serve.out", "var"]
    assert (served.folder / "var" / "prefect").is_dir()
    log = (served.folder / "var" / "log" / "dunghan.log").read_text()
    assert all(words in log for words in (" serve   server is up after ", " runner  Every schedule is registered."))


def the_portal_answers_on_loopback(served: Served) -> None:
    """It comes up between the server and the runner, and no page's address, which may be a key, is in a log."""
    assert f"The portal is at http://127.0.0.1:{served.portal}" in served.said
    with urllib.request.urlopen(f"http://127.0.0.1:{served.portal}/healthz", timeout=5) as answer:
        assert (answer.status, answer.read()) == (200, b"ok")
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"http://127.0.0.1:{served.portal}/b/bi-mat-cua-lien-ket", timeout=5)
    log = (served.folder / "var" / "log" / "dunghan.log").read_text()
    places = [log.index(f"{name} is up after") for name in ("server", "portal", "runner")]
    assert places == sorted(places) and "bi-mat-cua-lien-ket" not in log


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


def nothing_is_told_to_anybody(served: Served) -> None:
    with urllib.request.urlopen(f"{served.api}/admin/settings", timeout=10) as answer:
        found = json.load(answer)["server"]
    assert found["analytics_enabled"] is False
    assert found["ui"]["show_promotional_content"] is False
    request = urllib.request.Request(f"{served.api}/health", headers={"Origin": "http://elsewhere.example"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers.get("Access-Control-Allow-Origin") is None, "another page's scripts may not read"


def a_second_copy_is_refused_in_one_line(served: Served) -> None:
    done = served.run("serve", "--port", str(free_port()))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1 and f"process {served.process.pid}" in done.stderr


def a_remote_run_is_a_run_of_the_deployment(served: Served, mailbox: Mailbox) -> None:
    done = served.run("run", PLAN, "--remote", "--as-of", "2018-12-07", "--json")  # it finds the server by itself
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert (document["plan"], document["as_of"]) == (PLAN, "2018-12-07T08:00:00+07:00")
    assert document["opened"] > 800
    assert document["delivered"] == len(mailbox.received) == 6, "three reminders, three escalations"
    assert document["state"].startswith("Overdue")
    assert {"reminders", "messages", "delivered", "retry", "rejected", "dead", "skipped"} <= set(document)
    with sqlite3.connect(served.folder / "var" / "dunghan.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM obligation").fetchone()
    connection.close()
    assert count == document["opened"], "it ran on the installation's own database"
    (run,) = [r for r in served.post("/flow_runs/filter", sort="END_TIME_DESC") if r["name"].endswith(" · 07/12")]
    assert run["state_name"] == f"{document['state']} 386"
    assert {f"plan:{PLAN}", "province:02", "period:2018"} <= set(run["tags"])


def killed_it_leaves_nobody_behind(served: Served) -> None:
    children = served.children()
    assert len(children) >= 2
    served.process.kill()
    served.process.wait()
    assert wait_for(lambda: not [pid for pid in children if _alive(pid)], 10), children
    assert not _healthy(served)


def without_prefects_database_all_is_registered_anew_beyond_loopback(served: Served) -> None:
    for file in (served.folder / "var" / "prefect").glob("prefect.db*"):
        file.unlink()
    served.start("--host", "0.0.0.0")
    assert wait_for(lambda: "Stop with Ctrl-C" in served.said or served.process.poll() is not None, 90), served.said
    assert _registered(served), served.said
    assert "see var/prefect/client.env" in served.said


def without_the_password_nobody_comes_in(served: Served) -> None:
    assert (served.folder / "var/prefect/client.env").stat().st_mode & 0o777 == 0o600
    assert len(served.auth) > 30
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{served.api}/admin/version", timeout=10)
    basic = {"Authorization": "Basic " + base64.b64encode(served.auth.encode()).decode()}
    forged = urllib.request.Request(
        f"{served.api}/flow_runs/filter", b"{}", basic | {"Content-Type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError, match="403"):  # the password alone, as a foreign page would send it
        urllib.request.urlopen(forged, timeout=10)
    for env, told in (({}, "ok      prefect    the API answers"), ({"PREFECT_API_URL": served.api}, "a password")):
        assert told in served.run("doctor", **env).stdout.splitlines()[-1]
    refused = served.run("run", PLAN, "--remote", PREFECT_API_URL=served.api)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1) and "PREFECT_API_AUTH_STRING" in refused.stderr


def what_was_sent_is_not_sent_again(served: Served, mailbox: Mailbox) -> None:
    done = served.run("run", PLAN, "--remote", "--as-of", "2018-12-07", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert (document["opened"], document["reminders"], document["delivered"]) == (0, 0, 0)
    assert len(mailbox.received) == 6


def the_password_is_in_no_log(served: Served) -> None:
    secret = served.auth.partition(":")[2]
    assert secret not in served.said
    assert not [file for file in (served.folder / "var" / "log").iterdir() if secret in file.read_text()]


def sigterm_lets_a_run_finish_and_ends_all_children(served: Served) -> None:
    children = served.children()
    (chain,) = [d for d in _registered(served) if d["name"] == PLAN]
    run = served.post(
        f"/deployments/{chain['id']}/create_flow_run", parameters={"plan": PLAN, "as_of": "2018-12-10T08:00:00+07:00"}
    )["id"]

    def begun() -> bool:
        (found,) = served.post("/flow_runs/filter", flow_runs={"id": {"any_": [run]}})
        return found["state_type"] == "RUNNING"

    assert wait_for(begun, 30)
    served.process.terminate()
    assert served.process.wait(70) == 0, served.said
    with sqlite3.connect(served.folder / "var" / "prefect" / "prefect.db") as connection:
        (state,) = connection.execute("SELECT state_type FROM flow_run WHERE id = ?", (run,)).fetchone()
        paused = connection.execute("SELECT count(*) FROM deployment WHERE paused").fetchone()
    connection.close()
    assert state == "COMPLETED"
    assert paused == (0,), "a run that falls into an outage is caught up on, so it must stay scheduled"
    assert served.said.splitlines()[-1] == "Stopping …"
    assert "Traceback" not in served.said
    assert wait_for(lambda: not [pid for pid in children if _alive(pid)], 10), children
    assert not _healthy(served)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{served.portal}/healthz", timeout=5)


def a_database_of_a_newer_prefect_is_told_with_the_way_back(served: Served) -> None:
    with sqlite3.connect(served.folder / "var" / "prefect" / "prefect.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    connection.close()
    done = served.run("serve", "--port", str(served.port))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert "newer Prefect. Upgrade dunghan" in done.stderr and "move prefect.db away" in done.stderr


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
