"""A real Airflow for tests: scheduler, DAG processor and API server as processes, LocalExecutor, PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AIRFLOW = str(Path(sys.executable).with_name("airflow"))
DAGS = Path(__file__).parents[3] / "dags"
PATIENCE_S = 420
LOOK_EVERY_S = 0.5
COMPONENTS = ("api-server", "scheduler", "dag-processor")


@dataclass(slots=True)
class RunningAirflow:
    """An Airflow that answers on `port`. `environment` is that of its processes and of its command line."""

    home: Path
    port: int
    environment: dict[str, str]
    _token: str = field(default="", repr=False)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One question to its REST API. Raises HTTPError for a refusal."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def log_in(self) -> None:
        self._token = self.ask("GET", "/auth/token")["access_token"]

    def trigger(self, dag_id: str, **params: Any) -> str:
        body = {"logical_date": None, "conf": params}
        return str(self.ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", f"/api/v2/dags/{dag_id}/dagRuns")["dag_runs"]
        return found

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        found: list[dict[str, Any]] = self.ask("GET", path)["task_instances"]
        return found

    def states(self, dag_id: str, run_id: str) -> dict[str, str]:
        return {task["task_id"]: task["state"] for task in self.tasks(dag_id, run_id)}

    def wait_for(self, dag_id: str, chosen: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first run that is chosen, once it has ended."""
        return self.until(
            f"a run of {dag_id} to end",
            lambda: next((run for run in self.runs(dag_id) if chosen(run) and run["state"] in ENDED), None),
        )

    def until(self, what: str, look: Callable[[], Any]) -> Any:
        """What `look` finds, as soon as it finds something. Raises AssertionError with the logs' ends."""
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            with suppress(urllib.error.URLError, ConnectionError, LookupError):
                if found := look():
                    return found
            time.sleep(LOOK_EVERY_S)  # another process has to get on
        raise AssertionError(f"waited in vain for {what}:\n{self.last_words()}")

    def add_connection(self, name: str, parts: dict[str, str]) -> None:
        """As a person does it by hand."""
        command = [AIRFLOW, "connections", "add", name, "--conn-json", json.dumps(parts)]
        subprocess.run(command, env=self.environment, capture_output=True, check=True)

    def last_words(self) -> str:
        """The ends of the components' logs, and what tasks wrote as errors: dbt's own words among them."""
        logs = sorted(self.home.glob("*.log"))
        ends = [f"--- {log.name}\n" + log.read_text(errors="replace")[-1500:] for log in logs]
        for log in sorted(self.home.glob("logs/dag_id=*/**/attempt=*.log")):
            lines = [line[:2000] for line in log.read_text(errors="replace").splitlines() if "rror" in line]
            if lines:
                ends.append(f"--- {log.relative_to(self.home)}\n" + "\n".join(lines[-20:]))
        return "\n".join(ends)

    def task_logs(self) -> str:
        """Everything that tasks and components have written."""
        files = [file for file in self.home.rglob("*") if file.is_file() and file.suffix in (".log", ".txt", ".json")]
        return "\n".join(file.read_text(errors="replace") for file in files)


ENDED = ("success", "failed")


@contextmanager
def running_airflow(
    home: Path, port: int, metadata_url: str, settings: dict[str, str], connections: dict[str, dict[str, str]]
) -> Iterator[RunningAirflow]:
    """An Airflow until the `with` is left; nothing of it outlives that. It has its connections before it starts."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "CONNECTOR"))}
    environment |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "6",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata_url,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": metadata_url.replace("+psycopg2:", "+psycopg:"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
        "AIRFLOW__CONNECTOR__RETRIES": "0",
        "NO_PROXY": "127.0.0.1,localhost",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **settings,
    }
    airflow = RunningAirflow(home, port, environment)
    with ExitStack() as stack:
        with (home / "migrate.log").open("w") as log:
            subprocess.run([AIRFLOW, "db", "migrate"], env=environment, stdout=log, stderr=log, check=True)
        for name, parts in connections.items():
            airflow.add_connection(name, parts)
        for component in COMPONENTS:
            stack.enter_context(_component(component, home, environment))
        airflow.until("the API server", lambda: airflow.log_in() or True)
        yield airflow


@contextmanager
def _component(name: str, home: Path, environment: dict[str, str]) -> Iterator[None]:
    """One process of Airflow in a group of its own: its children do not heed its end, so the group is ended."""
    with (home / f"{name}.log").open("w") as log:
        process = subprocess.Popen([AIRFLOW, name], env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=10)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
