"""Whom the local Meta knows of the shop: by the written rule, so that a wrong normalizer finds fewer of them."""

from collections.abc import Callable
from hashlib import sha256
from re import sub
from typing import Any

import pyarrow as pa
import pytest

from connector.sandbox.matching import Matching, is_recognized
from examples.shop.data.known import KNOWN_SHARE, email, known_people, name, phone
from tests.support.written_rule import Rule
from tests.support.written_rule.hashed_keys import hashed

Tables = dict[str, pa.Table]
Rows = dict[str, list[dict[str, Any]]]
Normalizer = Callable[[str, str, str | None], str | None]
RULE = Rule()
FIELDS = {"em": "customer_email", "ph": "customer_phone"}
WRONG: dict[str, Normalizer] = {
    "capitals stay": lambda key, text, country: text.strip() if key == "em" else right(key, text, country),
    "no calling code": lambda key, text, country: sub(r"\D", "", text) if key == "ph" else right(key, text, country),
}


def right(key: str, text: str, country: str | None) -> str | None:
    return next((answer for answer in RULE.answers(key, text, country) if answer), None)


def recognized(shop: Rows, people: dict[str, list[str]], normalizer: Normalizer, key: str | None = None) -> float:
    """Of the buyers in the stores who left anything, how many Meta recognizes (by one key)."""
    matching, tries, found = Matching(), 0, 0
    matching.tell(people)
    for row in shop["store_sales"][:3_000]:
        texts = {each: row[field] for each, field in FIELDS.items() if key in (None, each)}
        hashes = {each: hashed(normalizer(each, text, row["country"])) for each, text in texts.items() if text}
        good, _ = matching.judge({each: value for each, value in hashes.items() if value}, now=2e9)
        tries, found = tries + bool(hashes), found + is_recognized(good)
    return found / tries


def test_the_share_of_people_that_meta_knows_is_the_share_that_it_recognizes(shop: Rows, shop_tables: Tables) -> None:
    people = known_people(shop_tables)
    assert set(people) == {"em", "ph", "fn", "ln", "external_id"}
    assert 0.70 < recognized(shop, people, right) < 0.95
    assert KNOWN_SHARE - 0.06 < recognized(shop, people, right, "em") < KNOWN_SHARE + 0.03


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_normalizer_recognizes_fewer(wrong: str, shop: Rows, shop_tables: Tables) -> None:
    people = known_people(shop_tables)
    assert recognized(shop, people, WRONG[wrong]) < recognized(shop, people, right) - 0.005
    key = "em" if wrong == "capitals stay" else "ph"
    assert recognized(shop, people, WRONG[wrong], key) < recognized(shop, people, right, key) - 0.07


def test_every_field_of_the_shop_is_read_as_the_written_rule_reads_it(shop: Rows) -> None:
    for row in shop["customers"][:3_000]:
        if row["email"] and len(row["email"]) not in (32, 64):
            assert email(row["email"]) == right("em", row["email"], None), row["email"]
        if row["phone"]:
            assert phone(row["phone"], row["country"]) in RULE.answers("ph", row["phone"], row["country"]), row["phone"]
        for key, column in (("fn", "first_name"), ("ln", "last_name")):
            assert name(row[column]) == right(key, row[column], None), row[column]


def test_who_is_known_follows_from_the_person_and_not_from_the_table(shop: Rows, shop_tables: Tables) -> None:
    some, all_of_them = set(known_people(shop_tables)["em"]), set(known_people(shop_tables, share=1)["em"])
    assert some < all_of_them
    assert known_people(shop_tables) == known_people(dict(reversed(shop_tables.items())))
    assert sha256(b"anna@mail").hexdigest() not in all_of_them
