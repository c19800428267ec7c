"""A command pays for what it needs: the help reads no settings, and opens neither a warehouse nor a client."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"airflow", "duckdb", "httpx", "msgspec", "psycopg", "pyarrow", "pydantic", "sqlalchemy", "uvicorn"}


def imported(code: str) -> set[str]:
    """The heavy packages that a fresh process has imported at the end of some code."""
    told = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True, text=True)
    return {name.split(".")[0] for name in done.stdout.split()} & HEAVY


def test_the_help_imports_nothing_heavy() -> None:
    assert imported("from connector.cli import main\nsys = __import__('sys'); sys.argv = ['connector', '--help']\n"
                    "try: main()\nexcept SystemExit: pass") == set()  # fmt: skip


def test_a_command_imports_what_opens_a_warehouse_when_it_runs() -> None:
    assert {"pydantic", "sqlalchemy"} <= imported("from connector import app")
