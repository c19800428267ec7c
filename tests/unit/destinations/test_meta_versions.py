"""How long the API version that is set will be supported."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from connector.destinations.meta.versions import NEWEST, VERSIONS, check_version
from connector.model.checks import Mark
from connector.sandbox.config import SandboxConfig

SEED = Path(__file__).parents[3] / "dbt_project" / "seeds" / "reconciliation" / "api_versions.csv"
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("version", "mark"),
    [
        ("v26.0", Mark.OK),
        ("v22.0", Mark.OK),
        ("v21.0", Mark.WARN),
        ("v9.0", Mark.WARN),
        ("v27.0", Mark.OK),
        ("v28.0", Mark.WARN),
    ],
)
def test_a_version_near_its_end_or_unknown_is_a_warning(version: str, mark: Mark) -> None:
    assert check_version(version, today=TODAY).mark is mark


def test_a_version_near_its_end_says_the_day_and_what_to_set() -> None:
    words = check_version("v21.0", today=TODAY).words
    assert words == "v21.0 is supported until 2027-01-21: set CONNECTOR_META_API_VERSION=v27.0."


def test_a_version_whose_end_is_not_told_warns_before_its_two_years_are_over() -> None:
    check = check_version(NEWEST, today=date(2028, 9, 1))
    assert check.mark is Mark.WARN
    assert "supported at least until 2028-11-03: this package knows no newer one" in check.words


def test_the_table_stands_from_the_oldest_to_the_newest() -> None:
    assert [support.introduced_on for support in VERSIONS.values()] == sorted(
        support.introduced_on for support in VERSIONS.values()
    )
    assert NEWEST == "v27.0"
    assert VERSIONS.keys() & SandboxConfig().versions == SandboxConfig().versions
    assert NEWEST in SandboxConfig().versions


def test_dbts_alarm_works_from_the_same_table() -> None:
    with SEED.open(newline="") as file:
        seed = {row["api_version"]: (row["introduced_on"], row["available_until"]) for row in csv.DictReader(file)}
    assert seed == {
        version: (str(support.introduced_on), str(support.available_until or ""))
        for version, support in VERSIONS.items()
    }
