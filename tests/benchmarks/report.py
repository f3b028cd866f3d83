"""From samples to ratios, and from ratios to a table and a JSON document; nothing here measures."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

Samples = Mapping[str, Sequence[Mapping[str, Any]]]
"""What every run of every contestant took, by contestant."""
Figures = Mapping[str, float | None]
SIZES = (220, 2_200, 12_600)


class Goal(NamedTuple):
    """A figure and its bound: ``most`` or ``least``, a number or the name of another figure."""

    key: str
    what: str
    most: float | str | None = None
    least: float | None = None

    def bound(self, found: Figures) -> float | None:
        """The bound as a number; None where it was not measured either."""
        most = found.get(self.most) if isinstance(self.most, str) else self.most
        return self.least if self.least is not None else most

    def met(self, found: Figures) -> bool | None:
        """Whether it is met; None where nothing was measured."""
        value, bound = found.get(self.key), self.bound(found)
        if value is None or bound is None:
            return None
        return value >= bound if self.least is not None else value <= bound


GOALS = (
    Goal("marginal_ratio", "marginal cost of 12,600 due reminders / raw limit", most=3),
    Goal("process_ratio", "whole process, 12,600 due / raw limit", most=8),
    Goal("cron_apprise_2200", "cron with Apprise / ours, 2,200 due", least=20),
    Goal("cron_smtplib_12600", "cron with smtplib / ours, 12,600 due", least=5),
    Goal("prefect_per_office_2200", "a Prefect task per office / ours, 2,200 due", least=20),
    Goal("task_runs_growth", "task runs, 12,600 due - 220 due", most=0),
    Goal("smtp_connections_growth", "SMTP connections, 12,600 due - 220 due", most=0),
    Goal("commits_per_batch", "commits for each 500 offices more", most=1.1),
    Goal("idle_ratio_1m", "idle pass, 1,000,000 open / 1,000 open (1.5 and 2 ms)", most="idle_allowed"),
    Goal("idle_scans", "scans in the query plans of an idle pass", most=0),
    Goal("claim_ratio_sqlite", "10,000 due of 1,000,000 / of 10,000, SQLite", most=1.5),
    Goal("claim_ratio_postgres", "10,000 due of 1,000,000 / of 10,000, Postgres", most=1.5),
    Goal("rss_growth_mb", "peak memory, 12,600 due - 220 due, MB", most=30),
)


def figures(samples: Samples) -> dict[str, float | None]:
    """Every ratio of medians; None where a contestant did not run.

    The raw limit counts without its interpreter's start, also where ours counts as a whole process: the stricter
    reading. ``marginal_ratio`` compares work with work: the run inside its process on one side, rows and mails on
    the other.
    """

    def of(contestant: str, field: str = "wall_s") -> float | None:
        held = [s[field] for s in samples.get(contestant, ())]
        return median(held) if held else None

    raw = of("raw_12600", "raw_s")
    idle_flow = of("ours_none_due", "flow_s")
    marginal = _minus(of("ours_12600", "flow_s"), idle_flow)
    marginal_cpu = _minus(of("ours_12600", "flow_cpu_s"), of("ours_none_due", "flow_cpu_s"))
    commits = _minus(of("ours_12600", "commits"), of("ours_220", "commits"))
    idle = of("idle", "small_ms")
    scanned = [len(s["scans"]) for s in samples.get("idle", ())]
    return {
        "marginal_ratio": _ratio(marginal, raw),
        "process_ratio": _ratio(of("ours_12600"), raw),
        "cron_apprise_2200": _ratio(of("cron_apprise_2200"), of("ours_2200")),
        "cron_smtplib_12600": _ratio(of("cron_smtplib_12600"), of("ours_12600")),
        "prefect_per_office_2200": _ratio(of("prefect_per_office_2200"), of("ours_2200")),
        "idle_ratio_1m": _ratio(of("idle", "large_ms"), idle),
        "claim_ratio_sqlite": _ratio(of("claim_sqlite", "large_both_s"), of("claim_sqlite", "small_both_s")),
        "claim_ratio_postgres": _ratio(of("claim_postgres", "large_both_s"), of("claim_postgres", "small_both_s")),
        "rss_growth_mb": _minus(of("ours_12600", "peak_mb"), of("ours_220", "peak_mb")),
        # the other goals
        "task_runs_growth": _minus(of("ours_12600", "task_runs"), of("ours_220", "task_runs")),
        "smtp_connections_growth": _minus(of("ours_12600", "smtp_connections"), of("ours_220", "smtp_connections")),
        "commits_per_batch": None if commits is None else commits / ((12_600 - 220) / 500),
        "idle_allowed": None if idle is None else 1.5 + 2 / idle,
        "idle_scans": max(scanned) if scanned else None,
        # the same runs looked at otherwise
        "marginal_ratio_without_chunking": _ratio(_minus(of("in_step_12600", "flow_s"), idle_flow), raw),
        "marginal_ratio_of_processes": _ratio(_minus(of("ours_12600"), of("ours_none_due")), raw),
        "marginal_ratio_of_cpu": _ratio(marginal_cpu, of("raw_12600", "raw_cpu_s")),
        "any_flow_at_most_apprise_2200": _ratio(of("cron_apprise_2200"), of("prefect_empty")),
        "prefect_tuned_2200": _ratio(of("prefect_tuned_2200"), of("ours_2200")),
        "any_flow_at_most_per_office_2200": _ratio(of("prefect_per_office_2200"), of("prefect_empty")),
        "marginal_us_per_reminder": None if marginal is None else marginal / 12_600 * 1e6,
        "claims_alone_sqlite": _ratio(of("claim_sqlite", "large_claim_s"), of("claim_sqlite", "small_claim_s")),
        "claims_alone_postgres": _ratio(of("claim_postgres", "large_claim_s"), of("claim_postgres", "small_claim_s")),
        "sink_mails_per_s": _ratio(12_601, of("raw_12600", "flood_s")),
    }


def _ratio(upper: float | None, lower: float | None) -> float | None:
    return None if upper is None or not lower else upper / lower


def _minus(upper: float | None, lower: float | None) -> float | None:
    return None if upper is None or lower is None else upper - lower


def counts(samples: Samples) -> dict[str, dict[str, int]]:
    """Task runs, SMTP connections and commits of ours, by the number of offices; the most that any round had."""
    names = ("task_runs", "smtp_connections", "commits")
    held = {str(size): samples.get(f"ours_{size}", ()) for size in SIZES}
    return {size: {name: max(s[name] for s in runs) for name in names} for size, runs in held.items() if runs}


def medians(samples: Samples) -> dict[str, dict[str, float]]:
    """The median of every number that a contestant told."""
    return {
        contestant: {k: median(s[k] for s in runs) for k, v in runs[0].items() if isinstance(v, int | float)}
        for contestant, runs in samples.items()
    }


def document(samples: Samples, machine: Mapping[str, Any]) -> dict[str, Any]:
    """What ``latest.json`` holds."""
    found = figures(samples)
    missed = [goal.key for goal in GOALS if goal.met(found) is False]
    told = {"counts": counts(samples), "missed": missed, "machine": dict(machine)}
    return {**found, **told, "medians": medians(samples), "samples": {k: list(v) for k, v in samples.items()}}


def table(samples: Samples) -> str:
    """The goals with what was measured, and the seconds behind them."""
    found = figures(samples)
    rows = [f"{'':<56} {'goal':>10} {'measured':>10}"]
    for goal in GOALS:
        bound, value = goal.bound(found), found.get(goal.key)
        wanted = "-" if bound is None else f"{'>=' if goal.least is not None else '<='} {bound:.4g}"
        told = "-" if value is None else f"{value:.2f}"
        rows.append(f"{goal.what:<56} {wanted:>10} {told:>10}{'  MISSED' if goal.met(found) is False else ''}")
    rows += ["", f"{'medians':<26} {'wall s':>9} {'CPU s':>9}  the rest"]
    for contestant, held in medians(samples).items():
        rest = ", ".join(f"{k} {v:.5g}" for k, v in held.items() if k not in ("wall_s", "cpu_s"))
        rows.append(f"{contestant:<26} {held['wall_s']:>9.2f} {held['cpu_s']:>9.2f}  {rest}")
    beside = {
        k: found[k] for k in found if k.startswith(("marginal_", "claims_", "sink_", "any_")) and k != "marginal_ratio"
    }
    rows += ["", *(f"{key:<36} {value:>12.2f}" for key, value in beside.items() if value is not None)]
    for size, held_counts in counts(samples).items():
        rows.append(f"ours, {size:>6} offices: " + ", ".join(f"{k} {v}" for k, v in held_counts.items()))
    rows += [f"{name}: {step}" for name, runs in samples.items() for s in runs for step in s.get("scans", ())]
    return "\n".join(rows)
