"""How long the API version that is set will be supported."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from connector.destinations.meta.versions import (
    INSIGHTS_UNTIL,
    NEWEST,
    VERSIONS,
    check_insights,
    check_version,
)
from connector.model.checks import Mark
from connector.sandbox.config import SandboxConfig
from connector.sandbox.routes import version_number

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


def test_the_marketing_api_has_the_same_versions_and_ends_each_before_the_graph_api() -> None:
    assert list(INSIGHTS_UNTIL) == list(VERSIONS)
    for version, ends_on in INSIGHTS_UNTIL.items():
        assert ends_on is None or ends_on < VERSIONS[version].ends_on, version


@pytest.mark.parametrize(
    ("version", "mark", "words"),
    [
        ("v27.0", Mark.OK, "v27.0: Meta has announced no end of it for insights."),
        ("v99.0", Mark.OK, "v99.0: Meta has announced no end of it for insights."),
        ("v25.0", Mark.WARN, "insights end with v25.0 on 2027-02-23, before events do: set CONNECTOR_META_API_VERSION"),
        ("v24.0", Mark.WARN, "Meta has ended v24.0 for insights on 2026-11-10, although it still takes events: set"),
    ],
)
def test_insights_have_ends_of_their_own(version: str, mark: Mark, words: str) -> None:
    check = check_insights(version, today=date(2026, 11, 28))
    assert (check.mark, check.words[: len(words)]) == (mark, words)


def test_an_end_of_insights_that_is_far_is_fine() -> None:
    assert check_insights("v25.0", today=date(2026, 11, 1)).words == "v25.0, insights until 2027-02-23."


def test_the_sandbox_refuses_no_version_that_meta_answers_and_never_the_newest() -> None:
    config, today = SandboxConfig(), date(2026, 11, 28)
    living = [version for version, support in VERSIONS.items() if support.ends_on >= today]
    assert config.oldest_version in living
    of_insights = [version for version, ends_on in INSIGHTS_UNTIL.items() if ends_on is None or ends_on >= today]
    assert config.oldest_insights_version == of_insights[0]
    assert version_number(config.oldest_version) <= version_number(config.oldest_insights_version)
    assert version_number(NEWEST) >= version_number(config.oldest_insights_version)


def test_dbts_alarm_works_from_the_same_table() -> None:
    with SEED.open(newline="") as file:
        seed = {row.pop("api_version"): tuple(row.values()) for row in csv.DictReader(file)}
    assert seed == {
        version: (str(support.introduced_on), str(support.available_until or ""), str(INSIGHTS_UNTIL[version] or ""))
        for version, support in VERSIONS.items()
    }
