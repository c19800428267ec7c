"""What Airflow shows beside each task of ours, and what a sync tells OpenLineage."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from connector.settings import Settings

PROVIDER = "airflow.providers.openlineage.extractors"
FIGURES = {"claimed": 12, "accepted_by_dataset": {"": 7, "777": 3}}


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one name that is asked of Airflow's provider of OpenLineage, which the package does not depend on."""
    module = ModuleType(PROVIDER)
    module.OperatorLineage = SimpleNamespace  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, PROVIDER.rpartition(".")[0], ModuleType("openlineage"))
    monkeypatch.setitem(sys.modules, PROVIDER, module)


def test_every_task_has_a_link_to_the_page(dag_bag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://air.example/flow/")
    ours = [task for name in ("conversions_sync", "conversions_reconcile") for task in dag_bag.dags[name].tasks]
    links = {
        task.task_id: [(one.name, one.get_link(task, ti_key=None)) for one in task.operator_extra_links]
        for task in ours
    }
    assert len(links) >= 8
    assert links == {task: [("Conversions", "/flow/plugin/conversions")] for task in links}


def test_no_dictionary_stands_in_a_log(dag_bag: Any) -> None:
    verbs = [task for task in dag_bag.dags["conversions_sync"].tasks if task.task_type == "Verb"]
    told = [getattr(task, "partial_kwargs", vars(task))["show_return_value_in_logs"] for task in verbs]
    assert told == [False] * 5


def test_the_plugin_brings_an_icon_for_either_theme_that_is_not_fetched() -> None:
    from connector.airflow.plugin import ConversionsReport

    (view,) = ConversionsReport.external_views
    icons = (view["icon"], view["icon_dark_mode"])
    assert all(icon.startswith("data:image/svg+xml,") and "{" not in icon for icon in icons)
    assert len(set(icons)) == 2


@pytest.mark.usefixtures("provider")
def test_a_sync_names_the_relation_as_dbt_does_and_each_dataset_with_its_events() -> None:
    from connector.airflow.operators import lineage_of

    url = SecretStr("postgresql://someone:a-password@db.example:5433/shop")
    told = lineage_of(
        Settings(warehouse_url=url, meta_dataset_id="123", meta_access_token=SecretStr("a-token")), FIGURES
    )
    (source,) = told.inputs
    assert (source.namespace, source.name) == (
        "postgres://db.example:5433",
        "shop.meta_conversions.conversion_events",
    )
    assert source.inputFacets["inputStatistics"].rowCount == 12
    counted = {one.name: one.outputFacets["outputStatistics"].rowCount for one in told.outputs}
    assert counted == {"123": 7, "777": 3}
    assert {one.namespace for one in told.outputs} == {"meta://graph.facebook.com"}
    assert [secret for secret in ("a-password", "a-token", "someone") if secret in str(told)] == []


@pytest.mark.usefixtures("provider")
def test_an_event_of_a_sync_is_emitted_with_its_numbers_and_no_secret(tmp_path: Path) -> None:
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
    from openlineage.client.transport.file import FileConfig, FileTransport

    from connector.airflow.operators import lineage_of

    url = SecretStr("postgresql://someone:a-password@db.example:5433/shop")
    settings = Settings(warehouse_url=url, meta_dataset_id="777", meta_access_token=SecretStr("a-token"))
    told = lineage_of(settings, FIGURES)
    file = tmp_path / "events.json"
    event = RunEvent(
        eventTime="2026-03-01T00:00:00Z",
        eventType=RunState.COMPLETE,
        run=Run(runId="01901b0a-0000-7000-8000-000000000000"),
        job=Job(namespace="shop", name="conversions_sync.sync"),
        inputs=told.inputs,
        outputs=told.outputs,
    )
    OpenLineageClient(transport=FileTransport(FileConfig(log_file_path=str(file), append=True))).emit(event)
    text = file.read_text()
    emitted = json.loads(text)
    (source,), (target,) = emitted["inputs"], emitted["outputs"]
    assert (source["name"], source["inputFacets"]["inputStatistics"]["rowCount"]) == (
        "shop.meta_conversions.conversion_events",
        12,
    )
    assert (target["namespace"], target["name"]) == ("meta://graph.facebook.com", "777")
    facet = target["outputFacets"]["outputStatistics"]
    assert facet["rowCount"] == 10  # of rows that name the default dataset, and of those that name none
    assert facet["_schemaURL"].startswith("https://openlineage.io/spec/facets/")
    assert [secret for secret in ("a-password", "a-token", "someone") if secret in text] == []


@pytest.mark.usefixtures("provider")
def test_a_sync_without_figures_and_any_other_verb_tell_nothing(dag_bag: Any) -> None:
    (prove,) = [task for task in dag_bag.dags["conversions_sync"].tasks if task.task_id == "prove"]
    assert prove.get_openlineage_facets_on_complete(None) is None
    prove.answer = {"claimed": 3}
    assert prove.get_openlineage_facets_on_complete(None) is None
