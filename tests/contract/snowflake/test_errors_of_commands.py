"""What a person is told of Snowflake's errors by each command that meets one: the words, and the exit code by which a
scheduler decides. The driver is the real one; the server only says the number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.shops import DATASET
from tests.support.snowflake_answers import SnowflakeAnswers, answering

if TYPE_CHECKING:
    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person

WHATEVER_IS_COMPUTED = ("from meta_conversions", "information_schema", "create", "sysdate", "generator")
NUMBERS = {
    606: (3, "no warehouse is active in this session"),
    90_073: (3, "its resource monitor has used up its credits: raise the quota"),
    3_001: (3, "this role may not read meta_conversions.conversion_events: grant it usage"),
    390_114: (1, "its session or its token has expired: run this again"),
    625: (1, "too many statements wait for a lock that another session holds"),
}
each = pytest.mark.parametrize("number", NUMBERS)


@pytest.fixture
def snowflake() -> Iterator[SnowflakeAnswers]:
    with answering() as answers:
        answers.rows["current_version()"] = ["9.1.0"]
        yield answers


@pytest.fixture
def environment(snowflake: SnowflakeAnswers, sandbox: RunningSandbox) -> dict[str, str]:
    return {
        "CONNECTOR_WAREHOUSE_URL": snowflake.url,
        "CONNECTOR_META_BASE_URL": sandbox.base_url,
        "CONNECTOR_META_DATASET_ID": DATASET,
        "CONNECTOR_META_ACCESS_TOKEN": "token-of-a-test",
    }


def refusing(snowflake: SnowflakeAnswers, number: int) -> tuple[int, str]:
    """The exit code and the words that it comes to. What a role has no right on, the information schema hides."""
    pieces = [one for one in WHATEVER_IS_COMPUTED if number != 3_001 or one != "information_schema"]
    snowflake.errors |= dict.fromkeys(pieces, number)
    return NUMBERS[number]


@each
@pytest.mark.parametrize("command", ["sync", "plan"])
def test_sync_and_plan_say_it_and_send_nothing(
    snowflake: SnowflakeAnswers, sandbox: RunningSandbox, person: Person, number: int, command: str
) -> None:
    code, words = refusing(snowflake, number)
    assert person.says(command) == code
    assert words in person.err
    assert "canary" not in person.out + person.err
    assert sandbox.summary()["requests"] == 0


@each
def test_doctor_says_it_line_by_line_and_goes_on_to_meta(
    snowflake: SnowflakeAnswers, person: Person, number: int
) -> None:
    code, words = refusing(snowflake, number)
    checks = {check["name"]: check for check in person.asks("doctor")["checks"]}
    assert person.code == code
    assert words in checks["events relation"]["words"]
    assert checks[f"dataset {DATASET}"]["result"] == "ok"
    told = {name: check["words"] for name, check in checks.items() if check["result"] == "fail"}
    if number != 3_001:
        assert {"name conflicts", "ledger", "warehouse clock"} <= told.keys()
        assert [name for name, said in told.items() if words not in said] == []


@each
def test_acceptance_says_it_in_its_file_and_takes_it_for_no_missing_grant(
    snowflake: SnowflakeAnswers, person: Person, number: int, tmp_path: Path
) -> None:
    code, words = refusing(snowflake, number)
    asked = ("--only", "grants", "--only", "session", "--output", str(tmp_path / "found"))
    assert person.says("acceptance", *asked) == code
    told = json.loads((tmp_path / "found.json").read_text())
    failed = [finding for finding in told["findings"] if finding["result"] == "failed"]
    missing = [finding["fix"] for finding in failed if (finding["fix"] or "").startswith("grant ")]
    if number == 3_001:
        assert "grant create schema on database <database> to role <role>;" in missing
    else:
        assert [finding for finding in failed if words in finding["words"]]
        assert missing == (["grant usage on warehouse <warehouse> to role <role>;"] if number == 606 else [])
