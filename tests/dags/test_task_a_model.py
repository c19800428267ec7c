"""With a manifest each model is a task, in the place of the one task that builds them all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.dags.conftest import DAGS

SYNC, RECONCILE = "build_conversions.", "build_reconciliation."
SINGULAR = "assert_every_cent_is_explained"
RECONCILED = ["meta_conversions_reconciliation"]


def node(kind: str, name: str, *parents: str, tags: list[str] | None = None) -> dict[str, Any]:
    """As dbt writes it into a manifest, as far as Cosmos reads it."""
    package = "meta_conversions"
    return {
        "unique_id": f"{kind}.{package}.{name}",
        "resource_type": kind,
        "name": name,
        "package_name": package,
        "original_file_path": f"{kind}s/{name}.sql",
        "fqn": [package, "marts", name],
        "tags": tags or [],
        "config": {"materialized": "view", "tags": tags or []},
        "depends_on": {"nodes": list(parents)},
    }


def project() -> list[dict[str, Any]]:
    """A few nodes of the project: what the first build ends with, and what the second is made of."""
    orders, names = node("model", "stg_shop__orders"), node("seed", "country_names")
    conversions = node("model", "conversions", orders["unique_id"], names["unique_id"])
    events = node("model", "conversion_events", conversions["unique_id"])
    waterfall = node("model", "revenue_waterfall", conversions["unique_id"], tags=RECONCILED)
    refunds = node("model", "int_refunds", tags=RECONCILED)
    alarms = node("model", "alarms", waterfall["unique_id"], refunds["unique_id"], tags=RECONCILED)
    singular = node("test", SINGULAR, alarms["unique_id"], waterfall["unique_id"])
    return [orders, names, conversions, events, waterfall, refunds, alarms, singular]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nodes = {one["unique_id"]: one for one in project()}
    file = tmp_path_factory.mktemp("manifest") / "manifest.json"
    file.write_text(json.dumps({"nodes": nodes, "sources": {}, "exposures": {}}))
    return file


@pytest.fixture(scope="module")
def dags(manifest: Path, airflow_home: Path) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CONNECTOR__DBT_MANIFEST", str(manifest))
        patch.setenv("AIRFLOW__CONNECTOR__POOL", "one_writer")
        bag = DagBag(dag_folder=DAGS, collect_dags=False)
        bag.collect_dags(DAGS)
    assert bag.import_errors == {}
    return bag.dags


def parts(dag: Any, group: str) -> dict[str, Any]:
    return {task.task_id.removeprefix(group): task for task in dag.tasks if task.task_id.startswith(group)}


def test_every_model_and_seed_up_to_the_events_is_built_before_the_plan(dags: Any) -> None:
    dag = dags["conversions_sync"]
    built = {name: task.select for name, task in parts(dag, SYNC).items()}
    assert built == {
        "stg_shop__orders_model_build": "package:meta_conversions,stg_shop__orders",
        "country_names_seed_build": "package:meta_conversions,country_names",
        "conversions_model_build": "package:meta_conversions,conversions",
        "conversion_events_model_build": "package:meta_conversions,conversion_events",
    }
    upstream = {name: task.upstream_task_ids for name, task in parts(dag, SYNC).items()}
    assert upstream["stg_shop__orders_model_build"] == upstream["country_names_seed_build"] == {"prepare_ledger"}
    assert upstream["conversion_events_model_build"] == {f"{SYNC}conversions_model_build"}
    assert dag.get_task("plan").upstream_task_ids == {f"{SYNC}conversion_events_model_build"}


def test_the_parts_are_the_builds_of_one_task_each_and_keep_the_rules_of_the_house(dags: Any) -> None:
    from connector.airflow.dbt import DbtBuild

    for name, group in (("conversions_sync", SYNC), ("conversions_reconcile", RECONCILE)):
        for task in parts(dags[name], group).values():
            assert isinstance(task, DbtBuild)
            assert (task.is_part, task.env, task.pool, task.owner) == (True, None, "one_writer", "conversions")
            assert task.retries
            assert task.on_failure_callback


def test_a_test_of_several_models_has_a_task_of_its_own_that_the_proof_waits_for(dags: Any) -> None:
    dag = dags["conversions_reconcile"]
    task = parts(dag, RECONCILE)[f"{SINGULAR}_test"]
    assert task.select == SINGULAR
    assert task.upstream_task_ids == {f"{RECONCILE}{name}_model_build" for name in ("alarms", "revenue_waterfall")}
    for word in ("prove", "report"):
        assert f"{RECONCILE}{SINGULAR}_test" in dag.get_task(word).upstream_task_ids


def test_the_alarms_are_told_once_they_are_built_and_by_that_part_alone(dags: Any) -> None:
    built = [*parts(dags["conversions_sync"], SYNC).values(), *parts(dags["conversions_reconcile"], RECONCILE).values()]
    assert [task.task_id for task in built if task.tells_alarms] == [f"{RECONCILE}alarms_model_build"]


def test_the_reconciliation_is_built_also_where_meta_could_not_be_asked(dags: Any) -> None:
    built = parts(dags["conversions_reconcile"], RECONCILE)
    rules = {name: task.trigger_rule.value for name, task in built.items()}
    first = {name for name, task in built.items() if "pull" in task.upstream_task_ids}
    assert first == {"revenue_waterfall_model_build", "int_refunds_model_build"}
    assert {name for name, rule in rules.items() if rule == "all_done"} == first
    assert {rule for name, rule in rules.items() if name not in first} == {"all_success"}
    assert "pull" in dags["conversions_reconcile"].get_task("prove").upstream_task_ids


def test_on_postgres_a_part_is_refused_before_it_can_pull_down_the_other_builds_views(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from airflow.sdk.exceptions import AirflowFailException
    from cosmos.operators.local import DbtBuildLocalOperator

    from connector.airflow.dbt import DbtBuild
    from connector.airflow.deployment import Deployment

    built: list[str] = []
    monkeypatch.setattr(DbtBuildLocalOperator, "build_and_run_cmd", lambda *_, **__: built.append("built"))
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:1/none")
    part = DbtBuild(task_id="part", select="conversions", deployment=Deployment(), is_part=True)
    with pytest.raises(AirflowFailException, match="Unset it"):
        part.build_and_run_cmd({})
    assert built == []


def test_all_parts_of_a_build_judge_by_the_moment_at_which_the_dag_run_began(dags: Any) -> None:
    task = dags["conversions_reconcile"].get_task(f"{RECONCILE}revenue_waterfall_model_build")
    run = SimpleNamespace(start_date=datetime(2026, 3, 1, 23, 59, 58, 999_000, tzinfo=UTC))
    rendered = task.render_template(task.vars, {"dag_run": run})
    assert rendered == {"meta_conversions_reconciled_at": "2026-03-01 23:59:58"}


def test_a_part_that_finds_no_model_of_its_name_fails(dags: Any) -> None:
    task = dags["conversions_sync"].get_task(f"{SYNC}conversions_model_build")
    assert "NoNodesForSelectionCriteria" in " ".join(task.dbt_cmd_global_flags)
