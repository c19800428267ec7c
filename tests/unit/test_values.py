"""The small values at the bottom of the house."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pycountry
import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from connector.model.money import DECIMAL_PLACES, NO_CURRENCY, amount_text, format_money, money_text
from connector.model.outcomes import Evidence, Outcome, runs, settle
from connector.warehouse.queries import Queries, named_queries


@given(st.sets(st.integers(0, 500)))
def test_ranges_hold_exactly_the_positions_and_never_touch(positions: set[int]) -> None:
    ranges = runs(sorted(positions))
    assert {place for first, last in ranges for place in range(first, last + 1)} == positions
    assert all(following[0] > before[1] + 1 for before, following in pairwise(ranges))


def test_settled_positions_become_as_few_ranges_as_possible() -> None:
    settled = settle(3, [0, 1, 2, 7], Outcome.ACCEPTED, Evidence(http_status=200))
    assert [(one.batch_no, one.first_position, one.last_position, one.events) for one in settled] == [
        (3, 0, 2, 3),
        (3, 7, 7, 1),
    ]


@pytest.mark.parametrize(
    ("amount", "text"), [("1", "1.00"), ("12.5000", "12.50"), ("0.1234", "0.1234"), ("-3.1", "-3.10"), ("0", "0.00")]
)
def test_amounts_are_exact_text_with_two_places_at_least(amount: str, text: str) -> None:
    assert amount_text(Decimal(amount)) == text


def test_money_is_listed_by_currency() -> None:
    assert list(money_text({"USD": Decimal(1), "EUR": Decimal(2)})) == ["EUR", "USD"]


def test_every_named_query_has_its_sentence_and_every_brace_a_meaning() -> None:
    relations = (
        "events",
        "relation",
        "ledger",
        "marts",
        "reference",
        "conversions",
        "event_time_in_utc",
        "deadline_in_utc",
    )
    conditions = ("default_dataset", "is_covered_by_pixel", "within")
    of_the_states = ("records", "which_records", "record_outcomes")
    of_the_fold = ("fold_records_of_ledger", "fold_states_of_ledger")
    of_the_expiry = ("fold_records_of_expired", "fold_states_of_expired")
    of_the_claim = ("fold_records_of_candidates", "fold_states_of_candidates")
    of_a_life = ("modelled_keys", "or_order_id", "modelled_columns", "identifier_names")
    of_a_replay = ("chosen_by",)
    of_an_engine = ("comments", "utc_now", "lease_end", "once", "outcome_rows", "schemata", "ties")
    of_the_types = (
        "payload_hash_as_text",
        "payload_as_text",
        "currency_as_text",
        "action_source_as_text",
        "event_id_as_text",
        "event_name_as_text",
        "dataset_id_as_text",
    )
    given = (
        *relations,
        *conditions,
        *of_the_states,
        *of_the_fold,
        *of_the_claim,
        *of_the_expiry,
        *of_a_life,
        *of_a_replay,
        *of_an_engine,
        *of_the_types,
    )
    queries = Queries(dict.fromkeys(given, "x"))
    for name, text in named_queries().items():
        assert text.startswith("-- "), name
        assert "{" not in queries[name], name


def test_an_unknown_brace_is_an_error_and_not_an_empty_string() -> None:
    with pytest.raises(KeyError):
        Queries({}).fill("select * from {nowhere}")


def test_a_currency_is_written_with_its_own_decimal_places() -> None:
    amount = Decimal("1234567.5000")
    assert format_money(amount, "EUR") == "1,234,567.50 EUR"
    assert format_money(Decimal("1200.0000"), "JPY") == "1,200 JPY"
    assert format_money(Decimal("1.5000"), "KWD") == "1.500 KWD"
    assert format_money(amount, NO_CURRENCY) == "1,234,567.50 (no currency)"


def test_a_part_finer_than_the_currencys_own_is_never_rounded_away() -> None:
    assert format_money(Decimal("12.3456"), "EUR") == "12.3456 EUR"
    assert format_money(Decimal("0.5"), "JPY") == "0.5 JPY"


def test_the_decimal_places_are_those_of_iso_4217() -> None:
    known = {currency.alpha_3 for currency in pycountry.currencies}
    assert set(DECIMAL_PLACES) <= known
    # CLDR has customs of its own where coins are out of use: it writes those in whole units
    unlike = {name for name in known if get_currency_precision(name) != DECIMAL_PLACES.get(name, 2)}
    assert {name for name in unlike if get_currency_precision(name) != 0} == set()
