"""The demo's Airflow: a home of its own, and a real run of the DAG in it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from connector.errors import ConnectorError
from examples.shop.demo.processes import ChildProcess
from examples.shop.demo.workspace import CHECKOUT, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

PROOF = "prove"
"""The last task of both DAGs."""
STARTING = re.compile(r"\[DAG TEST\] starting task_id=(\w+)")
ENDING = re.compile(r"\[DAG TEST\] end task task_id=(\w+)")
FAILED = "new_state=failed"
ENDED = "[COMMAND] ended with exit code "
RUNNER = ("examples.shop.demo.airflow_commands",)
TAIL = 20
NOISE = re.compile(r'execution_api\.routes|::(end)?group::|^\[COMMAND\] |^  File "|^    ')
"""Airflow's own lines and the frames of a traceback: its last line is what a person needs."""


class RunFailed(ConnectorError):  # noqa: N818 - what happened, not a fault of ours
    """Airflow's run of the DAG failed; `task`, if one did, and the last lines of its output."""

    def __init__(self, dag_id: str, log: Path, task: str | None, tail: list[str]) -> None:
        super().__init__(f"Airflow's run of {dag_id} failed{f' in {task}' if task else ''}; the whole log is {log}")
        self.tail = tail


@dataclass(frozen=True, slots=True)
class Airflow:
    """An Airflow in the demo's work folder: SQLite, the DAGs of this checkout, no telemetry."""

    workspace: Workspace

    def environment(self) -> dict[str, str]:
        return {
            "AIRFLOW_HOME": str(self.workspace.airflow_home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
            "AIRFLOW__COSMOS__CACHE_DIR": str(self.workspace.airflow_home / "cosmos"),
            "AIRFLOW__CONNECTOR__RETRIES": "0",  # somebody is watching: fail at once
            "AIRFLOW__CONNECTOR__REPORT_FILE": str(self.workspace.page),
            "DBT_USE_COLORS": "False",
            "NO_COLOR": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            "PYTHONUNBUFFERED": "1",
        }

    @contextmanager
    def started(self) -> Iterator[AirflowProcess]:
        """One process for all its commands; leaving ends it."""
        log = self.workspace.logs / "airflow.log"
        with ChildProcess(RUNNER, log=log, environment=self.environment(), stdin=True) as child:
            yield AirflowProcess(child, self.workspace.logs)


@dataclass(frozen=True, slots=True)
class AirflowProcess:
    """Runs Airflow's commands in one process: its imports, half a minute before the first task, are paid for once."""

    child: ChildProcess
    logs: Path

    def make_database(self) -> Callable[[], None]:
        """Start making it; the callable waits until it is ready. Raises ConnectorError."""
        said = self._command("airflow-db", "db", "migrate")

        def wait_until_ready() -> None:
            if exit_code(said) != 0:
                raise ConnectorError(f"Airflow could not make its database; its log is {self.logs / 'airflow-db.log'}")

        return wait_until_ready

    def run(self, dag_id: str, name: str, *, begins: Callable[[str], None], ends: Callable[[str, float], None]) -> None:
        """Run a DAG once and wait. `begins` and `ends` are called for each task, with its seconds at the end.

        Raises RunFailed.
        """
        proven, code = False, 1
        since = time.monotonic()
        for line in self._command(name, "dags", "test", dag_id):
            if match := STARTING.search(line):
                since = time.monotonic()
                begins(match[1])
            elif match := ENDING.search(line):
                ends(match[1], time.monotonic() - since)
                proven = proven or match[1] == PROOF
            elif line.startswith(ENDED):
                code = int(line.removeprefix(ENDED))
        # The exit code is Airflow's word for the run's state; that the proof ran at all is ours.
        if code != 0 or not proven:
            log = self.logs / f"{name}.log"
            raise RunFailed(dag_id, log, *find_failure(log.read_text(errors="replace").splitlines()))

    def _command(self, name: str, *words: str) -> Iterator[str]:
        """Run a command; its output, until it or the whole process has ended."""
        log = self.logs / f"{name}.log"
        log.write_text("")  # an earlier demo's would be taken for this one's
        self.child.write_line(json.dumps({"words": words, "log": str(log)}))
        return until_ended(self.child.lines(log))


def until_ended(lines: Iterable[str]) -> Iterator[str]:
    """Lines up to and including the one with the exit code."""
    for line in lines:
        yield line
        if line.startswith(ENDED):
            return


def exit_code(lines: Iterable[str]) -> int:
    """The exit code in the last line; 1 if the process ended before it wrote one."""
    return next((int(line.removeprefix(ENDED)) for line in lines if line.startswith(ENDED)), 1)


def find_failure(lines: Iterable[str]) -> tuple[str | None, list[str]]:
    """The task that failed first and its last lines of output; without one, the last lines of all."""
    task: str | None = None
    said: list[str] = []
    for line in lines:
        if match := STARTING.search(line):
            task, said = match[1], []
        elif FAILED in line and task is not None:
            return task, said[-TAIL:]
        elif not NOISE.search(line):
            said.append(line)
    return None, said[-TAIL:]
