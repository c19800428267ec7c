"""Whether a funnel qualifies for what Meta offers, in a world of one dataset that does and one that does not."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.contract.reconciliation.conftest import DATASET, WITHOUT_UNIT_TESTS, World
from tests.contract.reconciliation.reconciliation_ledger import insert

NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
READINESS = "tag:meta_conversions_reconciliation,+funnel_readiness"
GOOD, POOR = DATASET, "999"
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def ready(world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Of both datasets leads, purchases with profits and predictions; of the good one Meta's coverage too."""
    folder = Path(shutil.copytree(world.path.parent, tmp_path_factory.mktemp("ready") / "world"))
    ready = World(folder / world.path.name)
    with duckdb.connect(str(ready.path)) as connection:
        write_leads(connection)
        for number in range(120):
            write_purchase(connection, GOOD, number, net_revenue=Decimal(10 + number % 7), value=Decimal(60))
        for number in range(20):
            write_purchase(connection, POOR, number, net_revenue=Decimal(10), value=Decimal(20))
        write_prediction(connection, POOR, "CompleteRegistration", number=1)
        for days_ago, percent in ((3, 80), (0, 61)):
            insert(
                connection,
                "meta_conversions_ledger.meta_match_quality",
                pulled_at=NOW - timedelta(days=days_ago),
                dataset_id=GOOD,
                channel="web",
                event_name="Purchase",
                measure="event_coverage",
                number=percent,
            )
    ready.build(*WITHOUT_UNIT_TESTS, select=READINESS)
    return ready


def write_leads(connection: duckdb.DuckDBPyConnection) -> None:
    """Forty leads of 20 days, each told when it came; 8 qualified after 2 days. Of POOR all 10 that came are won."""
    for number in range(40):
        created = NOW - timedelta(days=1 + number % 20)  # at any hour a day before is another day
        lead_id = f"1234567890123{number:02}"
        insert(
            connection,
            "meta_conversions_staging.stg_crm__leads",
            crm_lead_id=f"L{number}",
            meta_lead_id=lead_id,
            created_at=created,
        )
        stages = {"new": 0} | ({"qualified": 48} if number % 5 == 4 else {})
        for stage, hours in stages.items():
            write_stage(connection, GOOD, lead_id, stage, created + timedelta(hours=hours))
    for number in range(10):
        write_stage(connection, POOR, f"2234567890123{number:02}", "won", NOW - timedelta(days=2))


def write_stage(
    connection: duckdb.DuckDBPyConnection, dataset: str, lead_id: str, stage: str, entered_at: datetime
) -> None:
    key = {"event_name": stage, "event_id": f"{lead_id}:{stage}", "lead_id": lead_id}
    write_conversion(connection, dataset, event_time=entered_at, action_source="system_generated", **key)


def write_purchase(connection: duckdb.DuckDBPyConnection, dataset: str, number: int, **money: Decimal) -> None:
    keys: dict[str, Any] = {"event_name": "Purchase", "event_id": f"ready-{dataset}-{number}", "currency": "EUR"}
    predicted = {"predicted_ltv": Decimal(100 + 90 * (number % 5))}
    at = {"event_time": NOW - timedelta(hours=1 + number), "action_source": "website"}
    write_conversion(connection, dataset, **keys, **at, **money, **predicted)


def write_prediction(connection: duckdb.DuckDBPyConnection, dataset: str, name: str, *, number: int) -> None:
    keys = {"event_name": name, "event_id": f"{name}-{number}", "predicted_ltv": Decimal(5)}
    write_conversion(connection, dataset, event_time=NOW - timedelta(hours=2), action_source="phone_call", **keys)


def write_conversion(connection: duckdb.DuckDBPyConnection, dataset: str, **columns: Any) -> None:
    eligible = {"is_eligible": True, "deadline_at": NOW + timedelta(days=2)}
    insert(connection, "meta_conversions.conversions", dataset_id=dataset, **eligible, **columns)


@pytest.fixture(scope="module")
def figures(ready: World) -> dict[str, dict[Key, tuple[Decimal, bool]]]:
    rows = ready.rows(
        "select coalesce(dataset_id, 'default'), offer, event_name, requirement, figure, qualifies"
        " from meta_conversions.funnel_readiness"
    )
    found: dict[str, dict[Key, tuple[Decimal, bool]]] = {"default": {}, POOR: {}}
    for dataset, offer, event_name, requirement, figure, qualifies in rows:
        found[dataset][offer, event_name, requirement] = (figure, qualifies)
    return found


def test_a_funnel_of_leads_qualifies_by_days_rate_delay_and_raw_leads(figures: Any) -> None:
    found = {key[1:]: told for key, told in figures["default"].items() if key[0] == "conversion_leads"}
    assert found == {
        ("all", "days_with_events"): (7, True),
        ("all", "raw_leads_sent"): (100, True),
        ("new", "conversion_rate"): (100, False),
        ("qualified", "conversion_rate"): (20, True),
        ("new", "days_to_stage"): (0, True),
        ("qualified", "days_to_stage"): (2, True),
    }


def test_leads_that_are_told_on_one_day_and_all_won_do_not_qualify(figures: Any) -> None:
    found = figures[POOR]
    assert found["conversion_leads", "all", "days_with_events"] == (1, False)
    assert found["conversion_leads", "won", "conversion_rate"] == (100, False)


def test_profit_asks_for_conversions_values_and_no_constant_share(figures: Any) -> None:
    found = {
        dataset: {key[2]: told for key, told in rows.items() if key[0] == "profit"} for dataset, rows in figures.items()
    }
    assert found["default"] == {
        "conversions_a_week": (120, True),
        "distinct_values": (7, True),
        "distinct_shares": (7, True),
    }
    assert found[POOR] == {
        "conversions_a_week": (20, False),
        "distinct_values": (1, False),
        "distinct_shares": (1, False),
    }


def test_predicted_values_ask_for_spread_one_event_and_the_web(figures: Any) -> None:
    good = {key[1:]: told for key, told in figures["default"].items() if key[0] == "predicted_ltv"}
    assert good == {
        ("Purchase", "events_a_week"): (120, True),
        ("Purchase", "distinct_values"): (5, True),
        ("Purchase", "highest_by_lowest"): (Decimal("4.6"), True),
        ("Purchase", "other_action_sources"): (0, True),
        ("all", "event_names"): (1, True),
    }
    poor = figures[POOR]
    assert poor["predicted_ltv", "all", "event_names"] == (2, False)
    assert poor["predicted_ltv", "CompleteRegistration", "other_action_sources"] == (1, False)


def test_coverage_is_metas_newest_and_segments_are_counted(figures: Any) -> None:
    assert figures["default"]["event_coverage", "Purchase", "event_coverage"] == (61, False)
    assert figures["default"]["customer_segmentation", "Purchase", "events_with_segment"] == (0, False)


def test_every_requirement_says_what_to_do_and_where_meta_says_it(ready: World) -> None:
    told = "what_to_do is not null and meaning is not null and stated_in like 'conversions-api/%'"
    assert ready.rows(f"select count(*) from meta_conversions.funnel_readiness where not ({told})") == [(0,)]
