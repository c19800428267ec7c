"""What the probe's answer shows, and this machine's clock beside that of the server that answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.destinations.meta.answers import judge
from connector.destinations.meta.checking import judge_clock, judge_probe
from connector.destinations.meta.client import Answer
from connector.model.checks import Mark
from tests.unit.destinations.meta_events import answer, refused

NOW = datetime(2026, 11, 23, 12, 0, 0, 400_000, tzinfo=UTC)


def dated(date: str | None) -> Answer:
    headers = {} if date is None else {"date": date}
    return Answer(status=400, headers=headers, body=b"{}", never_connected=False, duration_ms=1)


@pytest.mark.parametrize(
    ("skew", "mark", "code"),
    [
        (timedelta(0), Mark.OK, 0),
        (timedelta(seconds=-59), Mark.OK, 0),
        (timedelta(minutes=10), Mark.WARN, 0),
        (timedelta(minutes=-59), Mark.WARN, 0),
        (timedelta(hours=3), Mark.FAIL, 3),
        (timedelta(hours=-3), Mark.FAIL, 3),
    ],
)
def test_a_clock_is_doubted_after_a_minute_and_fails_after_the_hour_that_deadlines_keep(
    skew: timedelta, mark: Mark, code: int
) -> None:
    check = judge_clock(dated(f"{NOW + skew:%a, %d %b %Y %H:%M:%S GMT}"), now=NOW)
    assert (check.mark, check.exit_code) == (mark, code)
    if mark is not Mark.OK:
        assert ("behind" if skew > timedelta(0) else "ahead of") in check.words


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Nov 2026 12:00:00 GMT"])
def test_an_answer_without_a_date_only_says_that_nothing_was_compared(date: str | None) -> None:
    assert judge_clock(dated(date), now=NOW).mark is Mark.WARN


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (refused(2, status=503), "code 2, meta_failed"),
        (answer(b"<html>", status=502), "meta_failed"),
        (answer(status=None), "no_answer"),
    ],
)
def test_a_failure_inside_meta_or_on_the_way_blames_nobody_and_says_to_try_again(given: Answer, told: str) -> None:
    check = judge_probe("dataset 1", judge(given, sent=1))
    assert (check.mark, check.exit_code) == (Mark.FAIL, 1)
    assert check.words.startswith(f"{told}: ")
    assert "Try again" in check.words
    assert "is not Meta" not in check.words


def test_a_page_in_place_of_an_answer_is_told_as_not_meta_s() -> None:
    check = judge_probe("dataset 1", judge(answer(b"<html>login</html>"), sent=1))
    assert check.mark is Mark.FAIL
    assert "what answered is not Meta" in check.words
