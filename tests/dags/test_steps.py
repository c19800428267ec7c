"""What Airflow is told when a task fails, and what dbt may see."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connector import errors


@pytest.mark.parametrize("error", [errors.ConfigurationError, errors.Stopped, errors.Unproven, errors.UsageError])
def test_an_error_that_another_try_cannot_mend_fails_at_once(error: type[errors.ConnectorError]) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from connector.airflow.steps import told_to_airflow

    with pytest.raises(AirflowFailException, match="look here"), told_to_airflow():
        raise error("look here")


@pytest.mark.parametrize("error", [errors.ConnectorError, errors.WarehouseBusy, errors.LeaseLost])
def test_any_other_error_of_ours_is_tried_again(error: type[errors.ConnectorError]) -> None:
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    from connector.airflow.steps import told_to_airflow

    with pytest.raises(AirflowException, match="look here") as caught, told_to_airflow():
        raise error("look here")
    assert not isinstance(caught.value, AirflowFailException)


def test_every_error_that_stops_a_command_with_exit_3_is_one_that_is_not_tried_again() -> None:
    from connector.airflow.steps import HOPELESS

    every = [value for value in vars(errors).values() if isinstance(value, type)]
    assert {error for error in every if error.exit_code >= 2} <= set(HOPELESS)


def test_dbt_sees_no_secret_and_the_process_has_them_back_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.airflow.dbt import secrets_withheld

    secrets = ["META_ACCESS_TOKEN", "META_READ_TOKEN", "META_APP_SECRET", "WAREHOUSE_URL"]
    for name in secrets:
        monkeypatch.setenv(f"CONNECTOR_{name}", "made-up-secret")
    monkeypatch.setenv("CONNECTOR_META_DATASET_ID", "123")
    before = dict(os.environ)
    with secrets_withheld():
        assert "made-up-secret" not in os.environ.values()
        assert os.environ["CONNECTOR_META_DATASET_ID"] == "123"
    assert dict(os.environ) == before


def test_a_secret_that_reaches_a_log_is_blacked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.log import redact

    from connector.airflow.steps import load_settings

    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", "made-up-token-of-a-test")
    load_settings()
    assert redact("sent with made-up-token-of-a-test") == "sent with ***"


def test_rendered_templates_of_a_dbt_build_hold_neither_warehouse_nor_secret(dag_bag: Any) -> None:
    builds = [task for dag in dag_bag.dags.values() for task in dag.tasks if task.task_id.startswith("build_")]
    assert len(builds) == 2
    assert [task.env for task in builds] == [None, None]


def test_a_deployment_may_name_its_pool_its_retries_and_its_project(monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.airflow.deployment import Deployment

    assert Deployment.load() == Deployment()
    assert (Deployment().dbt_project_dir / "dbt_project.yml").is_file()
    monkeypatch.setenv("AIRFLOW__CONNECTOR__POOL", "one_writer")
    monkeypatch.setenv("AIRFLOW__CONNECTOR__RETRIES", "0")
    monkeypatch.setenv("AIRFLOW__CONNECTOR__DBT_PROJECT_DIR", "/srv/dbt")
    monkeypatch.setenv("AIRFLOW__CONNECTOR__DBT_MANIFEST", "/srv/manifest.json")
    assert Deployment.load() == Deployment(
        pool="one_writer", retries=0, dbt_project_dir=Path("/srv/dbt"), dbt_manifest=Path("/srv/manifest.json")
    )


def test_dbt_builds_while_no_other_build_runs_on_the_same_warehouse(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from cosmos.operators.local import DbtBuildLocalOperator

    from connector import job
    from connector.airflow.dbt import DbtBuild
    from connector.airflow.deployment import Deployment

    told: list[str] = []

    @contextmanager
    def building(settings: object) -> Iterator[None]:
        told.append("alone")
        yield
        told.append("no longer")

    monkeypatch.setattr(job, "building", building)
    monkeypatch.setattr(DbtBuildLocalOperator, "build_and_run_cmd", lambda *_, **__: told.append("builds"))
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", f"duckdb:///{tmp_path / 'any.duckdb'}")
    DbtBuild(task_id="build", select="conversions", deployment=Deployment()).build_and_run_cmd({})
    assert told == ["alone", "builds", "no longer"]
