"""What an alarm of the mart says to people."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from connector.insight.alarms import by_cause
from connector.model.alarms import name_for_people


def row(**changes: Any) -> Any:
    told = {"event_name": "Purchase", "currency": "EUR", "message": "3 are lost.", "events": 3, "amount": Decimal(5)}
    alarm = {"alarm": "revenue_gap", "severity": "warn", "dataset_id": None, "what_to_do": "Look.", "who": "someone"}
    return SimpleNamespace(**alarm | told | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": Decimal("11331.4000")}, "Purchase: 3 are lost. Money: 11,331.40 EUR."),
        ({"amount": Decimal("1200.0000"), "currency": "JPY"}, "Purchase: 3 are lost. Money: 1,200 JPY."),
        ({"amount": None, "currency": "XXX"}, "Purchase, XXX: 3 are lost."),
        ({"amount": Decimal(0), "event_name": "Lead", "currency": "none"}, "Lead: 3 are lost."),
        ({"amount": None, "event_name": "all", "currency": "none"}, "3 are lost."),
    ],
)
def test_an_alarm_names_its_event_where_it_is_of_one_its_currency_and_its_money_as_people_write_it(
    changes: dict[str, Any], said: str
) -> None:
    (alarm,) = by_cause([row(**changes)])
    assert alarm.happened == (said,)


def test_of_what_is_no_money_conversions_are_counted_and_nothing_is_summed() -> None:
    (alarm,) = by_cause([row(), row(currency="XXX", amount=None), row(currency="none", amount=None)])
    assert (alarm.events, alarm.money) == (9, {"EUR": Decimal(5)})


def test_an_alarm_that_says_too_little_by_its_name_has_one_for_people() -> None:
    assert name_for_people("revenue_gap") == "eligible revenue is lost"
    assert name_for_people("about_to_expire") == "about to expire"
