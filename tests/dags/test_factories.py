"""DAGs as calls with arguments: two shops in one Airflow, times and tasks of one's own, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connector.errors import ConfigurationError

TWO_SHOPS = """
from airflow.sdk import task
from connector.airflow import Assets, DbtProject, reconcile_dag, sync_dag

sync_dag()
reconcile_dag()

SHOP_B = {
    "assets": Assets.of("shop_b"),
    "meta_conn_id": "meta_b",
    "warehouse_conn_id": "warehouse_b",
    "dataset_id": "777",
    "dbt": DbtProject(path="/srv/theirs", profile="theirs", profiles_dir="/srv", target="prod", vars={"theirs": 1}),
    "settings": {"ledger_schema": "ledger_b", "events_relation": "shop_b.conversion_events"},
    "pool": "shop_b",
    "retries": 5,
    "default_args": {"owner": "shop_b_team"},
    "tags": ["shop_b"],
    "also_build": "tag:theirs",
}


@task
def load_orders() -> None: ...


@task
def refresh_dashboard() -> None: ...


sync_dag(
    "shop_b_sync", schedule="0 * * * *", senders=3, before_build=[load_orders], after_sync=[refresh_dashboard], **SHOP_B
)
reconcile_dag(
    "shop_b_reconcile",
    schedule=None,
    report_file="/srv/b.html",
    before_build=[load_orders],
    after_report=[refresh_dashboard],
    **SHOP_B,
)
"""


@pytest.fixture(scope="module")
def dags(airflow_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    folder = tmp_path_factory.mktemp("dags")
    (folder / "ours.py").write_text(TWO_SHOPS)
    bag = DagBag(dag_folder=folder, collect_dags=False)
    bag.collect_dags(folder)
    assert bag.import_errors == {}
    return bag.dags


def names(assets: Any) -> set[str]:
    return {asset.name for asset in assets}


def tasks_of(dag: Any) -> Any:
    return dag.get_task("prove").python_callable.__self__


def test_a_file_of_two_calls_a_shop_makes_both_pairs(dags: Any) -> None:
    assert set(dags) == {"conversions_sync", "conversions_reconcile", "shop_b_sync", "shop_b_reconcile"}
    assert {Path(dag.fileloc).name for dag in dags.values()} == {"ours.py"}


def test_no_pair_starts_the_other_one(dags: Any) -> None:
    announced: dict[str, set[str]] = {}
    awaited: dict[str, set[str]] = {}
    for dag_id, dag in dags.items():
        announced[dag_id] = names(asset for task in dag.tasks for asset in task.outlets)
        condition = getattr(dag.timetable, "asset_condition", None)
        awaited[dag_id] = names(condition.objects) if condition else set()
    assert awaited["conversions_sync"] == {"conversions_raw"}
    assert awaited["shop_b_sync"] == {"shop_b_raw"}
    assert announced["shop_b_sync"] == {"shop_b_ledger", "shop_b_delivered"}
    assert not announced["shop_b_sync"] & announced["conversions_sync"]


def test_each_pair_has_its_own_connections_settings_and_notifiers(dags: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    meta = '{{"conn_type": "meta_conversions", "login": "{}", "password": "made-up-{}"}}'
    monkeypatch.setenv("AIRFLOW_CONN_META_A", meta.format("111", "a"))
    monkeypatch.setenv("AIRFLOW_CONN_META_B", meta.format("222", "b"))
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_B", '{"conn_type": "duckdb", "host": "/data/b.duckdb"}')
    monkeypatch.setenv("AIRFLOW__CONNECTOR__META_CONN_ID", "meta_a")
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    first = Tasks(deployment=Deployment.load()).load_settings()  # as the pair without arguments has it in a worker
    assert (first.meta_dataset_id, first.ledger_schema) == ("111", "meta_conversions_ledger")
    for dag_id in ("shop_b_sync", "shop_b_reconcile"):
        settings = tasks_of(dags[dag_id]).load_settings()
        assert settings.meta_dataset_id == "777"
        assert settings.require_access_token().get_secret_value() == "made-up-b"
        assert settings.warehouse_url.get_secret_value() == "duckdb:////data/b.duckdb"
        assert (settings.ledger_schema, settings.events_relation) == ("ledger_b", "shop_b.conversion_events")


def test_what_every_task_has_is_an_argument_and_ours_is_the_default(dags: Any) -> None:
    for dag_id in ("shop_b_sync", "shop_b_reconcile"):
        ours = [task for task in dags[dag_id].tasks if task.task_id not in ("load_orders", "refresh_dashboard")]
        assert {(task.owner, task.pool, task.retries) for task in ours} == {("shop_b_team", "shop_b", 5)}
        assert dags[dag_id].tags == {"shop_b"}
    assert tasks_of(dags["shop_b_sync"]).deployment.senders == 3
    assert tasks_of(dags["shop_b_reconcile"]).deployment.report_file == Path("/srv/b.html")
    assert {task.owner for task in dags["conversions_sync"].tasks} == {"conversions"}


def test_a_project_of_ones_own_is_built_with_its_profile_and_vars(
    dags: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from cosmos.operators.local import DbtBuildLocalOperator

    build = dags["shop_b_sync"].get_task("build_conversions")
    assert build.select == "+fqn:meta_conversions.marts.conversion_events tag:theirs"
    assert (str(build.project_dir), build.vars) == ("/srv/theirs", {"theirs": 1})
    assert (build.profile_config.profile_name, str(build.profile_config.profiles_yml_filepath)) == (
        "theirs",
        "/srv/profiles.yml",
    )
    monkeypatch.setenv("AIRFLOW_CONN_META_B", '{"conn_type": "meta_conversions"}')
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_B", f'{{"conn_type": "duckdb", "host": "{tmp_path / "b.duckdb"}"}}')
    monkeypatch.setattr(DbtBuildLocalOperator, "build_and_run_cmd", lambda *_, **__: None)
    build.build_and_run_cmd({})
    assert build.profile_config.target_name == "prod"
    told = {name: build.env[name] for name in ("CONNECTOR_META_DATASET_ID", "CONNECTOR_LEDGER_SCHEMA")}
    assert told == {"CONNECTOR_META_DATASET_ID": "777", "CONNECTOR_LEDGER_SCHEMA": "ledger_b"}


def test_a_cron_expression_moves_the_clock_and_the_load_still_starts_it(dags: Any) -> None:
    timetable = dags["shop_b_sync"].timetable
    assert timetable.timetable.expression == "0 * * * *"
    assert dags["shop_b_reconcile"].timetable.can_be_scheduled is False


def test_tasks_of_ones_own_stand_before_the_build_and_after_the_sync(dags: Any) -> None:
    sync, reconcile = dags["shop_b_sync"], dags["shop_b_reconcile"]
    assert sync.get_task("load_orders").upstream_task_ids == {"prepare_ledger"}
    assert sync.get_task("load_orders").downstream_task_ids == {"build_conversions"}
    assert sync.get_task("refresh_dashboard").upstream_task_ids == {"prove"}
    assert reconcile.get_task("load_orders").downstream_task_ids == {"build_reconciliation", "prove"}
    assert reconcile.get_task("refresh_dashboard").upstream_task_ids == {"report"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"meta_con_id": "x"}, r"no argument meta_con_id .*meta_conn_id"),
        ({"settings": {"ledger_shema": "x"}}, r"no setting ledger_shema .*ledger_schema"),
        ({"settings": {"meta_access_token": "x"}}, "is a secret: put it into an Airflow connection"),
        ({"settings": {"meta_access_tokens": {}}}, "is a secret"),
    ],
)
def test_an_argument_that_nobody_reads_and_a_secret_in_a_dag_are_refused(arguments: dict[str, Any], told: str) -> None:
    from connector.airflow import reconcile_dag, sync_dag

    factories: list[Callable[..., Any]] = [sync_dag, reconcile_dag]
    for factory in factories:
        with pytest.raises(ConfigurationError, match=told):
            factory("never", **arguments)


def test_a_notifier_of_ones_own_is_told_of_a_failed_task() -> None:
    from connector.airflow import sync_dag

    heard: list[str] = []
    dag = sync_dag("told", notifier=lambda context: heard.append(context["conversions"].title))
    [tell] = dag.get_task("plan").on_failure_callback
    tell({"ti": SimpleNamespace(dag_id="told", task_id="plan", map_index=-1), "exception": ValueError("look here")})
    assert heard == ["told.plan failed"]


@pytest.mark.parametrize(("reason", "told"), [("timed_out", ["told timed out"]), ("task_failure", [])])
def test_a_notifier_is_told_of_a_run_that_airflow_ended_and_of_a_failed_task_once(reason: str, told: list[str]) -> None:
    from connector.airflow import reconcile_dag

    heard: list[str] = []
    dag = reconcile_dag("told", notifier=lambda context: heard.append(context["conversions"].title))
    dag.on_failure_callback({"dag": dag, "run_id": "scheduled", "reason": reason})
    assert heard == told
