"""A database that cannot lower-case letters would hash names wrongly: dbt says so before it builds anything."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from connector import app
from connector.settings import Settings
from tests.contract.engines.conftest import PROJECT
from tests.support.warm_dbt import run_dbt


@pytest.mark.parametrize("create", ["encoding 'UTF8' locale 'C'", "encoding 'SQL_ASCII' locale 'C'"])
def test_a_database_that_knows_ascii_only_is_refused(
    create: str, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    settings = Settings(warehouse_url=SecretStr(new_database(f"template template0 {create}")))
    command = ["run", "--project-dir", str(PROJECT)]
    command += ["--select", "meta_conversions.intermediate.sources.int_identity_inputs"]
    command += ["--profiles-dir", str(PROJECT), "--target-path", str(tmp_path), "--log-path", str(tmp_path)]
    environment = os.environ | app.dbt_environment(settings)
    done = run_dbt(command, env=environment)
    assert done.returncode != 0
    assert "does not know the lower case of" in done.stdout
    assert "template0 encoding 'UTF8' locale_provider" in done.stdout
