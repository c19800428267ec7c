"""What the gate refuses of purchases and of plain text, and that it answers whatever comes."""

from __future__ import annotations

import json
from typing import Any

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.destinations.meta.currencies import CURRENCIES, MEANT
from connector.destinations.meta.identifiers import KNOWN, MUST_BE_HASHED
from connector.destinations.meta.reasons import Refusal
from tests.unit.destinations.meta_events import (
    ABSENT,
    ID,
    NAME,
    TIME,
    event,
    hashed,
    payload_of,
    refusal,
    refusal_of_bytes,
    with_user,
)

HASH = hashed("x")
BLANKS = ["", " ", "\t\n", None, ABSENT]


def purchase(**custom_data: Any) -> dict[str, Any]:
    return event(custom_data={name: value for name, value in custom_data.items() if value is not ABSENT})


@pytest.mark.parametrize("value", [0, 0.0, 1, 12.5, 10**18, "142.52", "1", "0.5", ".5", "1e3", "+1"])
@pytest.mark.parametrize("currency", ["USD", "usd"])
def test_a_purchase_with_a_number_and_a_currency_passes(value: Any, currency: str) -> None:
    assert refusal(purchase(value=value, currency=currency)) is None


@pytest.mark.parametrize("currency", BLANKS)
def test_a_purchase_without_a_currency_is_refused(currency: Any) -> None:
    assert refusal(purchase(value=1, currency=currency)) == Refusal.PURCHASE_WITHOUT_CURRENCY


@pytest.mark.parametrize("custom_data", [ABSENT, None, {}, [], "x", 1])
def test_a_purchase_without_custom_data_lacks_its_currency_first(custom_data: Any) -> None:
    assert refusal(event(custom_data=custom_data)) == Refusal.PURCHASE_WITHOUT_CURRENCY


@pytest.mark.parametrize("currency", ["US", "EURO", "€€€", "U D", "12€", 840, ["USD"], "ＵＳＤ"])  # noqa: RUF001 - on purpose
def test_a_currency_that_is_not_three_letters_is_refused(currency: Any) -> None:
    assert refusal(purchase(value=1, currency=currency)) == Refusal.INVALID_CURRENCY


def test_the_currencies_are_those_of_iso_4217_and_what_is_meant_by_others_is_one_of_them() -> None:
    assert {currency.alpha_3 for currency in pycountry.currencies} == CURRENCIES
    assert CURRENCIES.issuperset(MEANT.values())
    assert CURRENCIES.isdisjoint(MEANT)


def test_the_reason_of_an_unknown_currency_names_the_code_that_is_meant() -> None:
    assert refusal(purchase(value=1, currency="RMB")) == Refusal.INVALID_CURRENCY
    assert "CNY for RMB" in Refusal.INVALID_CURRENCY.meaning


@pytest.mark.parametrize("value", BLANKS)
def test_a_purchase_without_a_value_is_refused(value: Any) -> None:
    assert refusal(purchase(value=value, currency="USD")) == Refusal.PURCHASE_WITHOUT_VALUE


@pytest.mark.parametrize(
    "value", ["abc", "1,50", "1_000", "nan", "inf", "1e999", "٣", "0x10", True, [1], {"v": 1}, "1 2"]
)
def test_a_value_that_is_not_a_finite_number_is_refused(value: Any) -> None:
    assert refusal(purchase(value=value, currency="USD")) == Refusal.INVALID_VALUE


@pytest.mark.parametrize("value", [-1, -0.01, "-1", "-0.5"])
def test_a_negative_purchase_is_refused(value: Any) -> None:
    assert refusal(purchase(value=value, currency="USD")) == Refusal.NEGATIVE_VALUE


@pytest.mark.parametrize("custom_data", [ABSENT, {}, {"note": "x"}, {"value": " "}])
def test_other_events_need_neither_value_nor_currency(custom_data: Any) -> None:
    lead = event(event_name="Lead", custom_data=custom_data)
    assert refusal(lead, event_name="Lead") is None


@pytest.mark.parametrize("name", ["event_source_url", "referrer_url"])
@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/?email=ann@example.com",
        "https://shop.example/?email=ann.b+c%40example.co.uk&x=1",
        "https://shop.example/?next=https%3A%2F%2Fx.example%2F%3Fe%3Dann%2540example.com",
        "https://shop.example/u/ann@example.com/orders",
        "https://shop.example/#ann@müller.example",
        "mailto:ann@example.com",
    ],
)
def test_a_url_that_holds_an_email_address_is_refused(name: str, url: str) -> None:
    assert refusal(event(**{name: url})) == Refusal.PLAINTEXT_IN_URL
    assert refusal_of_bytes(json.dumps(event(**{name: url})).replace("@", "\\u0040").encode()) == (
        Refusal.PLAINTEXT_IN_URL
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/@ann/post",
        "https://shop.example/map/@48.85,2.35,15z",
        "https://shop.example/img/logo@2x.png",
        "https://shop.example/?q=%40home&at=a%40",
        "https://shop.example/?h=" + HASH,
    ],
)
def test_an_at_sign_that_belongs_to_no_address_passes(url: str) -> None:
    assert refusal(event(event_source_url=url)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"custom_data": {"value": 1, "currency": "USD", "customer": "ann@example.com"}},
        {"custom_data": {"value": 1, "currency": "USD", "contents": [{"id": "1", "note": ["ann@example.com"]}]}},
        {"custom_data": {"value": 1, "currency": "USD", "ann@example.com": 1}},
        {"user_data": {"em": HASH, "subscription_id": "ann@example.com"}},
        {"app_data": {"vendor_id": "ann@example.com"}},
    ],
)
def test_an_email_address_anywhere_else_is_refused(changes: dict[str, Any]) -> None:
    assert refusal(event(**changes)) == Refusal.PLAINTEXT_EMAIL


def test_an_event_id_made_of_an_email_address_is_refused() -> None:
    assert refusal(event(event_id="ann@example.com-1"), event_id="ann@example.com-1") == Refusal.PLAINTEXT_EMAIL


def test_a_browser_s_own_text_may_name_the_address_of_a_crawler_s_owner() -> None:
    assert refusal(with_user(em=HASH, client_user_agent="Bot/1.0 (+bot@example.com)")) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6) | st.just(HASH),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
events = st.fixed_dictionaries(
    {},
    optional={
        "event_name": st.just(NAME) | json_values,
        "event_id": st.just(ID) | json_values,
        "event_time": st.just(TIME) | json_values,
        "action_source": st.just("website") | json_values,
        "user_data": st.dictionaries(st.sampled_from(sorted(KNOWN)), st.just(HASH) | json_values) | json_values,
        "custom_data": st.fixed_dictionaries({}, optional={"value": json_values, "currency": json_values})
        | json_values,
        "event_source_url": json_values,
        "more": json_values,
    },
)


@given(payload=st.binary(max_size=200) | (events | json_values).map(lambda value: json.dumps(value).encode()))
def test_the_gate_always_answers_with_a_known_word_or_none(payload: bytes) -> None:
    assert refusal_of_bytes(payload) in {None, *Refusal}


@given(
    name=st.sampled_from(sorted(MUST_BE_HASHED)),
    value=st.text(max_size=80) | st.text("0123456789abcdefABCDEF .", min_size=60, max_size=75),
)
def test_no_text_but_a_hash_ever_passes_under_a_hashed_key(name: str, value: str) -> None:
    head, _, suffix = value.partition(".")
    is_hash = len(head) == 64 and set(head) <= set("0123456789abcdef") and ("." not in value or len(suffix) in (2, 8))
    if not is_hash:
        user_data = {"ph": HASH, "em": HASH} | {name: value}
        assert refusal(event(user_data=user_data)) == Refusal.IDENTIFIER_NOT_HASHED


@given(st.text("ab:\"\\ ,{}'é", max_size=12), st.text("ab:\"\\ ,{}'é", max_size=12))
def test_no_text_is_taken_for_a_second_key_and_no_second_key_for_text(url: str, name: str) -> None:
    fields = event(event_source_url=url, custom_data={"value": 1, "currency": "USD", "content_name": name})
    payload = payload_of(fields)
    assert refusal_of_bytes(payload) is None
    hidden = payload.replace(b'"custom_data":{', b'"custom_data":{"value" :-1,', 1)
    assert refusal_of_bytes(hidden) == Refusal.DUPLICATE_JSON_KEY


@pytest.mark.parametrize(
    ("value", "column"),
    [
        (12.5, 12.5),
        (12, 12.0),
        ("12.50", 12.5),
        (0.1 + 0.2, 0.3),
        (9.99999, 9.9999),
        (9.99999, 10.0),
        (99_999_999_999_999.9999, 99_999_999_999_999.9999),
        (12.5, None),
    ],
)
def test_a_value_that_is_the_column_s_or_is_not_counted_passes(value: Any, column: float | None) -> None:
    assert refusal(event(custom_data={"value": value, "currency": "USD"}), value=column, currency="USD") is None


@pytest.mark.parametrize(
    ("value", "column"), [(12.5, 12.51), (12.5, 12.5001), (1250, 12.5), (0, 12.5), (12.5, 0.0), ("12.5", -12.5)]
)
def test_a_value_that_is_not_the_column_s_is_refused_because_other_money_would_be_counted(
    value: Any, column: float
) -> None:
    other = event(custom_data={"value": value, "currency": "USD"})
    assert refusal(other, value=column, currency="USD") == Refusal.VALUE_DIFFERS


def test_a_currency_that_is_not_the_column_s_is_refused_however_it_is_spelled() -> None:
    assert refusal(event(), value=12.5, currency="EUR") == Refusal.CURRENCY_DIFFERS
    assert refusal(event(), value=12.5, currency=" usd ") is None
    assert refusal(event(), value=12.5, currency=None) is None


def test_an_event_that_tells_no_money_contradicts_no_column() -> None:
    assert refusal(event(event_name="Lead", custom_data={}), event_name="Lead", value=12.5, currency="USD") is None
