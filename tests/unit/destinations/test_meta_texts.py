"""What Meta says with a refusal may be read by people: nothing in it can be an identifier, a token or part of a URL."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.destinations.meta.texts import LONGEST, REMOVED, scrubbed, told_by
from connector.sandbox import refusals


@pytest.mark.parametrize(
    "text",
    [
        "Events need to be sent from your server within 7 days of when they occurred.",
        "Your purchase event doesn\u2019t include a value parameter. Enter a value. For example: 1.99",
        "Session has expired on Saturday, 23-Sep-23 23:29:14 PDT.",
        "(#80004) There have been too many calls to this ad-account. Wait a bit and try again.",
        "The parameter 'event_name' of data[0][custom_data] and user_data.em must be a SHA-256 hash, and/or v27.0",
        "Der Parameter 'value' fehlt in den Kundeninformationsparametern, z.B. 1,99",
        "\u30d1\u30e9\u30e1\u30fc\u30bf\u304c\u7121\u52b9\u3067\u3059\u3002",
        "\u0410\u043a\u043a\u0430\u0443\u043d\u0442 \u043d\u0435 \u043d\u0430\u0439\u0434\u0435\u043d",
    ],
)
def test_what_a_person_needs_stays(text: str) -> None:
    assert scrubbed(text) == text


@pytest.mark.parametrize(
    "secret",
    [
        "ann@mail.test",
        "ann%40mail.test",
        "https://shop.example/account?email=ann",
        "shop.example/account",
        "www.shop.example",
        "/account/jane",
        "?token=abc",
        "+49 170 1234567",
        "(650) 555-1212",
        "0170/1234567",
        "93.184.216.34",
        "2001:db8::1",
        "EAABabcdefghijklmnopqrstuvwxyz",
        "abcdefghijklmnopqrstuvwxyzabcdefghijkl",
        "fb.1.1700000000000.IwAR1",
        "1234567890123456",
        "12345678",
        "A-10001",
        "customer_10001",
        "1985-11-20",
        "'jane'",
        '"Ann Smith"',
        "\u201eAnn\u201c",
        "`order`",
        "\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
        "\u0661\u0665\u0665\u0661\u0662\u0663\u0664\u0665\u0666\u0667",
        "\u06f1\u06f5\u06f5\u06f1 \u06f2\u06f3\u06f4\u06f5 \u06f6\u06f7",
        "Mozilla/5.0",
    ],
)
@pytest.mark.parametrize("around", ["{}", "Invalid: {}.", "({})", "The value {} is wrong", "got {}, wanted none"])
def test_what_may_be_somebodys_is_replaced(secret: str, around: str) -> None:
    told = scrubbed(around.format(secret))
    assert REMOVED in told
    letters = [part for part in secret.replace("'", " ").split() if len(part) > 3]
    assert not any(part.strip("()'\"`.,") in told for part in letters)


@given(
    secret=st.from_regex(r"[a-z0-9]{1,12}[0-9][a-z0-9]{4,40}|[a-z.]{1,20}@[a-z]{1,20}\.[a-z]{2,5}", fullmatch=True),
    before=st.text(max_size=30),
    after=st.text(max_size=30),
)
def test_no_identifier_survives_whatever_stands_around_it(secret: str, before: str, after: str) -> None:
    if secret.isdigit() and len(secret) <= 4:
        return
    assert secret not in scrubbed(f"{before} {secret} {after}")


@given(st.text(max_size=2000) | st.none() | st.integers())
def test_any_text_becomes_one_line_that_every_warehouse_holds(text: Any) -> None:
    told = told_by({"message": text}) or ""
    assert len(told) <= LONGEST
    assert "\n" not in told
    assert "\x00" not in told
    told.encode()


def test_the_texts_for_people_come_before_the_message() -> None:
    told = {"message": "Invalid parameter", "error_user_title": "Too old", "error_user_msg": "Send within 7 days."}
    assert told_by(told) == "Too old: Send within 7 days."
    assert told_by({"message": "Invalid parameter"}) == "Invalid parameter"
    assert told_by({"message": 7}) is None
    assert told_by(None) is None
    assert told_by({"message": "word " * 200}) == ("word " * 59).rstrip() + "\u2026"


def test_the_texts_that_meta_was_seen_to_send_are_readable() -> None:
    """All but the links and ids in them."""
    known = [value for value in vars(refusals).values() if isinstance(value, refusals.Refusal)]
    assert len(known) > 20
    for refusal in known:
        for text in (refusal.title, refusal.text):
            words = scrubbed(text).split() if text else []
            assert words.count(REMOVED) <= 1, text
