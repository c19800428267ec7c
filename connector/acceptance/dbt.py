"""dbt over the scratch schemas: the project and the profile as the package ships them, by environment and vars."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from connector import app
from connector.errors import ConnectorError, UsageError
from connector.settings import SHIPPED_PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.acceptance.trial import Trial
    from connector.settings import Settings

SECRETS = re.compile(r"CONNECTOR_(META_(?!DATASET_ID)|WAREHOUSE_URL)")
"""dbt asks Meta nothing, and is told the parts of the address one by one."""
MOST_WORDS = 400


def build(trial: Trial, settings: Settings, *, tested: bool) -> str:
    """One `dbt build`. Raises ConnectorError with the models that failed and what was said of them."""
    variables = {"meta_conversions_raw_schema": trial.scratch.raw}
    folder = str(trial.folder)
    with app.building(settings):
        words = [
            *("--log-format", "json", "--log-level", "debug", "--log-level-file", "none", "--no-write-json"),
            *("--no-send-anonymous-usage-stats", "build"),
            *("--exclude-resource-type", "unit_test", *(() if tested else ("test",))),
            *("--project-dir", str(SHIPPED_PROJECT), "--profiles-dir", str(SHIPPED_PROJECT)),
            *("--target-path", folder, "--log-path", folder, "--vars", json.dumps(variables)),
        ]
        code, said = trial.run_dbt(words, _environment(trial, settings))
    told = list(_events(said))
    trial.statements.dbt += sum(one["info"]["name"] == "SQLQuery" for one in told)
    if code:
        raise ConnectorError(_failure(told, said))
    results = [one["data"] for one in told if one["info"]["name"] in ("LogModelResult", "LogSeedResult")]
    tests = sum(one["info"]["name"] == "LogTestResult" for one in told)
    return f"{len(results)} models and seeds built" + (f", {tests} data tests run, none failed." if tests else ".")


def _environment(trial: Trial, settings: Settings) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not SECRETS.match(name)}
    ours = {"CONNECTOR_DBT_SCHEMA": trial.scratch.name, "CONNECTOR_LEDGER_SCHEMA": settings.ledger_schema}
    return plain | app.dbt_environment(settings) | ours | {"CONNECTOR_DBT_SNOWFLAKE_QUERY_TAG": trial.scratch.name}


def _events(said: str) -> Iterator[dict[str, Any]]:
    for line in said.splitlines():
        if line.startswith("{"):
            try:
                yield json.loads(line)
            except ValueError:  # another library's line
                continue


def _failure(told: list[dict[str, Any]], said: str) -> str:
    """The rows are the package's own, so what the warehouse said of them may be shown."""
    failing = [one for one in told if one["info"]["name"] in ("RunResultError", "RunResultFailure")]
    broken = [one["info"]["msg"] for one in told if one["info"]["level"] == "error"] or [said]
    names = sorted({str(one["data"]["node_info"]["node_name"]) for one in failing if one["data"].get("node_info")})
    words = " ".join(" ".join(broken[:3]).split())[:MOST_WORDS]
    place = f" at {', '.join(names)}" if names else ""
    return f"dbt failed{place}: {words or 'it said nothing'}"


def run_in_child(words: Sequence[str], environment: dict[str, str]) -> tuple[int, str]:
    """dbt as a process of its own, which does not outlive this one."""
    if find_spec("dbt") is None or find_spec("dbt.cli") is None:
        raise UsageError("dbt is not installed: pip install 'conversions-connector[dbt]'.")
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *words]
    with subprocess.Popen(  # noqa: S603 - our own Python and words
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as child:
        try:
            said = child.communicate()[0]
        finally:
            if child.poll() is None:
                child.kill()
    return child.returncode, said
