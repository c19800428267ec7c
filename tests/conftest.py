from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import certifi
import pytest
from hypothesis import settings

from tests.support import tally
from tests.support.forms import FORM, left_out
from tests.support.postgres_server import new_database_on, running_postgres
from tests.support.snowflake_stand_in import SnowflakeStandIn
from tests.support.warm_dbt import KEPT_IN

pytest_plugins = ["tests.support.meta_script", "tests.support.shops"]

settings.register_profile("untimed", settings.default, deadline=None)  # no test is judged by a clock
settings.load_profile("untimed")


@atexit.register
def _end_quietly() -> None:
    """DuckDB's binding lists on stderr what outlives the interpreter, after the summary, and has no switch for it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """What all processes of a run share; those that it starts inherit the names.

    What dbt has parsed is kept once. No test meets an authority, and reading a hundred of them costs each client 20 ms:
    one is enough.
    """
    if not hasattr(config, "workerinput"):
        folder = tempfile.TemporaryDirectory(prefix="tests")
        config.add_cleanup(folder.cleanup)
        os.environ[KEPT_IN] = folder.name
        first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----")
        authority = Path(folder.name) / "authority.pem"
        authority.write_text(f"{first}{end}\n")
        os.environ["SSL_CERT_FILE"] = str(authority)


TOLD = "told: "


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str, str], None]:
    """Says a line under a heading at the end of the run, whichever process the test runs in."""
    return lambda heading, line: record_property(TOLD + heading, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures that tests found, whether they passed or not; a line once."""
    found: dict[str, dict[str, None]] = {}
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, line in report.user_properties:
            if name.startswith(TOLD):
                found.setdefault(name.removeprefix(TOLD), {})[str(line)] = None
    if tally.ROWS:
        found["faults"] = dict.fromkeys(tally.lines())
    if tally.HISTORIES:
        found["any history"] = dict.fromkeys(tally.lines_of_histories())
    for heading, lines in found.items():
        terminalreporter.section(heading)
        for line in lines:
            terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What the fault tests of this process did, for the process that prints."""
    if (told := getattr(session.config, "workeroutput", None)) is not None:
        told["faults"] = [asdict(row) for row in tally.ROWS], dict(tally.HISTORIES)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    rows, histories = getattr(node, "workeroutput", {}).get("faults", ([], {}))
    tally.ROWS.extend(tally.Row(**row) for row in rows)
    tally.HISTORIES.update(histories)


SHARING = (
    *("browser", "contract/dbt", "contract/engines", "contract/identifiers", "contract/reconciliation"),
    *("dags", "diagnosis"),
)
"""Folders whose tests share what takes long to make, so that one process runs them all."""

APART = ("faults", "simulation")
"""Folders in which a test is long enough, in the long form, for processes to take them one by one."""

LONG = (
    *(("simulation",) if FORM == "all" else ()),  # most of an hour there
    *("contract/dbt", "contract/identifiers", "integration/airflow", "contract/engines", "examples/shop/test_demo.py"),
    *(("contract/snowduck",) if FORM == "all" else ()),
    *("diagnosis", "integration/sync", "faults", "contract/reconciliation", "browser", "integration"),
)
"""The longest first: what is begun last should be short, or one process works while the other has nothing to do."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        file = item.nodeid.removeprefix("tests/")
        return next((number for number, folder in enumerate(LONG) if file.startswith(folder)), len(LONG))

    items.sort(key=place)  # stable: within a folder the order stays
    if FORM == "most":
        for item in items:
            if instead := left_out(item.nodeid):
                item.add_marker(pytest.mark.skip(reason=f"in make test-rest; here: {instead}"))
    elif FORM == "rest":
        items[:] = [item for item in items if left_out(item.nodeid)]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """One process a file, a folder that shares, or a test alone. (xdist's own groups are not kept by this pytest.)"""
    from xdist.scheduler import LoadScopeScheduling

    class ByRoom(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", 1)[0].removeprefix("tests/")
            if file.startswith(APART):
                return nodeid
            return next((folder for folder in SHARING if file.startswith(f"{folder}/")), file)

    return ByRoom(config, log)


@pytest.fixture
def logs_of_httpx(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    """Heard whatever ran before: Airflow's own set-up of logging, once in the process, silences it."""
    logger = logging.getLogger("httpx")
    for name, value in (("disabled", False), ("propagate", True)):
        monkeypatch.setattr(logger, name, value)
    caplog.set_level(logging.DEBUG, logger="httpx")
    return logger


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL of its own; the address of its server."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder, running_postgres(folder) as address:
        yield address


@pytest.fixture(scope="session")
def new_database(postgres: str) -> Callable[..., str]:
    """Makes a database on that server and answers its URL; `create` is how `create database` ends."""
    return partial(new_database_on, postgres)


@pytest.fixture(scope="session")
def snowflake_stand_in() -> Iterator[SnowflakeStandIn]:
    """In a process of its own, on a port that the system chose; ready when it says so."""
    command = [str(Path(sys.executable).with_name("fakesnow")), "-s"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as server:
        assert server.stderr
        told = next(line for line in server.stderr if "running on http://" in line)
        threading.Thread(target=server.stderr.read, daemon=True).start()  # so that it never waits to be read
        try:
            yield SnowflakeStandIn(int(told.split("http://127.0.0.1:")[1].split()[0]))
        finally:
            server.kill()  # it has nothing to keep, and waits for its connections
