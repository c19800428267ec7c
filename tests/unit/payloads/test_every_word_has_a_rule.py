"""Every word by which the gate refuses has a rule of the sandbox, and every rule a word: a new one is noticed."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from connector.destinations.meta.gate import Gate
from connector.destinations.meta.reasons import Refusal
from connector.sandbox.rules import EVENT_RULES
from tests.unit.destinations.meta_events import COLUMNS
from tests.unit.payloads.neighbours import DROP, HASH, Change, app, custom, lead, limited, message, page, user
from tests.unit.payloads.test_gate_and_sandbox_agree import EVERY_SWITCH, TIME, changed, gate_refuses, sandbox_refuses

BOTH: Final[dict[Refusal, tuple[Change, str]]] = {
    Refusal.MISSING_EVENT_NAME: ({"event_name": " "}, "E13"),
    Refusal.MISSING_EVENT_TIME: ({"event_time": DROP}, "E14"),
    Refusal.EVENT_TIME_NOT_SECONDS: ({"event_time": f"{TIME}"}, "E14"),
    Refusal.MISSING_ACTION_SOURCE: ({"action_source": DROP}, "E17"),
    Refusal.UNKNOWN_ACTION_SOURCE: ({"action_source": "shop"}, "E18"),
    Refusal.MISSING_USER_DATA: ({"user_data": DROP}, "E20"),
    Refusal.UNKNOWN_USER_DATA_KEY: (user(email=HASH), "E33"),
    Refusal.IDENTIFIER_NOT_HASHED: (user(ph="15551234567"), "E21"),
    Refusal.PLAINTEXT_EXTERNAL_ID: (user(external_id="ann@mail.test"), "E45"),
    Refusal.USER_DATA_TYPE: (user(client_user_agent={"a": 1}), "E34"),
    Refusal.INVALID_LEAD_ID: (user(lead_id=17), "E23"),
    Refusal.TOO_THIN: ({"user_data": {"country": HASH}}, "E20"),
    Refusal.INVALID_CLICK_ID: (user(fbc="IwAR1"), "E35"),
    Refusal.SEVERAL_ADDRESSES: (user(client_ip_address="93.184.216.34, 10.0.0.1"), "E36"),
    Refusal.PURCHASE_WITHOUT_CURRENCY: ({"custom_data": {"value": 1}}, "E25"),
    Refusal.PURCHASE_WITHOUT_VALUE: ({"custom_data": {"currency": "USD"}}, "E24"),
    Refusal.INVALID_CUSTOM_DATA: ({"event_name": "Lead", "custom_data": []}, "E40"),
    Refusal.INVALID_VALUE: (custom(value="1,50"), "E26"),
    Refusal.NEGATIVE_VALUE: (custom(value=-1), "E26"),
    Refusal.INVALID_CURRENCY: (custom(currency="RMB"), "E27"),
    Refusal.VALUE_WITHOUT_CURRENCY: (lead(value=1), "E28"),
    Refusal.INVALID_CONTENTS: (custom(contents={"id": "a"}), "E39"),
    Refusal.CONTENT_WITHOUT_ID: (custom(contents=[{"quantity": 1}]), "E29"),
    Refusal.UNKNOWN_DELIVERY: (custom(delivery_category="by_drone"), "E30"),
    Refusal.UNKNOWN_PROCESSING_OPTION: (limited(["LIMITED"]), "E37"),
    Refusal.PROCESSING_PAIR: (limited(["LDU"], 0, 1000), "E38"),
    Refusal.INCOMPLETE_APP_DATA: (app(extinfo=["a2"]), "E31"),
    Refusal.MESSAGING_EVENT: (message("messenger", "PageView", page_id=1, page_scoped_user_id=2), "E32"),
    Refusal.MESSAGING_CHANNEL: (message("telegram", page_id=1, page_scoped_user_id=2), "E41"),
    Refusal.MESSAGING_ID_MISSING: (message("messenger", page_scoped_user_id=2), "E42"),
    Refusal.TOKEN_IN_URL: (page("?access_token=abcdefgh"), "E46"),
    Refusal.PLAINTEXT_IN_URL: (page("?phone=%2B491701234567"), "E46"),
    Refusal.PLAINTEXT_EMAIL: (custom(content_name="ann@mail.test"), "E45"),
    Refusal.PLAINTEXT_PHONE: (custom(content_name="+49 170 1234567"), "E47"),
    Refusal.PLAINTEXT_NAME: (custom(first_name="Ann"), "E48"),
}
"""A word, an event that it refuses, and the rule of the sandbox that refuses it too."""
OF_THE_ROW: Final = {
    Refusal.INVALID_DATASET_ID: "stands in the path: E7",
    Refusal.NOT_JSON: "one event of a body that cannot be read: the body is not JSON either, E10",
    Refusal.NOT_AN_OBJECT: "E12, of an element of data",
    Refusal.DUPLICATE_JSON_KEY: "a reader of JSON takes one of the two, and nobody knows which Meta takes",
    Refusal.EVENT_NAME_DIFFERS: "compares payload and column",
    Refusal.EVENT_ID_DIFFERS: "compares payload and column",
    Refusal.EVENT_TIME_DIFFERS: "compares payload and column",
    Refusal.VALUE_DIFFERS: "compares payload and column",
    Refusal.CURRENCY_DIFFERS: "compares payload and column",
    Refusal.MISSING_EVENT_ID: "Meta takes events without one; the ledger does not",
}
"""Words that are about the row and not about what Meta takes, and where the sandbox meets the same."""
NOT_OF_THE_GATE: Final = {
    "E12": "an element that is no object: NOT_AN_OBJECT of the payload",
    "E15": "an age is the deadline's business",
    "E16": "a future event is owed later",
    "E19": "Meta was seen to take website events without a page",
    "E43": "MESSAGING_ID_MISSING of another channel",
    "E44": "MESSAGING_ID_MISSING of the click or the person",
}
"""Rules of the sandbox that no word of the gate stands for alone, and why."""


def test_every_word_of_the_gate_has_a_rule_of_the_sandbox_or_a_reason_to_have_none() -> None:
    assert set(BOTH) | set(OF_THE_ROW) == set(Refusal)
    assert not set(BOTH) & set(OF_THE_ROW)


def test_every_rule_of_the_sandbox_about_events_has_a_word_of_the_gate_or_a_reason_to_have_none() -> None:
    rules = {rule.name for rule in EVENT_RULES}
    assert {rule for _, rule in BOTH.values()} | set(NOT_OF_THE_GATE) == rules
    assert set(NOT_OF_THE_GATE) <= rules


@pytest.mark.parametrize("word", BOTH, ids=str)
def test_gate_and_sandbox_refuse_the_same_event_by_the_word_and_the_rule(word: Refusal) -> None:
    change, rule = BOTH[word]
    event = changed(change)
    payload = json.dumps(event)
    assert refused_by_gate(payload, event) == word
    assert sandbox_refuses(payload, EVERY_SWITCH) == rule


def refused_by_gate(payload: str, event: dict[str, Any]) -> str | None:
    if event.get("event_time") == TIME:
        return gate_refuses(payload, event)
    key = {"event_name": event.get("event_name"), "event_id": event["event_id"], "event_time": TIME}
    return Gate().refuse(payload.encode(), **COLUMNS | key)
