"""What dbt costs where builds go by loading time: all new, nothing, a few orders, the sweep; and the reconciliation."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from connector.settings import Settings
from examples.shop.data.build import build_more, build_shop
from examples.shop.loading import load_raw
from tests.benchmarks.from_raw import run_dbt
from tests.benchmarks.history import PRESENT, accept
from tests.support.added_kinds import SHOP_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAYS = 89
LOADED_AT = {"meta_conversions_loaded_at": dict.fromkeys(SHOP_KINDS, "_loaded_at")}
MODELLING = ("--select", "+meta_conversions.marts.conversion_events", "--vars", json.dumps(LOADED_AT))
SWEEP = (*MODELLING[:-1], json.dumps(LOADED_AT | {"meta_conversions_sweep": True}))
ONE_VIEW = ("--select", "meta_conversions.staging.shop.stg_shop__refunds", *MODELLING[-2:])
OFTEN = 3
"""How often what takes dbt's start and little more is measured: the least counts."""
RECONCILIATION = ("--select", "tag:meta_conversions_reconciliation", "tag:meta_conversions_coverage")
SHOP_OF_NEW_ORDERS = 20_000
"""A twentieth of it arrives later: 1,000 orders, and what belongs to them."""


@dataclass(slots=True, kw_only=True)
class Build:
    """One build by dbt, its start included: seconds of CPU and of wall clock."""

    what: str
    conversions: int
    cpu_s: float
    wall_s: float


def measure(path: Path, orders: int) -> Iterator[Build]:
    """Builds of a shop of so many orders in 89 days, one after the other; about 2.6 conversions come of an order."""
    settings = Settings(warehouse_url=f"duckdb:///{path}")
    now = datetime.now(UTC)
    long_ago, last_load = now - timedelta(days=9), now - timedelta(days=1)
    shop = build_shop(orders=orders, days=DAYS, seed=1, now=now)
    marked = {
        name: _marked(rows, [last_load, *[long_ago] * (len(rows) - 1)][: len(rows)]) for name, rows in shop.items()
    }
    load_raw(settings, marked, replace=True)
    yield _build(path, "everything is new", *MODELLING)
    yield _least(path, "one view", *ONE_VIEW)
    yield _least(path, "nothing is new", *MODELLING)
    more = build_more(shop_orders=SHOP_OF_NEW_ORDERS, days=DAYS, seed=1, now=datetime.now(UTC))
    load_raw(settings, {name: _marked(rows, [now] * len(rows)) for name, rows in more.items()}, replace=False)
    yield _build(path, "1,000 orders are new", *MODELLING)
    yield _build(path, "the sweep", *SWEEP)
    _accept_all(settings, path)
    for days in (DAYS, 7):
        window = f"{{meta_conversions_reconciled_days: {days}}}"
        yield _build(path, f"reconciliation of {days} days", *RECONCILIATION, "--vars", window)


def _marked(rows: pa.Table, marks: list[datetime]) -> pa.Table:
    """With the moment at which each row was loaded."""
    times = [mark.replace(tzinfo=None) for mark in marks]
    return rows.append_column(pa.field("_loaded_at", pa.timestamp("us")), pa.array(times, pa.timestamp("us")))


def _least(path: Path, what: str, *arguments: str) -> Build:
    return min((_build(path, what, *arguments) for _ in range(OFTEN)), key=lambda build: build.cpu_s)


def _accept_all(settings: Settings, path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        events = _count(connection, "conversion_events")
    accept(settings, path, PRESENT, events, 0)


def _build(path: Path, what: str, *arguments: str) -> Build:
    began = time.perf_counter()
    cpu_s = run_dbt(path, *arguments)
    wall_s = time.perf_counter() - began
    with duckdb.connect(str(path)) as connection:
        return Build(what=what, conversions=_count(connection, "conversions"), cpu_s=cpu_s, wall_s=wall_s)


def _count(connection: duckdb.DuckDBPyConnection, mart: str) -> int:
    row = connection.execute(f"select count(*) from meta_conversions.{mart}").fetchone()
    return int(row[0]) if row else 0
