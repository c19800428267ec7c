"""A time of a raw table is the same moment on every engine, whatever its column's type and the session's zone.

The macros are compiled once for each engine, and their SQL is asked about many times.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.dbt.conftest import DbtWarehouse

ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
TYPES = {
    "duckdb": [
        "timestamp",
        "timestamp with time zone",
        "timestamp_ns",
        "timestamp_ms",
        "timestamp_s",
        "date",
        "varchar",
    ],
    "postgres": ["timestamp without time zone", "timestamp with time zone", "timestamp(0)", "date", "text"],
}
UNITS = {"timestamp_s": timedelta(seconds=1), "timestamp(0)": timedelta(seconds=1)}
UNITS |= {"timestamp_ms": timedelta(milliseconds=1), "date": timedelta(days=1)}
NO_TIMES = [
    *("infinity", "2026-02-30 10:00:00", "2025-02-29", "2026-13-01", "0000-01-01", "1699-01-01 00:00:00", "26/11/2026"),
    *(
        "2026-01-01 24:00:00",
        "2026-01-01T10:00:00+25:00",
        "2026-01-01 10:00 Europe/Berlin",
        "yesterday",
        "1767225600",
        "",
    ),
]
TIMES = {
    "2026-03-08T02:30:00-05:00": "2026-03-08 07:30:00",
    "2026-11-01T01:30:00.1234567-0400": "2026-11-01 05:30:00.123456",
    "2026-11-01 01:30:00 -05": "2026-11-01 06:30:00",
    " 2026-01-01 10:00:00 UTC ": "2026-01-01 10:00:00",
    "2026-01-01T10:00Z": "2026-01-01 10:00:00",
    "2024-02-29": "2024-02-29 00:00:00",
}
BEGIN = datetime(2020, 1, 1)  # noqa: DTZ001 - without a zone, as columns are
DAYS = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2027, 12, 31))  # noqa: DTZ001 - without a zone, as columns are


class Asked:
    """One session of an engine, and the SQL that the package reads each type of column with."""

    def __init__(self, connection: Any, sql: dict[str, str], mark: str) -> None:
        self.connection, self.sql, self.mark = connection, sql, mark

    def read(self, text: str, kind: str, zone: str) -> datetime | None:
        """What becomes of a literal in a column of a type, in a session of a zone."""
        self.connection.execute(f"set TimeZone = '{zone}'")
        found = self.connection.execute(
            f"select {self.sql[kind]} from (select cast({self.mark} as {kind}) as given) as raw", [text]
        ).fetchone()
        value: datetime | None = found[0]
        return value

    def read_any(self, text: str, kind: str, zone: str) -> datetime | None:
        """The same in a model of another project, which knows no types."""
        return (
            self.read(text, kind, zone)
            if kind in ("varchar", "text")
            else Asked(self.connection, {kind: self.sql["any"]}, self.mark).read(text, kind, zone)
        )


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def asked(request: pytest.FixtureRequest, new_warehouse: Callable[..., DbtWarehouse]) -> Iterator[Asked]:
    warehouse = new_warehouse(request.param)
    if request.param == "duckdb":
        warehouse.load({})
    kinds = TYPES[request.param]
    reads = [f"{{{{ meta_conversions.as_time('given', '{kind}') }}}}" for kind in kinds]
    inline = " ---- ".join([*reads, "{{ meta_conversions.as_time('given') }}"])
    told = warehouse.dbt("compile", "--inline", inline, "--output", "json")
    compiled = json.loads(told[told.index("{") :])["compiled"].split(" ---- ")
    sql = dict(zip([*kinds, "any"], compiled, strict=True))
    url = warehouse.settings.warehouse_url.get_secret_value()
    connection = duckdb.connect() if request.param == "duckdb" else psycopg.connect(url, autocommit=True)
    with connection:
        yield Asked(connection, sql, "?" if request.param == "duckdb" else "%s::text")


@settings(max_examples=150)
@given(moment=DAYS, session=st.sampled_from(ZONES), of_value=st.sampled_from(ZONES), data=st.data())
def test_every_type_of_column_gives_the_moment_in_every_zone(
    asked: Asked, moment: datetime, session: str, of_value: str, data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from([kind for kind in asked.sql if kind != "any"]))
    expected = moment - (moment - BEGIN) % UNITS.get(kind, timedelta(microseconds=1))
    written = str(expected)
    if "with time zone" in kind or kind in ("varchar", "text"):
        written = expected.replace(tzinfo=UTC).astimezone(ZoneInfo(of_value)).isoformat(sep=" ")
    assert asked.read(written, kind, session) == expected
    assert asked.read_any(written, kind, session) == expected


@pytest.mark.parametrize("text", TIMES)
@pytest.mark.parametrize("zone", ZONES[:2])
def test_a_text_of_iso_8601_is_its_moment(asked: Asked, text: str, zone: str) -> None:
    assert str(asked.read(text, list(asked.sql)[-2], zone)) == TIMES[text]


@pytest.mark.parametrize("text", NO_TIMES)
def test_a_text_that_is_no_time_is_none_and_stops_nothing(asked: Asked, text: str) -> None:
    assert asked.read(text, list(asked.sql)[-2], "UTC") is None


def test_infinity_is_no_time_and_nanoseconds_are_cut(asked: Asked) -> None:
    kind = next(iter(asked.sql))
    assert asked.read("infinity", kind, "UTC") is None
    assert asked.read("infinity", "timestamp with time zone", "UTC") is None
    if "timestamp_ns" in asked.sql:
        assert str(asked.read_any("2026-01-01 00:00:09.999999999", "timestamp_ns", "UTC"))[17:] == "09.999999"
        assert str(asked.read("2026-01-01 00:00:09.999999999", "timestamp_ns", "UTC")) == "2026-01-01 00:00:09.999999"
