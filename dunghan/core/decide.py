"""The decision for one obligation at one instant: which rung fires, which are passed over, and why."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from dunghan.core.calendar import WorkCalendar
from dunghan.core.ladder import Step, steps
from dunghan.core.state import known, silence
from models.ladder import Fires, Ladder, Silences
from models.obligation import Event
from models.report import Binding
from models.timezone import local_day


class Pause(NamedTuple):
    """A stretch in which the whole plan was paused; ``until`` None while it lasts."""

    since: datetime
    until: datetime | None = None


class Case(NamedTuple):
    """What is known of an obligation: everything that a decision may depend on.

    ``last_day`` is the one in force. ``swept_until`` is the instant up to which its rungs (those of this
    last day) are on record already; ``noticed`` whether one of them went out.
    """

    last_day: date
    binding: Binding
    events: Sequence[Event] = ()
    swept_until: datetime | None = None
    noticed: bool = False
    chased: bool = True


class Rules(NamedTuple):
    """What a plan's decisions have in common."""

    ladder: Ladder
    calendar: WorkCalendar
    issued_on: date
    pauses: Sequence[Pause] = ()


class Skip(NamedTuple):
    """A rung that did not fire, and why."""

    rung: int
    reason: Silences


class Verdict(NamedTuple):
    """What to do now. ``rung`` fires for ``reason``; ``escalates`` are the rungs whose superiors are told with it.

    ``next_at`` is when to look again: the next rung's instant, or None when the ladder has ended.
    """

    rung: int | None = None
    reason: Fires | None = None
    escalates: tuple[int, ...] = ()
    skipped: tuple[Skip, ...] = ()
    next_at: datetime | None = None


def _paused(pauses: Sequence[Pause], at: datetime) -> bool:
    return any(p.since <= at and (p.until is None or at < p.until) for p in pauses)


def _muted(case: Case, rules: Rules, at: datetime) -> Silences | None:
    """Why nothing goes out at an instant, or None."""
    if not case.chased:
        return "not_chased"
    return silence(case.events, at) or ("paused" if _paused(rules.pauses, at) else None)


def _passed_over(case: Case, rules: Rules, step: Step, granted: datetime | None) -> Silences | None:
    """Why a rung may never fire, whatever the time is now."""
    if granted is not None and step.at <= granted:
        return "extended"
    if muted := _muted(case, rules, step.at):
        return muted
    wanted = case.binding == "obliged" or step.rung in rules.ladder.requested
    return None if wanted else "requested_only"


def decide(case: Case, rules: Rules, now: datetime) -> Verdict:
    """Decide an obligation at ``now``.

    1. Take the rungs that have come up since the last look.
    2. Pass over those whose moment was silenced (submitted, waived, acknowledged, paused, before an
       extension, only requested).
    3. If it is silent now, the others are recorded with today's reason.
    4. Else the latest fires, if it is not older than the ladder reaches back; one that fell on the same day is
       merged into it, one before it is missed, and one beyond reach is expired.
    """
    ladder = rules.ladder
    schedule = steps(ladder, case.last_day, rules.issued_on, rules.calendar)
    next_at = next((s.at for s in schedule if s.at > now), None)
    pending = [s for s in schedule if s.at <= now and (case.swept_until is None or s.at > case.swept_until)]
    granted = next((e.at for e in reversed(known(case.events, now)) if e.kind == "extend"), None)

    skipped: list[Skip] = []
    candidates: list[Step] = []
    for step in pending:
        why = _passed_over(case, rules, step, granted)
        if why:
            skipped.append(Skip(step.rung, why))
        else:
            candidates.append(step)
    if not candidates:
        return Verdict(skipped=tuple(skipped), next_at=next_at)

    if muted := _muted(case, rules, now):
        skipped += [Skip(s.rung, muted) for s in candidates]
        return Verdict(skipped=tuple(sorted(skipped)), next_at=next_at)

    today = local_day(now)
    reach = today - timedelta(days=ladder.reach_back_days)
    last = candidates[-1]
    if local_day(last.at) < reach:
        skipped += [Skip(s.rung, "expired") for s in candidates]
        return Verdict(skipped=tuple(sorted(skipped)), next_at=next_at)

    merged = []
    for step in candidates[:-1]:
        day = local_day(step.at)
        if day == local_day(last.at):
            merged.append(step.rung)
            skipped.append(Skip(step.rung, "merged"))
        else:
            skipped.append(Skip(step.rung, "expired" if day < reach else "missed"))
    late = last.held or local_day(last.at) < today
    reason: Fires = "caught_up" if late else "rung_due" if case.noticed else "first_notice"
    told = (*merged, last.rung) if case.binding == "obliged" else ()
    return Verdict(
        rung=last.rung,
        reason=reason,
        escalates=tuple(r for r in ladder.escalating if r in told),
        skipped=tuple(sorted(skipped)),
        next_at=next_at,
    )
