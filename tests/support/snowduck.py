"""snowduck, a second server with Snowflake's protocol: it gets what an account would get. It is not Snowflake."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.forms import EVERYTHING
from tests.support.snowflake_stand_in import SnowflakeStandIn

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-snowduck" / "bin" / "python"
SERVER = ROOT / "tests" / "contract" / "snowduck" / "server.py"
IDLE_S = 15
"""After so long of waiting for an idle session, its transaction is ended: Snowflake does so after 300 s."""
PATIENT = {"CONNECTOR_REQUEST_TIMEOUT_S": "60"}
"""Server, sandbox and sender share two cores, and each statement of snowduck's is dear: an answer may take its time."""

HEADING = "Snowflake: nothing has run there"

NOT_RUN = {
    "on Snowflake itself": "nothing of this project has run there",
    "types, casts, patterns, formats": "DuckDB 1.5 computes, behind what snowduck translates; the lists of functions "
    "and patterns cover them, and each build asks for the formats",
    "locks and transactions": "this project's own, after Snowflake's documentation: they show what the sender does, "
    "not what Snowflake does",
    "statements at the same time": "its catalog is not made for two: with several threads of dbt, as acceptance has "
    "them, one statement waits for another",
    "clustering, transient tables, warehouses, roles, grants": "it strips them; a server that says Snowflake's numbers "
    "answers the grants",
    "quotes_and_backslashes_are_escaped, a unit test": "dbt leaves the backslashes of a fixture as they are, and "
    "Snowflake's literals read them as escapes; the shop's payloads are the same text as DuckDB's",
    "errors 000606, 000630, 090073, 003001, 390114, 000625": "it does not cause them: a server says each number",
    "column list of contracts": "DuckDB takes none: each column is cast to the type that the contract names",
    "COPY": "of one folder of Parquet files, by name of column; written for these tests",
    "result pieces fetched in parallel": "it answers in one piece",
}
"""What snowduck does not prove, each with its reason; docs/snowflake.md has the same lines."""

needs_snowduck = [
    pytest.mark.skipif(not EVERYTHING, reason="long: `make snowflake` runs it"),
    pytest.mark.skipif(not PYTHON.exists(), reason="its environment is missing: `make snowflake` makes it"),
]


class Snowduck(SnowflakeStandIn):
    account = "snowduck"

    def new_database(self) -> str:
        name = f"test_{secrets.token_hex(6)}".upper()
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"create database {name}")
        return name


@contextmanager
def running_snowduck(folder: Path) -> Iterator[Snowduck]:
    """In a process of its own, on a port that the system chose; files of stages lie in `folder`."""
    environment = os.environ | {"SNOWDUCK_STAGE_DIR": str(folder), "SNOWDUCK_IDLE_S": str(IDLE_S)}
    with (
        (folder / "errors").open("w+") as errors,
        subprocess.Popen([PYTHON, SERVER], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True) as server,
    ):
        assert server.stdout
        try:
            told = server.stdout.readline()
            assert told, (folder / "errors").read_text()[-2000:]
            yield Snowduck(int(told.removeprefix("port ")))
        finally:
            server.kill()  # it has nothing to keep
