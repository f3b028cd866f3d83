"""Who is measured, on what, and what makes a run good: each returns what it took, or raises RuntimeError."""

from collections.abc import Callable

from tests.benchmarks.bench import Bench, Spent
from tests.benchmarks.world import DUE, NONE_DUE

LARGE, MIDDLE, SMALL = 12_600, 2_200, 220
AT_ONCE = 8
CROWD, DUE_AMONG_IT, FEW, TURNS = 1_000_000, 10_000, 1_000, 5
Contestant = Callable[[Bench], Spent]


def _ours(offices: int, ahead: bool = True) -> Contestant:
    def run(bench: Bench) -> Spent:
        port = bench.sink.port if ahead else bench.sink.plain_port
        spent = bench.run("ours", offices, DUE.isoformat(), port=port)
        _require(f"reminders {offices}, messages {offices + 1}, delivered {offices + 1}" in spent["said"], spent)
        _require(spent["mails"] == offices + 1, spent)
        return spent | {"task_runs": bench.task_runs(spent["flow_run"])}

    return run


def _ours_none_due(bench: Bench) -> Spent:
    spent = bench.run("ours", LARGE, NONE_DUE.isoformat())
    _require("reminders 0, messages 0, delivered 0" in spent["said"] and spent["mails"] == 0, spent)
    return spent | {"task_runs": bench.task_runs(spent["flow_run"])}


def _raw(bench: Bench) -> Spent:
    spent = bench.run("raw", LARGE, "{db}", bench.recording(LARGE), bench.sink.port)
    _require(spent["mails"] == LARGE + 1, spent)
    return spent


def _script(module: str, offices: int, *more: int) -> Contestant:
    def run(bench: Bench) -> Spent:
        spent = bench.run(module, offices, "{db}", bench.sink.port, DUE.isoformat(), *more)
        _require(spent["sent"] == spent["mails"] == offices, spent)
        if "flow_run" in spent:
            spent["task_runs"] = bench.task_runs(spent["flow_run"], at_least=offices)
        return spent

    return run


def _empty(bench: Bench) -> Spent:
    spent = bench.run("prefect_empty", SMALL)
    _require(spent["state"] == "Completed", spent)
    return spent | {"task_runs": bench.task_runs(spent["flow_run"], at_least=2)}


def _idle(bench: Bench) -> Spent:
    few, many = bench.world(FEW), bench.crowd(DUE_AMONG_IT, CROWD)
    words = (few.folder, few.offices, few.copy("idle"), many.folder, many.offices, many.copy("idle-crowd"))
    return bench.child("idle", *words, env=few.environment(few.template, bench.sink.port))


def _claim(where: str) -> Contestant:
    def run(bench: Bench) -> Spent:
        of = bench.crowd(DUE_AMONG_IT, CROWD) if where == "sqlite" else bench.world(DUE_AMONG_IT)
        env = of.environment(of.template, bench.sink.port)
        return bench.child("claim", where, of.folder, bench.sink.port, TURNS, env=env)

    return run


def _require(good: bool, spent: Spent) -> None:
    if not good:
        raise RuntimeError(f"the run did not do what is measured: {spent}")


ROUNDS: dict[str, Contestant] = {
    "ours_12600": _ours(LARGE),
    "ours_none_due": _ours_none_due,
    "raw_12600": _raw,
    "cron_smtplib_12600": _script("cron_smtplib", LARGE),
    "in_step_12600": _ours(LARGE, ahead=False),
    "ours_2200": _ours(MIDDLE),
    "cron_apprise_2200": _script("cron_apprise", MIDDLE),
    "prefect_per_office_2200": _script("prefect_per_office", MIDDLE),
    "prefect_tuned_2200": _script("prefect_per_office", MIDDLE, AT_ONCE),
    "ours_220": _ours(SMALL),
    "prefect_empty": _empty,
    "prefect_per_office_220": _script("prefect_per_office", SMALL),
}
"""Whole processes: three rounds make three samples, interleaved."""

ORDER = ("raw_12600", "ours_12600", "raw_12600", "ours_none_due", *tuple(ROUNDS)[2:])
"""A round. The raw limit runs three times in it, around ours, since it is short and everything is divided by it."""

ONCE: dict[str, Contestant] = {
    "idle": _idle,
    "claim_sqlite": _claim("sqlite"),
    "claim_postgres": _claim("postgres"),
}
"""Those that take turns between their two sizes by themselves, since loading a million rows costs a minute."""

SLOW = {
    "cron_apprise_2200",
    "prefect_per_office_2200",
    "prefect_tuned_2200",
    "prefect_per_office_220",
    "claim_postgres",
}
"""What ``--quick`` leaves out."""

GROUPS: dict[str, tuple[str, ...]] = {
    "marginal": ("ours_12600", "ours_none_due", "raw_12600", "in_step_12600"),
    "counts": ("ours_12600", "ours_2200", "ours_220"),
    "smtplib": ("ours_12600", "cron_smtplib_12600"),
    "apprise": ("ours_2200", "cron_apprise_2200", "prefect_empty"),
    "prefect": (
        "ours_2200",
        "prefect_per_office_2200",
        "prefect_tuned_2200",
        "prefect_per_office_220",
        "prefect_empty",
    ),
    "idle": ("idle",),
    "claim": ("claim_sqlite", "claim_postgres"),
    "claim-sqlite": ("claim_sqlite",),
    "claim-postgres": ("claim_postgres",),
}
"""What ``--only`` takes: the contestants that one comparison needs."""
