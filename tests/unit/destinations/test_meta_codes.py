"""The answer table: every documented code and subcode, against a list written by hand from Meta's pages."""

from __future__ import annotations

import pytest

from connector.destinations.meta.answers import judge
from connector.destinations.meta.codes import TABLE, find
from connector.destinations.meta.reasons import Reason, Refusal, describe
from connector.destinations.meta.rows import Row
from connector.model.verdicts import Kind
from tests.unit.destinations.meta_events import refused

WAITS: list[tuple[int, int | None]] = [
    (4, None), (4, 1504022), (4, 1504039),
    (17, None), (17, 2446079), (17, 1885172),
    (32, None), (341, None),
    (613, None), (613, 1487742), (613, 1996), (613, 5044001), (613, 1487632), (613, 1487225),
    (21009, None),
    (80000, None), (80000, 2446079), (80001, None), (80003, None), (80003, 2446079), (80004, None), (80004, 2446079),
    (80014, None), (80014, 2446079), (80099, None),
]  # fmt: skip
STOPS: list[tuple[int, int | None]] = [
    (3, None), (10, None), (102, None), (104, None), (105, None),
    (190, None), (190, 458), (190, 459), (190, 460), (190, 463), (190, 464), (190, 467), (190, 492),
    (190, 456), (190, 457), (190, 461), (190, 462), (190, 465), (190, 466), (190, 468), (190, 999),
    (368, None), (200, None), (200, 1), (210, None), (270, None), (294, None), (299, None),
    (506, None), (803, None), (2500, None), (2635, None), (2044055, None),
    (100, 33), (100, 2044055), (100, 1487534), (100, 3191001),
    (100, 2804065), (100, 2804072), (100, 2804073), (100, 2804131), (100, 2804132),
]  # fmt: skip
CONTENTS: list[tuple[int, int | None]] = [
    (100, 2804001), (100, 2804003), (100, 2804004), (100, 2804008), (100, 2804009), (100, 2804010), (100, 2804019),
    (100, 2804023), (100, 2804036), (100, 2804043), (100, 2804050), (100, 2804066), (100, 2804069), (100, 2804079),
    (100, 2804087), (100, 2804116),
]  # fmt: skip
MAYBES: list[tuple[int, int | None]] = [
    (100, None), (100, 1), (100, 2804007), (100, 2804014), (100, 2804016), (100, 2804017), (100, 2804030),
    (100, 2804048), (100, 2804057), (100, 2804500),
]  # fmt: skip
UNCONFIRMEDS: list[tuple[int, int | None]] = [
    (1, None), (1, 99), (2, None), (2, 1504038), (2, 1504041), (2, 1504042), (2, 1504043), (2, 1504044), (5000, None),
    (-1, None), (-2, 2490547), (-3, 1504045), (100, 1504018),
]  # fmt: skip
BY_HAND = [
    *((*pair, Kind.WAIT) for pair in WAITS),
    *((*pair, Kind.STOP) for pair in STOPS),
    *((*pair, Kind.CONTENT) for pair in CONTENTS),
    *((*pair, Kind.MAYBE_CONTENT) for pair in MAYBES),
    *((*pair, Kind.UNCONFIRMED) for pair in UNCONFIRMEDS),
]


@pytest.mark.parametrize(("code", "subcode", "kind"), BY_HAND)
def test_a_documented_code_means_what_the_documentation_says(code: int, subcode: int | None, kind: Kind) -> None:
    verdict = judge(refused(code, subcode), sent=3)
    assert verdict.kind is kind
    assert (verdict.evidence.error_code, verdict.evidence.error_subcode) == (code, subcode)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.code}/{row.subcode}")
def test_each_row_of_the_table_is_found_and_judged_as_it_says(row: Row) -> None:
    verdict = judge(refused(row.code, row.subcode), sent=3)
    found = find(row.code, row.subcode)
    assert found is not None
    assert (verdict.kind, verdict.evidence.error_text, verdict.advice) == (found.kind, found.reason, found.advice)
    assert (found.kind, found.reason) == (row.kind, row.reason)
    assert row.source


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.code}/{row.subcode}")
def test_a_row_that_may_stop_a_dataset_tells_a_person_in_one_sentence_what_to_do(row: Row) -> None:
    if row.kind in (Kind.STOP, Kind.MAYBE_CONTENT):
        assert row.advice is not None
        assert row.advice.endswith(".")
        assert ". " not in row.advice
    elif row.kind in (Kind.CONTENT, Kind.UNCONFIRMED):
        assert row.advice is None


def test_each_row_was_written_down_by_hand_too() -> None:
    assert {(row.code, row.subcode) for row in TABLE if row.last is None} <= {(code, sub) for code, sub, _ in BY_HAND}


def test_no_two_rows_speak_of_the_same_code_and_subcode() -> None:
    keys = [(row.code, row.subcode, row.last) for row in TABLE]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("code", [0, 5, 33, 101, 199, 300, 21008, 79999, 80100, 2804003])
def test_a_code_beside_the_documented_ones_is_not_in_the_table(code: int) -> None:
    assert find(code, None) is None


@pytest.mark.parametrize("word", [*Reason, *Refusal])
def test_each_word_has_a_meaning_in_one_sentence(word: Reason | Refusal) -> None:
    meaning = describe(str(word))
    assert meaning is not None
    assert meaning.endswith(".")
    assert word.meaning.endswith(".")
    assert word.value == word.name.lower()


def test_words_of_other_rooms_are_not_explained_here() -> None:
    assert describe("bisection_budget_spent") is None
