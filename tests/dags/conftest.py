"""Airflow reads its configuration when it is first imported: it gets a home of its own before that."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DAGS = Path(__file__).parents[2] / "dags"
WORLD = ("socket.connect", "sqlite3.connect", "subprocess.Popen", "os.mkdir", "os.rename", "os.remove")


class Witness:
    """Sees what leaves the process while `watching`: connections, child processes and files that are written."""

    def __init__(self) -> None:
        self.watching = False
        self.seen: list[str] = []
        sys.addaudithook(self._hook)  # a hook cannot be taken away again, so it can be told to look elsewhere

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watching:
            return
        writes = event == "open" and any(letter in str(arguments[1]) for letter in "wax+")
        if (event in WORLD or writes) and "__pycache__" not in str(arguments[0]):
            self.seen.append(f"{event} {arguments[0]}")


@pytest.fixture(scope="session", autouse=True)
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty AIRFLOW_HOME, in an environment that holds no setting of the connector."""
    home = tmp_path_factory.mktemp("airflow")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AIRFLOW", "CONNECTOR_"))]:
            patch.delenv(name)
        patch.setenv("AIRFLOW_HOME", str(home))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        patch.setenv("AIRFLOW__COSMOS__ENABLE_TELEMETRY", "False")
        yield home


@pytest.fixture(scope="session")
def parsing(airflow_home: Path) -> tuple[Any, list[str]]:
    """The DAGs of the house, and what their files did to the world while they were parsed."""
    import cosmos.operators.local  # noqa: F401 - what Airflow and Cosmos do when imported is theirs
    from airflow.dag_processing.dagbag import DagBag

    witness = Witness()
    bag = DagBag(dag_folder=DAGS, collect_dags=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONNECTOR_META_BASE_URL", "not an address")  # parsing a DAG must not read the settings
        witness.watching = True
        try:
            bag.collect_dags(DAGS)
        finally:
            witness.watching = False
    return bag, witness.seen


@pytest.fixture(scope="session")
def dag_bag(parsing: tuple[Any, list[str]]) -> Any:
    return parsing[0]


@pytest.fixture(scope="session")
def conversions_sync(dag_bag: Any) -> Any:
    return dag_bag.dags["conversions_sync"]


@pytest.fixture(scope="session")
def conversions_reconcile(dag_bag: Any) -> Any:
    return dag_bag.dags["conversions_reconcile"]
