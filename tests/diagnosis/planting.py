"""Kinds of conversions, each with the place in the waterfall where its money must be found."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Cell = tuple[str, str | None, str]
"""Stage, reason, currency."""

CURRENCIES = ("EUR", "USD", "JPY")
START_DAYS_AGO = 20
"""What happened earlier is before_start."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How an order of this kind looks, when it is there, and what becomes of it.

    `order` overwrites columns of a good order. `loaded` is the first of the three loads that has it; `later` changes it
    in load 2 or 3, None takes it away. `answers` is what the local Meta does to requests that hold it, in the first
    sync (one event a request). `refunded` is a part of the value that is given back.
    """

    stage: str
    reason: str | None = None
    order: Row = field(default_factory=dict)
    hours_ago: float = 30
    pixel: bool = False
    loaded: int = 1
    later: dict[int, Row | None] = field(default_factory=dict)
    answer: str | None = None
    refunded: bool = False
    item: Row = field(default_factory=dict)
    currency: str | None = ""


PAID_LATER_NOT = {"order_status": "cancelled"}
CORRECTED = {"total": Decimal("77.7700")}
PLAIN_EMAIL = {"product_id": "canary@mail-of-canaries.org"}
ENCODED_PHONE = {"product_id": "+49170%31234567"}
"""What dbt's patterns leave to the gate, which undoes the percent-encoding of any sign."""

KINDS: dict[str, Kind] = {
    "good": Kind(stage="accepted"),
    "good-late": Kind(stage="accepted", loaded=2),
    "good-old": Kind(stage="accepted", hours_ago=150, loaded=2),
    "good-both": Kind(stage="accepted", pixel=True),
    "refunded": Kind(stage="accepted", refunded=True),
    "withdrawn": Kind(stage="accepted", reason="withdrawn_after_acceptance", later={2: PAID_LATER_NOT}),
    "changed": Kind(stage="accepted", reason="changed_after_acceptance", later={3: CORRECTED}),
    "twice": Kind(stage="accepted", reason="may_be_counted_twice", answer="lost"),
    "held-changed": Kind(stage="held", reason="changed", answer="lost", later={2: CORRECTED}),
    "held-cancelled": Kind(stage="held", reason="no_longer_eligible", answer="lost", later={2: PAID_LATER_NOT}),
    "poison": Kind(stage="rejected", reason="100/2804019", answer="refused"),
    "poison-plain": Kind(stage="rejected", reason="100", order={"currency": "XTS"}, loaded=2, currency="XTS"),
    "poison-fixed": Kind(stage="owed", reason="corrected", answer="refused", later={3: CORRECTED}),
    "poison-gone": Kind(stage="not_eligible", reason="not_paid", answer="refused", later={3: PAID_LATER_NOT}),
    "invalid": Kind(stage="invalid", reason="plaintext_phone", item=ENCODED_PHONE, loaded=2),
    "plain": Kind(stage="not_eligible", reason="plaintext_email", item=PLAIN_EMAIL, loaded=2),
    "expired": Kind(stage="expired", hours_ago=200),
    "expired-refunded": Kind(stage="expired", hours_ago=200, refunded=True),
    "covered": Kind(stage="covered_by_pixel", hours_ago=72, pixel=True),
    "early": Kind(stage="before_start", hours_ago=24 * (START_DAYS_AGO + 3)),
    "waits": Kind(stage="owed", reason="never_sent", loaded=3),
    "future": Kind(stage="not_due", hours_ago=-9),
    "test": Kind(stage="not_eligible", reason="test_order", order={"is_test": True}),
    "unpaid": Kind(stage="not_eligible", reason="not_paid", order={"order_status": "pending"}),
    "denied": Kind(stage="not_eligible", reason="no_consent", order={"session_id": "S-denied"}),
    "suppressed": Kind(stage="not_eligible", reason="suppressed", order={"billing_email": "leave.me@shop.example"}),
    "worthless": Kind(stage="not_eligible", reason="missing_value", order={"total": None}),
    "negative": Kind(stage="not_eligible", reason="negative_value", order={"total": Decimal("-3.0100")}),
    "no-currency": Kind(stage="not_eligible", reason="missing_currency", order={"currency": None}, currency="none"),
    "odd-currency": Kind(stage="not_eligible", reason="invalid_currency", order={"currency": "US$"}, currency="US$"),
    "timeless": Kind(stage="not_eligible", reason="missing_event_time", order={"ordered_at": None}),
    "nobody": Kind(stage="not_eligible", reason="no_identifier", order={"billing_email": None, "session_id": "S-bare"}),
    "gone-accepted": Kind(stage="no_longer_modelled", reason="accepted", later={2: None}),
    "gone-unsure": Kind(stage="no_longer_modelled", reason="unconfirmed", answer="lost", later={2: None}),
}
OPENER = Kind(stage="accepted", hours_ago=160)
"""Is sent first: refusals alone, before anything was accepted, stop the dataset; that is not what a world is about."""


@dataclass
class Planted:
    """Three loads of raw rows, what Meta shall do to whom, and where all money must be found."""

    loads: dict[int, dict[str, list[Row]]]
    answers: dict[str, str]
    expected: dict[Cell, list[Decimal]]

    def sums(self) -> dict[Cell, tuple[int, Decimal]]:
        return {cell: (len(values), sum(values, Decimal(0))) for cell, values in self.expected.items()}


def plant(seed: int, now: datetime) -> Planted:
    """A small shop: of each kind up to three orders, at least one of every kind in three seeds out of four."""
    draw = random.Random(seed)  # noqa: S311 # made-up money
    planted = Planted({load: {"orders": [], "order_items": []} for load in (1, 2, 3)}, {}, defaultdict(list))
    names = [(name, number) for name in KINDS for number in range(draw.choice((0, 1, 2, 3)))]
    draw.shuffle(names)
    for load in planted.loads.values():
        load |= {"web_sessions": list(_sessions(now)), "pixel_events": [], "refunds": []}
        load["suppressions"] = [{"email": "leave.me@shop.example", "reason": "do_not_share"}]
    for name, number in names:
        moment = _plant_one(planted, f"{name}_{number}", KINDS[name], draw, now)
        if KINDS[name].answer == "lost":  # five lost answers in a row end a run: between two of them comes a good one
            between = {"ordered_at": moment + timedelta(seconds=1)}
            _plant_one(planted, f"between_{name}_{number}", Kind(stage="accepted", order=between), draw, now)
    _plant_one(planted, "opener", OPENER, draw, now)
    _plant_others(planted, draw, now)
    return planted


def _plant_one(planted: Planted, order_id: str, kind: Kind, draw: random.Random, now: datetime) -> datetime:
    """Plant one order; returns when it was made."""
    moment = now - timedelta(hours=kind.hours_ago, seconds=draw.randrange(600))
    order: Row = {
        "order_id": order_id,
        "session_id": "S-granted",
        "order_status": "paid",
        "ordered_at": moment,
        "currency": draw.choice(CURRENCIES),
        "total": Decimal(draw.randrange(1, 10**7)) / 10_000,
        "is_test": False,
        "billing_email": f"{order_id}@shop.example",
        "updated_at": moment,
    } | kind.order
    refund = {"refund_id": f"R-{order_id}", "order_id": order_id, "refunded_at": now, "currency": order["currency"]}
    refund["amount"] = ((order["total"] or Decimal(0)) / 2).quantize(Decimal("0.0001"))
    last: Row | None = None
    for number, load in planted.loads.items():
        if number >= kind.loaded:
            last = order if number == kind.loaded else last
            if number in kind.later:
                change = kind.later[number]
                last = None if change is None or last is None else last | change
            if last is not None:
                load["orders"].append(last)
                load["order_items"].append(
                    {"order_id": order_id, "line_number": 1, "product_id": "P", "quantity": 1} | kind.item
                )
                load["refunds"] += [refund] if kind.refunded else []
                copy = {"event_id": order_id, "event_name": "Purchase", "occurred_at": moment}
                load["pixel_events"] += [copy] if kind.pixel else []
    if kind.answer:
        planted.answers[order_id] = kind.answer
    currency = kind.currency or order["currency"]
    planted.expected[kind.stage, kind.reason, currency].append((last or order)["total"] or Decimal(0))
    if kind.refunded:
        planted.expected["refunded", kind.stage, currency].append(refund["amount"])
    if kind.pixel and kind.stage == "accepted":
        planted.expected["deduplicated_with_pixel", "by_our_own_rule", currency].append(order["total"])
    return moment


def _plant_others(planted: Planted, draw: random.Random, now: datetime) -> None:
    """A store sale, stages of a lead, an event of the site without an id."""
    amount = Decimal(draw.randrange(1, 10**6)) / 10_000
    sale = {"sale_id": "T-1", "sold_at": now - timedelta(days=15), "currency": "USD", "amount": amount}
    contact = {"customer_email": "till@shop.example"}
    lead = {
        "crm_lead_id": "L-1",
        "meta_lead_id": "123456789012345",
        "email": "lead@shop.example",
        "created_at": now - timedelta(days=2),
    }
    stage = {"crm_lead_id": "L-1", "expected_value": amount, "currency": "EUR"}
    cart = {"web_event_id": "W-1", "event_name": "AddToCart", "session_id": "S-granted", "currency": "EUR"}
    for load in planted.loads.values():
        load["store_sales"] = [sale | {"line_number": 1} | contact, sale | {"line_number": 2}]
        load["crm_leads"] = [lead]
        load["crm_lead_stages"] = [
            stage | {"stage": "won", "entered_at": now - timedelta(days=1)},
            stage | {"stage": "asked", "entered_at": now - timedelta(days=3)},
        ]
        load["web_events"] = [cart | {"occurred_at": now - timedelta(hours=3), "value": amount}]
    planted.expected["accepted", None, "USD"].append(2 * amount)
    planted.expected["accepted", None, "EUR"].append(amount)
    planted.expected["not_eligible", "stage_before_lead", "EUR"].append(amount)
    planted.expected["not_eligible", "missing_event_id", "EUR"].append(amount)


def _sessions(now: datetime) -> Iterator[Row]:
    session = {"started_at": now - timedelta(days=30), "ip_address": "93.184.216.34", "user_agent": "Browser/1.0"}
    yield session | {"session_id": "S-granted", "ad_consent": "granted"}
    yield session | {"session_id": "S-denied", "ad_consent": "denied"}
    yield {"session_id": "S-bare", "started_at": now - timedelta(days=30), "ad_consent": "granted"}
