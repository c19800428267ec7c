"""A dbt build as one Airflow task, through Cosmos."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cosmos import settings as cosmos_settings
from cosmos.config import ProfileConfig
from cosmos.constants import InvocationMode
from cosmos.operators.local import DbtBuildLocalOperator
from pydantic import SecretStr

from connector.airflow.deployment import Deployment
from connector.airflow.tasks import airflow_errors, load_settings, tell_alarms
from connector.errors import ConfigurationError
from connector.settings import PREFIX, Settings

PROFILE = "connector"
NOT_IN_PARTS = (
    "AIRFLOW__CONNECTOR__DBT_MANIFEST asks for a task a model, which PostgreSQL does not bear: a view that is made "
    "anew pulls down what the other DAG has just built on it, and nothing keeps builds of many tasks apart. Unset it."
)


NOTHING_IS_AN_ERROR = ["--warn-error-options", '{"error": ["NoNodesForSelectionCriteria"]}']
"""A part whose model is no longer in the project must not be green."""
SAME_MOMENT = {"meta_conversions_reconciled_at": "{{ dag_run.start_date.strftime('%Y-%m-%d %H:%M:%S') }}"}
"""All parts judge deadlines and days by one clock, as one build does."""


class DbtBuild(DbtBuildLocalOperator):  # type: ignore[misc] # cosmos ships no types
    """`dbt build` of a selection, in the task's own process.

    Where the warehouse is comes from the connector's settings when the task runs: a DAG file is parsed without them,
    and nothing of them stands in the rendered templates. dbt never sees the connector's secrets.
    `is_part`: it builds one model of a build that other tasks share. `tells_alarms`: it has built the mart of alarms.
    """

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
        of_one_build = {"dbt_cmd_global_flags": NOTHING_IS_AN_ERROR, "vars": SAME_MOMENT} if is_part else {}
        super().__init__(
            select=select,
            dbt_cmd_flags=["--exclude-resource-type", "unit_test"],  # they test the code, not this run's data
            indirect_selection="buildable",  # no test that also needs a model of the other build
            project_dir=str(deployment.dbt_project_dir),
            profile_config=profile_of(deployment),
            invocation_mode=InvocationMode.DBT_RUNNER,
            cache_dir=cosmos_settings.cache_dir / PROFILE if cosmos_settings.enable_cache_partial_parse else None,
            install_deps=False,  # the project has no packages from the hub
            emit_datasets=False,
            should_store_compiled_sql=False,  # megabytes a run in Airflow's database, for nobody
            do_xcom_push=False,
            **of_one_build,
            **kwargs,
        )

    def build_and_run_cmd(self, *args: Any, **kwargs: Any) -> Any:
        """Build the command for the warehouse that the settings name, and run it."""
        from connector import app

        with airflow_errors():
            settings = load_settings()
            environment = app.dbt_environment(settings)
            if self.is_part and environment["CONNECTOR_DBT_TARGET"] == "postgres":
                raise ConfigurationError(NOT_IN_PARTS)
        self.env = environment
        self.profile_config.target_name = environment["CONNECTOR_DBT_TARGET"]
        try:
            with airflow_errors(), app.building(settings), secrets_hidden():
                return super().build_and_run_cmd(*args, **kwargs)
        finally:
            close_duckdb()
            if self.tells_alarms:
                tell_alarms(settings)


def profile_of(deployment: Deployment) -> ProfileConfig:
    """The project's own profile; which of its targets is meant is known when a task runs."""
    profiles = deployment.dbt_project_dir / "profiles.yml"
    return ProfileConfig(profile_name=PROFILE, target_name="duckdb", profiles_yml_filepath=profiles)


@contextmanager
def secrets_hidden() -> Iterator[None]:
    """Take the connector's secrets out of the environment: dbt runs in this process and would inherit them.

    (Cosmos' own `env` will not do: it writes what it is given back to the process for good.)
    """
    names = [
        f"{PREFIX}{name.upper()}" for name, field in Settings.model_fields.items() if may_be_secret(field.annotation)
    ]
    withheld = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(withheld)


def close_duckdb() -> None:
    """Close the DuckDB file: dbt keeps it open as long as its process lives, and `dags test` runs all tasks in one."""
    connections = sys.modules.get("dbt.adapters.duckdb.connections")
    if connections is not None:
        connections.DuckDBConnectionManager.close_all_connections()
        gc.collect()


def may_be_secret(annotation: Any) -> bool:
    """True for SecretStr and for SecretStr | None."""
    return annotation is SecretStr or SecretStr in getattr(annotation, "__args__", ())
