"""What an Airflow deployment decides, not the connector: section `[connector]` of Airflow's own configuration.

Each option can stand in airflow.cfg or in an environment variable, for example AIRFLOW__CONNECTOR__POOL. The arguments
of a DAG factory win over it, so that one Airflow can hold several pairs of DAGs. `provider` documents each option.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from connector.errors import ConfigurationError, did_you_mean
from connector.settings import SHIPPED_PROJECT

SECTION = "connector"
PROFILE = "connector"
OPTIONS = (
    "meta_conn_id",
    "warehouse_conn_id",
    "dbt_project_dir",
    "dbt_profile",
    "dbt_profiles_dir",
    "dbt_target",
    "dbt_manifest",
    "pool",
    "retries",
    "senders",
    "notifier",
    "report_file",
    "report_dag_id",
)

Notifier = str | Callable[[Any], object]
"""Airflow's own notifiers are such callables. A text is the import path of one: package.module.name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DbtProject:
    """The dbt project that the DAGs build: ours as it is shipped, or your own that installed `meta_conversions`.

    `profile`: `connector` takes the warehouse from the Airflow connection; any other one is your own affair.
    `profiles_dir`: where profiles.yml stands. None: in the project, or where it has none, ours.
    `target`: of the profile. None: duckdb, postgres or snowflake, as the warehouse is.
    `vars`: of dbt, for both DAGs alike. They win over those in dbt_project.yml.
    `manifest`: that dbt wrote of the project; with one, each model becomes a task. None: one task a build.
    """

    path: Path | str = SHIPPED_PROJECT
    profile: str = PROFILE
    profiles_dir: Path | str | None = None
    target: str | None = None
    vars: Mapping[str, Any] = field(default_factory=dict)
    manifest: Path | str | None = None

    @property
    def profiles_file(self) -> Path:
        if self.profiles_dir is not None:
            return Path(self.profiles_dir) / "profiles.yml"
        theirs = Path(self.path) / "profiles.yml"
        return theirs if theirs.is_file() else SHIPPED_PROJECT / "profiles.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """How one pair of DAGs runs in this Airflow.

    `pool`: every task that writes to the warehouse takes one slot of it. The default pool serves as long as no other
    DAG writes to the same DuckDB file; where one does, make a pool of one slot and name it here. (A pool that does not
    exist would leave the tasks waiting forever, so none is assumed.)
    `retries`: how often a failed task starts again. Safe, because the ledger remembers what was sent.
    `warehouse_conn_id`, `meta_conn_id`: the Airflow Connections that hold the settings; None: the environment does.
    `settings`: the connector's settings that win over connections and environment, by name; never a secret.
    `senders`: how many senders share the work of a run, unless the run's own parameter says so. One on DuckDB.
    `notifier`: who is told, one or several; None: nobody.
    `report_file`: where the page is written after each reconciliation; None: nowhere.
    `report_dag_id`: the DAG whose readers may see the page in Airflow's navigation.
    """

    pool: str = "default_pool"
    retries: int = 2
    dbt: DbtProject = DbtProject()
    warehouse_conn_id: str | None = None
    meta_conn_id: str | None = None
    settings: Mapping[str, str | int | bool] = field(default_factory=dict)
    senders: int = 1
    notifier: Notifier | Sequence[Notifier] | None = None
    report_file: Path | None = None
    report_dag_id: str = "conversions_reconcile"

    @classmethod
    def load(cls, **arguments: Any) -> Self:
        """Read Airflow's configuration; arguments that are not None win, and what nobody sets keeps its default."""
        read = _options()
        project = {
            "path": read.pop("dbt_project_dir"),
            "manifest": read.pop("dbt_manifest"),
            "profiles_dir": read.pop("dbt_profiles_dir"),
            "profile": read.pop("dbt_profile"),
            "target": read.pop("dbt_target"),
        }
        configured = read | {"dbt": DbtProject(**_told(project))}
        return cls(**(_told(configured) | _told(arguments)))

    @property
    def notifiers(self) -> Sequence[Notifier]:
        if self.notifier is None:
            return ()
        return (
            self.notifier
            if isinstance(self.notifier, Sequence) and not isinstance(self.notifier, str)
            else (self.notifier,)
        )

    @classmethod
    def check_names(cls) -> None:
        """Raises ConfigurationError for an unknown option: perhaps a misspelling."""
        from airflow.sdk.configuration import conf

        variables = f"AIRFLOW__{SECTION.upper()}__"
        # Airflow leaves out the variables of a section that stands in no file
        set_here = [name.removeprefix(variables).lower() for name in os.environ if name.startswith(variables)]
        for option in [*set_here, *(conf.getsection(SECTION) or {})]:
            if option not in OPTIONS:
                raise ConfigurationError(
                    f"unknown option {option} in section [{SECTION}] of Airflow's configuration"
                    f"{did_you_mean(option, OPTIONS)}: correct or remove it, or the variable "
                    f"{variables}{option.upper()}."
                )


def _options() -> dict[str, Any]:
    """Each option as it is set; None where it is not."""
    from airflow.sdk.configuration import conf

    read: dict[str, Any] = {name: conf.get(SECTION, name, fallback="") or None for name in OPTIONS}
    numbers = {name: conf.getint(SECTION, name) for name in ("retries", "senders") if read[name] is not None}
    files = ("dbt_project_dir", "dbt_profiles_dir", "dbt_manifest", "report_file")
    return read | numbers | {name: Path(read[name]) for name in files if read[name] is not None}


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
