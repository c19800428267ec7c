"""What an alarm of the mart says to people."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from connector.insight.alarms import by_cause
from connector.model.alarms import name_for_people


@pytest.mark.parametrize(
    ("event_name", "message", "money", "said"),
    [
        ("Purchase", "Purchase: 3 are lost. Money: 11331.40 EUR.", ("11331.4", "EUR"), "Money: 11,331.40 EUR."),
        ("Purchase", "Purchase: 3 are lost. Money: 1200.00 JPY.", ("1200", "JPY"), "Money: 1,200 JPY."),
        ("all", "all: in 7 days it told of 2 people.", (None, "none"), "In 7 days it told of 2 people."),
    ],
)
def test_an_alarm_has_its_money_as_people_write_it_and_names_an_event_only_where_it_is_of_one(
    event_name: str, message: str, money: tuple[str | None, str], said: str
) -> None:
    amount, currency = money
    row: Any = SimpleNamespace(
        alarm="revenue_gap",
        severity="warn",
        dataset_id=None,
        event_name=event_name,
        currency=currency,
        message=f"{message} Look.",
        what_to_do="Look.",
        who="someone",
        events=3,
        amount=amount and Decimal(amount),
    )
    (alarm,) = by_cause([row])
    assert alarm.happened[0].endswith(said)
    assert "Look." not in alarm.happened[0]


def test_an_alarm_that_says_too_little_by_its_name_has_one_for_people() -> None:
    assert name_for_people("revenue_gap") == "eligible revenue is lost"
    assert name_for_people("about_to_expire") == "about to expire"
