"""What doctor says of readiness: a sentence an offer, of several event names the one that lacks least."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

from connector.insight.readiness import told


def row(offer: str, name: str, requirement: str, figure: str, **others: object) -> SimpleNamespace:
    bounds = {"at_least": Decimal(1), "at_most": None, "qualifies": True, "dataset_id": None, "unit": "%"}
    return SimpleNamespace(
        offer=offer, event_name=name, requirement=requirement, figure=Decimal(figure), **bounds | others
    )


def test_the_stage_that_lacks_least_speaks_for_its_funnel() -> None:
    rows = [
        row("conversion_leads", "all", "days_with_events", "7"),
        row("conversion_leads", "new", "conversion_rate", "100", at_most=Decimal(40), qualifies=False),
        row("conversion_leads", "won", "conversion_rate", "20.5", at_most=Decimal(40)),
    ]
    assert told(rows) == "conversion_leads by won qualifies."


def test_what_is_lacking_is_told_with_its_figure_and_its_bounds() -> None:
    rows = [
        row(
            "profit",
            "Purchase",
            "conversions_a_week",
            "20",
            at_least=Decimal("100.0000"),
            qualifies=False,
            unit="a week",
        ),
        row("profit", "Purchase", "distinct_values", "9", dataset_id="7"),
    ]
    lacking = "profit by Purchase lacks conversions_a_week (20 a week, needed: at least 100)."
    assert told(rows) == f"{lacking} profit (dataset 7) by Purchase qualifies."


def test_what_is_asked_of_the_dataset_as_a_whole_counts_whatever_the_event() -> None:
    rows = [
        row("predicted_ltv", "all", "event_names", "2", at_least=None, at_most=Decimal(1), qualifies=False),
        row("predicted_ltv", "Purchase", "events_a_week", "120"),
    ]
    assert told(rows) == "predicted_ltv by Purchase lacks event_names (2 %, needed: at most 1)."
