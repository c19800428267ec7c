"""What acceptance says of a role on Snowflake that lacks a right. The driver is the real one; the server only says what
Snowflake would: an error by its number, or that nothing is to be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from connector.acceptance import Part, accept
from connector.acceptance.findings import Result
from connector.acceptance.grants import CREATE_SCHEMA, GRANTS
from connector.settings import Settings
from tests.contract.snowflake.test_set_up import statements as set_up
from tests.support.snowflake_answers import SnowflakeAnswers, answering

USAGE = "grant usage on schema {database}.{%s} to role {role};"
OWNED = "grant ownership on schema {database}.{%s} to role {role};"
SCHEMAS = {
    "raw": "raw",
    "marts": "meta_conversions",
    "reference": "meta_conversions_reference",
    "ledger": "meta_conversions_ledger",
}
READ = [(place, "tables", "%") for place in ("raw", "marts", "reference")]
READ += [("ledger", "tables", "%TABLE"), ("ledger", "views", "%VIEW")]
REFUSED = {
    ("generator", 606): "grant usage on warehouse {warehouse} to role {role};",
    ("information_schema", 90_105): "grant usage on database {database} to role {role};",
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
    return [finding.fix for finding in found.of(Result.FAILED)]


@pytest.mark.parametrize("place", SCHEMAS)
def test_a_schema_that_a_role_does_not_see_is_a_grant_that_is_missing(snowflake: SnowflakeAnswers, place: str) -> None:
    snowflake.rows |= {f"lower(schema_name) = lower('{SCHEMAS[place]}')": [""], "count(*) > 0": ["true"]}
    assert fixes(snowflake) == [USAGE % place]


@pytest.mark.parametrize(("place", "what", "kinds"), READ)
def test_a_schema_without_a_relation_in_sight_is_no_failure_and_names_the_grant(
    snowflake: SnowflakeAnswers, place: str, what: str, kinds: str
) -> None:
    """As after the set-up of the documentation, before the first build."""
    asked = f"lower(table_schema) = lower('{SCHEMAS[place]}') and table_type like '{kinds}'"
    snowflake.rows |= {asked: [None], "count(*) > 0": ["true"]}
    found = accept(Settings(warehouse_url=SecretStr(snowflake.url)), only=["grants"])
    assert found.is_fine
    [untried] = found.of(Result.UNTRIED)
    assert "a grant is missing" in untried.words
    assert f"grant select on future {what} in schema {{database}}.{{{place}}} to role {{role}};" in str(untried.fix)


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
    found = accept(Settings(warehouse_url=SecretStr(snowflake.url)), only=["grants"], part=part)
    assert {finding.result for finding in found.findings} == {Result.PASSED}
    assert any("'raw'" in sql for sql in snowflake.sent) == asked_of_raw


@pytest.mark.parametrize(("role", "part"), [("conversions_modeller", Part.DBT), ("conversions_sender", Part.SENDER)])
def test_every_grant_of_the_documentation_is_tried(role: str, part: Part) -> None:
    """`create schema` is tried by creating the scratch schemas."""
    tried = " ".join(grant.statement for grant in GRANTS["snowflake"] if part in grant.parts) + CREATE_SCHEMA
    documented = {one for statement in set_up() for one in _singly(statement) if one.endswith(f"to role {role}")}
    names = {f"{{{place}}}": schema for place, schema in SCHEMAS.items()}
    names |= {"{role}": role, "{database}": "conversions", "{warehouse}": "conversions"}
    for brace, name in names.items():
        tried = tried.replace(brace, name)
    assert len(documented) > 5
    assert {one for one in documented if f"{one};" not in tried} == set()


def _singly(statement: str) -> list[str]:
    """The same with one right each; nothing of what grants a role to a user or a role."""
    found = re.fullmatch(r"grant ((?!role).+?) (on .* to role \w+)", statement)
    return [f"grant {right} {found[2]}" for right in found[1].split(", ")] if found else []
