"""What the gate refuses, and what it lets pass because Meta does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.meta.gate import ACTION_SOURCES, Gate
from connector.meta.identifiers import HASHED, KNOWN, MUST_BE_HASHED, TOO_THIN, UNHASHED, Shape
from connector.meta.reasons import Refusal
from tests.unit.meta.meta_events import (
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


def test_a_good_purchase_passes() -> None:
    assert refusal(event()) is None


def test_one_gate_takes_many_events_of_many_shapes() -> None:
    gate = Gate()
    for size in range(1, len(UNHASHED)):
        for name in sorted(KNOWN):
            user_data = dict.fromkeys(sorted(UNHASHED - {name})[:size], "1") | {"em": HASH, name: HASH}
            user_data |= {"lead_id": 1} if "lead_id" in user_data else {}
            payload = payload_of(event(user_data=user_data))
            assert gate.refuse(payload, event_name=NAME, event_id=ID, event_time=TIME) is None


# the payload itself


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"plain",
        b"{} {}",
        b'{"a":1}]',
        b"\xff",
        b'{"event_name":"\xff"}',
        b'{"a":"\n"}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_not_one_json_value_is_refused(payload: bytes) -> None:
    assert refusal_of_bytes(payload) == Refusal.NOT_JSON


@pytest.mark.parametrize("payload", [b"[]", b"null", b"3", b'"{}"', b"[{}]", b"true"])
def test_json_that_is_not_an_object_is_refused(payload: bytes) -> None:
    assert refusal_of_bytes(payload) == Refusal.NOT_AN_OBJECT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"em":', b'"em":"ann@example.com","em":'),
        (b'"ph":', b'"ph":"15551234567","ph":'),
        (b'"ph":', b'"ph" : "15551234567", "ph":'),
        (b'"ph":', b'"\\u0070h":"15551234567","ph":'),
        (b'"user_data":', b'"user_data":{"ph":"15551234567"},"user_data":'),
        (b'"currency":', b'"currency":"EUR","currency":'),
        (b'"quantity":', b'"quantity":1,"quantity":'),
        (b'"event_id":', b'"event_id":"other","event_id":'),
        (b'"event_source_url":', b'"event_source_url":"x","event_source_url":'),
    ],
)
def test_a_key_that_stands_twice_is_refused_because_the_other_value_would_travel_unseen(old: bytes, new: bytes) -> None:
    payload = payload_of(event())
    assert payload.count(old) == 1
    assert refusal_of_bytes(payload.replace(old, new)) in (Refusal.DUPLICATE_JSON_KEY, Refusal.PLAINTEXT_EMAIL)


@pytest.mark.parametrize("texts", [{}, {"event_source_url": "https://a.example/"}, {"referrer_url": "a:b:c"}])
@pytest.mark.parametrize("twice", [b'"em":"x",', b'"client_ip_address":"::1","client_ip_address":"1",'])
def test_a_key_that_stands_twice_is_refused_however_many_colons_the_texts_have(
    texts: dict[str, Any], twice: bytes
) -> None:
    fields = event(event_source_url=ABSENT, user_data={"em": HASH, "client_user_agent": "rv:1"}) | texts
    payload = payload_of(fields)
    assert refusal_of_bytes(payload) is None
    assert refusal_of_bytes(payload.replace(b'"em":', twice + b'"em":')) == Refusal.DUPLICATE_JSON_KEY


@pytest.mark.parametrize(
    "changes",
    [
        {"referrer_url": "https://a.example:8080/x"},
        {"custom_data": {"value": 1, "currency": "USD", "content_name": 'a ": b'}},
        {"custom_data": {"value": 1, "currency": "USD", "content_name": "back\\slash : x"}},
        {"app_data": {"extinfo": ["a2", "", ":"], "vendor_id": "x:y"}},
        {"original_event_data": {"event_name": "Lead", "event_time": 1, "order_id": "a:b"}},
        {"user_data": {"em": HASH, "client_ip_address": "2001:db8::1"}},
        {"custom_data": {"value": 1, "currency": "USD", "contents": ["x", 1, None, {"id": "1"}]}},
        {"custom_data": {"value": 1, "currency": "USD", "contents": "x"}},
    ],
)
def test_colons_and_escapes_in_texts_are_not_taken_for_a_second_key(changes: dict[str, Any]) -> None:
    assert refusal(event(**changes)) is None


def test_white_space_between_the_parts_is_no_reason_to_refuse() -> None:
    assert refusal_of_bytes(json.dumps(event(), indent=2).encode()) is None


# the key


@pytest.mark.parametrize("blank", BLANKS)
def test_an_event_without_a_name_is_refused(blank: Any) -> None:
    assert refusal(event(event_name=blank)) == Refusal.MISSING_EVENT_NAME
    assert refusal(event(event_name=blank), event_name="" if blank is ABSENT else blank) == Refusal.MISSING_EVENT_NAME


@pytest.mark.parametrize("name", ["purchase", "Lead", "Purchase ", 7, ["Purchase"]])
def test_an_event_whose_name_is_not_the_column_s_is_refused(name: Any) -> None:
    assert refusal(event(event_name=name)) == Refusal.EVENT_NAME_DIFFERS


@pytest.mark.parametrize("blank", BLANKS)
def test_an_event_without_an_id_is_refused(blank: Any) -> None:
    assert refusal(event(event_id=blank)) == Refusal.MISSING_EVENT_ID


@pytest.mark.parametrize("column", ["", " ", None])
def test_a_row_without_an_id_is_refused_even_if_its_payload_has_one(column: str | None) -> None:
    assert refusal(event(), event_id=column) == Refusal.MISSING_EVENT_ID


@pytest.mark.parametrize("key", ["order-1001", "ORDER-1002", 1001])
def test_an_event_whose_id_is_not_the_column_s_is_refused(key: Any) -> None:
    assert refusal(event(event_id=key)) == Refusal.EVENT_ID_DIFFERS


@pytest.mark.parametrize("absent", [None, ABSENT])
def test_an_event_without_a_time_is_refused(absent: Any) -> None:
    assert refusal(event(event_time=absent)) == Refusal.MISSING_EVENT_TIME
    assert refusal(event(event_time=absent), event_time=None) == Refusal.MISSING_EVENT_TIME


@pytest.mark.parametrize("time", [float(TIME), str(TIME), True, [TIME], "2026-11-18T00:00:00Z"])
def test_a_time_that_is_not_whole_seconds_is_refused(time: Any) -> None:
    assert refusal(event(event_time=time)) == Refusal.EVENT_TIME_NOT_SECONDS


@pytest.mark.parametrize("time", [TIME + 1, TIME * 1000, 0, -TIME, 10**40])
def test_a_time_that_is_not_the_column_s_is_refused(time: int) -> None:
    assert refusal(event(event_time=time)) == Refusal.EVENT_TIME_DIFFERS


def test_a_row_without_a_time_is_refused_even_if_its_payload_has_one() -> None:
    assert refusal(event(), event_time=None) == Refusal.EVENT_TIME_DIFFERS


@pytest.mark.parametrize("blank", BLANKS)
def test_an_event_without_an_action_source_is_refused(blank: Any) -> None:
    assert refusal(event(action_source=blank)) == Refusal.MISSING_ACTION_SOURCE


@pytest.mark.parametrize("source", ["Website", "web", "store", 1, ["website"], {"website": 1}, True])
def test_an_action_source_that_meta_does_not_document_is_refused(source: Any) -> None:
    assert refusal(event(action_source=source)) == Refusal.UNKNOWN_ACTION_SOURCE


def test_all_nine_documented_action_sources_pass_also_without_what_meta_merely_asks_for() -> None:
    assert len(ACTION_SOURCES) == 9
    for source in ACTION_SOURCES:
        assert refusal(event(action_source=source, event_source_url=ABSENT, user_data={"em": HASH})) is None


# identifiers


@pytest.mark.parametrize("user_data", [None, ABSENT, [], "x", 1, True])
def test_an_event_without_a_user_data_object_is_refused(user_data: Any) -> None:
    assert refusal(event(user_data=user_data)) == Refusal.MISSING_USER_DATA


@pytest.mark.parametrize("name", ["email", "EM", "phone", "gen", "zip", "ssn", "em ", ""])
def test_a_key_that_meta_does_not_document_is_refused_in_user_data(name: str) -> None:
    assert refusal(with_user(em=HASH, ph=HASH, **{name: HASH})) == Refusal.UNKNOWN_USER_DATA_KEY


BAD_HASHES = [
    "ann@example.com",
    "15551234567",
    "",
    HASH.upper(),
    HASH[:-1],
    HASH + "0",
    HASH + "\n",
    " " + HASH,
    HASH + " " + HASH,
    "g" + HASH[1:],
    HASH + ".",
    HASH + ".x",
    HASH + ".AX",
    HASH + ".ABcDEFG",
    HASH + ".ABcDEFGhi",
    HASH + ".ABcDEF=h",
    HASH + ".ABcDEFGh\n",
    "٣" * 64,
    "d41d8cd98f00b204e9800998ecf8427e",
    7,
    True,
    {"h": HASH},
    ["ann@example.com"],
    [HASH, "ann"],
    [HASH, [HASH]],
    [HASH, 7],
]


@pytest.mark.parametrize("name", sorted(MUST_BE_HASHED))
@pytest.mark.parametrize("value", BAD_HASHES)
def test_an_identifier_that_is_not_a_hash_is_refused(name: str, value: Any) -> None:
    assert refusal(event(user_data={"external_id": "c-1", name: value})) == Refusal.IDENTIFIER_NOT_HASHED
    others = {key: HASH for key in HASHED if key != name}
    assert refusal(event(user_data=others | {name: value})) == Refusal.IDENTIFIER_NOT_HASHED
    unhashed = {"external_id": HASH, "madid": HASH}
    assert refusal(event(user_data=unhashed | {name: value})) == Refusal.IDENTIFIER_NOT_HASHED


@pytest.mark.parametrize(
    "suffix", ["", ".AQQCAQIB", ".ABcDEFGh", ".a-_9ZZZZ", ".AQ", ".Ag", ".Aw", ".BA", ".BQ", ".Bg"]
)
def test_a_hash_passes_with_a_builder_s_suffix_alone_and_in_a_list(suffix: str) -> None:
    assert refusal(with_user(em=HASH + suffix)) is None
    assert refusal(with_user(em=[HASH + suffix, HASH], ph=HASH)) is None


def test_values_that_meta_wants_unhashed_pass_as_they_are() -> None:
    plain = {
        "client_ip_address": "203.0.113.9",
        "client_user_agent": "Mozilla/5.0",
        "fbc": "fb.1.1554763741205.IwAR2F4-dbP0l7Mn1IawQQGCINEz7PYXQvwjNwB_qa2ofrHyiLjcbCRxTDMgk.AQICAQMC",
        "fbp": "fb.1.1558571054389.1098115397",
        "lead_id": 12345678901234567,
        "subscription_id": "sub_1",
        "fb_login_id": 1,
    }
    assert refusal(with_user(**plain)) is None


@pytest.mark.parametrize("value", ["c-1", HASH, ["c-1", "c-2"], 17])
def test_an_external_id_need_not_be_hashed(value: Any) -> None:
    assert refusal(with_user(external_id=value)) is None


@pytest.mark.parametrize("value", ["ann@example.com", ["c-1", "ann@example.com"], "crm:ann%40example.com"])
def test_an_external_id_that_is_an_email_address_is_refused(value: Any) -> None:
    assert refusal(with_user(em=HASH, external_id=value)) == Refusal.PLAINTEXT_EXTERNAL_ID


@pytest.mark.parametrize("value", [12345678901234567, "12345678901234567", 10**30, 0, None])
def test_a_lead_id_is_exact_beyond_what_a_float_can_hold(value: Any) -> None:
    assert refusal(with_user(em=HASH, lead_id=value)) is None


@pytest.mark.parametrize("value", [1.2345678901234567e16, 1.0, "1.2e16", "l:123", "", -1, True, [1], "١٢٣", "1" * 33])
def test_a_lead_id_that_is_not_whole_is_refused(value: Any) -> None:
    assert refusal(with_user(em=HASH, lead_id=value)) == Refusal.INVALID_LEAD_ID
    assert refusal(with_user(em=HASH, ph=HASH, lead_id=value)) == Refusal.INVALID_LEAD_ID


def value_of(name: str) -> Any:
    return HASH if name in MUST_BE_HASHED else "1"


@pytest.mark.parametrize(
    "names",
    [
        "",
        "client_user_agent",
        "ge",
        "country",
        "zp country",
        "ct st zp country ge client_user_agent",
        "db",
        "db client_user_agent",
        "fn",
        "ln",
        "fn ge",
        "ln ge",
    ],
)
def test_a_combination_that_meta_calls_too_broad_is_refused(names: str) -> None:
    assert refusal(with_user(**{name: value_of(name) for name in names.split()})) == Refusal.TOO_THIN


@pytest.mark.parametrize(
    "names",
    [
        "fn ln",
        "fn zp",
        "db country",
        "db ge",
        "fn client_user_agent",
        "em",
        "ph",
        "external_id",
        "fbc",
        "fbp",
        "lead_id",
        "madid",
        "client_ip_address",
        "client_ip_address client_user_agent",
        "ct st zp country ge fn",
    ],
)
def test_a_combination_that_is_no_subset_of_a_broad_one_passes(names: str) -> None:
    assert refusal(with_user(**{name: value_of(name) for name in names.split()})) is None


@given(st.sets(st.sampled_from(sorted(KNOWN))))
def test_an_event_is_too_thin_exactly_if_its_keys_fit_into_one_broad_combination(names: set[str]) -> None:
    expected = Refusal.TOO_THIN if any(names <= broad for broad in TOO_THIN) else None
    assert refusal(with_user(**{name: value_of(name) for name in names})) == expected


@pytest.mark.parametrize("nothing", [None, [], [None]])
@pytest.mark.parametrize("name", ["em", "ph", "external_id", "fbp"])
def test_an_identifier_that_carries_nothing_does_not_make_an_event_wider(name: str, nothing: Any) -> None:
    assert refusal(with_user(country=HASH, zp=HASH, **{name: nothing})) == Refusal.TOO_THIN
    assert refusal(with_user(**{"fn": HASH, "ln": HASH, name: nothing})) is None


def test_the_usual_event_is_checked_all_at_once() -> None:
    user_data = event()["user_data"]
    shape = Shape.of(tuple(user_data))
    assert shape.is_simple_and_hashed(user_data)
    assert not shape.is_simple_and_hashed(user_data | {"ph": "15551234567"})
    assert not shape.is_simple_and_hashed(user_data | {"ph": HASH + ".ABcDEFGh"})


def test_keys_of_more_shapes_than_a_gate_remembers_are_still_checked() -> None:
    gate = Gate()
    names = sorted(UNHASHED - {"lead_id"})
    for number in range(1500):
        chosen = [name for bit, name in enumerate(names) if number >> bit & 1]
        for value, expected in ((HASH, None), ("ann", Refusal.IDENTIFIER_NOT_HASHED)):
            payload = payload_of(with_user(em=value, ph=HASH, **dict.fromkeys(chosen, "1")))
            assert gate.refuse(payload, event_name=NAME, event_id=ID, event_time=TIME) == expected


# purchases


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


@pytest.mark.parametrize("custom_data", [ABSENT, {}, {"value": -1}, {"value": "x", "currency": "EURO"}])
def test_other_events_need_neither_value_nor_currency(custom_data: Any) -> None:
    lead = event(event_name="Lead", custom_data=custom_data)
    assert refusal(lead, event_name="Lead") is None


# plain text


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


# whatever comes


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
