"""A relation of your own: one value that no ledger holds stops one row, and a time is a moment whatever its type."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.support.shops import event, utc_now

if TYPE_CHECKING:
    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person, Shop

ALTER = "alter table meta_conversions.conversion_events alter column {} type {}"
MOMENT = "update meta_conversions.conversion_events set {} = timestamp '{}' where event_id = '{}'"
VALUES = ["99999999999999.99995", "-99999999999999.99995", "NaN", "Infinity", "-Infinity", "1e20", "1e300"]


@pytest.mark.parametrize("kind", ["double precision", "numeric"])
def test_a_value_that_the_ledger_cannot_hold_makes_its_row_invalid_and_stops_nobody_else(
    shop: Shop, sandbox: RunningSandbox, person: Person, kind: str
) -> None:
    if kind == "numeric":
        exact = "decimal(38, 5)" if shop.url.startswith("duckdb") else "numeric"
        shop.run(ALTER.format("value", exact))
    else:
        shop.run(ALTER.format("value", kind))
    exotic = shop.url.startswith("postgres") or kind == "double precision"
    bad = VALUES if exotic else [*VALUES[:2], "1e20"]
    shop.add(event(f"bad{place}", value=value) for place, value in enumerate(bad))
    small = event("small", value="0.5", body={"custom_data": {"value": 0.5, "currency": "USD"}})
    shop.add([event("o1"), event("none", value=None), small, event("late", age=timedelta(8))])
    shop.add([event("late NaN", age=timedelta(8), value=bad[-1])])
    plan = person.asks("plan")
    assert plan["would_be_sent"] == {"events": len(bad) + 3, "money": {"USD": "13.00"}}
    assert person.says("sync") == 0, person.err
    assert {shop.outcome(f"bad{place}")[::3] for place in range(len(bad))} == {("invalid", "value_out_of_range")}
    assert shop.states("o1", "none", "small") == ["accepted"] * 3
    assert sandbox.summary()["events_received"] == 3
    status = person.asks("status")
    assert (status["invalid"], status["accepted"], status["owed"]) == (len(bad), 3, 0)
    assert status["money"]["accepted"] == {"USD": "13.00"}
    assert "NaN" not in str(status)
    assert person.says("status") == 0, person.err


@pytest.mark.parametrize(
    ("moment", "standing"),
    [("-infinity", "invalid"), ("BC", "invalid"), ("infinity", "not_due"), ("20000-01-01 00:00:00", "not_due")],
)
def test_a_time_that_no_driver_can_read_concerns_its_own_row_alone(
    shop: Shop, person: Person, moment: str, standing: str
) -> None:
    before_christ = "0044-03-15 (BC) 00:00:00" if shop.url.startswith("duckdb") else "0044-03-15 00:00:00 BC"
    shop.add([event("o1"), event("odd"), event("for ever")])
    shop.run(MOMENT.format("event_time", before_christ if moment == "BC" else moment, "odd"))
    shop.run(MOMENT.format("deadline_at", "infinity", "for ever"))
    assert person.says("plan") == 0, person.err
    assert person.says("sync") == 0, person.err
    assert shop.states("o1", "for ever") == ["accepted"] * 2
    assert person.says("why", "odd") == 0, person.err
    assert f"{standing}: " in person.out
    assert person.says("why", "for ever") == 0, person.err
    assert person.says("status") == 0, person.err


def test_an_id_as_uuid_is_refused_by_the_name_of_its_type(shop: Shop, person: Person) -> None:
    shop.run(f"{ALTER.format('event_id', 'uuid')} using null")
    assert person.says("sync") == 3
    assert "event_id has type uuid: the delivery contract wants text" in person.err


def test_a_word_of_an_enum_or_a_domain_is_its_text(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.run("create type coin as enum ('USD')")
    shop.run("create type source as enum ('website')")
    words = {"currency": "coin", "action_source": "source"}
    if not shop.url.startswith("duckdb"):  # which has no domains
        shop.run("create domain words as text")
        words["event_name"] = "words"
    for column, own_type in words.items():
        using = "" if shop.url.startswith("duckdb") else f" using {column}::{own_type}"
        shop.run(ALTER.format(column, own_type) + using)
    shop.add([event("o1")])
    assert person.says("plan") == 0, person.err
    assert person.says("sync") == 0, person.err
    assert sandbox.receipts() == {("Purchase", "o1"): 1}
    assert person.asks("status")["money"]["accepted"] == {"USD": "12.50"}


TYPES = {
    "duckdb": ["timestamp", "timestamp_ns", "timestamp_ms", "timestamp_s", "timestamptz", "timestamptz_ns"],
    "postgresql": ["timestamp", "timestamptz", "timestamp(0)"],
}


@pytest.mark.parametrize("place", range(6))
def test_a_time_is_a_moment_whatever_its_type_and_the_zones_around_it(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    types = TYPES[make_url(shop.url).get_backend_name()]
    if place >= len(types):
        pytest.skip("this engine has fewer types of times")
    zone = "America/New_York"
    in_zone(shop, zone)
    for column in ("event_time", "deadline_at"):
        shop.run(ALTER.format(column, types[place]))
    monkeypatch.setenv("TZ", zone)
    rows = [event("o1"), event("closing", age=timedelta(days=6, hours=22)), event("late", age=timedelta(days=7))]
    with_zone = "tz" in types[place]
    times = {"event_time", "deadline_at"}
    shop.add(
        {name: value.replace(tzinfo=UTC) if with_zone and name in times else value for name, value in row.items()}
        for row in rows
    )
    assert person.says("sync") == 0, person.err
    assert shop.states("o1", "closing", "late") == ["accepted", "accepted", None]
    claimed = shop.run("select event_time from meta_conversions_ledger.sync_records where event_id = 'o1'")
    assert claimed == [(rows[0]["event_time"],)]
    status = person.asks("status")
    assert (status["accepted"], status["before_first_sync"], status["owed"]) == (2, 1, 0)
    assert person.asks("why", "o1")["conversions"][0]["event"]["event_time"].startswith(
        f"{rows[0]['event_time']:%Y-%m-%d}"
    )


def test_a_date_is_its_midnight_in_utc(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    in_zone(shop, "Pacific/Auckland")
    for column in ("event_time", "deadline_at"):
        shop.run(ALTER.format(column, "date"))
    today = utc_now().replace(hour=0, minute=0, second=0)
    body = {"event_time": int(today.replace(tzinfo=UTC).timestamp())}
    shop.add([event("o1", event_time=today, deadline_at=today + timedelta(days=2), body=body)])
    assert person.says("sync") == 0, person.err
    assert shop.run("select event_time from meta_conversions_ledger.sync_records") == [(today,)]
    assert shop.state("o1") == "accepted"


def test_nanoseconds_of_a_time_are_no_change(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    if not shop.url.startswith("duckdb"):
        pytest.skip("only DuckDB has them here")
    for column in ("event_time", "deadline_at"):
        shop.run(ALTER.format(column, "timestamp_ns"))
    shop.add([event("o1"), event("o2")])
    shop.run(
        "update meta_conversions.conversion_events set event_time = "
        "cast(strftime(event_time, '%Y-%m-%d %H:%M:%S') || '.999999999' as timestamp_ns)"
    )
    assert person.says("sync") == 0, person.err
    assert shop.states("o1", "o2") == ["accepted"] * 2


def test_a_time_as_text_is_refused_by_its_column(shop: Shop, person: Person) -> None:
    shop.run(ALTER.format("deadline_at", "varchar"))
    assert person.says("sync") == 3
    assert "conversion_events.deadline_at has type text" in person.err


def in_zone(shop: Shop, zone: str) -> None:
    """Where an engine has a zone and a way to write days of its own, it is these."""
    url = make_url(shop.url)
    if url.get_backend_name() == "postgresql":
        with psycopg.connect(shop.url, autocommit=True) as connection:
            connection.execute(f"alter database {url.database} set timezone = '{zone}'")
            connection.execute(f"alter database {url.database} set datestyle = 'German, DMY'")
