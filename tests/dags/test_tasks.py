"""What Airflow is told when a task fails, and what dbt may see."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import SecretStr

from connector import errors
from connector.model.alarms import SENDING_STOPPED, Alarm


@pytest.mark.parametrize("error", [errors.ConfigurationError, errors.Stopped, errors.Unproven, errors.UsageError])
def test_an_error_that_another_try_cannot_mend_fails_at_once(error: type[errors.ConnectorError]) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    with pytest.raises(AirflowFailException, match="look here"), Tasks(deployment=Deployment()).airflow_errors():
        raise error("look here")


def test_what_failed_stands_alone_in_the_log_before_airflows_traceback(caplog: pytest.LogCaptureFixture) -> None:
    from airflow.sdk.exceptions import AirflowException

    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    with pytest.raises(AirflowException), Tasks(deployment=Deployment()).airflow_errors():
        raise errors.ConnectorError("Meta could not be reached: all is owed again.")
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "Meta could not be reached: all is owed again.")
    assert record.exc_info is None


@pytest.mark.parametrize("error", [errors.ConnectorError, errors.WarehouseBusy, errors.LeaseLost])
def test_any_other_error_of_ours_is_tried_again(error: type[errors.ConnectorError]) -> None:
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    with pytest.raises(AirflowException, match="look here") as caught, Tasks(deployment=Deployment()).airflow_errors():
        raise error("look here")
    assert not isinstance(caught.value, AirflowFailException)


def test_every_error_that_stops_a_command_with_exit_3_is_one_that_is_not_tried_again() -> None:
    from connector.airflow.tasks import NON_RETRYABLE

    every = [value for value in vars(errors).values() if isinstance(value, type)]
    assert {error for error in every if error.exit_code >= 2} <= set(NON_RETRYABLE)


def test_dbt_sees_no_secret_and_the_process_has_them_back_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.airflow.dbt import environment_for_dbt

    secrets = ["META_ACCESS_TOKEN", "META_READ_TOKEN", "META_APP_SECRET", "WAREHOUSE_URL"]
    for name in secrets:
        monkeypatch.setenv(f"CONNECTOR_{name}", "made-up-secret")
    monkeypatch.setenv("CONNECTOR_META_DATASET_ID", "123")
    before = dict(os.environ)
    with environment_for_dbt():
        assert "made-up-secret" not in os.environ.values()
        assert os.environ["CONNECTOR_META_DATASET_ID"] == "123"
    assert dict(os.environ) == before


def test_a_secret_that_reaches_a_log_is_blacked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.log import redact

    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", "made-up-token-of-a-test")
    Tasks(deployment=Deployment()).load_settings()
    assert redact("sent with made-up-token-of-a-test") == "sent with ***"


def test_rendered_templates_of_a_dbt_build_hold_neither_warehouse_nor_secret(dag_bag: Any) -> None:
    builds = [task for dag in dag_bag.dags.values() for task in dag.tasks if task.task_id.startswith("build_")]
    assert len(builds) == 2
    assert [task.env for task in builds] == [None, None]


def test_a_deployment_may_name_its_pool_its_retries_and_its_project(monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.airflow.deployment import DbtProject, Deployment

    assert Deployment.load() == Deployment()
    assert (Path(DbtProject().path) / "dbt_project.yml").is_file()
    monkeypatch.setenv("AIRFLOW__CONNECTOR__POOL", "one_writer")
    monkeypatch.setenv("AIRFLOW__CONNECTOR__RETRIES", "0")
    monkeypatch.setenv("AIRFLOW__CONNECTOR__DBT_PROJECT_DIR", "/srv/dbt")
    monkeypatch.setenv("AIRFLOW__CONNECTOR__DBT_MANIFEST", "/srv/manifest.json")
    assert Deployment.load() == Deployment(
        pool="one_writer", retries=0, dbt=DbtProject(path=Path("/srv/dbt"), manifest=Path("/srv/manifest.json"))
    )


def test_dbt_builds_while_no_other_build_runs_on_the_same_warehouse(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from cosmos.operators.local import DbtBuildLocalOperator

    from connector import app
    from connector.airflow.dbt import DbtBuild
    from connector.airflow.deployment import Deployment

    told: list[str] = []

    @contextmanager
    def building(settings: object) -> Iterator[None]:
        told.append("alone")
        yield
        told.append("no longer")

    monkeypatch.setattr(app, "building", building)
    monkeypatch.setattr(DbtBuildLocalOperator, "build_and_run_cmd", lambda *_, **__: told.append("builds"))
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", f"duckdb:///{tmp_path / 'any.duckdb'}")
    DbtBuild(task_id="build", select="conversions", deployment=Deployment()).build_and_run_cmd({})
    assert told == ["alone", "builds", "no longer"]


def test_a_build_waits_for_the_duckdb_file_and_names_who_holds_it(tmp_path: Path) -> None:
    from connector import app
    from connector.settings import Settings

    file = tmp_path / "held.duckdb"
    holding = f"import duckdb; c = duckdb.connect({str(file)!r}); print('held', flush=True); input()"
    settings = Settings(warehouse_url=SecretStr(f"duckdb:///{file}"), lock_wait_s=0.1)
    with app.building(settings):
        assert not file.exists(), "dbt makes it"
    with subprocess.Popen(
        [sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(errors.WarehouseBusy, match=str(other.pid)), app.building(settings):
            pass
        other.communicate("\n")
    with app.building(settings):
        duckdb.connect(file).close()


@pytest.mark.parametrize("fails", [False, True])
def test_the_alarms_that_fire_stand_in_the_log_of_the_build_whether_it_fails_or_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture, fails: bool
) -> None:
    from cosmos.operators.local import DbtBuildLocalOperator

    from connector import app
    from connector.airflow.dbt import DbtBuild
    from connector.airflow.deployment import Deployment

    def build(*_: object, **__: object) -> None:
        if fails:
            raise ZeroDivisionError

    gap = Alarm(
        name="revenue_gap", scope="", severity="warn", happened=("12 are lost.",), what_to_do="Look.", who="ana"
    )
    stop = replace(gap, name=SENDING_STOPPED, severity="error", happened=("The token has expired.",))
    firing = app.Firing(stop=stop, mart=[gap])
    monkeypatch.setattr(DbtBuildLocalOperator, "build_and_run_cmd", build)
    monkeypatch.setattr(app, "alarms", lambda _: firing)
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", f"duckdb:///{tmp_path / 'any.duckdb'}")
    task = DbtBuild(task_id="build", select="alarms", deployment=Deployment(), tells_alarms=True)
    with pytest.raises(ZeroDivisionError) if fails else nullcontext():
        task.build_and_run_cmd({})
    assert [record.levelname for record in caplog.records if record.name == "connector.airflow.tasks"] == ["ERROR"]
    lines = ["  The token has expired.", "  What to do (ana): Look.", "  May follow from it: revenue_gap"]
    assert f"error: {SENDING_STOPPED}\n" + "\n".join(lines) in caplog.text


def test_alarms_that_cannot_be_read_do_not_hide_how_the_build_ended(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from connector import app
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    def busy(_: object) -> None:
        raise errors.WarehouseBusy("somebody holds it")

    monkeypatch.setattr(app, "alarms", busy)
    Tasks(deployment=Deployment()).tell_alarms()
    assert "could not be read: somebody holds it" in caplog.text


def test_the_log_of_a_pull_has_its_notes_such_as_a_token_that_ends_soon(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from connector import app
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks
    from connector.app.pulling import PullReport

    report = PullReport(pulled_at=datetime(2026, 3, 1), readings=(), notes=("A_TOKEN: it ends soon.",))  # noqa: DTZ001 - UTC
    monkeypatch.setattr(app, "pull", lambda settings: report)
    with caplog.at_level("INFO"):
        assert Tasks(deployment=Deployment()).pull()["notes"] == ["A_TOKEN: it ends soon."]
    assert "note: A_TOKEN: it ends soon." in caplog.text


def test_an_option_that_nobody_reads_stops_the_run_and_the_nearest_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.airflow.deployment import Deployment

    monkeypatch.setenv("AIRFLOW__CONNECTOR__META_CONN_ID", "to_meta")
    Deployment.check_names()
    monkeypatch.setenv("AIRFLOW__CONNECTOR__META_CON_ID", "to_meta")
    with pytest.raises(errors.ConfigurationError, match=r"meta_con_id .*did you mean meta_conn_id"):
        Deployment.check_names()
