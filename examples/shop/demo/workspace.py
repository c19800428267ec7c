"""The demo's work folder, what it remembers between commands, and the environment of its processes."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from connector.errors import UsageError

CHECKOUT = Path(__file__).resolve().parents[3]
DATASET_ID = "1234567890"
AD_ACCOUNT_ID = "4711"
TOKEN = "made-up-token-of-the-demo"  # noqa: S105 - the sandbox takes any
REQUEST_TIMEOUT_S = "120"
"""Longer than the default: the local Meta shares a machine, perhaps a slow one, with Airflow and dbt."""
FOLDER_VARIABLE = "SHOP_WORK_FOLDER"
FOREIGN = ("CONNECTOR_", "AIRFLOW_", "DBT_")
"""Prefixes of the caller's own variables, which must not reach the demo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoState:
    """What a later command needs to know of the demo before it."""

    events: int
    seed: int
    port: int
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder that belongs to the demo alone."""

    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def airflow_home(self) -> Path:
        return self.folder / "airflow"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def page(self) -> Path:
        return self.folder / "report.html"

    @property
    def environment_file(self) -> Path:
        return self.folder / "environment.sh"

    @property
    def _state_file(self) -> Path:
        return self.folder / "demo.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other demo out of the folder. Raises UsageError if one is there, or if it is not ours."""
        if not self._state_file.exists() and self.folder.exists() and any(self.folder.iterdir()):
            raise UsageError(f"{self.folder} holds something other than a demo: name an empty or a new folder.")
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another demo is at work in {self.folder}: wait for it or name another folder.") from None
        else:
            yield
        finally:
            os.close(lock)

    def reset(self, *, events: int, seed: int) -> DemoState:
        """Remove an earlier demo and begin a new one."""
        state = self.save(DemoState(events=events, seed=seed, port=free_port()))
        for folder in (self.airflow_home, self.logs):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.warehouse, self.warehouse.with_suffix(".duckdb.wal"), self.page, self.environment_file):
            file.unlink(missing_ok=True)
        self.logs.mkdir()
        return state

    def save(self, state: DemoState) -> DemoState:
        self._state_file.write_text(json.dumps(asdict(state)) + "\n")
        return state

    def load(self) -> DemoState:
        """The last demo. Raises UsageError if there is none."""
        if not (self._state_file.exists() and self.warehouse.exists()):
            raise UsageError(f"there is no demo in {self.folder}: run make demo first.")
        return DemoState(**json.loads(self._state_file.read_text()))

    def settings(self, port: int) -> dict[str, str]:
        """The connector's settings for this folder and a sandbox on `port`, as environment variables."""
        return {
            "CONNECTOR_WAREHOUSE_URL": f"duckdb:///{self.warehouse}",
            "CONNECTOR_META_BASE_URL": f"http://127.0.0.1:{port}",
            "CONNECTOR_META_ACCESS_TOKEN": TOKEN,
            "CONNECTOR_META_DATASET_ID": DATASET_ID,
            "CONNECTOR_META_AD_ACCOUNT_ID": AD_ACCOUNT_ID,
            "CONNECTOR_META_AD_ACCOUNT_TIMEZONE": "UTC",
            "CONNECTOR_META_AD_ACCOUNT_CURRENCY": "USD",
            "CONNECTOR_REQUEST_TIMEOUT_S": REQUEST_TIMEOUT_S,
        }

    def write_environment(self, port: int) -> None:
        """A file to `source`, so that the commands find this warehouse and this Airflow."""
        variables = {**self.settings(port), "AIRFLOW_HOME": str(self.airflow_home), FOLDER_VARIABLE: str(self.folder)}
        lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
        lines.append(f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')
        self.environment_file.write_text("\n".join(lines) + "\n")


@contextmanager
def only_these_settings(variables: dict[str, str]) -> Iterator[None]:
    """Let this process and its children see these settings, and none of the caller's."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(FOREIGN):
            del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def free_port() -> int:
    """A port of this machine that is free at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
