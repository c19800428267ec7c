"""Asking dbt whether the raw tables can be built on: the dbt package knows the vars, the tables and the engines."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from connector.errors import ConfigurationError, UsageError
from connector.model.raw_tables import RawTable, RawTables
from connector.settings import SHIPPED_PROJECT
from connector.warehouse.dbt import building, dbt_environment
from connector.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.settings import Settings

OPERATION = "meta_conversions.check_sources"
SECRETS = re.compile(r"CONNECTOR_META_(?!DATASET_ID)")
"""dbt asks Meta nothing."""
SAFE_ERROR = re.compile(
    r"(Encountered an error:\s*|while running operation: (?=Compilation Error))(?P<words>.*)", re.DOTALL
)
"""What dbt says of a project and its profile. The words of a database may hold a value out of a row."""
QUOTING = ("Syntax error near line", "Credentials in profile")
"""Where dbt quotes lines or values of a file of YAML: of a profile, one of them may be the password."""


class _Printed(msgspec.Struct):
    raw_tables: list[RawTable]


def check_sources(
    settings: Settings,
    *,
    project_dir: Path | None = None,
    profiles_dir: Path | None = None,
    variables: str | None = None,
) -> RawTables:
    """What is missing, wrong or left out of the raw tables; nothing is written to the warehouse.

    `project_dir`: a dbt project that installs our package. None: ours, as it was shipped.
    `profiles_dir`: where profiles.yml is. None: in the project, or where it has none, wherever dbt finds it.
    `variables`: of dbt, as YAML; they win over those of the project.
    Raises UsageError without dbt, ConfigurationError where dbt cannot read the project or ask the warehouse, and
    WarehouseBusy.
    """
    if find_spec("dbt") is None or find_spec("dbt.cli") is None:
        raise UsageError("dbt is not installed: pip install 'conversions-connector[dbt]'.")
    project = project_dir or SHIPPED_PROJECT
    if not (project / "dbt_project.yml").is_file():
        raise ConfigurationError(
            f"there is no dbt_project.yml in {project}: name the folder of your dbt project with --project-dir or "
            "DBT_PROJECT_DIR, or neither for the one that came with the connector."
        )
    with Warehouse.open(
        settings
    ):  # says what is wrong with the address; dbt would make a DuckDB file that is not there
        pass
    with TemporaryDirectory(prefix="connector-") as folder, building(settings):
        done = subprocess.run(  # noqa: S603 - our own Python, and paths that the caller named
            [*_command(folder), *_options(project, profiles_dir, variables)],
            env=_environment(settings),
            capture_output=True,
            text=True,
            check=False,
        )
    printed = [line for line in done.stdout.splitlines() if line.startswith('{"raw_tables":')]
    if done.returncode or not printed:
        raise ConfigurationError(failure_words(done.stdout + done.stderr))
    return RawTables(tables=msgspec.json.decode(printed[-1], type=_Printed).raw_tables)


def _command(folder: str) -> list[str]:
    """The project's own folder stays as it is: it may be read-only, and another dbt may be at work in it."""
    return [
        *(sys.executable, "-c", "from dbt.cli.main import cli; cli()", "run-operation", OPERATION),
        *("--quiet", "--print", "--log-format", "text", "--no-use-colors", "--no-send-anonymous-usage-stats"),
        *("--log-path", folder, "--target-path", folder),
    ]


def _options(project: Path, profiles: Path | None, variables: str | None) -> Iterator[str]:
    yield from ("--project-dir", str(project))
    if found := profiles or (project if (project / "profiles.yml").is_file() else None):
        yield from ("--profiles-dir", str(found))
    if variables:
        yield from ("--vars", variables)


def _environment(settings: Settings) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not SECRETS.match(name)} | dbt_environment(settings)


def failure_words(said: str) -> str:
    """What dbt said, if it was of a project; that it is withheld, if it may hold a value out of a row or a profile."""
    safe = SAFE_ERROR.search(said)
    if safe and not any(words in safe["words"] for words in QUOTING):
        return f"dbt could not check the raw tables: {' '.join(safe['words'].split())}"
    return (
        "dbt could not check the raw tables, and what it said is not shown, since it may hold values of theirs or of "
        f"the profile. To see it, run dbt debug, then dbt run-operation {OPERATION}, with the same project, profile "
        "and vars."
    )
