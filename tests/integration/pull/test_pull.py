"""Meta's own figures come back: what was accepted is what Meta counted, snapshot by snapshot, on every engine."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.integration.pull.conftest import ACCOUNT, ON_DUCKDB
from tests.support.shops import DATASET, event, utc_now

if TYPE_CHECKING:
    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person, Shop

OTHER = "987654321"
ACCEPTED = """
    select coalesce(dataset_id, %s), event_name, count(*) from meta_conversions_ledger.record_outcomes
    where outcome = 'accepted' group by 1, 2 order by 1, 2
"""
COUNTED = """
    select dataset_id, event_name, hour_start, events from meta_conversions_ledger.meta_event_stats
    where event_source = 'SERVER' order by 1, 2, 3
"""


def send(shop: Shop, person: Person, sandbox: RunningSandbox) -> None:
    """Three purchases, a lead and an older purchase of another dataset; Meta gets a browser's copy of one of them."""
    shop.add([event(f"order-{n}") for n in range(3)])
    shop.add([event("lead", body={"event_name": "Lead"}), event("elsewhere", dataset_id=OTHER, age=timedelta(days=3))])
    assert person.says("sync") == 0
    sandbox.send_pixel(
        [
            {
                "dataset": DATASET,
                "event_name": "Purchase",
                "event_id": "order-0",
                "event_time": int(utc_now().timestamp()),
            }
        ]
    )


def received_by_hour(sandbox: RunningSandbox) -> Counter[tuple[str, str, datetime]]:
    """What the sandbox itself says that servers sent, by dataset, name and hour of receipt."""
    received = [one for one in json.loads(sandbox.ask("GET", "/__sandbox/events")) if one["channel"] == "server"]
    hours = [datetime.fromtimestamp(one["received_at"] // 3600 * 3600, UTC).replace(tzinfo=None) for one in received]
    return Counter((one["dataset"], one["event_name"], hour) for one, hour in zip(received, hours, strict=True))


def test_a_pull_after_a_sync_counts_by_the_hour_exactly_what_was_accepted(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    send(shop, person, sandbox)
    answer = person.asks("pull")
    assert person.code == 0
    assert answer["is_whole"] is True
    counted = shop.run(COUNTED)
    assert [(dataset, name, events) for dataset, name, _, events in counted] == shop.run(ACCEPTED, DATASET)
    assert Counter({tuple(row[:3]): row[3] for row in counted}) == received_by_hour(sandbox)
    assert shop.run(
        "select event_name, events from meta_conversions_ledger.meta_event_stats where event_source = 'WEB'"
    ) == [("Purchase", 1)]


def test_every_figure_says_what_it_covers_and_how_many_rows_it_brought(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    send(shop, person, sandbox)
    answer = person.asks("pull")
    pulls = shop.run(
        "select figure, subject_id, rows_read, covers_from, covers_until, pulled_at, problem "
        "from meta_conversions_ledger.meta_pulls "
        "order by figure, subject_id"
    )
    assert [row[:2] for row in pulls] == [
        ("campaigns", ACCOUNT),
        ("event_stats", DATASET),
        ("event_stats", OTHER),
        ("insights", ACCOUNT),
        ("match_quality", DATASET),
        ("match_quality", OTHER),
    ]
    assert {row[6] for row in pulls} == {None}
    assert len({row[5] for row in pulls}) == 1
    for figure, subject, rows_read, covers_from, covers_until, pulled_at, _ in pulls:
        table = f"meta_{figure}"
        subject_column = "account_id" if figure in ("insights", "campaigns") else "dataset_id"
        assert shop.run(
            f"select count(*) from meta_conversions_ledger.{table} where {subject_column} = %s", subject
        ) == [(rows_read,)]
        assert covers_from < pulled_at
        assert covers_until >= pulled_at
    told = {(one["figure"], one["subject_id"]): one["rows_read"] for one in answer["figures"]}
    assert told == {(row[0], row[1]): row[2] for row in pulls}
    stats_from = next(row[3] for row in pulls if row[0] == "event_stats")
    assert (stats_from.minute, stats_from.second, stats_from.microsecond) == (0, 0, 0)


def test_match_quality_comes_in_long_form(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    send(shop, person, sandbox)
    assert person.says("pull") == 0
    found = shop.run(
        "select measure, item, number from meta_conversions_ledger.meta_match_quality "
        "where dataset_id = %s and event_name = 'Purchase' and channel = 'web'",
        DATASET,
    )
    numbers = {(measure, item): number for measure, item, number in found}
    assert numbers["key_coverage", "email"] == Decimal(100)
    assert numbers["event_coverage_goal", None] == Decimal(75)
    assert numbers["event_coverage", None] == Decimal(100)
    assert numbers["dedupe_browser", "event_id"] == Decimal(100)
    assert Decimal(0) < numbers["composite_score", None] <= Decimal(10)


def test_insights_stand_by_the_account_s_day_each_action_type_for_itself(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    send(shop, person, sandbox)
    assert person.says("pull") == 0
    spent = shop.run(
        "select day, spend, account_timezone, account_currency from meta_conversions_ledger.meta_insights "
        "where action_type is null order by day"
    )
    days = [row[0] for row in spent]
    assert days == [days[0] + timedelta(days=n) for n in range(29)]
    assert days[-1] in (utc_now().date(), (utc_now() - timedelta(hours=1)).date())
    assert {row[1:] for row in spent} == {(Decimal(100), "UTC", "USD")}
    doubled = (
        "select count(*) from meta_conversions_ledger.meta_insights "
        "group by day, action_type, attribution_window having count(*) > 1"
    )
    assert shop.run(doubled) == []


def test_each_campaign_stands_by_the_account_s_day_with_what_it_cost(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    send(shop, person, sandbox)
    assert person.says("pull") == 0
    spent = shop.run("select campaign_name, spend, account_currency from meta_conversions_ledger.meta_campaigns")
    assert spent == [("The only campaign", Decimal(100), "USD")] * 29


def test_two_pulls_append_and_never_touch_what_was_read_before(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    send(shop, person, sandbox)
    assert person.says("pull") == 0
    tables = ("meta_pulls", "meta_event_stats", "meta_match_quality", "meta_insights", "meta_campaigns")
    before = {table: sorted(map(repr, shop.run(f"select * from meta_conversions_ledger.{table}"))) for table in tables}
    shop.add([event("later")])
    assert person.says("sync") == 0
    assert person.says("pull") == 0
    for table in tables:
        after = shop.run(f"select * from meta_conversions_ledger.{table}")
        assert set(before[table]) < {repr(row) for row in after}, table
        assert shop.run(f"select count(distinct pulled_at) from meta_conversions_ledger.{table}") == [(2,)], table
    counts = (
        "select sum(events) from meta_conversions_ledger.meta_event_stats "
        "where event_source = 'SERVER' group by pulled_at order by 1"
    )
    assert [int(total) for (total,) in shop.run(counts)] == [5, 6]


def test_before_anything_was_sent_a_pull_covers_zero_events(shop: Shop, person: Person) -> None:
    assert person.says("pull") == 0
    assert shop.run(
        "select rows_read, problem from meta_conversions_ledger.meta_pulls where figure = 'event_stats'"
    ) == [(0, None)]


def test_a_person_reads_one_line_a_figure(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    send(shop, person, sandbox)
    assert person.says("pull") == 0
    lines = person.out.splitlines()
    assert len(lines) == 6
    assert lines[0].startswith(f"received events of {DATASET}: 3 rows for ")
    assert lines[-2].startswith(f"insights of {ACCOUNT}: ")
    assert lines[-1].startswith(f"campaigns of {ACCOUNT}: ")
    assert lines[-1].endswith("of the account's days")


def test_without_an_ad_account_insights_are_left_out_with_one_line(shop: Shop, person: Person) -> None:
    person.monkeypatch.delenv("CONNECTOR_META_AD_ACCOUNT_ID")
    assert person.says("pull") == 0
    assert person.out.count("insights are left out: CONNECTOR_META_AD_ACCOUNT_ID is not set.") == 1
    assert shop.run("select count(*) from meta_conversions_ledger.meta_pulls where figure = 'insights'") == [(0,)]


def test_an_account_whose_zone_and_currency_are_unknown_is_said_to_be_so(shop: Shop, person: Person) -> None:
    person.monkeypatch.delenv("CONNECTOR_META_AD_ACCOUNT_TIMEZONE")
    person.monkeypatch.delenv("CONNECTOR_META_AD_ACCOUNT_CURRENCY")
    notes = person.asks("pull")["notes"]
    assert [note.split(" is not set")[0] for note in notes] == [
        "CONNECTOR_META_AD_ACCOUNT_TIMEZONE",
        "CONNECTOR_META_AD_ACCOUNT_CURRENCY",
    ]
    assert shop.run(
        "select distinct account_timezone, account_currency from meta_conversions_ledger.meta_insights"
    ) == [(None, None)]


def test_insights_come_as_a_report_when_asked_for(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    send(shop, person, sandbox)
    at_once = next(one for one in person.asks("pull")["figures"] if one["figure"] == "insights")
    as_report = next(one for one in person.asks("pull", "--insights-report")["figures"] if one["figure"] == "insights")
    assert as_report == at_once
    asked = json.loads(sandbox.ask("GET", "/__sandbox/requests"))
    assert [one["method"] for one in asked if one["path"].endswith(f"act_{ACCOUNT}/insights")] == [
        "GET",
        "GET",
        "POST",
        "POST",
    ]


WATERFALL = """
create table meta_conversions.revenue_waterfall (
    day date, dataset_id varchar, event_name varchar, currency varchar, stage varchar, reason varchar,
    is_beside boolean, events bigint, value decimal(18, 4)
)
"""
RECONCILED_NOW = """
create or replace table meta_conversions.reconciliation_as_of as
select cast(now() at time zone 'UTC' as timestamp) as as_of
"""


@ON_DUCKDB
def test_a_replay_or_a_pull_after_the_reconciliation_is_said_not_to_be_in_it(shop: Shop, person: Person) -> None:
    def as_of() -> str:
        return str(person.asks("status")["state"]["sentence"]).partition("money is explained")[2]

    shop.add([event("good"), event("bad", payload="{}")])
    assert person.says("sync") == 0, person.err
    assert as_of() == ""
    assert person.says("report") == 3
    assert "revenue_waterfall does not exist: build the reconciliation with dbt" in person.err
    shop.run(WATERFALL)
    assert as_of().startswith(" as of an unknown time. Renew them")
    shop.run(RECONCILED_NOW)
    assert "Renew" not in as_of()
    assert person.says("replay", "--outcome", "invalid", "--yes") == 0, person.err
    assert "Not in these figures yet: the last sync. Renew them: dbt build" in as_of()
    shop.run(RECONCILED_NOW)
    assert person.says("pull") == 0, person.err
    assert "Not in these figures yet: Meta's newest figures. Renew them: dbt build" in as_of()
