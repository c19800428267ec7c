"""The page that a person sees says of this world what has happened in it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector.report import Reconciliation, plain
from tests.contract.reconciliation.conftest import World
from tests.contract.reconciliation.reconciliation_lives import LIVES

MODELLED = [life for life in LIVES if life.modelled]


@pytest.fixture(scope="session")
def report(world: World, built: dict[str, str]) -> Reconciliation:
    return world.report()


def test_the_page_ties_out(report: Reconciliation) -> None:
    assert report.is_tied
    assert "unexplained 0.00 in every currency, over all events" in plain(report).splitlines()


def test_the_cells_hold_each_life_once(report: Reconciliation) -> None:
    for stage in ("accepted", "held", "owed", "rejected", "invalid", "expired", "covered_by_pixel", "in_flight"):
        assert sum(cell.events for cell in report.stage(stage)) == sum(life.standing == stage for life in MODELLED)
    assert sum(cell.events for cell in report.stage("no_longer_modelled")) == len(LIVES) - len(MODELLED)


def test_recovered_purchases_are_the_accepted_ones_without_a_pixel_copy(report: Reconciliation) -> None:
    web = [life for life in MODELLED if life.source == "shop"]
    missed = [life for life in web if life.standing == "accepted" and life.pixel is None]
    assert {row.currency: (row.server_only_events, row.server_only_value) for row in report.both_sides} == {
        life.currency: (
            sum(other.currency == life.currency for other in missed),
            sum(other.value or 0 for other in missed if other.currency == life.currency),
        )
        for life in missed
    }
    assert sum(row.browser_events for row in report.both_sides) == sum(life.pixel is not None for life in web)


def test_possible_double_counts_are_what_may_have_arrived_twice(report: Reconciliation) -> None:
    assert [tuple(row) for row in report.double_counts] == [("EUR", 2, Decimal("20.02"))]


def test_corrections_show_what_was_accepted_and_what_it_is_now(report: Reconciliation) -> None:
    assert [tuple(row) for row in report.corrections] == [("EUR", "EUR", 1, Decimal("10.01"), Decimal("8.00"))]


def test_coverage_counts_the_keys_of_eligible_conversions(report: Reconciliation) -> None:
    eligible = [life for life in MODELLED if life.ineligible is None]
    in_stores = sum(life.source == "stores" for life in eligible)
    assert [tuple(row) for row in report.coverage] == [
        ("Purchase", len(eligible), len(eligible), 0, in_stores, 0, 0, 0, 0)
    ]
