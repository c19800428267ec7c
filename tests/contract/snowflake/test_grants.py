"""What acceptance says of a role on Snowflake that lacks a right. The driver is the real one; the server only says what
Snowflake would: an error by its number, or that nothing is to be seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from connector.acceptance import Part, accept
from connector.acceptance.findings import Result
from connector.settings import Settings
from tests.support.snowflake_answers import SnowflakeAnswers, answering

OWNED = "grant ownership on schema {database}.{%s} to role {role};"
SEEN = {
    "lower(schema_name) = lower('raw')": "grant usage on schema {database}.{raw} to role {role};",
    "lower(schema_name) = lower('meta_conversions')": "grant usage on schema {database}.{marts} to role {role};",
}
REFUSED = {
    ("generator", 606): "grant usage on warehouse {warehouse} to role {role};",
    ("table meta_conversions.connector", 3001): OWNED % "marts",
    ("table meta_conversions_reference.connector", 2003): OWNED % "reference",
    ("table meta_conversions_ledger.connector", 3001): OWNED % "ledger",
}


@pytest.fixture
def snowflake() -> Iterator[SnowflakeAnswers]:
    with answering() as answers:
        answers.rows |= {"current_version()": ["9.1.0"]}
        yield answers


def fixes(snowflake: SnowflakeAnswers, part: Part = Part.BOTH) -> list[str | None]:
    found = accept(Settings(warehouse_url=SecretStr(snowflake.url)), only=["grants"], part=part)
    return [finding.fix for finding in found.findings if finding.result is not Result.PASSED]


@pytest.mark.parametrize(("piece", "fix"), SEEN.items())
def test_what_a_role_does_not_see_is_a_grant_that_is_missing(snowflake: SnowflakeAnswers, piece: str, fix: str) -> None:
    snowflake.rows |= {piece: [""], "count(*) > 0": ["true"]}
    assert fixes(snowflake) == [fix]


def test_a_schema_without_a_table_in_sight_is_no_failure_and_names_the_grant(snowflake: SnowflakeAnswers) -> None:
    """As after the set-up of the documentation, before the first build."""
    snowflake.rows |= {"nullif": [None], "count(*) > 0": ["true"]}
    found = accept(Settings(warehouse_url=SecretStr(snowflake.url)), only=["grants"])
    assert found.is_fine
    assert "grant is missing" in found.of(Result.UNTRIED)[0].words
    assert "grant select on future tables" in str(found.of(Result.UNTRIED)[0].fix)


@pytest.mark.parametrize(("cause", "fix"), REFUSED.items())
def test_what_is_refused_is_a_grant_that_is_missing(
    snowflake: SnowflakeAnswers, cause: tuple[str, int], fix: str
) -> None:
    piece, number = cause
    snowflake.rows |= {"count(*) > 0": ["true"]}
    snowflake.errors[piece] = number
    assert fixes(snowflake) == [fix]


@pytest.mark.parametrize(("part", "asked_of_raw"), [(Part.DBT, True), (Part.SENDER, False)])
def test_a_role_with_every_right_of_its_part_passes(
    snowflake: SnowflakeAnswers, part: Part, asked_of_raw: bool
) -> None:
    snowflake.rows |= {"count(*) > 0": ["true"]}
    assert fixes(snowflake, part) == []
    assert any("'raw'" in sql for sql in snowflake.sent) == asked_of_raw
