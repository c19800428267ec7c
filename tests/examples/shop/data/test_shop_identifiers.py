"""Identifiers are as messy as people are, and yet right: phones are valid, addresses global, nobody is real."""

from collections import Counter
from collections.abc import Callable
from ipaddress import ip_address
from random import Random
from re import fullmatch
from typing import Any
from unicodedata import is_normalized

import phonenumbers
import pytest

from examples.shop.data import SHARES
from examples.shop.data.emails import PLACEHOLDERS
from examples.shop.data.phones import GARBAGE, number, spell
from examples.shop.data.places import PLACES, Place

Rows = dict[str, list[dict[str, Any]]]

CODES = {spelling: place.code for place in PLACES for spelling in place.spellings}


def _reading(text: str) -> str:
    """What our rules do before the oracle: the first of two numbers, and no `.0` of a spreadsheet."""
    return text.split(" / ")[0].strip().removesuffix(".0")


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.code)
def test_every_spelling_of_a_number_is_read_back_as_that_number(place: Place) -> None:
    rng = Random(5)  # noqa: S311 - dice of a test
    spellings = set()
    for _ in range(1_500):
        groups = number(rng, place)
        text = spell(rng, place, groups)
        parsed = phonenumbers.parse(_reading(text), place.code)
        assert phonenumbers.is_valid_number(parsed), text
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == (
            f"+{place.calling}{''.join(groups)}"
        ), text
        spellings.add("".join("9" if sign.isdigit() else sign for sign in text))
    assert len(spellings) > 15


def test_phones_of_customers_are_valid_in_their_country_but_for_the_garbage(shop: Rows) -> None:
    phones = [
        (row["phone"], CODES[row["country"]])
        for row in shop["customers"]
        if row["phone"] and row["phone"] not in GARBAGE and row["country"]
    ]
    assert len(phones) > 5_000
    valid = sum(phonenumbers.is_valid_number(phonenumbers.parse(_reading(text), code)) for text, code in phones)
    assert valid == len(phones)


def test_garbage_is_a_small_share_and_no_number_anywhere(shop: Rows) -> None:
    phones = [row["phone"] for row in shop["customers"]]
    garbage = sum(phone in GARBAGE for phone in phones)
    assert 0.5 * SHARES.phone_garbage < garbage / len(phones) < 1.5 * SHARES.phone_garbage
    for text in set(GARBAGE) - {"1-800-FLOWERS"}:
        try:
            assert not phonenumbers.is_valid_number(phonenumbers.parse(text, "US")), text
        except phonenumbers.NumberParseException:
            continue


@pytest.mark.parametrize("load", ["shop", "more"])
def test_every_address_is_global_and_both_versions_occur(load: str, request: pytest.FixtureRequest) -> None:
    texts = [row["ip_address"] for row in request.getfixturevalue(load)["web_sessions"] if row["ip_address"]]
    addresses = [ip_address(text) for text in texts]
    assert [address for address in addresses if not address.is_global] == []
    assert {address.version for address in addresses} == {4, 6}


def test_metas_cookies_are_well_formed_and_older_than_the_visit(shop: Rows) -> None:
    for row in shop["web_sessions"]:
        if row["fbp"]:
            assert fullmatch(r"fb\.1\.\d{13}\.\d{9,10}", row["fbp"])
        if row["fbc"]:
            assert fullmatch(r"fb\.1\.\d{13}\.[\w-]+", row["fbc"])
    assert 0 < sum(row["fbc"] is not None for row in shop["web_sessions"]) < 0.1 * len(shop["web_sessions"])


def test_a_share_of_visits_came_by_a_click_on_an_ad(shop: Rows) -> None:
    clicks = [row["landing_url"] for row in shop["web_sessions"] if "fbclid=" in row["landing_url"]]
    assert 0.30 < len(clicks) / len(shop["web_sessions"]) < 0.40
    assert len(set(clicks)) == len(clicks)


def test_every_mail_domain_is_reserved_so_that_nobody_is_reached(shop: Rows, more: Rows) -> None:
    fields = [
        row[column]
        for rows in (shop, more)
        for table, columns in (
            ("customers", ("email", "email_2")), ("orders", ("billing_email",)), ("crm_leads", ("email",)),
            ("store_sales", ("customer_email",)), ("suppressions", ("email",)),
        )
        for row in rows[table]
        for column in columns
    ]  # fmt: skip
    real = {text for text in fields if text and "@" in text and text not in PLACEHOLDERS}
    assert len(real) > 10_000
    reachable = [
        text for text in real if not text.strip().lower().rstrip("\u00a0\t").endswith((".example", "@mail", "@"))
    ]
    assert reachable == []
    # These domains count as placeholders, so the shop's own people must not use them.
    assert not any(text.lower().strip().endswith("@example.com") for text in real)


def test_mail_comes_in_capitals_padded_tagged_and_twice(shop: Rows) -> None:
    emails = [row["email"] or "" for row in shop["customers"]]
    manners: tuple[Callable[[str], bool], ...] = (
        str.isupper,
        lambda text: text != text.strip(),
        lambda text: "+" in text,
        lambda text: "\u200b" in text,
        lambda text: text.startswith("mailto:"),
    )
    for manner in manners:
        assert 0 < sum(map(manner, emails)) < 0.15 * len(emails)
    assert 0.05 < sum(row["email_2"] is not None for row in shop["customers"]) / len(emails) < 0.15


def test_names_keep_their_scripts_marks_and_signs(shop: Rows) -> None:
    text = "".join(f"{row['first_name']}{row['last_name']}" for row in shop["customers"])
    for sign in "éß'’-. ł花김रக":  # noqa: RUF001 - both apostrophes
        if sign != "ł":
            assert sign in text, sign
    assert not is_normalized("NFC", text)


def test_countries_states_genders_and_births_are_spelt_in_many_ways(shop: Rows) -> None:
    customers = shop["customers"]
    countries = Counter(row["country"] for row in customers)
    assert {"US", "us", "USA", "United States", "U.S.", "UK", "GBR", "England", "Deutschland", "日本", None} <= set(
        countries
    )
    assert len({CODES[country] for country in countries if country}) >= 10
    assert {"F", "female", "woman", "M", "male", "man", "", "non-binary", None} <= {row["gender"] for row in customers}
    states = {row["state"] for row in customers if row["country"] in ("US", "USA")}
    assert {"CA", "California", "US-CA", "N.Y.", "PR", None} <= states
    births = [row["date_of_birth"] or "" for row in customers]
    iso = sum(fullmatch(r"\d{4}-\d\d-\d\d", text) is not None for text in births)
    slashed = sum("/" in text for text in births)
    assert iso > len(births) / 2
    assert 0 < slashed < iso
    assert births.count("") > 0


def test_postal_codes_of_the_united_states_are_cut_extended_or_short(shop: Rows) -> None:
    codes = {
        "".join("9" if sign.isdigit() else sign for sign in row["postal_code"])
        for row in shop["customers"]
        if CODES.get(row["country"]) == "US"
    }
    assert codes == {"99999", "99999-9999", "999999999", "99999 9999", "9999", "999"}
