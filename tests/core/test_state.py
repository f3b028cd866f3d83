from datetime import date, datetime

import pytest

from dunghan.core.state import known, last_day, silence, standing, state, timeliness
from models.obligation import Event
from models.timezone import VIETNAM

LAST = date(2018, 12, 9)


def on(text: str) -> datetime:
    """An instant in Vietnam, unless it says otherwise."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)


def event(at: str, kind: str, until: str = "") -> Event:
    return Event(on(at), kind, date.fromisoformat(until) if until else None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2018-01-01T00:00", "upcoming"),
        ("2018-11-08T23:59:59", "upcoming"),
        ("2018-11-09T00:00", "open"),
        ("2018-11-08T17:00+00:00", "open"),  # midnight in Vietnam
        ("2018-11-08T16:59:59+00:00", "upcoming"),
        ("2018-12-01T23:59:59", "open"),
        ("2018-12-02T00:00", "due_soon"),
        ("2018-12-09T23:59:59", "due_soon"),
        ("2018-12-09T16:59:59+00:00", "due_soon"),
        ("2018-12-10T00:00", "overdue"),
        ("2018-12-09T17:00+00:00", "overdue"),
        ("2019-06-01T00:00", "overdue"),
    ],
)
def test_time_alone_makes_the_state(now: str, expected: str) -> None:
    assert state(LAST, [], on(now)) == expected


@pytest.mark.parametrize(
    ("events", "now", "expected"),
    [
        ([("2018-12-01T10:00", "submit")], "2018-12-01T09:59:59", "open"),
        ([("2018-12-01T10:00", "submit")], "2018-12-01T10:00", "submitted"),
        ([("2018-03-01T10:00", "submit")], "2018-04-01T10:00", "submitted"),  # early is welcome
        ([("2018-12-20T10:00", "submit")], "2018-12-21T10:00", "submitted"),
        ([("2018-12-01T10:00", "submit"), ("2018-12-02T10:00", "return")], "2018-12-03T10:00", "returned"),
        ([("2018-12-01T10:00", "submit"), ("2018-12-02T10:00", "return")], "2019-01-03T10:00", "returned"),
        (
            [("2018-12-01T10:00", "submit"), ("2018-12-02T10:00", "return"), ("2018-12-05T10:00", "submit")],
            "2018-12-06T10:00",
            "submitted",
        ),
        ([("2018-12-01T10:00", "submit"), ("2018-12-02T10:00", "accept")], "2018-12-03T10:00", "accepted"),
        (
            [("2018-12-01T10:00", "submit"), ("2018-12-02T10:00", "accept"), ("2018-12-05T10:00", "submit")],
            "2018-12-06T10:00",
            "accepted",
        ),
        (
            [("2018-12-01T10:00", "submit"), ("2018-12-02T10:00", "accept"), ("2018-12-05T10:00", "return")],
            "2018-12-06T10:00",
            "returned",
        ),
        ([("2018-12-01T10:00", "waive")], "2018-12-20T10:00", "waived"),
        ([("2018-12-01T10:00", "waive"), ("2018-12-05T10:00", "submit")], "2018-12-20T10:00", "submitted"),
        ([("2018-12-01T10:00", "submit"), ("2018-12-05T10:00", "waive")], "2018-12-20T10:00", "waived"),
        ([("2018-12-12T10:00", "waive")], "2018-12-11T10:00", "overdue"),
        ([("2018-12-01T10:00", "acknowledge", "2018-12-20")], "2018-12-08T10:00", "due_soon"),
        ([("2018-12-01T10:00", "acknowledge", "2018-12-20")], "2018-12-12T10:00", "overdue"),
    ],
)
def test_what_happened_makes_the_state(events: list[tuple[str, ...]], now: str, expected: str) -> None:
    assert state(LAST, [event(*e) for e in events], on(now)) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2018-12-05T09:59:59", "due_soon"),  # not granted yet
        ("2018-12-05T10:00", "open"),
        ("2018-12-12T23:59:59", "open"),
        ("2018-12-13T00:00", "due_soon"),
        ("2018-12-20T23:59:59", "due_soon"),
        ("2018-12-21T00:00", "overdue"),
    ],
)
def test_an_extension_moves_the_last_day_from_the_moment_it_is_granted(now: str, expected: str) -> None:
    assert state(LAST, [event("2018-12-05T10:00", "extend", "2018-12-20")], on(now)) == expected


def test_the_latest_extension_holds() -> None:
    events = [event("2018-12-05T10:00", "extend", "2018-12-20"), event("2018-12-19T10:00", "extend", "2018-12-28")]
    assert last_day(LAST, events, on("2018-12-05T09:00")) == LAST
    assert last_day(LAST, events, on("2018-12-06T09:00")) == date(2018, 12, 20)
    assert last_day(LAST, events, on("2018-12-19T10:00")) == date(2018, 12, 28)
    assert last_day(LAST, list(reversed(events)), on("2018-12-19T10:00")) == date(2018, 12, 28)


def test_without_a_date_it_is_undated_until_something_is_handed_in() -> None:
    assert state(None, [], on("2018-12-20T10:00")) == "undated"
    handed_in = [event("2018-12-05T10:00", "submit")]
    assert state(None, handed_in, on("2018-12-20T10:00")) == "submitted"
    assert state(None, [event("2018-12-05T10:00", "waive")], on("2018-12-20T10:00")) == "waived"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2018-03-01T08:00", "on_time"),
        ("2018-12-09T23:59:59", "on_time"),
        ("2018-12-09T23:59:59.999999", "on_time"),
        ("2018-12-10T00:00", "late"),
        ("2018-12-09T17:00+00:00", "late"),
        ("2018-12-09T16:59:59+00:00", "on_time"),
        ("2018-12-20T10:00", "late"),
    ],
)
def test_on_time_means_before_the_midnight_that_ends_the_last_day(received: str, expected: str) -> None:
    assert timeliness(LAST, [event(received, "submit")], on("2019-01-01T00:00")) == expected


def test_a_return_does_not_make_a_report_late() -> None:
    events = [
        event("2018-12-08T10:00", "submit"),
        event("2018-12-11T10:00", "return"),
        event("2018-12-18T10:00", "submit"),
    ]
    assert timeliness(LAST, events, on("2018-12-12T10:00")) == "on_time"
    assert timeliness(LAST, events, on("2018-12-20T10:00")) == "on_time"


def test_a_submission_without_a_date_counts_as_on_time() -> None:
    assert timeliness(None, [event("2018-12-20T10:00", "submit")], on("2019-01-01T00:00")) == "on_time"


def test_what_was_never_handed_in_is_missing() -> None:
    assert timeliness(LAST, [], on("2019-01-01T00:00")) == "missing"
    assert timeliness(LAST, [event("2018-12-20T10:00", "submit")], on("2018-12-20T09:59")) == "missing"
    assert timeliness(LAST, [event("2018-12-01T10:00", "waive")], on("2019-01-01T00:00")) == "missing"


def test_a_submission_within_the_extension_is_on_time() -> None:
    events = [event("2018-12-05T10:00", "extend", "2018-12-20"), event("2018-12-20T23:59", "submit")]
    assert timeliness(LAST, events, on("2019-01-01T00:00")) == "on_time"
    late = [events[0], event("2018-12-21T00:00", "submit")]
    assert timeliness(LAST, late, on("2019-01-01T00:00")) == "late"


@pytest.mark.parametrize(
    ("events", "at", "expected"),
    [
        ([], "2018-12-01T08:00", None),
        ([("2018-11-30T10:00", "submit")], "2018-12-01T08:00", "already_submitted"),
        ([("2018-12-01T08:00:01", "submit")], "2018-12-01T08:00", None),
        ([("2018-11-30T10:00", "submit"), ("2018-11-30T11:00", "return")], "2018-12-01T08:00", None),
        ([("2018-11-30T10:00", "submit"), ("2018-11-30T11:00", "accept")], "2018-12-01T08:00", "accepted"),
        ([("2018-11-30T10:00", "waive")], "2018-12-01T08:00", "waived"),
        ([("2018-11-30T10:00", "acknowledge", "2018-12-05")], "2018-12-05T23:59", "acknowledged"),
        ([("2018-11-30T10:00", "acknowledge", "2018-12-05")], "2018-12-06T00:00", None),
        ([("2018-11-30T10:00", "acknowledge", "2018-12-05")], "2018-11-30T09:00", None),
        (
            [("2018-11-30T10:00", "acknowledge", "2018-12-20"), ("2018-12-01T10:00", "acknowledge", "2018-12-03")],
            "2018-12-04T08:00",
            None,
        ),
        ([("2018-11-30T10:00", "extend", "2018-12-20")], "2018-12-01T08:00", None),
    ],
)
def test_what_silences_the_ladder(events: list[tuple[str, ...]], at: str, expected: str | None) -> None:
    assert silence([event(*e) for e in events], on(at)) == expected


def test_events_count_in_the_order_in_which_they_happened_not_in_which_they_were_told() -> None:
    told = [event("2018-12-02T10:00", "return"), event("2018-12-01T10:00", "submit")]
    assert standing(told, on("2018-12-03T10:00")) == "returned"
    assert [e.kind for e in known(told, on("2018-12-03T10:00"))] == ["submit", "return"]
    assert known(told, on("2018-11-01T10:00")) == []
