"""Rules that every DAG of the house keeps."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pendulum
import pytest

DAG_FILES = sorted((Path(__file__).parents[2] / "dags").glob("*.py"))
ALLOWED = ("airflow", "connector.airflow")


def test_there_are_dags_and_all_of_them_import(dag_bag: Any) -> None:
    assert dag_bag.import_errors == {}
    assert {Path(dag.fileloc).name for dag in dag_bag.dags.values()} == {file.name for file in DAG_FILES}


def test_every_dag_says_what_it_does_and_what_to_do_when_it_fails(dag_bag: Any) -> None:
    for dag in dag_bag.dags.values():
        for task in dag.tasks:
            assert f"`{task.task_id}`" in dag.doc_md
        assert dag.doc_md.count("*Failed") >= len(dag.tasks)


def test_every_dag_has_tags_and_every_task_an_owner_of_its_own(dag_bag: Any) -> None:
    for dag in dag_bag.dags.values():
        assert dag.tags
        assert {task.owner for task in dag.tasks} == {"conversions"}


def test_every_dag_runs_alone_and_never_catches_up(dag_bag: Any) -> None:
    for dag in dag_bag.dags.values():
        assert dag.catchup is False
        assert dag.max_active_runs == 1


@pytest.mark.parametrize("minute", [0, 1, 4, 6])
def test_unpausing_a_dag_starts_nothing_whatever_the_time_is(
    dag_bag: Any, minute: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow's default, and False, would run a quarter that began up to five minutes ago, and a morning for hours."""
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable
    from airflow.timetables.base import TimeRestriction

    now = pendulum.datetime(2026, 11, 20, 6, minute, 1)
    monkeypatch.setattr("airflow.timetables.trigger.utcnow", lambda: now)
    unrestricted = TimeRestriction(earliest=None, latest=None, catchup=False)
    for dag in dag_bag.dags.values():
        timetable = decode_timetable(json.loads(json.dumps(encode_timetable(dag.timetable))))  # as the scheduler has it
        first = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=unrestricted)
        assert first.run_after > now, dag.dag_id


def test_nothing_runs_for_ever_and_every_task_tries_again(dag_bag: Any) -> None:
    for dag in dag_bag.dags.values():
        assert dag.dagrun_timeout is not None
        for task in dag.tasks:
            assert task.execution_timeout is not None
            assert task.execution_timeout <= dag.dagrun_timeout
            assert task.retries >= 1


def test_parsing_a_dag_touches_neither_network_nor_database_nor_disk(parsing: tuple[Any, list[str]]) -> None:
    assert parsing[1] == []


def test_parsing_a_dag_does_not_load_what_only_its_tasks_need() -> None:
    heavy = ("connector.app", "connector.warehouse", "connector.delivery", "duckdb", "dbt")
    code = (
        "import sys; sys.path.insert(0, 'dags'); import conversions_sync; "
        "import conversions_reconcile; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=DAG_FILES[0].parents[1], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("file", DAG_FILES, ids=lambda file: file.name)
def test_a_dag_file_holds_wiring_only(file: Path) -> None:
    tree = ast.parse(file.read_text())
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    foreign = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    assert [name for name in foreign if not name.startswith(ALLOWED)] == []
    assert not any(isinstance(node, ast.For | ast.While | ast.Try | ast.ClassDef) for node in ast.walk(tree))
