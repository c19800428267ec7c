"""What the gate refuses of a payload and its key, and what it lets pass because Meta does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.destinations.meta.gate import ACTION_SOURCES, Gate
from connector.destinations.meta.identifiers import KNOWN, UNHASHED
from connector.destinations.meta.reasons import Refusal
from tests.unit.destinations.meta_events import (
    ABSENT,
    COLUMNS,
    TIME,
    event,
    hashed,
    payload_of,
    refusal,
    refusal_of_bytes,
)

HASH = hashed("x")
BLANKS = ["", " ", "\t\n", None, ABSENT]
EXACT = {"lead_id": 10**15, "fbc": "fb.1.1.x"}


def test_a_good_purchase_passes() -> None:
    assert refusal(event()) is None


def test_one_gate_takes_many_events_of_many_shapes() -> None:
    gate = Gate()
    for size in range(1, len(UNHASHED)):
        for name in sorted(KNOWN):
            user_data = dict.fromkeys(sorted(UNHASHED - {name})[:size], "1") | {"em": HASH, name: HASH}
            user_data |= {key: value for key, value in EXACT.items() if key in user_data}
            payload = payload_of(event(user_data=user_data))
            assert gate.refuse(payload, **COLUMNS) is None


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
        {
            "custom_data": {
                "value": 1,
                "currency": "USD",
                "contents": [{"id": "a:b"}, {"id": ":", "note": {"x": "y:z"}}],
            }
        },
    ],
)
def test_colons_and_escapes_in_texts_are_not_taken_for_a_second_key(changes: dict[str, Any]) -> None:
    assert refusal(event(**changes)) is None


def test_white_space_between_the_parts_is_no_reason_to_refuse() -> None:
    assert refusal_of_bytes(json.dumps(event(), indent=2).encode()) is None


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


def test_the_documented_action_sources_pass_also_without_what_meta_merely_asks_for() -> None:
    assert len(ACTION_SOURCES) == 9
    for source in ACTION_SOURCES - {"app", "business_messaging"}:
        assert refusal(event(action_source=source, event_source_url=ABSENT, user_data={"em": HASH})) is None
