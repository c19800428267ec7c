"""What the Airflow deployment decides, not the connector: section `[connector]` of Airflow's own configuration.

Each option can stand in airflow.cfg or in an environment variable, for example AIRFLOW__CONNECTOR__POOL.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import connector
from connector.errors import ConfigurationError, did_you_mean

SECTION = "connector"
NAMES = ("warehouse_conn_id", "meta_conn_id", "notifier")
FILES = ("dbt_manifest", "report_file")
PACKAGE = Path(connector.__file__).parent
PROJECT = next((path for path in (PACKAGE / "dbt_project", PACKAGE.parent / "dbt_project") if path.is_dir()), PACKAGE)
"""Inside an installed package; beside it in a checkout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """How this Airflow runs the connector's tasks.

    `pool`: every task that writes to the warehouse takes one slot of it. The default pool serves as long as no other
    DAG writes to the same DuckDB file; where one does, make a pool of one slot and name it here. (A pool that does not
    exist would leave the tasks waiting for ever, so none is assumed.)
    `retries`: how often a failed task starts again. Safe, because the ledger remembers what was sent.
    `dbt_project_dir`: the dbt project; the one that came with the package unless told otherwise.
    `dbt_manifest`: the manifest that dbt wrote of that project; with one, each model becomes a task. None: one task.
    `warehouse_conn_id`, `meta_conn_id`: the Airflow Connections that hold the settings; None: the environment does.
    `senders`: how many senders share the work of a run, unless the run's own parameter says so. One on DuckDB.
    `notifier`: where in Python a notifier stands (or any callable that takes Airflow's context): package.module.name.
    `report_file`: where the page is written after each reconciliation; None: nowhere.
    """

    pool: str = "default_pool"
    retries: int = 2
    dbt_project_dir: Path = PROJECT
    dbt_manifest: Path | None = None
    warehouse_conn_id: str | None = None
    meta_conn_id: str | None = None
    senders: int = 1
    notifier: str | None = None
    report_file: Path | None = None

    @classmethod
    def load(cls) -> Self:
        """Read Airflow's configuration; what is not set there keeps its default."""
        from airflow.sdk.configuration import conf

        defaults = cls()
        told = {name: conf.get(SECTION, name, fallback="") or None for name in NAMES}
        manifest, report_file = (conf.get(SECTION, name, fallback="") for name in FILES)
        return cls(
            pool=conf.get(SECTION, "pool", fallback=defaults.pool),
            retries=conf.getint(SECTION, "retries", fallback=defaults.retries),
            dbt_project_dir=Path(conf.get(SECTION, "dbt_project_dir", fallback=str(defaults.dbt_project_dir))),
            senders=conf.getint(SECTION, "senders", fallback=defaults.senders),
            dbt_manifest=Path(manifest) if manifest else None,
            report_file=Path(report_file) if report_file else None,
            **told,
        )

    @classmethod
    def check_names(cls) -> None:
        """Raises ConfigurationError for an option that nobody reads: perhaps a misspelling."""
        from airflow.sdk.configuration import conf

        known = [field.name for field in fields(cls)]
        variables = f"AIRFLOW__{SECTION.upper()}__"
        # Airflow leaves out the variables of a section that stands in no file
        said = [name.removeprefix(variables).lower() for name in os.environ if name.startswith(variables)]
        for option in [*said, *(conf.getsection(SECTION) or {})]:
            if option not in known:
                raise ConfigurationError(
                    f"nobody reads the option {option} in section [{SECTION}] of Airflow's configuration"
                    f"{did_you_mean(option, known)}: correct or remove it, or the variable "
                    f"{variables}{option.upper()}."
                )
