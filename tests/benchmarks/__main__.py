"""``make bench``: everybody side by side, interleaved, three times; medians, a table and ``var/bench/latest.json``."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from deployments.child import interrupt_on_sigterm
from tests.benchmarks import machine, report
from tests.benchmarks.bench import Bench, Spent, clean_environment, say
from tests.benchmarks.contestants import GROUPS, ONCE, ORDER, ROUNDS, SLOW, Contestant
from tests.benchmarks.sink import sink

OUTPUT = Path("var/bench")


def read_command_line() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, without the slow competitors")
    parser.add_argument("--only", choices=sorted(GROUPS), help="one comparison")
    parser.add_argument("--rounds", type=int, default=3, help="how many samples each (3)")
    parser.add_argument(
        "--worlds", type=Path, metavar="FOLDER",
        help="keep the prepared worlds there and use them again (not after a change of schema or of what a run writes)",
    )  # fmt: skip
    return parser.parse_args()


def measure(bench: Bench, name: str, contestant: Contestant, samples: dict[str, list[Spent]]) -> str | None:
    """One run of one contestant, told on stderr; returns what went wrong, if anything did."""
    try:
        spent = contestant(bench)
    except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as error:
        say(f"  {name:<26} FAILED: {error}")
        return f"{name}: {error}"
    samples[name].append(spent)
    say(f"  {name:<26} {spent['wall_s']:8.2f} s, CPU {spent['cpu_s']:.2f} s")
    return None


def main() -> int:
    """Measure what is asked for, and report. Returns 1 if a measurement failed; a missed goal is no failure."""
    asked = read_command_line()
    clean_environment()
    interrupt_on_sigterm()
    chosen = set(GROUPS[asked.only]) if asked.only else {*ROUNDS, *ONCE} - (SLOW if asked.quick else set())
    before = machine.facts()
    say(", ".join(f"{k} {v}" for k, v in before.items()))
    samples: dict[str, list[Spent]] = defaultdict(list)
    failed: list[str | None] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dunghan-bench-")))
        bench = Bench(folder, stack.enter_context(sink()), asked.worlds)
        if chosen & ROUNDS.keys():
            with bench.server():
                for number in range(1 if asked.quick else asked.rounds):
                    say(f"Round {number + 1}")
                    failed += [measure(bench, name, ROUNDS[name], samples) for name in ORDER if name in chosen]
        failed += [measure(bench, name, who, samples) for name, who in ONCE.items() if name in chosen]
    partial = asked.only or asked.quick or asked.rounds < 3
    found = report.document(samples, before | {"load_after": machine.facts()["load"]})
    file = OUTPUT / ("partial.json" if partial else "latest.json")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{report.table(samples)}\n\n{file}\n")
    for words in filter(None, failed):
        say(f"FAILED {words}")
    return 1 if any(failed) else 0


if __name__ == "__main__":
    sys.exit(main())
