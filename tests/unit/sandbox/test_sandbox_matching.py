from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.matching import (
    BAD_ADDRESS,
    BAD_BROWSER,
    BAD_CLICK,
    NOT_HASHED,
    POINTS,
    Matching,
    is_recognized,
)

from .sandbox_events import NOW, sha256

MS = NOW * 1000
CLICK = "IwAR2F4-dbP0l7Mn1IawQQGCINEz7PYXQvwjNwB_qa2ofrHyiLjcbCRxTDMgk"


@pytest.mark.parametrize(
    ("user_data", "issue"),
    [
        ({"client_ip_address": "192.0.2.1"}, None),
        ({"client_ip_address": "2001:db8::1"}, None),
        ({"client_ip_address": "192.0.2.1:80"}, BAD_ADDRESS),
        ({"client_ip_address": " 192.0.2.1"}, BAD_ADDRESS),
        ({"client_ip_address": sha256("192.0.2.1")}, BAD_ADDRESS),
        ({"client_ip_address": "1\0"}, BAD_ADDRESS),
        ({"client_ip_address": 5}, BAD_ADDRESS),
        ({"fbp": f"fb.1.{MS}.123456789"}, None),
        ({"fbp": f"fb.1.{MS}.123456789.AQQCAQIB"}, None),
        ({"fbp": f"fb.1.{NOW}.123456789"}, BAD_BROWSER),
        ({"fbp": f"fb.1.{MS + 1}.123456789"}, BAD_BROWSER),
        ({"fbp": "fb.1.1.2"}, BAD_BROWSER),
        ({"fbc": f"fb.1.{MS}.{CLICK}"}, None),
        ({"fbc": f"fb.1.{MS}.short"}, None),
        ({"fbc": f"fb.1.{MS}.{CLICK.lower()}"}, BAD_CLICK),
        ({"fbc": f"fb.1.{NOW}.{CLICK}"}, BAD_CLICK),
        ({"fbc": f"fb.1.{MS + 1}.{CLICK}"}, BAD_CLICK),
        ({"fbc": CLICK}, BAD_CLICK),
        ({"em": "a@example.com"}, NOT_HASHED),
        ({"em": ["a@example.com", sha256("b")]}, None),
    ],
)
def test_e22_a_key_in_a_wrong_form_is_taken_cannot_match_and_is_told(
    user_data: dict[str, Any], issue: str | None
) -> None:
    good, issues = Matching(check_hashes=True).judge(user_data, NOW)
    assert issues == (() if issue is None else (issue,))
    assert good == (tuple(user_data) if issue is None else ())


@pytest.mark.parametrize("empty", ["", None, []])
def test_an_empty_key_is_neither_good_nor_wrong(empty: object) -> None:
    assert Matching().judge({"em": empty, "fbp": empty}, NOW) == ((), ())


def test_where_people_are_told_only_their_keys_match() -> None:
    matching = Matching()
    matching.tell({"ph": [sha256("4420"), sha256("4915")], "em": [sha256("a@b.c")]})
    ours = {"ph": [sha256("4420")], "em": sha256("A@b.c"), "fn": sha256("mary")}
    assert matching.judge(ours, NOW) == (("ph", "fn"), ())
    assert matching.judge({"ph": f"{sha256('4915')}.AQQCAQIB"}, NOW) == (("ph",), ())
    assert matching.people() == {"em": 1, "ph": 2}


def test_a_key_of_one_kind_is_no_key_of_another() -> None:
    matching = Matching()
    matching.tell({"fn": [sha256("jordan")], "ln": [sha256("smith")]})
    assert matching.judge({"ln": sha256("jordan")}, NOW) == ((), ())


def test_people_are_told_by_hashed_keys_only() -> None:
    with pytest.raises(ValueError, match="not by client_ip_address"):
        Matching().tell({"client_ip_address": ["192.0.2.1"]})


@pytest.mark.parametrize(
    ("keys", "recognized"),
    [
        ("em", True),
        ("fbp", True),
        ("client_ip_address client_user_agent", True),
        ("client_ip_address", False),
        ("fn ln zp country", False),
        ("", False),
    ],
)
def test_somebody_is_recognized_by_one_strong_key_or_the_browsers_two(keys: str, recognized: bool) -> None:
    assert is_recognized(keys.split()) is recognized


def test_the_points_of_the_score_are_ten_together() -> None:
    assert sum(POINTS.values()) == pytest.approx(10)
