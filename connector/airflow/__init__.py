"""The connector in Airflow: the only room that imports airflow. A DAG is a call, not a file to copy:

    from connector.airflow import reconcile_dag, sync_dag

    sync_dag(schedule="0 * * * *")
    reconcile_dag()

factories      what a DAG file calls: the two DAGs, with everything that a user may want otherwise as an argument
deployment     what an Airflow deployment, or one pair of DAGs, decides
dbt            a dbt build as one task
dbt_models     the same as a group, with a task for each model
tasks          the connector's verbs as task functions
provider       what Airflow is told of the package: the connection type and the options
plugin         the page in Airflow's navigation
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connector.airflow.assets import Assets
    from connector.airflow.deployment import DbtProject
    from connector.airflow.factories import reconcile_dag, sync_dag

__all__ = ["Assets", "DbtProject", "reconcile_dag", "sync_dag"]

_MODULES = {"Assets": "assets", "DbtProject": "deployment", "reconcile_dag": "factories", "sync_dag": "factories"}


def __getattr__(name: str) -> Any:
    """Only a DAG file pays for the factories: every process of Airflow imports this package, for its plugin."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
