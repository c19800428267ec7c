"""The trouble is planted in the shares that `SHARES` names, and each row's trouble is the one it was meant to have."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt
from typing import Any

import pytest

from examples.shop.data import SHARES, build_shop
from examples.shop.data.emails import INVALID, PLACEHOLDERS
from examples.shop.data.orders import NO_CURRENCIES, UNPAID_STATUSES, WRONG_CURRENCIES

Rows = dict[str, list[dict[str, Any]]]
Row = dict[str, Any]


def _near(count: int, of: int, share: float, *, slack: float = 0.0) -> bool:
    """Within five standard deviations of a fair draw."""
    return abs(count - of * share) <= 5 * sqrt(of * share * (1 - share)) + of * slack


def _count(rows: list[Row], column: str, *values: object) -> int:
    return sum(row[column] in values for row in rows)


def test_orders_carry_their_troubles_in_the_named_shares(shop: Rows) -> None:
    orders = shop["orders"]
    total = len(orders)
    assert _near(_count(orders, "is_test", True), total, SHARES.test_orders)
    assert _near(_count(orders, "order_status", *UNPAID_STATUSES), total, SHARES.unpaid)
    assert _near(_count(orders, "total", None), total, SHARES.missing_value)
    assert _near(_count(orders, "currency", None), total, SHARES.missing_currency)
    assert _near(_count(orders, "currency", *NO_CURRENCIES), total, SHARES.invalid_currency)
    assert _near(_count(orders, "session_id", None), total, SHARES.phone_orders)
    assert _near(len(shop["refunds"]), total, SHARES.refunds, slack=0.002)


def test_troubles_exclude_each_other(shop: Rows) -> None:
    for row in shop["orders"]:
        troubles = (
            row["is_test"], row["order_status"] in UNPAID_STATUSES, row["total"] is None, row["session_id"] is None,
            row["currency"] in (None, *NO_CURRENCIES, *WRONG_CURRENCIES),
        )  # fmt: skip
        assert sum(troubles) <= 1, row["order_id"]


def test_some_orders_leave_nothing_to_recognise_anybody_by_though_consent_was_given(shop: Rows) -> None:
    sessions = {row["session_id"]: row for row in shop["web_sessions"]}
    nobody = []
    for row in shop["orders"]:
        session = sessions.get(row["session_id"])
        own = (row["customer_id"], row["billing_email"], row["billing_phone"], row["shipping_country"])
        if session and not any(own) and not (session["ip_address"] or session["fbp"] or session["fbc"]):
            nobody.append(session)
    assert _near(len(nobody), len(shop["orders"]), SHARES.no_identifier)
    assert {session["ad_consent"] for session in nobody} == {"granted"}
    assert not any("fbclid" in session["landing_url"] for session in nobody)


def test_consent_is_granted_denied_or_was_never_asked(shop: Rows) -> None:
    consents = Counter(row["ad_consent"] for row in shop["web_sessions"])
    total = len(shop["web_sessions"])
    # Planted trouble keeps its consent: a little more is granted than drawn.
    assert _near(consents["granted"], total, SHARES.consent_granted, slack=0.02)
    assert _near(consents["denied"], total, SHARES.consent_denied, slack=0.01)
    assert set(consents) == {"granted", "denied", None}


def test_three_in_five_purchases_are_on_the_web(shop: Rows) -> None:
    web, store = len(shop["orders"]), len(shop["store_sales"])
    assert 0.58 < web / (web + store) < 0.62


def test_the_pixel_saw_sixty_to_eighty_in_a_hundred_web_purchases(shop: Rows) -> None:
    seen = _count(shop["pixel_events"], "event_name", "Purchase")
    assert 0.60 < seen / len(shop["orders"]) < 0.80


def test_the_pixel_saw_a_share_of_the_other_web_events(shop: Rows) -> None:
    for name in ("AddToCart", "InitiateCheckout", "CompleteRegistration"):
        happened, seen = (_count(shop[table], "event_name", name) for table in ("web_events", "pixel_events"))
        assert 0.5 < seen / happened < SHARES.pixel_saw_event


@pytest.mark.parametrize("load", ["shop", "more"])
def test_a_copy_of_the_pixel_shares_the_event_id_and_follows_within_seconds(
    load: str, request: pytest.FixtureRequest
) -> None:
    rows: Rows = request.getfixturevalue(load)
    logged = {row["order_id"]: row["event_id"] for row in rows["web_events"] if row["event_name"] == "Purchase"}
    happened = {
        ("Purchase", logged.get(row["order_id"]) or row["order_id"]): row["ordered_at"] for row in rows["orders"]
    }
    happened |= {
        (row["event_name"], row["event_id"]): row["occurred_at"]
        for row in rows["web_events"]
        if row["event_name"] != "Purchase"
    }
    delays = {copy["occurred_at"] - happened[copy["event_name"], copy["event_id"]] for copy in rows["pixel_events"]}
    assert timedelta(0) < min(delays)
    assert max(delays) <= timedelta(seconds=15)


def test_some_purchases_have_an_event_id_that_is_not_the_order_id(shop: Rows) -> None:
    logged = [row for row in shop["web_events"] if row["event_name"] == "Purchase"]
    own = {row["event_id"] for row in logged if row["event_id"]}
    assert _near(len(own), len(logged), SHARES.purchase_own_event_id)
    assert own & {row["event_id"] for row in shop["pixel_events"]}


@pytest.mark.parametrize("load", ["shop", "more"])
def test_the_pixel_sends_only_where_consent_was_granted(load: str, request: pytest.FixtureRequest) -> None:
    rows: Rows = request.getfixturevalue(load)
    consents = {row["session_id"]: row["ad_consent"] for row in rows["web_sessions"]}
    assert {consents[row["session_id"]] for row in rows["pixel_events"]} == {"granted"}


@pytest.mark.parametrize(("orders", "expected"), [(2_000, 2), (8_000, 2), (20_000, 5), (1_999, 0)])
def test_meta_will_refuse_a_handful_of_recent_and_otherwise_good_orders(
    orders: int, expected: int, now: datetime
) -> None:
    shop = {n: t.to_pylist() for n, t in build_shop(orders=orders, days=14, seed=11, now=now).items()}
    sessions = {row["session_id"]: row for row in shop["web_sessions"]}
    suppressed = {row["email"].lower() for row in shop["suppressions"]}
    logged = {row["order_id"]: row["event_id"] for row in shop["web_events"] if row["order_id"]}
    copied = {row["event_id"] for row in shop["pixel_events"]}
    wrong = [row for row in shop["orders"] if row["currency"] in WRONG_CURRENCIES]
    assert len(wrong) == expected
    for row in wrong:
        assert now - row["ordered_at"] < timedelta(hours=40)
        assert row["order_status"] in ("paid", "shipped", "delivered")
        assert row["total"] > 0
        assert not row["is_test"]
        assert row["billing_email"] not in suppressed
        assert sessions[row["session_id"]]["ad_consent"] == "granted"
        assert sessions[row["session_id"]]["user_agent"]
        assert (logged.get(row["order_id"]) or row["order_id"]) not in copied


def test_the_wrong_currencies_have_three_letters_and_nobody_else_uses_them(shop: Rows) -> None:
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in WRONG_CURRENCIES)
    others = {row["currency"] for table in ("store_sales", "crm_lead_stages", "refunds") for row in shop[table]}
    others |= {row["currency"] for row in shop["web_events"] if row["event_name"] != "Purchase"}
    assert not others & set(WRONG_CURRENCIES)


def test_there_are_many_currencies_and_they_suit_their_countries(shop: Rows) -> None:
    currencies = Counter(row["currency"] for row in shop["orders"])
    assert {"USD", "EUR", "GBP", "CAD", "AUD", "JPY", "BRL", "MXN", "INR", "KRW"} <= currencies.keys()
    abroad = [row for row in shop["orders"] if row["shipping_country"] == "JP" and row["currency"] != "JPY"]
    at_home = [row for row in shop["orders"] if row["shipping_country"] == "JP" and row["currency"] == "JPY"]
    assert 0 < len(abroad) < len(at_home)


def test_customers_left_their_mail_blank_invalid_made_up_or_hashed_in_the_named_shares(shop: Rows) -> None:
    emails = [row["email"] for row in shop["customers"]]
    total = len(emails)
    assert _near(sum(not email for email in emails), total, SHARES.email_blank)
    assert _near(sum(email in INVALID for email in emails), total, SHARES.email_invalid)
    assert _near(sum(email in PLACEHOLDERS for email in emails), total, SHARES.email_placeholder)
    hashed = [email for email in emails if email and "@" not in email and len(email) in (32, 64)]
    assert _near(len(hashed), total, SHARES.email_hashed)


def test_a_few_customers_asked_not_to_be_shared(shop: Rows) -> None:
    emails = {(row["email"] or "").strip().lower().removeprefix("mailto:") for row in shop["customers"]}
    asked = {row["email"].lower() for row in shop["suppressions"]}
    assert _near(len(asked), len(shop["customers"]), SHARES.suppressed, slack=0.0005)
    assert len(asked & emails) > 0.8 * len(asked)
    assert {row["reason"] for row in shop["suppressions"]} == {"do_not_share", "erasure_request"}


def test_leads_have_exact_ids_that_a_float_would_spoil(shop: Rows) -> None:
    ids = [row["meta_lead_id"] for row in shop["crm_leads"]]
    digits = [text.removeprefix("l:") for text in ids if text]
    spoilt = [text for text in digits if len(text) >= 15 and int(float(text)) != int(text)]
    assert spoilt
    assert _near(sum(text is not None for text in ids), len(ids), SHARES.lead_id_known, slack=0.02)
    assert {len(text) for text in digits} & {15, 16, 17} == {15, 16, 17}
    assert any(len(text) < 15 for text in digits)


def test_store_sales_have_several_lines_numbered_from_one_and_some_buyers_without_name(shop: Rows) -> None:
    lines: dict[str, list[Row]] = {}
    for row in shop["store_sales"]:
        lines.setdefault(row["sale_id"], []).append(row)
    assert {len(sale) for sale in lines.values()} == {1, 2, 3, 4}
    assert all([row["line_number"] for row in sale] == list(range(1, len(sale) + 1)) for sale in lines.values())
    assert all(one["sold_at"] == other["sold_at"] for sale in lines.values() for one, other in pairwise(sale))
    walk_ins = [sale for sale in lines.values() if not (sale[0]["last_name"] or sale[0]["customer_email"])]
    assert _near(len(walk_ins), len(lines), SHARES.walk_ins)
