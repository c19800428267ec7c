"""Every conversion stands in one place of the waterfall, and the places add up to what the sources hold."""

from __future__ import annotations

import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tests.contract.reconciliation.conftest import WITHOUT_UNIT_TESTS, World
from tests.contract.reconciliation.reconciliation_lives import LIVES, History

Delivery = dict[str, object]


@pytest.fixture(scope="session")
def deliveries(world: World, built: dict[str, str]) -> dict[str, Delivery]:
    columns = [row[0] for row in world.rows("describe meta_conversions.conversion_deliveries")]
    found = world.rows("select * from meta_conversions.conversion_deliveries")
    return {str(row[2]): dict(zip(columns, row, strict=True)) for row in found}


def test_the_reconciliation_builds_and_none_of_its_tests_fails(built: dict[str, str]) -> None:
    said = {name: status for name, status in built.items() if status not in ("success", "pass")}
    # much is lost in that world, and much is held
    assert said == {"alarm_revenue_gap": "warn", "alarm_held_for_a_person": "warn"}
    assert {"conversion_deliveries", "revenue_waterfall", "assert_every_cent_is_explained"} <= set(built)
    assert "every_standing_and_its_reason" in built


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_a_conversion_stands_where_its_life_puts_it(life: History, deliveries: dict[str, Delivery]) -> None:
    delivery = deliveries[life.name]
    stands = (delivery["standing"], delivery["standing_reason"], delivery["state"])
    assert stands == (life.standing, life.reason, life.state)


def test_money_that_may_be_counted_twice_is_flagged_while_it_may(deliveries: dict[str, Delivery]) -> None:
    flagged = {name for name, delivery in deliveries.items() if delivery["may_be_counted_twice"]}
    assert flagged == {"zombie_after_acceptance", "no_answer_two_days_ago"}


def test_what_changed_or_was_withdrawn_after_acceptance_is_flagged(deliveries: dict[str, Delivery]) -> None:
    changed = {name for name, delivery in deliveries.items() if delivery["is_changed_since_acceptance"]}
    withdrawn = {name for name, delivery in deliveries.items() if delivery["is_withdrawn_since_acceptance"]}
    assert changed == {"changed"}
    assert withdrawn == {"cancelled_later", "arrived_then_deleted"}


def test_a_delivery_says_what_the_deciding_answer_said(deliveries: dict[str, Delivery]) -> None:
    arrived, refused = deliveries["zombie_after_acceptance"], deliveries["refused"]
    assert (arrived["http_status"], arrived["fbtrace_id"], arrived["attempts"]) == (200, "trace-accepted", 2)
    assert (arrived["accepted_value"], arrived["accepted_currency"]) == (Decimal("10.0100"), "EUR")
    # it happened 30 hours ago and was accepted one hour ago
    assert arrived["latency_seconds"] == 29 * 3600
    assert (refused["http_status"], refused["error_code"], refused["error_subcode"]) == (400, 100, 2804003)
    assert refused["accepted_at"] is None


def test_attempts_count_records_that_were_marked_or_settled(deliveries: dict[str, Delivery]) -> None:
    tried = {name: delivery["attempts"] for name, delivery in deliveries.items()}
    assert (tried["waits"], tried["claimed_by_a_dead_run"], tried["gated"], tried["put_off"]) == (0, 0, 1, 1)
    assert (tried["claimed"], tried["being_sent"], tried["no_answer_two_days_ago"]) == (0, 1, 2)


def test_a_conversion_from_before_the_memory_of_the_ledger_is_left_out(deliveries: dict[str, Delivery]) -> None:
    assert "old" not in deliveries


def test_the_waterfall_holds_the_money_of_each_life_once(world: World, built: dict[str, str]) -> None:
    expected: dict[tuple[str, str | None, str], list[Decimal]] = defaultdict(list)
    for life in LIVES:
        stage = life.standing if life.modelled else "no_longer_modelled"
        reason = life.reason if life.modelled else life.state
        expected[stage, reason, life.currency or "none"].append(life.value or Decimal(0))
    expected["not_eligible", "no_consent", "EUR"].append(Decimal(5))
    expected["not_eligible", "no_consent", "USD"] += [Decimal(300), Decimal("9.9999")]
    found = world.rows(
        "select stage, reason, currency, cast(sum(events) as bigint), sum(value) "
        "from meta_conversions.revenue_waterfall"
        " where stage not in ('warehouse_revenue', 'unexplained', 'deduplicated_with_pixel') group by all"
    )
    assert {row[:3]: row[3:] for row in found} == {
        cell: (len(values), sum(values, Decimal(0))) for cell, values in expected.items()
    }


def test_every_cent_of_the_sources_is_explained(world: World, built: dict[str, str]) -> None:
    of_lives = [life for life in LIVES if life.modelled]
    warehouse = dict(
        world.rows(
            "select currency, sum(value) from meta_conversions.revenue_waterfall "
            "where stage = 'warehouse_revenue' group by all"
        )
    )
    euros = sum((life.value or Decimal(0) for life in of_lives if life.currency == "EUR"), Decimal(5))
    assert warehouse == {"EUR": euros, "USD": Decimal("309.9999"), "JPY": Decimal("10.01"), "none": Decimal("7.7701")}
    assert world.rows("select * from meta_conversions.revenue_waterfall where stage = 'unexplained'") == []


def test_a_conversion_that_modelling_loses_is_unexplained_money(
    world: World, built: dict[str, str], tmp_path: Path
) -> None:
    lossy = World(Path(shutil.copytree(world.path.parent, tmp_path / "lossy")) / world.path.name)
    lossy.change("delete from meta_conversions.conversions where event_id = 'waits'")
    lossy.change("update meta_conversions.conversions set currency = 'USD' where event_id = 'arrived_in_yen'")
    said = lossy.build(*WITHOUT_UNIT_TESTS, select="tag:meta_conversions_reconciliation,+revenue_waterfall")
    unexplained = lossy.rows(
        "select currency, events, value from meta_conversions.revenue_waterfall "
        "where stage = 'unexplained' order by currency"
    )
    amount = Decimal("10.0100")
    assert unexplained == [("EUR", 1, amount), ("JPY", 1, amount), ("USD", -1, -amount)]
    assert said["assert_every_cent_is_explained"] == "fail"
    assert said["assert_no_cell_is_unexplained"] == "fail"
