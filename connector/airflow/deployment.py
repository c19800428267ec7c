"""What the Airflow deployment decides, not the connector: section `[connector]` of Airflow's own configuration.

Each option can stand in airflow.cfg or in an environment variable, for example AIRFLOW__CONNECTOR__POOL.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import connector

SECTION = "connector"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """How this Airflow runs the connector's tasks.

    `pool`: every task that writes to the warehouse takes one slot of it. The default pool serves as long as no other
    DAG writes to the same DuckDB file; where one does, make a pool of one slot and name it here. (A pool that does not
    exist would leave the tasks waiting for ever, so none is assumed.)
    `retries`: how often a failed task starts again. Safe, because the ledger remembers what was sent.
    `dbt_project_dir`: the dbt project; the one beside the package unless told otherwise.
    """

    pool: str = "default_pool"
    retries: int = 2
    dbt_project_dir: Path = Path(connector.__file__).parents[1] / "dbt_project"

    @classmethod
    def load(cls) -> Self:
        """Read Airflow's configuration; what is not set there keeps its default."""
        from airflow.sdk.configuration import conf

        defaults = cls()
        return cls(
            pool=conf.get(SECTION, "pool", fallback=defaults.pool),
            retries=conf.getint(SECTION, "retries", fallback=defaults.retries),
            dbt_project_dir=Path(conf.get(SECTION, "dbt_project_dir", fallback=str(defaults.dbt_project_dir))),
        )
