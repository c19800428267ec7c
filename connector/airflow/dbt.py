"""A dbt build as one Airflow task, through Cosmos."""

from __future__ import annotations

import gc
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cosmos import settings as cosmos_settings
from cosmos.config import ProfileConfig
from cosmos.constants import InvocationMode
from cosmos.operators.local import DbtBuildLocalOperator
from pydantic import SecretStr

from connector.airflow.deployment import DbtProject, Deployment
from connector.airflow.operators import PageLink
from connector.airflow.tasks import Tasks
from connector.errors import ConfigurationError
from connector.settings import PREFIX, Settings

NOT_IN_PARTS = (
    "a dbt manifest was given (dbt_manifest), so each model is a task, which does not work on PostgreSQL: rebuilding a "
    "view drops whatever the other DAG has just built on it, and nothing keeps builds of many tasks apart. Unset it."
)
OPTIONS_OF_DBT = (
    "DEFER",
    "DEFER_STATE",
    "DEFER_TO_STATE",
    "EMPTY",
    "EVENT_TIME_END",
    "EVENT_TIME_START",
    "EXCLUDE_RESOURCE_TYPES",
    "FAVOR_STATE",
    "FAVOR_STATE_MODE",
    "FULL_REFRESH",
    "INTROSPECT",
    "LOG_PATH",
    "PARTIAL_PARSE_FILE_PATH",
    "RESOURCE_TYPES",
    "SAMPLE",
    "STATE",
    "STORE_FAILURES",
    "TARGET_PATH",
    "WARN_ERROR",
    "WARN_ERROR_OPTIONS",
    "WRITE_JSON",
)
"""Options that dbt takes from variables DBT_... of the workers, which may be meant for other projects. What is built,
of which rows, what is kept of a test, and where the artifacts go is for the DAG to say. (Flags say project, profile and
target, and they win.)
"""
NOTHING_IS_AN_ERROR = ["--warn-error-options", '{"error": ["NoNodesForSelectionCriteria"]}']
"""A part whose model is no longer in the project must not be green."""
SAME_MOMENT = {"meta_conversions_reconciled_at": "{{ dag_run.start_date.strftime('%Y-%m-%d %H:%M:%S') }}"}
"""All parts judge deadlines and days by one clock, as one build does."""


class DbtBuild(DbtBuildLocalOperator):  # type: ignore[misc] # cosmos ships no types
    """`dbt build` of a selection, in the task's own process.

    Where the warehouse is comes from the connector's settings when the task runs: a DAG file is parsed without them,
    and nothing of them stands in the rendered templates. dbt never sees the connector's secrets.
    `is_part`: it builds one model of a build that other tasks share. `tells_alarms`: it has built the mart of alarms.

    dbt reads the project where it stands, and all that it writes goes into Cosmos' temporary folder. (Cosmos would have
    it read the links there; what the next build knows of this one's parsing would lead to a folder that is gone.)
    """

    operator_extra_links = (PageLink(),)

    def __init__(
        self,
        *,
        select: str,
        deployment: Deployment,
        is_part: bool = False,
        tells_alarms: bool = False,
        **kwargs: Any,
    ) -> None:
        self.is_part = is_part
        self.tells_alarms = tells_alarms
        self.tasks = Tasks(deployment=deployment)
        project = deployment.dbt
        of_one_build = {"dbt_cmd_global_flags": NOTHING_IS_AN_ERROR} if is_part else {}
        super().__init__(
            select=select,
            dbt_cmd_flags=["--exclude-resource-type", "unit_test"],  # they test the code, not this run's data
            indirect_selection="buildable",  # no test that also needs a model of the other build
            project_dir=str(project.path),
            profile_config=profile_of(project),
            vars={**(SAME_MOMENT if is_part else {}), **project.vars} or None,
            invocation_mode=InvocationMode.DBT_RUNNER,
            cache_dir=cache_of(project) if cosmos_settings.enable_cache_partial_parse else None,
            install_deps=False,  # `dbt deps` runs where the project is deployed: a task may have no network
            emit_datasets=False,
            should_store_compiled_sql=False,  # megabytes a run in Airflow's database, for nobody
            do_xcom_push=False,
            **of_one_build,
            **kwargs,
        )

    def build_and_run_cmd(self, *args: Any, **kwargs: Any) -> Any:
        """Build the command for the warehouse that the settings name, and run it."""
        from connector import app

        deployment = self.tasks.deployment
        with self.tasks.airflow_errors():
            settings = self.tasks.load_settings()
            environment = app.dbt_environment(settings)
            if self.is_part and environment["CONNECTOR_DBT_TARGET"] == "postgres":
                raise ConfigurationError(NOT_IN_PARTS)
        self.env = environment | {f"{PREFIX}{name.upper()}": str(one) for name, one in deployment.settings.items()}
        self.profile_config.target_name = deployment.dbt.target or environment["CONNECTOR_DBT_TARGET"]
        try:
            with self.tasks.airflow_errors(), app.building(settings), environment_for_dbt():
                return super().build_and_run_cmd(*args, **kwargs)
        finally:
            close_duckdb()
            if self.tells_alarms:
                self.tasks.tell_alarms()

    def _generate_dbt_flags(self, tmp_project_dir: str, profile_path: Path) -> list[str]:
        flags: list[str] = super()._generate_dbt_flags(str(self.project_dir), profile_path)
        written = ["--target-path", f"{tmp_project_dir}/target", "--log-path", f"{tmp_project_dir}/logs"]
        return [*flags, *written, "--log-level-file", "none"]  # what dbt says stands in the task's log

    def _update_partial_parse_cache(self, tmp_dir_path: Path) -> None:
        """What cannot be kept, as in a folder that another user made, costs the next build a parse, and not this one.

        A project that cannot be compiled leaves no manifest, and its error is to be seen rather than that.
        """
        if not (tmp_dir_path / "target" / "manifest.json").exists():
            return
        try:
            super()._update_partial_parse_cache(tmp_dir_path)
        except OSError as error:
            self.log.warning("what dbt has parsed cannot be kept in %s: %s", self.cache_dir, error.strerror)


def profile_of(project: DbtProject) -> ProfileConfig:
    """The project's profile; without a target of its own, which one is meant is known when a task runs."""
    return ProfileConfig(
        profile_name=project.profile,
        target_name=project.target or "duckdb",
        profiles_yml_filepath=project.profiles_file,
    )


def cache_of(project: DbtProject) -> Path:
    """Where Cosmos keeps what dbt has parsed of this project, and of no other."""
    name = hashlib.sha256(str(project.path).encode()).hexdigest()[:16]
    return Path(cosmos_settings.cache_dir) / "connector" / name


@contextmanager
def environment_for_dbt() -> Iterator[None]:
    """Take the connector's secrets and dbt's own options out of the environment: dbt runs in this process.

    (Cosmos' own `env` will not do: it may leave what it is given in the process for good.)
    """
    before = dict(os.environ)
    secrets = [name for name, field in Settings.model_fields.items() if may_be_secret(field.annotation)]
    withheld = [f"{PREFIX}{name.upper()}" for name in secrets]
    withheld += [f"{prefix}{name}" for prefix in ("DBT_", "DBT_ENGINE_") for name in OPTIONS_OF_DBT]
    for name in withheld:
        os.environ.pop(name, None)
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)


def close_duckdb() -> None:
    """Close the DuckDB file: dbt keeps it open as long as its process lives, and `dags test` runs all tasks in one."""
    connections = sys.modules.get("dbt.adapters.duckdb.connections")
    if connections is not None:
        connections.DuckDBConnectionManager.close_all_connections()
        gc.collect()


def may_be_secret(annotation: Any) -> bool:
    """True for SecretStr, SecretStr | None and a dict of them."""
    return annotation is SecretStr or SecretStr in getattr(annotation, "__args__", ())
