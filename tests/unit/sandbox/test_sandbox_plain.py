from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.event_rules import COVERED, is_plain
from connector.sandbox.rules import EVENT_RULES

from .sandbox_events import NOW, TERMS, purchase, sha256
from .test_sandbox_event_rules import BROKEN

HASH = sha256("x")
NUMBERS = [0, -1, 5, True, 1.5, NOW, NOW - 8 * 86_400, NOW * 1000, Decimal("-0.01"), Decimal("1e400"), Decimal(10)]
TEXTS = [
    "",
    " ",
    "x",
    "USD",
    "usd",
    "ZZZ",
    "Purchase",
    "Lead",
    "website",
    "web",
    HASH,
    HASH.upper(),
    HASH[:63],
    "é" * 64,
]
LISTS = [[], [None], [{}], [HASH], [HASH, "x"], [HASH, None], [HASH[:63], HASH + "0"], [f"{HASH}.AQ"]]
ODD: st.SearchStrategy[Any] = st.sampled_from([None, {}, *NUMBERS, *TEXTS, *LISTS])
USER = st.dictionaries(st.sampled_from(["em", "ph", "fn", "country", "lead_id", "external_id", "fbp"]), ODD)
CUSTOM = st.dictionaries(st.sampled_from(["value", "currency", "contents", "delivery_category"]), ODD)
CHANGES = st.dictionaries(st.sampled_from(["event_name", "event_time", "action_source"]), ODD)


@given(CHANGES, st.none() | USER, st.none() | CUSTOM)
def test_what_is_called_plain_breaks_no_rule(
    changes: dict[str, Any], user: dict[str, Any] | None, custom: dict[str, Any] | None
) -> None:
    event = purchase()
    event |= changes
    event["user_data"] = event["user_data"] if user is None else {"em": HASH} | user
    event["custom_data"] = event["custom_data"] if custom is None else event["custom_data"] | custom
    if is_plain(event, TERMS):
        assert [rule.name for rule in EVENT_RULES if rule.name in COVERED and rule.breaks(event, TERMS)] == []


def test_nothing_that_breaks_a_rule_is_called_plain() -> None:
    assert [name for name, event in BROKEN if name in COVERED and is_plain(event, TERMS)] == []


def test_an_event_as_it_should_be_is_plain() -> None:
    lead = purchase(event_name="Lead", custom_data=None, user_data={"ph": [HASH], "client_user_agent": "browser"})
    assert is_plain(purchase(), TERMS)
    assert is_plain(lead, TERMS)


def test_every_rule_of_events_is_covered_or_asked_of_plain_events_too() -> None:
    assert {rule.name for rule in EVENT_RULES} - COVERED == {"E19", "E45", "E46", "E47", "E48"}
