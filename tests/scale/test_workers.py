"""Two workers, PostgreSQL, one national run: a worker killed, the server killed; each office gets its one mail."""

from pathlib import Path

import pytest

from tests.benchmarks.sink import sink
from tests.scale.country import build
from tests.scale.morning import Morning, Post, letters
from tests.scale.site import site

pytestmark = [pytest.mark.slow, pytest.mark.prefect, pytest.mark.postgres, pytest.mark.xdist_group("serve")]


def test_a_killed_worker_and_a_killed_server_lose_nothing_and_repeat_only_what_was_out(tmp_path: Path) -> None:
    country = build(tmp_path / "config", provinces=4, communes=30)
    with sink() as box, box.keeping() as mails, site(tmp_path / "site", country, box.port, durable=False) as here:
        here.command("deploy", "--national")
        morning = Morning(here)
        morning.pause_shipped()
        workers = [here.worker(f"may-{n}", limit=3) for n in (1, 2)]
        run = morning.start(at_once=4)
        dead = morning.disturb(workers, watched=False)
        assert dead, "the server takes them for alive: until the watchdog comes, nobody knows better"
        ended = morning.wait(run, 90)
        assert ended.state and ended.state.is_completed() and "Waiting" in (ended.state.name or ""), here.said()
        table = morning.table()
        told = f"{table}\n{letters(here)}\n{here.said()}"
        assert (table[0]["Thư đã gửi"], table[0]["Thư chưa gửi"]) == (len(country.people), 0), told
        tried = [(run.idempotency_key or "").split()[2:] for run in morning.chains()]
        twice = {plan for plan, attempt in tried if attempt == "2"}
        assert twice == {(run.idempotency_key or "").split()[2] for run in dead}, (
            "what died, and nothing else, ran again"
        )
        again = morning.wait(morning.start(at_once=4), 60)
        assert again.state and "started 0" in (again.state.message or ""), "a second time on the same day"
        assert letters(here) == {"delivered": len(country.people)}
    post = Post(mails)
    assert post.keys() == country.addresses
    assert len(post.ids) == len(country.people), "a second copy bears the Message-ID of the first"
    assert post.total() - len(country.people) <= len(dead), "at most what was out at the kill, one mail a sender"
