"""A database that would hash names wrongly, or that reads a backslash as an escape: dbt says so before it builds."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from connector import app
from connector.settings import Settings
from tests.support.built_warehouse import PROJECT
from tests.support.warm_dbt import run_dbt


def first_model(url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A run of the first model that reads letters."""
    command = ["run", "--project-dir", str(PROJECT)]
    command += ["--select", "meta_conversions.intermediate.sources.int_identity_inputs"]
    command += ["--profiles-dir", str(PROJECT), "--target-path", str(folder), "--log-path", str(folder)]
    return run_dbt(command, env=os.environ | app.dbt_environment(Settings(warehouse_url=SecretStr(url))))


@pytest.mark.parametrize("create", ["encoding 'UTF8' locale 'C'", "encoding 'SQL_ASCII' locale 'C'"])
def test_a_database_that_knows_ascii_only_is_refused(
    create: str, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    done = first_model(new_database(f"template template0 {create}"), tmp_path)
    assert done.returncode != 0
    assert "does not know the lower case of" in done.stdout
    assert "template0 encoding 'UTF8' locale_provider" in done.stdout


def test_a_session_that_takes_a_backslash_for_an_escape_is_refused(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    url = make_url(new_database())
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f"alter database {url.database} set standard_conforming_strings = off")
    done = first_model(url.render_as_string(hide_password=False), tmp_path)
    assert done.returncode != 0
    assert re.search(r"alter role \S+ in database \S+ set standard_conforming_strings = on;", done.stdout)
