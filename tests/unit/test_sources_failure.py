"""`doctor --sources` where dbt cannot do it: what is wrong with a project is told, what a database says is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from connector import app
from connector.app.sources import failure_words
from connector.errors import ConfigurationError
from connector.settings import Settings

OF_A_PROJECT = """
Encountered an error while running operation: Compilation Error
  meta_conversions has no var meta_conversions_absent_kind; the nearest is meta_conversions_absent_kinds.
"""
OF_A_PROFILE = """
Encountered an error:
Runtime Error
  Could not find profile named 'connector'
"""
OF_LINES_OF_A_PROFILE = """
Encountered an error:
Runtime Error
  dbt encountered an error while trying to read your profiles.yml file.

  Syntax error near line 8
  ------------------------------
  6  |       user: shop
  7  |       port: 5432
  8  |       password: @S3cret
  9  |

  Raw Error:
  ------------------------------
  while scanning for the next token
  found character that cannot start any token
"""
OF_VALUES_OF_A_PROFILE = """
Encountered an error:
Runtime Error
  Credentials in profile "shop", target "dev" invalid: 'S3cret' is not of type 'integer'
"""
OF_A_DATABASE = """
Encountered an error while running operation: Runtime Error
  Conversion Error: Could not convert string 'someone@example.org' to DECIMAL(18,4)
"""


def test_what_is_wrong_with_a_project_or_its_profile_is_told() -> None:
    assert "the nearest is meta_conversions_absent_kinds" in failure_words(OF_A_PROJECT)
    assert "Could not find profile named 'connector'" in failure_words(OF_A_PROFILE)


def test_what_a_database_says_may_hold_a_value_and_is_withheld() -> None:
    assert "someone" not in failure_words(OF_A_DATABASE)
    assert "dbt run-operation meta_conversions.check_sources" in failure_words(OF_A_DATABASE)


@pytest.mark.parametrize("said", [OF_LINES_OF_A_PROFILE, OF_VALUES_OF_A_PROFILE])
def test_what_dbt_quotes_of_a_profile_may_be_its_password_and_is_withheld(said: str) -> None:
    assert "S3cret" not in failure_words(said)
    assert "of theirs or of the profile" in failure_words(said)


def test_a_folder_without_a_project_is_named(tmp_path: Path) -> None:
    settings = Settings(warehouse_url=SecretStr(f"duckdb:///{tmp_path / 'shop.duckdb'}"))
    with pytest.raises(ConfigurationError, match=r"no dbt_project\.yml in .*--project-dir"):
        app.check_sources(settings, project_dir=tmp_path)
