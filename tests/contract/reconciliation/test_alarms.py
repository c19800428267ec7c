"""Each alarm fires in a world in which it should, says how much money and what to do, and is silent elsewhere."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from connector.model.standing import LOST
from tests.contract.reconciliation.conftest import DATASET, PROJECT, WITHOUT_UNIT_TESTS, World, write_life
from tests.contract.reconciliation.reconciliation_ledger import HandMadeLedger, Record, Run, insert
from tests.contract.reconciliation.reconciliation_lives import LIVES, History

NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
Alarm = tuple[str, str | None, str, int | None, Decimal | None, str, str]


@pytest.fixture(scope="module")
def troubled(world: World, built: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> World:
    """The same world after everything has gone wrong that an alarm knows."""
    folder = Path(shutil.copytree(world.path.parent, tmp_path_factory.mktemp("troubled") / "world"))
    troubled = World(folder / world.path.name)
    with duckdb.connect(str(troubled.path)) as connection:
        lose_money(connection)
        send_too_early_and_nothing_since(connection)
        break_the_pixels_ids(connection)
        pull_bad_figures(connection)
        drop_phones(connection)
        let_the_pixel_tell_of_suppressed_people(connection)
        rename_the_pixels_ids(connection)
        stop_a_load(connection)
        connection.execute("update meta_conversions_ledger.sync_runs set api_version = 'v20.0'")
    return troubled


def lose_money(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("delete from meta_conversions.conversions where event_id = 'waits'")


def send_too_early_and_nothing_since(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("sync_outcomes", "sync_records"):
        column = "recorded_at" if table == "sync_outcomes" else "claimed_at"
        connection.execute(f"update meta_conversions_ledger.{table} set {column} = {column} - interval 44 hour")
    soon = NOW + timedelta(hours=2)
    connection.execute(
        "update meta_conversions.conversions set deadline_at = ? where event_id = 'covered_in_time'", [soon]
    )


def break_the_pixels_ids(connection: duckdb.DuckDBPyConnection) -> None:
    happened = connection.execute(
        "select event_time from meta_conversions.conversions where event_id = 'arrived'"
    ).fetchone()
    assert happened is not None
    copy = {"event_name": "Purchase", "occurred_at": happened[0], "value": Decimal("10.01"), "currency": "EUR"}
    insert(connection, "meta_conversions_staging.stg_web__pixel_events", event_id="ARRIVED", **copy)


def pull_bad_figures(connection: duckdb.DuckDBPyConnection) -> None:
    problem = "the read token may not read insights"
    for figure, hours_ago, why in (("event_stats", 40, None), ("match_quality", 1, None), ("insights", 1, problem)):
        pulled_at = NOW - timedelta(hours=hours_ago)
        insert(
            connection,
            "meta_conversions_ledger.meta_pulls",
            pulled_at=pulled_at,
            figure=figure,
            subject_id=DATASET,
            covers_from=NOW - timedelta(days=7),
            covers_until=pulled_at,
            rows_read=0,
            problem=why,
        )
    for days_ago, score in ((3, 7), (0, 5)):
        insert(
            connection,
            "meta_conversions_ledger.meta_match_quality",
            pulled_at=NOW - timedelta(days=days_ago),
            dataset_id=DATASET,
            channel="web",
            event_name="Purchase",
            measure="composite_score",
            number=score,
        )


def drop_phones(connection: duckdb.DuckDBPyConnection) -> None:
    for number in range(60):
        happened = NOW - timedelta(days=1 if number < 30 else 4)
        insert(
            connection,
            "meta_conversions.conversions",
            event_name="Contact",
            event_id=f"call-{number}",
            event_time=happened,
            action_source="phone_call",
            is_eligible=True,
            ph=None if number < 30 else "0" * 64,
            deadline_at=NOW + timedelta(days=2),
        )


def let_the_pixel_tell_of_suppressed_people(connection: duckdb.DuckDBPyConnection) -> None:
    """A customer twice in her sessions, a guest in one order, and both long ago."""
    insert(connection, "meta_conversions_intermediate.int_suppressed_identities", identity_id="customer:C9")
    insert(connection, "meta_conversions_staging.stg_web__sessions", session_id="S9", customer_id="C9")
    order = {"event_name": "Purchase", "event_id": "guest", "event_time": NOW, "action_source": "website"}
    refused = {"is_eligible": False, "ineligible_reason": "suppressed"}
    insert(connection, "meta_conversions.conversions", em="9" * 64, **order, **refused)
    events = (("view-1", "S9", 1), ("view-2", "S9", 2), ("view-3", "S9", 200), ("guest", None, 1))
    for event_id, session_id, hours in events:
        insert(
            connection,
            "meta_conversions_staging.stg_web__pixel_events",
            event_id=event_id,
            event_name="Purchase" if event_id == "guest" else "ViewContent",
            occurred_at=NOW - timedelta(hours=hours),
            session_id=session_id,
        )


def rename_the_pixels_ids(connection: duckdb.DuckDBPyConnection) -> None:
    """The day before yesterday each id stood on both sides, yesterday none did; today has begun."""
    for number in range(61):
        happened = NOW - timedelta(days=2 - number // 30)
        name = {"event_name": "Subscribe", "event_id": f"subscription-{number}"}
        refused = {"is_eligible": False, "ineligible_reason": "no_consent"}
        where = {"event_time": happened, "action_source": "website"}
        insert(connection, "meta_conversions.conversions", **name, **where, **refused)
        copy = name if number < 30 else name | {"event_id": f"renamed {number}"}
        insert(connection, "meta_conversions_staging.stg_web__pixel_events", occurred_at=happened, **copy)


def stop_a_load(connection: duckdb.DuckDBPyConnection) -> None:
    """A source of which in each of five weeks an hour's calls were known at this hour, and now none for six days."""
    ledger, run = HandMadeLedger(connection, NOW), Run(run_no=99)
    ledger.add_run(run)
    for week in range(1, 6):
        hours = 168 * week
        call = History(name=f"called-{week}", standing="accepted", happened=hours + 1, source="callcenter")
        sent = Record(run=run, marked=hours + 0.5, settled=hours + 0.5, outcome="accepted", http_status=200)
        write_life(connection, ledger, replace(call, records=(sent,)), NOW)
    last = History(name="called-last", standing="owed", happened=150, source="callcenter", ineligible="no_consent")
    write_life(connection, ledger, last, NOW)


@pytest.fixture(scope="module")
def said(troubled: World) -> dict[str, str]:
    return troubled.build(*WITHOUT_UNIT_TESTS)


@pytest.fixture(scope="module")
def alarms(troubled: World, said: dict[str, str]) -> dict[tuple[str, str], Alarm]:
    rows = troubled.rows(
        "select alarm, currency, event_name, subject, events, amount, message, what_to_do from meta_conversions.alarms"
    )
    made_up = {"Contact": "key_coverage_drop", "Subscribe": "id_match_fell"}
    return {(row[0], row[1]): row[2:] for row in rows if made_up.get(row[2], row[0]) == row[0]}


def test_only_what_is_wrong_in_it_is_said_of_a_world(world: World, built: dict[str, str]) -> None:
    assert world.rows("select distinct alarm, severity from meta_conversions.alarms order by alarm") == [
        ("held_for_a_person", "warn"),
        ("revenue_gap", "warn"),
    ]


def test_every_alarm_has_fired_here(alarms: dict[tuple[str, str], Alarm]) -> None:
    known = {row["alarm"] for row in seed("reconciliation_alarms")}
    assert known - {alarm for alarm, _ in alarms} == set()


def test_each_alarm_is_a_dbt_test_of_its_severity(said: dict[str, str]) -> None:
    statuses = {"error": "fail", "warn": "warn"}
    expected = {f"alarm_{row['alarm']}": statuses[row["severity"]] for row in seed("reconciliation_alarms")}
    assert {name: status for name, status in said.items() if name.startswith("alarm_")} == expected


def test_every_alarm_says_what_to_do(alarms: dict[tuple[str, str], Alarm]) -> None:
    what_to_do = {row["alarm"]: row["what_to_do"] for row in seed("reconciliation_alarms")}
    assert {key[0]: alarm[-1] for key, alarm in alarms.items()} == what_to_do


def test_money_that_modelling_lost_is_named_with_its_amount(alarms: dict[tuple[str, str], Alarm]) -> None:
    event_name, _, events, amount, message, _ = alarms["unexplained_money", "EUR"]
    assert (event_name, events, amount) == ("Purchase", 1, Decimal("10.01"))
    assert "Days that do not add up to what the sources hold: 1, the first of them 20" in message
    assert "Money" not in message


def test_what_is_held_is_an_alarm_of_its_own_and_no_loss(world: World, built: dict[str, str]) -> None:
    told = dict(world.rows("select alarm, cast(sum(events) as int) from meta_conversions.alarms group by alarm"))
    standings = [life.standing for life in LIVES if life.modelled]
    lost = sum(standing in LOST for standing in standings)
    assert told == {"held_for_a_person": standings.count("held"), "revenue_gap": lost}


def test_what_expires_soon_is_named_with_its_amount(alarms: dict[tuple[str, str], Alarm]) -> None:
    _, _, events, amount, message, _ = alarms["about_to_expire", "EUR"]
    assert (events, amount) == (1, Decimal("10.01"))
    assert "expire within 6 hours" in message


def test_ids_that_differ_in_case_are_named_with_the_doubled_money(alarms: dict[tuple[str, str], Alarm]) -> None:
    _, _, events, amount, message, _ = alarms["deduplication_broken", "EUR"]
    assert (events, amount) == (1, Decimal("10.01"))
    assert "Ids differ like arrived / ARRIVED." in message


def test_a_lost_identifier_is_named(alarms: dict[tuple[str, str], Alarm]) -> None:
    _, subject, events, _, message, _ = alarms["key_coverage_drop", "none"]
    assert (subject, events) == ("other key_coverage by warehouse", 30)
    assert "ph 0 % (100 % the week before)" in message


def test_a_score_that_fell_is_named(alarms: dict[tuple[str, str], Alarm]) -> None:
    assert "Meta's composite score (of 10) fell on 20" in alarms["match_score_drop", "none"][-2]


def test_what_meta_accepted_and_does_not_count_is_named(alarms: dict[tuple[str, str], Alarm]) -> None:
    event_name, _, events, amount, message, _ = alarms["not_counted_by_meta", "none"]
    assert (event_name, amount) == ("Purchase", None)
    assert f"Meta accepted {events} more events than it counts" in message


def test_a_figure_that_could_not_be_read_says_why(troubled: World, said: dict[str, str]) -> None:
    rows = troubled.rows(
        "select subject, message from meta_conversions.alarms where alarm = 'figures_missing' order by subject"
    )
    assert [subject for subject, _ in rows] == [f"event_stats of {DATASET}", f"insights of {DATASET}"]
    assert "the read token may not read insights" in rows[1][1]


def test_suppressed_people_whom_the_pixel_told_of_are_counted(alarms: dict[tuple[str, str], Alarm]) -> None:
    event_name, _, events, amount, message, _ = alarms["pixel_told_of_suppressed", "none"]
    assert (event_name, events, amount) == ("all", 3, None)
    assert "told Meta of 2 people on the suppression list, in 3 events" in message


def test_ids_that_no_longer_meet_are_told_with_their_day(alarms: dict[tuple[str, str], Alarm]) -> None:
    event_name, _, events, _, message, _ = alarms["id_match_fell", "none"]
    assert (event_name, events) == ("Subscribe", 30)
    assert "0 % have an event_id that the warehouse has too (100 % the week before)" in message


def test_a_source_of_which_nothing_new_comes_is_told(alarms: dict[tuple[str, str], Alarm]) -> None:
    _, source, events, amount, message, _ = alarms["loading_stopped", "none"]
    assert (source, events, amount) == ("callcenter", None, None)
    assert re.search(r"for 15[01][.]\d hours; at this hour of the week [12][.]\d are usual", message), message


def test_a_version_of_the_api_that_has_ended_is_named_with_its_day(troubled: World, said: dict[str, str]) -> None:
    sql = "select subject, events, amount, message from meta_conversions.alarms where alarm = 'api_version_ending'"
    rows = troubled.rows(sql)
    assert sorted(row[:3] for row in rows) == [("insights of v20.0", None, None), ("v20.0", None, None)]
    messages = " ".join(row[3] for row in rows)
    assert "version v20.0 of Meta's API, which is supported until 2026-09-24" in messages
    assert "supported for insights until 2025-05-06" in messages


def test_the_pixels_broken_id_stands_in_deduplication_daily(troubled: World, said: dict[str, str]) -> None:
    rows = troubled.rows(
        "select doubled_events, doubled_value, example_of_difference from meta_conversions.deduplication_daily"
        " where differs_by_case_events > 0"
    )
    assert rows == [(1, Decimal("10.01"), "arrived / ARRIVED")]


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / "reconciliation" / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))
