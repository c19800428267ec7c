"""Click and browser ids as Meta's Parameter Builder for Python makes and takes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.contract.identifiers import builder_hashing
from tests.contract.identifiers.builder_differences import COMPARED, REASONS, differences, frozen, ids_of_request
from tests.contract.identifiers.vector_files import read_lines, written_vectors
from tests.support.written_rule import fbc, fbp

AT = datetime.fromisoformat("2026-03-01 10:00:00.123")
HOSTS = {
    "shop.example": 1,
    "https://www.shop.example:8443": 1,
    "www.shop.example.com.br": 3,
    "a.b.shop.example": 2,
    "localhost": 0,
    "93.184.216.34": 0,
    "[2606:2800:220:1::1]:443": 0,
}
"""Hosts, and the level of the domain that the builder writes into its cookies there."""


def test_every_difference_from_the_builder_is_a_known_one_and_every_known_one_is_still_there(
    agreement: Callable[[str], None],
) -> None:
    found, known = set(differences()), set(frozen())
    compared = [key for key, *_ in read_lines("unhashed.jsonl") if key in COMPARED]
    agreement(f"Parameter Builder: {len(compared) - len(found)} of {len(compared)} click and browser ids are the same")
    assert found - known == set(), "new: explain them in builder_differences.py, or fix what is wrong"
    assert known - found == set(), "vanished: run python -m tests.contract.identifiers.builder_differences"
    assert [one for one in known if one.reason != REASONS[one.input_class]] == []


@pytest.mark.parametrize("host", HOSTS)
def test_what_the_builder_makes_is_sent_as_it_made_it_whatever_the_host(host: str) -> None:
    click, browser = ids_of_request(AT, host=host, url="https://shop.example/?fbclid=IwAR1AbC_d-E")
    assert click is not None
    assert click.startswith(f"fb.{HOSTS[host]}.1772359200123.IwAR1AbC_d-E.")
    assert fbc(click, None, None, AT + timedelta(days=3)) == click
    assert fbp(browser) == browser is not None


def test_a_cookie_that_the_builder_marked_as_seen_is_sent_with_its_mark() -> None:
    cookies = {"_fbc": "fb.3.1772000000000.IwAR1AbC_d-E", "_fbp": "fb.3.1772000000000.1116446470"}
    click, browser = ids_of_request(AT, host="www.shop.example.com.br", cookies=cookies)
    assert (click, browser) != (cookies["_fbc"], cookies["_fbp"])
    assert (fbc(click, None, None, AT), fbp(browser)) == (click, browser)


def test_what_the_builder_for_node_hashes_is_known_of_every_hand_written_vector() -> None:
    answers = builder_hashing.frozen()
    asked = {vector.asked for vector in written_vectors()}
    assert {(answer.key, answer.text, answer.country) for answer in answers} == asked, "run builder_hashing.py"


def test_where_we_hash_something_else_than_the_builder_for_node_the_reason_is_known(
    agreement: Callable[[str], None],
) -> None:
    vectors = {vector.asked: vector for vector in written_vectors()}
    answers = builder_hashing.frozen()
    found = [
        builder_hashing.answered(vectors[answer.key, answer.text, answer.country], answer.normalized, answer.hash)
        for answer in answers
    ]
    assert found == answers
    classes = {answer.input_class for answer in answers if answer.input_class}
    assert classes == set(builder_hashing.REASONS)
    alike = len([answer for answer in answers if answer.input_class is None])
    agreement(
        f"Parameter Builder for Node: {alike} of {len(answers)} hand-written vectors are hashed alike, "
        f"{len(answers) - alike} differ for one of {len(classes)} reasons"
    )
