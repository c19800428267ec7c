"""Which identifiers the gate lets pass: hashed where they must be, and not too few."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.destinations.meta.gate import Gate
from connector.destinations.meta.identifiers import HASHED, KNOWN, MUST_BE_HASHED, PARTNERS, TOO_THIN, UNHASHED, Shape
from connector.destinations.meta.reasons import Refusal
from tests.unit.destinations.meta_events import (
    ABSENT,
    COLUMNS,
    event,
    hashed,
    payload_of,
    refusal,
    with_user,
)

HASH = hashed("x")


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


@pytest.mark.parametrize("value", [12345678901234567, "12345678901234567", 10**14, None])
def test_a_lead_id_is_exact_beyond_what_a_float_can_hold(value: Any) -> None:
    assert refusal(with_user(em=HASH, lead_id=value)) is None


@pytest.mark.parametrize("value", [1.2345678901234567e16, 1.0, "1.2e16", "l:123", "", -1, True, [1], "١٢٣", "1" * 33])
def test_a_lead_id_that_is_not_whole_is_refused(value: Any) -> None:
    assert refusal(with_user(em=HASH, lead_id=value)) == Refusal.INVALID_LEAD_ID
    assert refusal(with_user(em=HASH, ph=HASH, lead_id=value)) == Refusal.INVALID_LEAD_ID


def value_of(name: str) -> Any:
    return HASH if name in MUST_BE_HASHED else {"lead_id": 10**15, "fbc": "fb.1.1.x"}.get(name, "1")


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
    expected = Refusal.TOO_THIN if any(names - PARTNERS <= broad for broad in TOO_THIN) else None
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
    names = sorted(UNHASHED - {"lead_id", "fbc"})
    for number in range(1500):
        chosen = [name for bit, name in enumerate(names) if number >> bit & 1]
        for value, expected in ((HASH, None), ("ann", Refusal.IDENTIFIER_NOT_HASHED)):
            payload = payload_of(with_user(em=value, ph=HASH, **dict.fromkeys(chosen, "1")))
            assert gate.refuse(payload, **COLUMNS) == expected
