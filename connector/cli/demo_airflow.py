"""The demo's Airflow: a home of its own, and a real run of the DAG in it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from connector.cli.demo_children import Child
from connector.cli.demo_ground import CHECKOUT, Ground
from connector.errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterator

PROOF = "prove"
"""The task that has the last word in every DAG of ours."""
STARTING = re.compile(r"\[DAG TEST\] starting task_id=(\w+)")
ENDING = re.compile(r"\[DAG TEST\] end task task_id=(\w+)")
FAILED = "new_state=failed"
TAIL = 20
NOISE = re.compile(r'execution_api\.routes|::(end)?group::|^  File "|^    ')
"""What Airflow says of itself, and the frames of a traceback: its last line is what a person needs."""


class RunFailed(ConnectorError):  # noqa: N818 - what happened, not a fault of ours
    """Airflow's run of the DAG failed; `task`, if one did, and the last lines of what it said."""

    def __init__(self, dag_id: str, log: Path, task: str | None, tail: list[str]) -> None:
        super().__init__(f"Airflow's run of {dag_id} failed{f' in {task}' if task else ''}; the whole log is {log}")
        self.tail = tail


@dataclass(frozen=True, slots=True)
class Airflow:
    """An Airflow in the demo's work folder: SQLite, the DAGs of this checkout, nothing sent home."""

    ground: Ground

    def environment(self) -> dict[str, str]:
        return {
            "AIRFLOW_HOME": str(self.ground.airflow_home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
            "AIRFLOW__COSMOS__CACHE_DIR": str(self.ground.airflow_home / "cosmos"),
            "AIRFLOW__CONNECTOR__RETRIES": "0",  # somebody is watching: fail at once
            "AIRFLOW__CONNECTOR__REPORT_FILE": str(self.ground.page),
            "DBT_USE_COLORS": "False",
            "NO_COLOR": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            "PYTHONUNBUFFERED": "1",
        }

    @contextmanager
    def being_made(self) -> Iterator[Callable[[], None]]:
        """Make its database while other work goes on; the callable waits until it is there. Raises ConnectorError."""
        log = self.ground.logs / "airflow-db.log"
        with Child(["airflow", "db", "migrate"], log=log, environment=self.environment()) as child:

            def be_ready() -> None:
                if child.wait() != 0:
                    raise ConnectorError(f"Airflow could not make its database; its log is {log}")

            yield be_ready

    def run(self, dag_id: str, name: str, *, begins: Callable[[str], None], ends: Callable[[str, float], None]) -> None:
        """Run a DAG once and wait. Tells of each task when it begins and, with its seconds, when it ends.

        Raises RunFailed.
        """
        log = self.ground.logs / f"{name}.log"
        proven = False
        with Child(["airflow", "dags", "test", dag_id], log=log, environment=self.environment()) as child:
            since = time.monotonic()
            for line in child.lines():
                if match := STARTING.search(line):
                    since = time.monotonic()
                    begins(match[1])
                elif match := ENDING.search(line):
                    ends(match[1], time.monotonic() - since)
                    proven = proven or match[1] == PROOF
            # The exit code is Airflow's word for the run's state; that the proof ran at all is ours.
            if child.wait() != 0 or not proven:
                raise RunFailed(dag_id, log, *find_failure(log.read_text(errors="replace").splitlines()))


def find_failure(lines: Iterable[str]) -> tuple[str | None, list[str]]:
    """The task that failed first and the last lines that it said; without one, the last lines of all."""
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
