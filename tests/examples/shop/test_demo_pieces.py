"""What decides something in the demo: what failed, whose processes and files these are, whether both sides agree."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.errors import ConnectorError, Unproven, UsageError
from connector.sandbox.server import RunningSandbox
from connector.settings import Settings
from examples.shop.data import build_shop
from examples.shop.demo.airflow import AirflowProcess, RunFailed, find_failure
from examples.shop.demo.processes import ChildProcess
from examples.shop.demo.run import check_both_sides
from examples.shop.demo.sandbox import Sandbox, pixel_copies, running
from examples.shop.demo.workspace import Workspace, only_these_settings

LOG = Path("logs/first-run.log")
RUN_LOG = """\
[DAG TEST] starting task_id=build map_index=-1
model one OK
Task instance state updated [airflow.api_fastapi.execution_api.routes] new_state=success
[DAG TEST] end task task_id=build map_index=-1
[DAG TEST] starting task_id=sync map_index=-1
Traceback (most recent call last):
  File "somewhere.py", line 1, in something
    something()
AirflowFailException: the token is not known
::group::Post Execute
Task instance state updated [airflow.api_fastapi.execution_api.routes] new_state=failed
[DAG TEST] end task task_id=sync map_index=-1
[DAG TEST] starting task_id=reconcile map_index=-1
all fine
Task instance state updated [airflow.api_fastapi.execution_api.routes] new_state=success
"""


def test_the_task_that_failed_is_shown_and_not_the_one_that_ran_last() -> None:
    assert find_failure(RUN_LOG.splitlines()) == (
        "sync",
        ["Traceback (most recent call last):", "AirflowFailException: the token is not known"],
    )


def test_a_run_that_never_reached_a_task_shows_its_last_lines() -> None:
    said = ["Broken DAG", "no such module", "[COMMAND] ended with exit code 1"]
    assert find_failure(said) == (None, said[:2])


def test_both_sides_agree_when_every_accepted_event_arrived_once() -> None:
    check_both_sides(accepted=2, unconfirmed=0, seen={"distinct_accepted": 2, "received_twice": 0}, log=LOG)


@pytest.mark.parametrize(
    ("distinct", "twice", "unconfirmed"), [(1, 0, 0), (3, 0, 0), (2, 1, 0), (1, 0, 1), (5, 0, 2), (2, 1, 1)]
)
def test_a_sandbox_that_saw_something_else_than_the_ledger_says_is_not_proven(
    distinct: int, twice: int, unconfirmed: int
) -> None:
    seen = {"distinct_accepted": distinct, "received_twice": twice}
    with pytest.raises(Unproven):
        check_both_sides(accepted=2, unconfirmed=unconfirmed, seen=seen, log=LOG)


@pytest.mark.parametrize("distinct", [3, 4], ids=["some of them arrived", "all of them arrived"])
def test_events_without_an_answer_in_time_are_explained_and_the_log_is_named(distinct: int) -> None:
    seen = {"distinct_accepted": distinct, "received_twice": 0}
    with pytest.raises(ConnectorError, match=r"of 2 events got no answer in time .* nothing is lost.*first-run\.log"):
        check_both_sides(accepted=2, unconfirmed=2, seen=seen, log=LOG)


def test_the_demo_waits_longer_for_an_answer_than_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in Workspace(tmp_path).settings(8765).items():
        monkeypatch.setenv(name, value)
    assert Settings.load().request_timeout_s > Settings.model_fields["request_timeout_s"].default


def test_ending_a_child_ends_what_it_started(tmp_path: Path) -> None:
    (tmp_path / "family.py").write_text(
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.signal(15, signal.SIG_IGN); input()'],"
        " stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    with ChildProcess(["family"], log=tmp_path / "log", environment={"PYTHONPATH": str(tmp_path)}) as child:
        grandchild = int(next(child.lines()))
        os.kill(grandchild, 0)
    assert not is_alive(grandchild)


def test_a_child_tells_its_lines_and_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "speaker.py").write_text("import sys; print('one'); print('two', end=''); sys.exit(3)")
    with ChildProcess(["speaker"], log=tmp_path / "log", environment={"PYTHONPATH": str(tmp_path)}) as child:
        assert list(child.lines()) == ["one", "two"]
        assert child.wait() == 3


ONE_PROCESS = """
import json, sys
for line in sys.stdin:
    order = json.loads(line)
    with open(order["log"], "a") as log:
        log.write({said!r})
        if {dies}:
            sys.exit(1)
        log.write("\\n[COMMAND] ended with exit code {code}\\n")
"""
A_TASK = "[DAG TEST] starting task_id={0} map_index=-1\n[DAG TEST] end task task_id={0} map_index=-1\n"


def airflow_that_says(folder: Path, said: str, code: int, *, dies: bool = False) -> ChildProcess:
    (folder / "runner.py").write_text(ONE_PROCESS.format(said=said, code=code, dies=dies))
    return ChildProcess(["runner"], log=folder / "log", environment={"PYTHONPATH": str(folder)}, stdin=True)


def test_one_airflow_runs_one_dag_after_the_other_and_tells_of_their_tasks(tmp_path: Path) -> None:
    (tmp_path / "second.log").write_text("what an earlier demo said\n[COMMAND] ended with exit code 1\n")
    told: list[str] = []
    with airflow_that_says(tmp_path, A_TASK.format("prove"), 0) as child:
        airflow = AirflowProcess(child, tmp_path)
        airflow.make_database()()
        for name in ("first", "second"):
            airflow.run("some_dag", name, begins=told.append, ends=lambda task, _: told.append(f"{task} done"))
    assert told == ["prove", "prove done"] * 2


@pytest.mark.parametrize(
    ("said", "code", "dies"),
    [(A_TASK.format("prove"), 1, False), (A_TASK.format("sync"), 0, False), ("gone", 0, True)],
    ids=["airflow says failed", "the proof never ran", "airflow is gone"],
)
def test_a_run_that_failed_or_never_proved_is_no_good_run(tmp_path: Path, said: str, code: int, dies: bool) -> None:
    with airflow_that_says(tmp_path, said, code, dies=dies) as child, pytest.raises(RunFailed, match="some_dag failed"):
        AirflowProcess(child, tmp_path).run("some_dag", "run", begins=len, ends=lambda *_: None)


def is_alive(pid: int) -> bool:
    """False for a process that is gone or waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_folder_with_somebody_elses_files_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_text("precious")
    with pytest.raises(UsageError, match="something other"), Workspace(tmp_path).locked():
        Workspace(tmp_path).reset(events=1, seed=1)
    assert (tmp_path / "warehouse.duckdb").read_text() == "precious"


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "demo")
    with workspace.locked():
        workspace.reset(events=1, seed=1)
        with pytest.raises(UsageError, match="another demo"), workspace.locked():
            pass
    with workspace.locked():
        pass


def test_a_new_demo_forgets_the_warehouse_of_the_last_one(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "demo")
    with workspace.locked():
        workspace.reset(events=1, seed=1)
        workspace.warehouse.write_text("old")
        assert workspace.load().events == 1
        workspace.reset(events=2, seed=1)
        assert not workspace.warehouse.exists()
        with pytest.raises(UsageError, match="make demo first"):
            workspace.load()


def test_the_callers_own_settings_do_not_reach_into_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_META_APP_SECRET", "of the caller")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "of the caller")
    before = dict(os.environ)
    with only_these_settings({"CONNECTOR_META_DATASET_ID": "1"}):
        assert {name for name in os.environ if name.startswith(("CONNECTOR", "AIRFLOW"))} == {
            "CONNECTOR_META_DATASET_ID"
        }
    assert dict(os.environ) == before


def test_the_file_to_source_gives_the_settings_and_finds_the_command(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "a folder")
    with workspace.locked():
        workspace.reset(events=1, seed=1)
        workspace.write_environment(1234)
    written = workspace.environment_file.read_text()
    assert f"export CONNECTOR_WAREHOUSE_URL='duckdb:///{workspace.warehouse}'" in written
    assert str(Path(sys.executable).parent) in written


def test_the_pixels_copies_carry_what_meta_deduplicates_by() -> None:
    shop = build_shop(orders=200, days=14, seed=1, now=datetime(2026, 1, 1, tzinfo=UTC))
    copies = pixel_copies(shop, "55")
    assert len(copies) == shop["pixel_events"].num_rows > 0
    assert {copy["dataset"] for copy in copies} == {"55"}
    assert all(copy["event_name"] and copy["event_time"] < 1767225600 for copy in copies)
    assert any(copy["fbp"] for copy in copies)
    json.dumps(copies)


def test_a_local_meta_that_runs_already_is_used_and_outlives_the_demo(tmp_path: Path) -> None:
    with RunningSandbox() as earlier:
        port = int(earlier.base_url.rpartition(":")[2])
        with running(port, log=tmp_path / "log") as local_meta:
            assert not local_meta.is_ours
        assert Sandbox(port).is_up()
