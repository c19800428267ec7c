"""The age of the API version that is set."""

from __future__ import annotations

from datetime import date

import pytest

from connector.checks import Mark
from connector.meta.versions import KNOWN_SINCE, NEWEST, check_version

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("version", "mark"),
    [("v26.0", Mark.OK), ("v24.0", Mark.OK), ("v22.0", Mark.WARN), ("v9.0", Mark.WARN), ("v27.0", Mark.WARN)],
)
def test_a_version_near_its_end_or_unknown_is_a_warning(version: str, mark: Mark) -> None:
    assert check_version(version, today=TODAY).mark is mark


def test_a_version_that_is_new_today_warns_before_its_two_years_are_over() -> None:
    assert check_version(NEWEST, today=date(2028, 6, 1)).mark is Mark.WARN


def test_the_table_stands_from_the_oldest_to_the_newest() -> None:
    assert list(KNOWN_SINCE.values()) == sorted(KNOWN_SINCE.values())
    assert NEWEST == "v26.0"
