"""The gate says the same of an event alone and of one in a batch, whatever happened to a good event."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.destinations.meta.gate import PIECE, Gate
from connector.destinations.meta.reasons import Refusal
from connector.destinations.meta.screening import all_valid
from tests.unit.destinations.meta_events import (
    ID,
    NAME,
    OF_THE_GOOD,
    TIME,
    columns_of,
    event,
    hashed,
    payload_of,
    refusal_of_bytes,
)

HASH = hashed("x")
GOOD = event(
    user_data={
        "em": [HASH, hashed("y")],
        "ph": HASH,
        "country": HASH,
        "external_id": "7",
        "client_ip_address": "2001:db8::1",
        "client_user_agent": "Mozilla/5.0 (rv:140.0)",
        "fbp": "fb.1.1.1",
    },
    opt_out=False,
    custom_data={"value": 12.5, "currency": "USD", "contents": [{"id": "SKU:1", "quantity": 2}]},
)
HINTS = (
    *("", " ", "\u00a0", "a@b.example", "%40", "a%2540b.example", "\\", '"', ":", "\n", "\x00", "\ud7ff", "é"),
    *(HASH, HASH.upper(), HASH[:-1], f"{HASH} ", f"{HASH}.AQ", "a" * 64, "Lead", "website", "USD", "usd", "1.5"),
    *(0, -1, 1.0, float(TIME), TIME, 2**63, 2**64, 10**30, True, False, None, [], {}, [None], [""], [HASH], [HASH, ""]),
)
VALUES = st.sampled_from(HINTS) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
KEYS = st.sampled_from(
    [*GOOD, *GOOD["user_data"], *GOOD["custom_data"], "fn", "zp", "fbc", "lead_id", "madid", "f5first", "referrer_url"]
) | st.text(max_size=4)
PATHS = st.sampled_from([(), ("user_data",), ("custom_data",), ("custom_data", "contents", 0)])
BYTES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\n", b" ", b"0", b"-", b"@", b"\xff", b"\x00"]
)


@st.composite
def changed_events(draw: st.DrawFn) -> bytes:
    """A good event with up to three fields replaced, added or left out, written in one of several ways."""
    fields: Any = json.loads(json.dumps(GOOD))
    for _ in range(draw(st.integers(0, 3))):
        place = fields
        for step in draw(PATHS):
            if isinstance(place, dict):
                place = place.get(step, place)
            elif isinstance(place, list) and place and isinstance(step, int):
                place = place[step]
        if isinstance(place, dict):
            key = draw(KEYS)
            place.pop(key, None) if draw(st.booleans()) else place.update({key: draw(VALUES)})
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    return json.dumps(fields, separators=separators, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


@st.composite
def cut_and_pasted(draw: st.DrawFn) -> bytes:
    """A good event with bytes left out, put in, or with a piece of itself put in a second time."""
    payload = payload_of(GOOD)
    for _ in range(draw(st.integers(1, 2))):
        first, last, place = (draw(st.integers(0, len(payload))) for _ in range(3))
        piece = draw(st.sampled_from([b"", payload[first : min(last, first + 80)]]) | BYTES | st.binary(max_size=3))
        length = draw(st.integers(0, 3))
        payload = payload[:place] + piece + payload[place + length :]
    return payload


COLUMNS = st.fixed_dictionaries(
    {},
    optional={
        "event_name": st.sampled_from([None, "", " ", "Lead", NAME]),
        "event_id": st.sampled_from([None, "", " ", "other", ID]),
        "event_time": st.sampled_from([None, 0, TIME, TIME + 1]),
        "value": st.sampled_from([None, 0.0, 12.5, 12.5001]),
        "currency": st.sampled_from([None, "", "usd", "USD", "EUR"]),
    },
)


@example(payload=payload_of(GOOD).replace(b'"ph":', b'"ph":"15551234567","ph":'), columns={})
@example(payload=payload_of(GOOD).replace(b'"fbp":', b'"fbp":null,"fbp":'), columns={})
@example(payload=payload_of(GOOD).replace(str(TIME).encode(), b"%d.0" % TIME), columns={})
@example(payload=payload_of(GOOD).replace(b"12.5", b"-0.01"), columns={})
@example(payload=payload_of(GOOD).replace(b'"currency":', b'"tier":"\xff","currency":'), columns={})
@given(payload=changed_events() | cut_and_pasted(), columns=COLUMNS)
def test_an_event_gets_the_same_verdict_alone_and_among_others(payload: bytes, columns: dict[str, Any]) -> None:
    refusal_of_bytes(payload, **columns)  # compares both ways


@given(cut=st.integers(1, len(payload_of(GOOD)) - 1), filler=BYTES | st.just(b""))
def test_two_halves_of_an_event_are_not_taken_for_two_events(cut: int, filler: bytes) -> None:
    whole = payload_of(GOOD)
    payloads = [whole[:cut] + filler, whole[cut:], whole + b"\n" + whole]
    one_by_one = [Gate().refuse(payload, **OF_THE_GOOD) for payload in payloads]
    assert Gate().refuse_all(payloads, **columns_of([OF_THE_GOOD] * 3)) == one_by_one
    assert None not in one_by_one[1:]


def goes_fast(payload: bytes) -> bool:
    return all_valid([payload], [NAME], [ID], [TIME], [12.5], ["USD"], action_sources=frozenset({"website"}))


def test_the_usual_event_goes_the_fast_way() -> None:
    assert goes_fast(payload_of(GOOD))


PROPERTIES = {"loyalty_tier": "gold", "margin": 0.5, "is_new": True, "box": {"size": [1, None], "note": "at 10:30"}}


def with_properties(**more: Any) -> bytes:
    items = [{"id": "SKU:1", "brand": "Acme"}]
    return payload_of(GOOD | {"custom_data": GOOD["custom_data"] | {"contents": items} | PROPERTIES | more})


def test_an_event_with_properties_of_the_advertiser_goes_the_fast_way() -> None:
    assert goes_fast(with_properties())


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"contact": "ann@shop.example"}, Refusal.PLAINTEXT_EMAIL),
        ({"box": {"note": "call +49 170 1234567"}}, Refusal.PLAINTEXT_PHONE),
        ({"billing_phone": "01701234567"}, Refusal.PLAINTEXT_PHONE),
        ({"billing_phone": 1701234567}, Refusal.PLAINTEXT_PHONE),
        ({"box": [{"first_name": "Ann"}]}, Refusal.PLAINTEXT_NAME),
        ({"contents": [{"id": "1", "recipient_name": "Ann Lee"}]}, Refusal.PLAINTEXT_NAME),
        ({"+49 170 1234567": 1}, Refusal.PLAINTEXT_PHONE),
    ],
)
def test_properties_of_the_advertiser_are_searched_for_people(properties: dict[str, Any], reason: str) -> None:
    assert refusal_of_bytes(with_properties(**properties)) == reason


@pytest.mark.parametrize("twice", [b'"margin":1,', b'"value":1,'])
def test_a_property_that_stands_twice_is_refused(twice: bytes) -> None:
    payload = with_properties().replace(b'"custom_data":{', b'"custom_data":{' + twice)
    assert refusal_of_bytes(payload) == Refusal.DUPLICATE_JSON_KEY


def test_one_bad_event_in_a_large_batch_is_the_only_one_refused() -> None:
    payloads = [payload_of(GOOD)] * (3 * PIECE + 7)
    payloads[PIECE + 3] = payload_of(GOOD | {"user_data": {"em": "ann"}})
    verdicts = Gate().refuse_all(payloads, **columns_of([OF_THE_GOOD] * len(payloads)))
    assert [place for place, verdict in enumerate(verdicts) if verdict is not None] == [PIECE + 3]
