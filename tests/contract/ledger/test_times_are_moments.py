"""A column of times is read as moments in UTC, whatever its type and the session's zone, over changes of the clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.warehouse.dialects import DATE, NANOSECONDS, UTC_TIME, ZONED_TIME, Dialect
from connector.warehouse.dialects.duckdb import DIALECT as DUCKDB
from connector.warehouse.dialects.postgres import DIALECT as POSTGRES

ZONES = (
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Tehran",
)
CHANGES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),  # New York's clocks go forward
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # and back
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe, by half an hour
    datetime(2011, 12, 30, 10, tzinfo=UTC),  # Apia, which left a day out
    datetime(1970, 1, 1, tzinfo=UTC),
]
STEPS = [timedelta(minutes=minutes, microseconds=1) for minutes in range(-120, 121, 15)]
Ask = Callable[[str], list[tuple[Any, ...]]]


@cache
def session_of_duckdb() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@contextmanager
def in_duckdb(zone: str) -> Iterator[Ask]:
    session_of_duckdb().execute(f"set timezone = '{zone}'")
    yield lambda sql: session_of_duckdb().execute(sql).fetchall()


@pytest.fixture(scope="module")
def sessions(postgres: str) -> Iterator[Callable[[str, str], Any]]:
    with psycopg.connect(postgres) as session:

        @contextmanager
        def in_postgres(zone: str) -> Iterator[Ask]:
            session.execute(f"set timezone = '{zone}'")
            yield lambda sql: session.execute(sql).fetchall()

        yield lambda engine, zone: in_duckdb(zone) if engine == "duckdb" else in_postgres(zone)


def read(ask: Ask, dialect: Dialect, kind: str, column_type: str, written: list[str]) -> list[datetime]:
    rows = ", ".join(f"({place}, cast('{text}' as {column_type}))" for place, text in enumerate(written))
    told = ask(
        f"select {dialect.in_utc[kind].format('moment')} from (values {rows}) as times (place, moment) order by place"
    )
    assert all(moment.tzinfo is None for (moment,) in told)
    return [moment for (moment,) in told]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("engine", "dialect"), [("duckdb", DUCKDB), ("postgres", POSTGRES)])
def test_moments_around_every_change_of_the_clocks(
    sessions: Callable[[str, str], Any], engine: str, dialect: Dialect, zone: str
) -> None:
    moments = [change + step for change in CHANGES for step in STEPS]
    plain = [moment.replace(tzinfo=None) for moment in moments]
    with sessions(engine, zone) as ask:
        # the same moment, written as it is shown in each zone
        for shown_in in ZONES:
            written = [moment.astimezone(ZoneInfo(shown_in)).isoformat() for moment in moments]
            assert read(ask, dialect, ZONED_TIME, "timestamptz", written) == plain
        assert read(ask, dialect, UTC_TIME, "timestamp", [str(moment) for moment in plain]) == plain
        days = [datetime(moment.year, moment.month, moment.day) for moment in plain]  # noqa: DTZ001 - as a warehouse has it
        assert read(ask, dialect, DATE, "date", [str(day.date()) for day in days]) == days


@settings(max_examples=60, deadline=None)
@given(
    seconds=st.integers(0, 4_000_000_000),
    microseconds=st.integers(0, 999_999),
    zone=st.sampled_from(ZONES),
    shown_in=st.sampled_from(ZONES),
)
def test_any_moment_in_any_session(seconds: int, microseconds: int, zone: str, shown_in: str) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=microseconds)
    written = [moment.astimezone(ZoneInfo(shown_in)).isoformat()]
    with in_duckdb(zone) as ask:
        assert read(ask, DUCKDB, ZONED_TIME, "timestamptz", written) == [moment.replace(tzinfo=None)]


@pytest.mark.parametrize("column_type", ["timestamp_s", "timestamp_ms", "timestamp"])
def test_duckdb_keeps_microseconds_of_every_type_of_time(column_type: str) -> None:
    with in_duckdb("Asia/Kolkata") as ask:
        told = read(ask, DUCKDB, UTC_TIME, column_type, ["2026-03-08 02:30:00.123456789"])
    assert told[0].replace(microsecond=0) == datetime(2026, 3, 8, 2, 30)  # noqa: DTZ001 - as a warehouse has it


@pytest.mark.parametrize(("column_type", "offset"), [("timestamp_ns", ""), ("timestamptz_ns", "+02:00")])
def test_nanoseconds_are_cut_off_and_never_make_another_second(column_type: str, offset: str) -> None:
    with in_duckdb("Asia/Kolkata") as ask:
        told = read(ask, DUCKDB, NANOSECONDS, column_type, [f"2026-03-08 02:30:09.999999999{offset}", "infinity"])
    hour = 0 if offset else 2
    assert told[0] == datetime(2026, 3, 8, hour, 30, 9, 999_999)  # noqa: DTZ001 - as a warehouse has it
    assert told[1].year == 9999  # as Python shows it
