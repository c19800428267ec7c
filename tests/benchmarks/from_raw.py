"""From a shop's raw tables to accepted events: dbt's build and a sync."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from connector import app
from connector.settings import Settings
from examples.shop.data.build import build_shop
from examples.shop.loading import load_raw

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

PROJECT = Path(__file__).parents[2] / "dbt_project"
DAYS = 6


@dataclass(slots=True, kw_only=True)
class FromRaw:
    """CPU-seconds of dbt and of the sync, and how many events were accepted."""

    events: int
    dbt_cpu_s: float
    sync_cpu_s: float


def run_dbt(path: Path, *arguments: str) -> float:
    """Build with dbt into a DuckDB file, without tests; dbt's CPU-seconds, its start included."""
    where = [
        "--project-dir",
        str(PROJECT),
        "--profiles-dir",
        str(PROJECT),
        "--target-path",
        str(path.parent / "target"),
    ]
    command = [str(Path(sys.executable).with_name("dbt")), "build", *arguments, *where]
    before = _children_cpu_s()
    subprocess.run(
        [*command, "--exclude-resource-type", "test", "unit_test", "--log-path", str(path.parent / "logs")],
        env=os.environ | app.dbt_environment(Settings(warehouse_url=f"duckdb:///{path}")),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return _children_cpu_s() - before


def build_events(path: Path) -> tuple[int, float]:
    """Build the delivery contract; how many events of it can be sent now, and dbt's CPU-seconds, its start included."""
    spent = run_dbt(path, "--select", "+meta_conversions.marts.conversion_events")
    with duckdb.connect(str(path)) as connection:
        row = connection.execute(
            "select count(*) from meta_conversions.conversion_events "
            "where deadline_at > now() at time zone 'UTC' + interval 1 hour and event_time <= now() at time zone 'UTC'"
        ).fetchone()
    return (int(row[0]) if row else 0), spent


def measure(path: Path, orders: int, sync: Callable[[Path, int], dict[str, Any]]) -> FromRaw:
    """Build and sync a shop of so many orders; `sync` sends so many events of a file and says what it spent."""
    tables = build_shop(orders=orders, days=DAYS, seed=1, now=datetime.now(UTC))
    load_raw(Settings(warehouse_url=f"duckdb:///{path}"), tables, replace=True)
    events, dbt_cpu_s = build_events(path)
    return FromRaw(events=events, dbt_cpu_s=dbt_cpu_s, sync_cpu_s=float(sync(path, events)["cpu_s"]))


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
