"""The Python reference of the rule, against the vectors and the seeds."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from tests.contract.identifiers import generate_vectors
from tests.contract.identifiers.identifying_project import KNOWN_AT, PROJECT
from tests.contract.identifiers.vector_files import KEYS, Vector, generated_vectors, written_vectors
from tests.support.written_rule import (
    Rule,
    client_ip_address,
    client_user_agent,
    fb_login_id,
    fbc,
    fbc_of_click,
    fbp,
    lead_id,
    places,
)
from tests.support.written_rule.hashed_keys import hashed

RULE = Rule(known_on=date.fromisoformat(KNOWN_AT[:10]))

OF_THE_PURCHASE = {
    *("consent", "is_test"),
    *("content_ids", "content_name", "contents", "custom_properties", "customer_segmentation", "delivery_category"),
    *("messaging_channel", "original_event_data", "plaintext", "search_string", "store_data"),
}
"""No identifiers: what happened rather than to whom. Their reference is the gate, and JSON itself."""


def test_the_reference_gives_what_every_vector_expects(vectors: list[Vector], agreement: Callable[[str], None]) -> None:
    wrong = [vector for vector in vectors if vector.normalized not in RULE.answers(*vector.asked)]
    agreement(f"Python reference: {len(vectors) - len(wrong)} of {len(vectors)} vectors have the expected value")
    assert not wrong, wrong[:20]


def test_every_hash_is_the_hash_of_the_value_beside_it(vectors: list[Vector]) -> None:
    assert [vector for vector in vectors if hashed(vector.normalized) != vector.hash] == []


def test_there_are_vectors_enough_of_every_key_and_no_text_has_two_expectations(vectors: list[Vector]) -> None:
    assert len(vectors) >= 5_000
    assert {vector.key for vector in vectors} == set(KEYS)
    assert len({vector.asked for vector in vectors}) == len(vectors)
    assert len({vector.source.split()[-1] for vector in vectors if "person of" in vector.source}) > 30


def test_the_generated_vectors_are_what_the_generator_makes() -> None:
    by_key = sorted(generate_vectors.generated(), key=lambda vector: KEYS.index(vector.key))
    assert by_key == generated_vectors()


@pytest.mark.parametrize("number", [*range(1, 95)])
def test_every_numbered_vector_is_among_ours(number: int) -> None:
    if number != 9:  # the empty text, which no table of vectors needs twice
        assert [vector for vector in written_vectors() if vector.source == f"docs/meta-api.md §3.5, vector {number}"]


def test_the_reference_gives_what_every_unhashed_vector_expects(unhashed_vectors: list[Any]) -> None:
    rules = {
        "client_ip_address": client_ip_address,
        "client_user_agent": client_user_agent,
        "fbp": fbp,
        "lead_id": lead_id,
        "fb_login_id": fb_login_id,
    }
    for key, values, expected in unhashed_vectors:
        if key in ("fbc", "fbclid"):
            given, url, first_seen, event_time = values
            seen, then = datetime.fromisoformat(first_seen) if first_seen else None, datetime.fromisoformat(event_time)
            found = fbc(given, url, seen, then) if key == "fbc" else fbc_of_click(given, seen, then)
            assert found == expected, values
        elif key not in OF_THE_PURCHASE:
            assert rules[key](values[0]) == expected, values


def test_the_seeds_know_every_country_and_state_that_the_reference_knows() -> None:
    assert places.countries().items() <= seed("country_names", ["name_key"], "country").items()
    assert places.states().items() <= seed("state_names", ["country", "name_key"], "code").items()


def seed(name: str, keys: list[str], value: str) -> dict[Any, str]:
    with (PROJECT / "seeds" / "identifiers" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {tuple(row[key] for key in keys) if len(keys) > 1 else row[keys[0]]: row[value] for row in rows}


def test_no_rule_reads_a_clock_so_that_a_full_refresh_gives_the_same_table() -> None:
    """But for `settled`, which asks PostgreSQL for the time and ignores the answer."""
    folders = [PROJECT / "macros" / "identifiers", PROJECT / "models" / "intermediate" / "identities"]
    texts = {path.name: path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("*.sql")}
    clocks = ("utc_now", "now()", "current_date", "current_timestamp", "sysdate", "run_started_at")
    assert [(name, clock) for name, text in texts.items() for clock in clocks if clock in text] == []
