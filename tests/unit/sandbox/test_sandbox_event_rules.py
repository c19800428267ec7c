from __future__ import annotations

from decimal import Decimal
from typing import Any

import pycountry
import pytest

from connector.sandbox import event_rules
from connector.sandbox.config import SandboxConfig
from connector.sandbox.currencies import CURRENCIES
from connector.sandbox.rules import EVENT_RULES, REQUEST_RULES, first_broken_of_events, refusing, terms_at

from .sandbox_events import DAY, NOW, TERMS, purchase, sha256

SWITCHES = frozenset(rule.name for rule in EVENT_RULES if rule.switch)
EVERY_SWITCH = SWITCHES - {"E19"}
"""E19 would answer for every event below that is without a page or a browser."""
HASH = sha256("x")


def first_broken(event: object, strict: frozenset[str] = EVERY_SWITCH) -> str | None:
    rule = first_broken_of_events([event], TERMS, refusing(strict))
    return None if rule is None else rule.name


def with_custom(**custom: Any) -> dict[str, Any]:
    return purchase(custom_data={"value": 1, "currency": "USD"} | custom)


def message(**user: Any) -> dict[str, Any]:
    person = {"em": HASH} | user
    return purchase(action_source="business_messaging", messaging_channel="messenger", user_data=person)


BROKEN = [
    ("E12", "text"),
    ("E12", None),
    ("E12", [purchase()]),
    ("E13", {}),
    ("E13", purchase(event_name=None)),
    ("E13", purchase(event_name="  ")),
    ("E13", purchase(event_name=5)),
    ("E14", purchase(event_time=None)),
    ("E14", purchase(event_time=str(NOW))),
    ("E14", purchase(event_time=Decimal("1790000000.5"))),
    ("E14", purchase(event_time=True)),
    ("E14", purchase(event_time=NOW * 1000)),
    ("E15", purchase(event_time=NOW - 7 * DAY - 1)),
    ("E15", purchase(event_time=-5)),
    ("E15", purchase(event_time=NOW - 62 * DAY - 1, action_source="physical_store")),
    ("E16", purchase(event_time=NOW + 61)),
    ("E17", purchase(action_source=None)),
    ("E18", purchase(action_source="web")),
    ("E18", purchase(action_source="")),
    ("E18", purchase(action_source=["website"])),
    ("E20", purchase(user_data=None)),
    ("E20", purchase(user_data=[])),
    ("E20", purchase(user_data={"country": HASH})),
    ("E25", purchase(custom_data=None)),
    ("E21", purchase(user_data={"em": HASH.upper()})),
    ("E21", purchase(user_data={"em": "a@example.com"})),
    ("E21", purchase(user_data={"em": [HASH, "a@example.com"]})),
    ("E21", purchase(user_data={"em": HASH[:-1]})),
    ("E21", purchase(user_data={"em": HASH + "\n"})),
    ("E21", purchase(user_data={"em": HASH + ".AQQ"})),
    ("E21", purchase(user_data={"ph": 16505551212})),
    ("E24", purchase(custom_data={"currency": "USD"})),
    ("E24", with_custom(value="")),
    ("E25", purchase(custom_data={"value": 1})),
    ("E25", with_custom(currency=" ")),
    ("E26", with_custom(value="abc")),
    ("E26", with_custom(value="NaN")),
    ("E26", with_custom(value=-1)),
    ("E26", with_custom(value=True)),
    ("E26", with_custom(value={"amount": 1})),
    ("E26", with_custom(value=Decimal("1e400"))),
    ("E27", with_custom(currency="dollars")),
    ("E27", with_custom(currency="ABC")),
    ("E27", with_custom(currency=840)),
    ("E28", purchase(event_name="AddToCart", custom_data={"value": 0})),
    ("E23", purchase(user_data={"lead_id": 12345678901234})),
    ("E23", purchase(user_data={"lead_id": "123456789012345678"})),
    ("E23", purchase(user_data={"lead_id": "l:123456789012345"})),
    ("E23", purchase(user_data={"lead_id": Decimal("123456789012345.0")})),
    ("E29", with_custom(contents=[{"id": "a"}, {"quantity": 1}])),
    ("E29", with_custom(contents=[{"id": " "}])),
    ("E31", purchase(action_source="app")),
    ("E31", purchase(action_source="app", app_data={"advertiser_tracking_enabled": 1, "extinfo": ["i2"]})),
    ("E32", purchase(action_source="business_messaging", event_name="Lead")),
    ("E33", purchase(user_data={"em": HASH, "email": HASH})),
    ("E34", purchase(user_data={"em": HASH, "client_user_agent": {"browser": "x"}})),
    ("E35", purchase(user_data={"em": HASH, "fbc": "fb.1.1795000000000."})),
    ("E36", purchase(user_data={"em": HASH, "client_ip_address": "93.184.216.34, 10.1.2.3"})),
    ("E37", purchase(data_processing_options="LDU")),
    ("E38", purchase(data_processing_options=["LDU"])),
    ("E39", with_custom(contents=["a"])),
    ("E39", with_custom(contents={"id": "a"})),
    ("E40", purchase(event_name="AddToCart", custom_data="x")),
    ("E41", purchase(action_source="business_messaging", messaging_channel="x")),
    ("E42", purchase(action_source="business_messaging", messaging_channel="whatsapp")),
    ("E43", purchase(action_source="business_messaging", messaging_channel="instagram")),
    ("E44", message(page_id="1")),
    ("E45", with_custom(note="a@shop.example")),
    ("E46", purchase(event_source_url="https://shop.example/?access_token=abc123")),
    ("E47", with_custom(note="+49 170 1234567")),
    ("E48", with_custom(first_name="Jane")),
    ("E30", with_custom(delivery_category="pigeon")),
    ("E30", with_custom(contents=[{"id": "a", "delivery_category": 1}])),
]


@pytest.mark.parametrize(("name", "event"), BROKEN)
def test_each_rule_is_broken_by_what_it_forbids(name: str, event: object) -> None:
    assert first_broken(event) == name


@pytest.mark.parametrize(
    "event",
    [
        purchase(),
        purchase(event_id=None),
        purchase(event_time=NOW - 7 * DAY),
        purchase(event_time=NOW + 60),
        purchase(event_time=NOW - 61 * DAY, action_source="physical_store"),
        purchase(user_data={"em": f"{HASH}.AQQCAQIB", "ph": [f"{HASH}.AQ"]}),
        purchase(user_data={"em": [HASH, None]}),
        message(page_id="1", page_scoped_user_id="2"),
        purchase(user_data={"external_id": "customer 17 in plain text"}),
        purchase(user_data={"em": None, "fbp": "fb.1.1700000000000.5"}),
        with_custom(value="142.52"),
        with_custom(value=0),
        with_custom(currency="eur"),
        purchase(event_name="AddToCart", custom_data=None),
        purchase(event_name="AddToCart", custom_data={"currency": "USD"}),
        purchase(event_source_url=None),
        purchase(user_data={"lead_id": 12345678901234567}),
        purchase(user_data={"lead_id": "123456789012345"}),
        purchase(user_data={"em": HASH, "lead_id": None}),
        with_custom(contents=[{"id": "a", "delivery_category": "in_store"}, {"id": 5}], delivery_category="curbside"),
        with_custom(contents=[]),
    ],
)
def test_what_meta_is_known_to_take_is_taken(event: dict[str, Any]) -> None:
    assert first_broken(event) is None


@pytest.mark.parametrize(
    ("keys", "thin"),
    [
        ("", True),
        ("client_user_agent", True),
        ("ge", True),
        ("country zp", True),
        ("ct st zp country ge client_user_agent", True),
        ("db", True),
        ("db client_user_agent", True),
        ("fn", True),
        ("ln ge", True),
        ("a_key_that_meta_does_not_know", True),
        ("fn ln", False),
        ("fn zp", False),
        ("db country", False),
        ("db ge", False),
        ("fn client_user_agent", False),
        ("em", False),
        ("client_ip_address client_user_agent", False),
        ("lead_id", False),
        ("fbc", False),
        ("external_id", False),
    ],
)
def test_a_combination_that_lies_in_a_thin_one_is_too_thin(keys: str, thin: bool) -> None:
    event = purchase(user_data=dict.fromkeys(keys.split(), HASH))
    assert event_rules.too_thin(event, TERMS) is thin


@pytest.mark.parametrize("empty", [None, "", [], [None], [""], {}])
def test_an_empty_parameter_does_not_make_an_event_less_thin(empty: object) -> None:
    assert event_rules.too_thin(purchase(user_data={"em": empty, "country": HASH}), TERMS)


@pytest.mark.parametrize("name", sorted(EVERY_SWITCH))
def test_a_switch_that_is_off_lets_its_rule_pass(name: str) -> None:
    event = next(event for rule, event in BROKEN if rule == name)
    assert first_broken(event, EVERY_SWITCH) == name
    assert first_broken(event, EVERY_SWITCH - {name}) is None


def test_by_default_only_what_was_seen_to_be_taken_is_a_mere_warning() -> None:
    assert SWITCHES - SandboxConfig().strict == {"E17", "E19"}


@pytest.mark.parametrize(
    ("event", "broken"),
    [
        (purchase(), False),
        (purchase(event_source_url=None), True),
        (purchase(user_data={"em": HASH}), True),
        (purchase(action_source="email", event_source_url=None, user_data={"em": HASH}), False),
    ],
)
def test_a_website_event_has_a_page_and_a_browser_where_that_is_strict(event: dict[str, Any], broken: bool) -> None:
    assert (first_broken(event, frozenset({"E19"})) == "E19") is broken


def test_where_leads_are_told_an_unknown_one_is_refused() -> None:
    terms = terms_at(NOW, "any", 60, leads=frozenset({123456789012345}))
    known, unknown = (purchase(user_data={"lead_id": lead}) for lead in ("123456789012345", 123456789012346))
    assert [event_rules.lead_unknown(event, terms) for event in (known, unknown)] == [False, True]


def test_a_switch_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="E99"):
        refusing(frozenset({"E99"}))


def test_the_currencies_are_those_of_iso_4217_that_are_money() -> None:
    assert {currency.alpha_3 for currency in pycountry.currencies} - {"XTS", "XXX"} == CURRENCIES


def test_every_rule_tells_how_faithful_it_is() -> None:
    for rule in (*REQUEST_RULES, *EVENT_RULES):
        assert set(rule.fidelity.split("+")) <= set("DOSX")
        assert rule.source
