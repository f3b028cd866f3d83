"""The whole country on one morning: with one worker, with two, and with one killed and the server restarted.

``make scale``, or ``python -m tests.scale [--provinces N] [--only one,two,killed]``. It prints wall time, CPU by part
and cost per province, and exits with 1 where an office got no mail, or more than one.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.machine import facts
from tests.benchmarks.sink import sink
from tests.scale.country import Country, build
from tests.scale.morning import Morning, Post, letters
from tests.scale.site import site

PATIENCE_SECONDS = 1800
STORIES = {"one": 1, "two": 2, "killed": 2}
"""How many workers there are to begin with."""


def say(words: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def play(story: str, folder: Path, country: Country, limit: int) -> bool:
    """Play one morning and say how it went; False where a mail is missing or came twice."""
    load = os.getloadavg()[0]
    with sink() as box, box.keeping() as mails, site(folder / story, country, box.port) as here:
        began = time.monotonic()
        here.command("deploy", "--national", timeout=300)
        deployed = time.monotonic() - began
        morning = Morning(here)
        morning.pause_shipped()
        workers = [here.worker(f"may-{n + 1}", limit) for n in range(STORIES[story])]
        time.sleep(8)  # they start, and so does the server's first round of housekeeping
        before, began = here.cpu(), time.monotonic()
        run = morning.start(at_once=limit * len(workers) - 1)  # the national run itself takes a place
        if story == "killed":
            dead = morning.disturb(workers, watched=True)
            say(f"  killed a worker after {time.monotonic() - began:.0f} s, and the server; it left {len(dead)} runs "
                f"as if they went on: {', '.join(f'{r.state_name}' for r in dead)}")  # fmt: skip
        ended = morning.wait(run, PATIENCE_SECONDS)
        wall = time.monotonic() - began
        spent = {part: after - before[part] for part, after in here.cpu().items()}
        chains, fate, table = morning.chains(), letters(here), morning.table()
        again = morning.wait(morning.start(at_once=limit), PATIENCE_SECONDS)
    post = Post(mails)
    ours = [run for run in chains if " tinh-" in (run.idempotency_key or "") and run.state_name != "Crashed"]
    lasted = [run.total_run_time.total_seconds() for run in ours]
    late = [
        (r.start_time - r.expected_start_time).total_seconds() for r in ours if r.start_time and r.expected_start_time
    ]
    missing, more = country.addresses - post.keys(), post.twice()
    state = ended.state.name if ended.state else "unknown"
    say(f"{story}: {wall:.0f} s wall, {wall / len(country.plans):.2f} s a province; {state}; load before {load:.1f}")
    say(f"  {len(ours)} runs, {post.total()} mails to {len(country.people)} people; registering took {deployed:.0f} s")
    say(f"  a run lasts {statistics.median(lasted):.1f} s (median), {max(lasted):.1f} s (longest), and begins "
        f"{statistics.median(late):.1f} s after it was asked for")  # fmt: skip
    say("  CPU: " + ", ".join(f"{part} {seconds:.0f} s" for part, seconds in spent.items()))
    say(f"  letters on record: {fate}; missing {len(missing)}, twice {len(more)}, of {len(post.ids)} Message-IDs "
        f"{sum(many > 1 for many in post.ids.values())} came more than once")  # fmt: skip
    say(f"  the country: {table[0]}")
    say(f"  once more on the same day: {again.state.message if again.state else 'unknown'}")
    return not missing and not more


def main() -> int:
    """Play the stories that were asked for."""
    asked = argparse.ArgumentParser(prog="python -m tests.scale")
    asked.add_argument("--provinces", type=int, help="the first so many, instead of 63")
    asked.add_argument("--only", default=",".join(STORIES), help="stories, with commas: one,two,killed")
    asked.add_argument("--limit", type=int, default=3, help="runs at once of each worker")
    given = asked.parse_args()
    for name in [n for n in os.environ if n.startswith(("DUNGHAN_", "PREFECT_"))]:
        del os.environ[name]
    say(f"On {facts()}")
    with tempfile.TemporaryDirectory(prefix="scale-") as place:
        country = build(Path(place) / "config", given.provinces)
        say(f"{len(country.plans)} provinces, {len(country.people) - len(country.plans)} offices")
        went = [play(story, Path(place), country, given.limit) for story in given.only.split(",")]
    return 0 if all(went) else 1


if __name__ == "__main__":
    sys.exit(main())
