"""A session of Snowflake whose formats are not the project's stops a build before anything is made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.forms import EVERYTHING
from tests.support.snowflake_answers import SnowflakeAnswers, answering
from tests.support.warm_dbt import run_dbt

PROJECT = Path(__file__).parents[3] / "dbt_project"
ASKED = "unicode_nfc('e\u0301')"
"""A piece of the one statement that asks for all of it."""
SETTINGS = [
    "date_output_format = 'YYYY-MM-DD'",
    "date_input_format = 'AUTO'",
    "timestamp_input_format = 'AUTO'",
    "timestamp_ntz_output_format = 'YYYY-MM-DD HH24:MI:SS.FF3'",
    "timestamp_type_mapping = 'TIMESTAMP_NTZ'",
]
LETTERS = "does not treat letters outside ASCII as Unicode says"


def looked_at(snowflake: SnowflakeAnswers, folder: Path, *, holds: list[bool]) -> tuple[int, str]:
    """What each build does before its first model that reads letters: the exit code and the words."""
    snowflake.rows = {ASKED: [str(int(one)) for one in holds]} | snowflake.rows
    command = ["--quiet", "run-operation", "require_unicode", "--project-dir", str(PROJECT)]
    command += ["--profiles-dir", str(PROJECT), "--target-path", str(folder), "--log-path", str(folder)]
    done = run_dbt(command, env=os.environ | snowflake.dbt_environment)
    return done.returncode, done.stdout


def test_a_session_that_is_as_it_must_be_goes_on(tmp_path: Path) -> None:
    with answering() as snowflake:
        assert looked_at(snowflake, tmp_path, holds=[True] * 6) == (0, "")
        assert len([sql for sql in snowflake.sent if ASKED in sql]) == 1


@pytest.mark.parametrize("place", range(6) if EVERYTHING else [1])
def test_a_setting_that_differs_stops_the_build_and_is_named(place: int, tmp_path: Path) -> None:
    with answering() as snowflake:
        code, told = looked_at(snowflake, tmp_path, holds=[number != place for number in range(6)])
    assert code != 0
    named = [setting for setting in [LETTERS, *SETTINGS] if setting in told]
    assert named == [[LETTERS, *SETTINGS][place]]
