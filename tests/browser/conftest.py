"""A warehouse whose marts have the columns of dbt's contracts, the page of it, and a real browser without a network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from connector import app
from connector.report.drawing import draw, write
from connector.settings import Settings
from tests.browser.watched import Watched

MARTS = Path(__file__).parents[2] / "dbt_project/models/marts"
SEEDS = Path(__file__).parents[2] / "dbt_project/seeds/reconciliation"
CHROMIUM = shutil.which("chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HASH = "0123456789abcdef" * 4
NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)

# days ago, dataset, event, currency, stage, reason, events, value
CELLS: list[tuple[int, str | None, str, str, str, str | None, int, str]] = [
    (1, None, "Purchase", "EUR", "warehouse_revenue", None, 10, "1000.0100"),
    (1, None, "Purchase", "EUR", "accepted", None, 5, "500.0100"),
    (1, None, "Purchase", "EUR", "covered_by_pixel", None, 1, "100.0000"),
    (1, None, "Purchase", "EUR", "not_eligible", "no_consent", 1, "180.0000"),
    (1, None, "Purchase", "EUR", "expired", None, 1, "120.5000"),
    (1, None, "Purchase", "EUR", "rejected", "100/2804003", 1, "70.0000"),
    (1, None, "Purchase", "EUR", "not_eligible", "test_order", 1, "29.5000"),
    (20, None, "Purchase", "EUR", "warehouse_revenue", None, 3, "300.3000"),
    (20, None, "Purchase", "EUR", "held", "past_deadline", 1, "100.1000"),
    (20, None, "Purchase", "EUR", "owed", "unconfirmed_resend", 2, "200.2000"),
    (1, "222", "Purchase", "EUR", "warehouse_revenue", None, 1, "50.0000"),
    (1, "222", "Purchase", "EUR", "accepted", None, 1, "50.0000"),
    (2, None, "Purchase", "USD", "warehouse_revenue", None, 2, "77.7000"),
    (2, None, "Purchase", "USD", "accepted", None, 2, "77.7000"),
    (2, None, "AddToCart", "EUR", "warehouse_revenue", None, 5, "44.0400"),
    (2, None, "AddToCart", "EUR", "accepted", None, 4, "44.0400"),
    (2, None, "AddToCart", "EUR", "not_eligible", "missing_value", 1, "0.0000"),
    (2, None, "Purchase", "UKP", "warehouse_revenue", None, 1, "9.0000"),
    (2, None, "Purchase", "UKP", "rejected", "100/2804004", 1, "9.0000"),
    (2, None, "Purchase", "none", "warehouse_revenue", None, 2, "749.6000"),
    (2, None, "Purchase", "none", "not_eligible", "missing_currency", 2, "749.6000"),
    (2, None, "Lead", "none", "warehouse_revenue", None, 4, "0.0000"),
    (2, None, "Lead", "none", "accepted", None, 1, "0.0000"),
    (2, None, "Lead", "none", "expired", None, 2, "0.0000"),
    (2, None, "Lead", "none", "not_eligible", "no_consent", 1, "0.0000"),
    (58, None, "Purchase", "EUR", "warehouse_revenue", None, 2, "675.1550"),  # of the period before
    (58, None, "Purchase", "EUR", "accepted", None, 2, "675.1550"),
    (59, None, "AddToCart", "EUR", "warehouse_revenue", None, 1, "1.0000"),  # the first day, which may be a part
    (59, None, "AddToCart", "EUR", "accepted", None, 1, "1.0000"),
    (1, None, "Purchase", "EUR", "refunded", "accepted", 1, "30.0000"),
    (1, None, "Purchase", "EUR", "refunded", "not_eligible", 1, "10.0000"),
    (1, None, "Purchase", "EUR", "refunded", "not_paid", 1, "8.0000"),
    (1, None, "Purchase", "EUR", "refunded", "order_unknown", 1, "9.0000"),
]
# days ago, event id, order id, value, standing, reason
LOST: list[tuple[int, str, str | None, int, str, str | None]] = [
    (1, "consent-1", "O-NO-CONSENT", 180, "not_eligible", "no_consent"),
    (1, "late-1", "O-TOO-LATE", 120, "expired", None),
    (1, HASH, HASH, 70, "rejected", "100/2804003"),
    (1, "someone@example.com", "someone@example.com", 60, "rejected", "100/2804003"),
    (1, "refused-1", "O-REFUSED", 50, "rejected", "100/2804003"),
]


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marts of a small shop of two datasets, two currencies and two events."""
    file = tmp_path_factory.mktemp("warehouse") / "shop.duckdb"
    with duckdb.connect(str(file)) as connection:
        make_marts(connection)
        fill_marts(connection)
    app.initialise(settings_of(file))
    with duckdb.connect(str(file)) as connection:
        fill_ledger(connection)
    return file


def make_marts(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema meta_conversions")
    connection.execute("create schema meta_conversions_reference")
    for name in [*job_marts(), "conversion_events", "conversions"]:
        (model,) = yaml.safe_load((MARTS / f"{name}.yml").read_text())["models"]
        columns = ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in model["columns"])
        connection.execute(f"create table meta_conversions.{name} ({columns})")
    seed = SEEDS / "reconciliation_reasons.csv"
    connection.execute(
        f"create table meta_conversions_reference.reconciliation_reasons as from read_csv('{seed}', all_varchar = true)"
    )


def job_marts() -> list[str]:
    from connector.insight.report_data import MART_OF

    return sorted(set(MART_OF.values()))


def fill_marts(connection: duckdb.DuckDBPyConnection) -> None:
    for ago, *rest in CELLS:
        values = [(NOW - timedelta(days=ago)).date(), *rest, "event", "refunded" in rest]
        connection.execute(
            "insert into meta_conversions.revenue_waterfall values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values
        )
    for ago, event_id, order_id, value, standing, reason in LOST:
        insert(
            connection,
            "conversion_deliveries",
            event_name="Purchase",
            event_id=event_id,
            event_time=NOW - timedelta(days=ago),
            currency="EUR",
            value=value,
            is_modelled=True,
            standing=standing,
            standing_reason=reason,
        )
        insert(connection, "conversions", event_name="Purchase", event_id=event_id, order_id=order_id)
    insert(
        connection,
        "deliveries_at_risk",
        event_name="Purchase",
        currency="EUR",
        time_left="1 to 6 hours",
        hours_until=6,
        events=2,
        value=200.2,
    )
    insert(
        connection,
        "deduplication_daily",
        day=NOW.date(),
        event_name="Purchase",
        currency="EUR",
        differs_by_case_events=3,
        differs_wholly_events=21,
        doubled_by_ids_events=23,
        doubled_by_ids_value=2300.5,
        doubled_events=24,
        doubled_value=2310.5,
    )
    for ago, met in ((2, {"browser_told_events": 4}), (3, {"same_id_events": 5})):
        day = (NOW - timedelta(days=ago)).date()
        insert(connection, "deduplication_daily", day=day, event_name="AddToCart", currency="EUR", **met)
    insert(
        connection,
        "funnel_readiness",
        offer="profit",
        event_name="Purchase",
        requirement="enough",
        figure=9396,
        at_least=10000,
        unit="purchases",
        qualifies=False,
        meaning="Enough of them.",
        what_to_do="Send more.",
    )
    for name, events in (("Purchase", 1200), ("AddToCart", 30)):
        insert(
            connection,
            "reconciliation_daily",
            comparison="accepted_to_received",
            day=NOW.date(),
            event_name=name,
            from_events=events,
            to_events=events,
        )
    for number, hours in enumerate((1, 2, 6)):
        insert(
            connection,
            "conversion_deliveries",
            event_name="Purchase",
            event_id=f"accepted-{number}",
            event_time=NOW - timedelta(days=1),
            standing="accepted",
            latency_seconds=3600 * hours + 7,
        )
    insert(
        connection,
        "identifier_coverage_daily",
        day=NOW.date(),
        event_name="Purchase",
        currency="EUR",
        identifier="ph",
        events=10,
        events_with_key=2,
        value_without_key=800,
        estimated_value_gained=53.704,
        dropped_by="phone_2_country_unknown 3, phone_placeholder 1",
    )
    insert(
        connection,
        "alarms",
        alarm="nothing_sent",
        severity="error",
        event_name="all",
        currency="none",
        message="Nothing.",
        who="someone",
    )
    insert(
        connection,
        "alarms",
        alarm="pixel_told_of_suppressed",
        severity="warn",
        dataset_id="333",
        event_name="all",
        currency="none",
        message="The pixel told Meta of 2 people.",
        who="web developer",
    )
    for currency, events, amount in (("EUR", 1, "1234567.5000"), ("USD", 2, "12345.5000"), ("UKP", 3, None)):
        insert(
            connection,
            "alarms",
            alarm="revenue_gap",
            severity="warn",
            event_name="Purchase",
            currency=currency,
            events=events,
            amount=amount,
            message=f"Lost: {events}.",
            what_to_do="Look at them.",
            who="someone",
        )


# event, measure, what of, number, a week ago
MEASURES: list[tuple[str, str, str | None, float, float]] = [
    ("Purchase", "composite_score", None, 7.2, 7.6),
    ("Purchase", "event_coverage", None, 34.1, 34.1),
    ("Purchase", "event_coverage_goal", None, 75, 75),
    ("Purchase", "key_coverage", "email", 80, 90),
    ("Purchase", "key_gain", "email", 12.5, 11),
    ("Purchase", "key_gain", "phone", 8.5, 8.5),
    ("Purchase", "dedupe_browser", "event_id", 100, 100),
    ("Purchase", "dedupe_server", "event_id", 61, 61),
    ("Purchase", "acr", None, 37.9, 30),
    ("Purchase", "diagnostic", "Server sending mismatched IP addresses", 61.5, 60),
    ("Purchase", "diagnostic_events", "Server sending mismatched IP addresses", 19567, 9),
    ("AddToCart", "composite_score", None, 4.4, 4.4),
]


def fill_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """What Meta said today and a week ago, alarms that began and ended, and runs: long ago, refused, and well."""
    for ago, at in ((0, 3), (7, 4)):
        rows = [("111", "web", *row[:3], row[at]) for row in MEASURES]
        for row in rows:
            connection.execute(
                "insert into meta_conversions_ledger.meta_match_quality "
                "(pulled_at, dataset_id, channel, event_name, measure, item, number) values (?, ?, ?, ?, ?, ?, ?)",
                [NOW - timedelta(days=ago), *row],
            )
        connection.execute(
            "insert into meta_conversions_ledger.meta_match_quality "
            "(pulled_at, dataset_id, channel, event_name, measure, text_value) "
            "values (?, '111', 'web', 'Purchase', 'freshness', 'daily')",
            [NOW - timedelta(days=ago)],
        )
    covered = [NOW, NOW - timedelta(days=28), NOW + timedelta(days=1)]
    connection.execute(
        "insert into meta_conversions_ledger.meta_pulls (pulled_at, covers_from, covers_until, figure, subject_id, "
        "rows_read) values (?, ?, ?, 'campaigns', '55', 3)",
        covered,
    )
    for ago, campaign, spend, value in ((1, "Winter", 100, 250), (2, "Winter", 100, 250), (1, "Spring", 400, 300)):
        connection.execute(
            "insert into meta_conversions_ledger.meta_campaigns (pulled_at, account_id, account_currency, day, "
            "campaign_id, campaign_name, spend, purchases, purchase_value) values (?, '55', 'EUR', ?, ?, ?, ?, 2, ?)",
            [NOW, (NOW - timedelta(days=ago)).date(), campaign, campaign, spend, value],
        )
    told = [
        ("revenue_gap", "begin"),
        ("coverage_fell", "end"),
        ("sending_stopped", "begin"),
        ("sending_stopped", "end"),
    ]
    for number, (alarm, change) in enumerate(told):
        connection.execute(
            "insert into meta_conversions_ledger.alarm_notices (notice_no, notice_id, recorded_at, phase, alarm, "
            "scope, change, since) values (?, 'n', ?, 'claimed', ?, '', ?, ?)",
            [number, NOW, alarm, change, NOW - timedelta(hours=3)],
        )
    connection.execute(
        "insert into meta_conversions_ledger.sync_runs (sync_id, run_no, mode, phase, recorded_at, destination_host) "
        "values ('s0', 0, 'live', 'started', ?, 'graph.facebook.com')",
        [NOW - timedelta(days=60)],
    )
    for number, reason, counts in ((1, "refused", "4, 0, 0, 0, 4, 0, 1"), (2, "finished", "1, 1, 0, 0, 0, 0, 1")):
        for phase, ended, told in (
            ("started", "null", "null, null, null, null, null, null, null"),
            ("ended", f"'{reason}'", counts),
        ):
            connection.execute(
                "insert into meta_conversions_ledger.sync_runs (sync_id, run_no, mode, phase, recorded_at, "
                "destination_host, reason, claimed, accepted, rejected, invalid, deferred, unconfirmed, requests) "
                f"values ('s{number}', {number}, 'live', '{phase}', ?, 'graph.facebook.com', {ended}, {told})",
                [NOW],
            )


def insert(connection: duckdb.DuckDBPyConnection, mart: str, **row: Any) -> None:
    marks = ", ".join("?" for _ in row)
    connection.execute(f"insert into meta_conversions.{mart} ({', '.join(row)}) values ({marks})", list(row.values()))


def settings_of(file: Path) -> Settings:
    return Settings(warehouse_url=f"duckdb:///{file}", meta_dataset_id="111")


@pytest.fixture(scope="session")
def report(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of that warehouse."""
    file = tmp_path_factory.mktemp("page") / "report.html"
    write(draw(app.report_data(settings_of(warehouse), days=30)), file)
    return file


@pytest.fixture(scope="module")  # while it runs, this thread has an event loop, and nothing else may start one
def chromium() -> Iterator[Any]:
    """Debian's Chromium."""
    if CHROMIUM is None:
        pytest.skip("no chromium is installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Watched]]:
    """Opens a file in a browser that reaches nothing else, and fails where it complained or asked for more."""
    pages: list[Watched] = []

    def open_file(file: Path, *, part: str = "", **context: Any) -> Watched:
        page = Watched(chromium.new_context(**context), file)
        pages.append(page)
        page.open(part)
        return page

    yield open_file
    for page in pages:
        page.context.close()
        assert page.complaints == []
        assert page.asked_for == []
