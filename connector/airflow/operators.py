"""The connector's verbs as operators: each has a link to the page, and a sync tells OpenLineage where its rows went."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.decorators.python import _PythonDecoratedOperator
from airflow.sdk import BaseOperatorLink
from airflow.sdk.bases.decorator import task_decorator_factory

from connector.airflow.paths import ROUTE, airflows_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow.sdk.types import TaskInstanceKey

    from connector.airflow.tasks import Tasks
    from connector.settings import Settings


class PageLink(BaseOperatorLink):
    """From a task to the page of the conversions."""

    @property
    def name(self) -> str:
        return "Conversions"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:
        """The address of the page inside this Airflow."""
        return f"{airflows_path()}/plugin/{ROUTE}"


class Verb(_PythonDecoratedOperator):
    """A verb as a task. `answer`: what it has returned, once it has."""

    operator_extra_links = (PageLink(),)
    custom_operator_name = "connector"

    def execute(self, context: Any) -> Any:
        self.answer = super().execute(context)
        return self.answer

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """For Airflow's provider of OpenLineage, which alone calls it; None for all verbs but a sync."""
        answer = getattr(self, "answer", None)
        if not isinstance(answer, dict) or "accepted_by_dataset" not in answer:
            return None
        tasks: Tasks = self.python_callable.__self__  # type: ignore[attr-defined] # a method of theirs
        return lineage_of(tasks.load_settings(), answer)


def verb(function: Callable[..., Any], **options: Any) -> Any:
    """As Airflow's own `task`, with that operator. What the task returns is for XCom: its log has said it in words."""
    return task_decorator_factory(
        python_callable=function, decorated_operator_class=Verb, show_return_value_in_logs=False, **options
    )


def lineage_of(settings: Settings, figures: Mapping[str, Any]) -> Any:
    """From the events relation to each dataset of Meta, with the numbers of events; no row and no secret.

    The relation is named as dbt's own integration names it, so that both graphs meet in it.
    """
    from airflow.providers.openlineage.extractors import OperatorLineage
    from openlineage.client.event_v2 import InputDataset, OutputDataset
    from openlineage.client.facet_v2 import input_statistics_input_dataset, output_statistics_output_dataset

    namespace, database = warehouse_of(settings)
    relation = settings.events_relation
    name = relation if relation.count(".") > 1 else f"{database}.{relation}"
    accepted: Counter[str] = Counter()  # rows without a dataset are of the default one, which others may name
    for dataset, events in figures["accepted_by_dataset"].items():
        accepted[dataset or settings.meta_dataset_id or "none"] += events
    claimed = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(rowCount=figures["claimed"])
    outputs = [
        OutputDataset(
            namespace=f"meta://{settings.destination_host}",
            name=dataset,
            outputFacets={
                "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=events)
            },
        )
        for dataset, events in sorted(accepted.items())
    ]
    inputs = [InputDataset(namespace=namespace, name=name, inputFacets={"inputStatistics": claimed})]
    return OperatorLineage(inputs=inputs, outputs=outputs)


def warehouse_of(settings: Settings) -> tuple[str, str]:
    """The namespace and the database of the warehouse, by OpenLineage's rules of naming."""
    from pathlib import Path

    from connector import app

    told = app.dbt_environment(settings)
    target = told["CONNECTOR_DBT_TARGET"]
    if target == "duckdb":
        file = told["CONNECTOR_DBT_DUCKDB_PATH"]
        return f"duckdb://{file}", Path(file).stem
    if target == "snowflake":
        return f"snowflake://{told['CONNECTOR_DBT_SNOWFLAKE_ACCOUNT']}", told["CONNECTOR_DBT_SNOWFLAKE_DATABASE"]
    host, port = (told.get(f"CONNECTOR_DBT_POSTGRES_{name}") for name in ("HOST", "PORT"))
    database = told.get("CONNECTOR_DBT_POSTGRES_DATABASE", "conversions")
    return f"postgres://{host or 'localhost'}:{port or 5432}", database
