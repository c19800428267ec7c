"""What Meta takes and refuses, as the gate and the sandbox say it: two readings that share no code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from connector.destinations.meta.gate import Gate
from connector.destinations.meta.reasons import Refusal
from connector.sandbox.calls import decoded_or_none
from connector.sandbox.config import SandboxConfig
from connector.sandbox.rules import EVENT_RULES, first_broken_of_events, refusing, terms_at
from tests.contract.identifiers.vector_files import read_lines
from tests.unit.destinations.meta_events import COLUMNS, columns_of, money_in
from tests.unit.payloads.neighbours import (
    ADDRESSES,
    BASE64,
    DROP,
    ID_PLACES,
    NO_ADDRESS,
    NO_BASE64,
    NO_PHONE,
    NOBODY_UNDER_KEYS,
    PEOPLE_UNDER_KEYS,
    PHONES,
    PHONES_OR_IDS,
    PLACES,
    REFUSED,
    TAKEN,
    URLS_THAT_DO_NOT,
    URLS_THAT_TELL,
    WRITTEN,
    Change,
    page,
    user,
)

NOW = 1_795_900_000
TIME = NOW - 60
CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
EVERY_SWITCH = frozenset(rule.name for rule in EVENT_RULES if rule.switch) - {"E19"}
"""E19 asks for what Meta was seen to do without."""


def gate_refuses(payload: str, event: dict[str, Any]) -> str | None:
    """Asked alone and beside a copy of itself: the two ways of the gate must say the same."""
    key = {name: event.get(name) for name in ("event_name", "event_id")}
    row = COLUMNS | key | {"event_time": TIME} | money_in(payload.encode())
    verdict = Gate().refuse(payload.encode(), **row)
    assert Gate().refuse_all([payload.encode()] * 2, **columns_of([row] * 2)) == [verdict] * 2
    return verdict


def sandbox_refuses(payload: str, strict: frozenset[str] | None = None) -> str | None:
    rules = refusing(SandboxConfig().strict if strict is None else strict)
    rule = first_broken_of_events([decoded_or_none(payload)], terms_at(NOW, "any", 60), rules)
    return rule and rule.name


def changed(change: Change) -> dict[str, Any]:
    event = {
        "event_name": "Purchase",
        "event_time": TIME,
        "event_id": "ORDER-1",
        "action_source": "website",
        "user_data": {"em": HASH_OF_NOBODY, "client_user_agent": "Mozilla/5.0"},
        "custom_data": {"value": 12.5, "currency": "USD", "order_id": "1234567890"},
    } | change
    return {name: value for name, value in event.items() if value is not DROP}


HASH_OF_NOBODY = "0123456789abcdef" * 4


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_gate_and_sandbox_say_of_a_case_from_the_field_what_meta_says(case: dict[str, Any]) -> None:
    times = {"{now}": TIME, "{ms}": (NOW - 7200) * 1000, "{earlier}": NOW - 86_400}
    payload: str = case["payload"].replace("1795833055000", f"{NOW - 86_400}000")
    for blank, moment in times.items():
        payload = payload.replace(blank, str(moment))
    is_refused = case["expected"] == "refuse"
    assert (gate_refuses(payload, case) is not None) is is_refused
    assert (sandbox_refuses(payload) is not None) is is_refused


@pytest.mark.parametrize("change", TAKEN, ids=repr)
def test_what_meta_takes_passes_both(change: Change) -> None:
    event = changed(change)
    assert (gate_refuses(json.dumps(event), event), sandbox_refuses(json.dumps(event), EVERY_SWITCH)) == (None, None)


@pytest.mark.parametrize("change", REFUSED, ids=repr)
def test_what_meta_refuses_is_refused_by_both(change: Change) -> None:
    event = changed(change)
    assert gate_refuses(json.dumps(event), event)
    assert sandbox_refuses(json.dumps(event), EVERY_SWITCH)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address_passes_both_wherever_it_stands(place: str, text: str) -> None:
    event = changed(PLACES[place](text))
    assert (gate_refuses(json.dumps(event), event), sandbox_refuses(json.dumps(event), EVERY_SWITCH)) == (None, None)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_refused_by_both_wherever_it_stands(place: str, text: str) -> None:
    event = changed(PLACES[place](text))
    assert gate_refuses(json.dumps(event), event)
    assert sandbox_refuses(json.dumps(event)) == "E45"


@pytest.mark.parametrize("text", BASE64)
def test_an_address_behind_base64_is_refused_by_both_as_a_person_s_id_and_in_a_url(text: str) -> None:
    for external_id in (text, ["c-1", text]):
        event = changed(user(external_id=external_id))
        assert gate_refuses(json.dumps(event), event) == Refusal.PLAINTEXT_EXTERNAL_ID
        assert sandbox_refuses(json.dumps(event)) == "E45"
    for value in (text, quote(text, safe="")):
        event = changed(page(f"?e={value}&x=1"))
        assert gate_refuses(json.dumps(event), event) == Refusal.PLAINTEXT_IN_URL
        assert sandbox_refuses(json.dumps(event)) == "E46"


@pytest.mark.parametrize("text", NO_BASE64)
def test_an_id_that_only_could_be_base64_passes_both(text: str) -> None:
    passes_both(user(external_id=text))
    passes_both(page(f"?e={text}&x=1"))


@pytest.mark.parametrize("place", WRITTEN)
@pytest.mark.parametrize("text", PHONES)
def test_a_phone_number_as_people_write_it_is_refused_by_both(place: str, text: str) -> None:
    event = changed(WRITTEN[place](text))
    assert gate_refuses(json.dumps(event, ensure_ascii=False), event) == Refusal.PLAINTEXT_PHONE
    assert sandbox_refuses(json.dumps(event)) == "E47"


@pytest.mark.parametrize("text", PHONES_OR_IDS)
def test_a_form_that_ids_have_too_is_a_phone_number_in_words_and_none_under_a_key_for_ids(text: str) -> None:
    for place in ("custom_data.note", "custom_data.list", "a key"):
        event = changed(PLACES[place](text))
        assert gate_refuses(json.dumps(event, ensure_ascii=False), event) == Refusal.PLAINTEXT_PHONE, place
        assert sandbox_refuses(json.dumps(event)) == "E47", place
    for change in ID_PLACES.values():
        passes_both(change(text))


@pytest.mark.parametrize(
    "vector", [vector for vector in read_lines("unhashed.jsonl") if vector[0] == "plaintext"], ids=str
)
def test_the_gate_says_of_a_text_what_the_warehouse_says(vector: tuple[str, list[str], str | None]) -> None:
    _, [text], reason = vector
    event = changed(PLACES["custom_data.note"](text))
    assert gate_refuses(json.dumps(event, ensure_ascii=False), event) == reason


@pytest.mark.parametrize("text", ["+49 170 1234567", "+16505551212", "(650) 555-1212", "650-555-1212"])
@pytest.mark.parametrize("is_listed", [True, False])
def test_a_phone_number_among_the_ids_of_a_person_is_refused_by_both(text: str, is_listed: bool) -> None:
    event = changed(user(external_id=[text] if is_listed else text))
    assert gate_refuses(json.dumps(event), event) == Refusal.PLAINTEXT_EXTERNAL_ID
    assert sandbox_refuses(json.dumps(event)) == "E47"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", NO_PHONE)
def test_numbers_of_orders_and_goods_and_times_pass_both_wherever_they_stand(place: str, text: str) -> None:
    passes_both(PLACES[place](text))


@pytest.mark.parametrize("change", PEOPLE_UNDER_KEYS, ids=repr)
def test_what_stands_under_a_key_for_phones_or_names_is_refused_by_both(change: Change) -> None:
    event = changed(change)
    assert gate_refuses(json.dumps(event), event) in (Refusal.PLAINTEXT_PHONE, Refusal.PLAINTEXT_NAME)
    assert sandbox_refuses(json.dumps(event)) in ("E47", "E48")


@pytest.mark.parametrize("change", NOBODY_UNDER_KEYS, ids=repr)
def test_what_only_sounds_like_a_phone_or_a_name_passes_both(change: Change) -> None:
    passes_both(change)


@pytest.mark.parametrize("name", ["event_source_url", "referrer_url"])
@pytest.mark.parametrize("rest", URLS_THAT_TELL)
def test_a_url_that_tells_a_token_a_phone_or_a_name_is_refused_by_both(name: str, rest: str) -> None:
    event = changed({name: page(rest)["event_source_url"]})
    assert gate_refuses(json.dumps(event), event) in (Refusal.TOKEN_IN_URL, Refusal.PLAINTEXT_IN_URL)
    assert sandbox_refuses(json.dumps(event)) == "E46"


@pytest.mark.parametrize("rest", ["?token=abc123", "?first_name=Jane", "?phone=16505551212"])
@pytest.mark.parametrize("wrapped", [lambda url: [url], lambda url: {"href": [url]}, lambda url: {url: 1}])
def test_a_url_that_tells_is_refused_by_both_in_a_list_or_an_object_too(
    wrapped: Callable[[str], Any], rest: str
) -> None:
    event = changed({"event_source_url": wrapped(page(rest)["event_source_url"])})
    assert gate_refuses(json.dumps(event), event) in (Refusal.TOKEN_IN_URL, Refusal.PLAINTEXT_IN_URL)
    assert sandbox_refuses(json.dumps(event)) == "E46"


@pytest.mark.parametrize("name", ["event_source_url", "referrer_url"])
def test_the_key_of_a_woocommerce_order_is_refused_with_its_parameter_and_what_to_do(name: str) -> None:
    order_received = "https://shop.example/checkout/order-received/88/?key=wc_order_AbC123def"
    event = changed({name: order_received})
    assert gate_refuses(json.dumps(event), event) == Refusal.TOKEN_IN_URL
    assert "?key=wc_order_" in Refusal.TOKEN_IN_URL.meaning
    assert "cut its parameters" in Refusal.TOKEN_IN_URL.meaning


@pytest.mark.parametrize("rest", URLS_THAT_DO_NOT)
def test_a_url_with_ordinary_parameters_passes_both(rest: str) -> None:
    passes_both(page(rest))


def passes_both(change: Change) -> None:
    event = changed(change)
    assert (gate_refuses(json.dumps(event), event), sandbox_refuses(json.dumps(event), EVERY_SWITCH)) == (None, None)
