"""Orders with their lines, visits and refunds, and the trouble planted in them."""

from enum import StrEnum, auto
from random import Random
from typing import NamedTuple

from examples.shop.data.emails import type_out
from examples.shop.data.goods import Basket, draw_currency, fill_basket
from examples.shop.data.ids import Ids
from examples.shop.data.people import Person, draw_person, spell_city
from examples.shop.data.phones import phone_field
from examples.shop.data.places import spell_postal, spell_state
from examples.shop.data.sessions import Session, draw_consent, open_session
from examples.shop.data.shares import SHARES
from examples.shop.data.tables import Rows
from examples.shop.data.times import DAY, MINUTE, Moment, Times
from examples.shop.data.web import add_purchase, add_step

# Three letters each, so that nothing before Meta objects: people write them, ISO 4217 does not know them.
WRONG_CURRENCIES = ("XTS", "XXX")
NO_CURRENCIES = ("US$", "EURO", "€")
UNPAID_STATUSES = ("pending", "cancelled", "payment_failed")

_PAID_STATUSES = ("paid", "paid", "shipped", "delivered", "delivered")


class Fate(StrEnum):
    """What is wrong with an order, if anything."""

    GOOD = auto()
    TEST = auto()
    UNPAID = auto()
    NO_IDENTIFIER = auto()
    MISSING_VALUE = auto()
    MISSING_CURRENCY = auto()
    INVALID_CURRENCY = auto()
    PHONE = auto()
    REFUSED = auto()


class Draft(NamedTuple):
    """An order to be made: when it was placed, whether its row arrives late, and its fate."""

    at: int
    late: bool
    fate: Fate


_FATES = {
    Fate.TEST: SHARES.test_orders,
    Fate.UNPAID: SHARES.unpaid,
    Fate.NO_IDENTIFIER: SHARES.no_identifier,
    Fate.MISSING_VALUE: SHARES.missing_value,
    Fate.MISSING_CURRENCY: SHARES.missing_currency,
    Fate.INVALID_CURRENCY: SHARES.invalid_currency,
    Fate.PHONE: SHARES.phone_orders,
}
_FATE_WEIGHTS = (*_FATES.values(), 1 - sum(_FATES.values()))


def draw_fates(rng: Random, moments: list[Moment]) -> list[Draft]:
    """A fate for each moment, never `REFUSED`: those are planted by number, not by chance."""
    fates = rng.choices((*_FATES, Fate.GOOD), _FATE_WEIGHTS, k=len(moments))
    return [Draft(moment.at, moment.late, fate) for moment, fate in zip(moments, fates, strict=True)]


def add_orders(
    rng: Random, rows: Rows, ids: Ids, times: Times, *, drafts: list[Draft], customers: list[Person]
) -> None:
    """An order for each draft, with everything that belongs to it."""
    for draft in drafts:
        order_id = ids.take("O")
        buyer = _draw_buyer(rng, customers, order_id, draft.fate)
        basket = fill_basket(rng, buyer.place, draw_currency(rng, buyer.place, SHARES.foreign_currency))
        at = times.calm(draft.at)
        session = None if draft.fate is Fate.PHONE else _visit(rng, rows, ids, times, draft, buyer)
        refunded = draft.fate not in (Fate.UNPAID, Fate.TEST, Fate.REFUSED) and rng.random() < SHARES.refunds
        whole = refunded and rng.random() < 0.6
        status = _status(rng, draft.fate, whole=whole)
        currency = _currency(rng, draft.fate, basket)
        total = None if draft.fate is Fate.MISSING_VALUE else basket.total
        rows["orders"].append(
            (order_id, buyer.customer_id, session.session_id if session else None, status, at, currency,
             basket.subtotal, basket.tax, basket.shipping, basket.discount, total, basket.cost,
             draft.fate is Fate.TEST, *_billing(rng, buyer, draft.fate), *_shipping(rng, buyer, draft.fate),
             _updated_at(rng, times, at, late=draft.late))
        )  # fmt: skip
        _add_items(rows, order_id, basket)
        if session:
            seen = _pixel_saw(rng, draft, session, status)
            add_purchase(rng, rows, ids, session, order_id=order_id, at=at, value=total, currency=currency, seen=seen)
        if refunded:
            amount = basket.total if whole else basket.half()
            refunded_at = times.later(rng, at, 5 * DAY)
            rows["refunds"].append((ids.take("R"), order_id, refunded_at, amount, currency or basket.currency))


def _draw_buyer(rng: Random, customers: list[Person], order_id: str, fate: Fate) -> Person:
    guest = fate is Fate.NO_IDENTIFIER or rng.random() < SHARES.guests
    buyer = draw_person(rng, order_id) if guest else rng.choice(customers)
    if fate is Fate.REFUSED:
        # Nothing else may keep these from being sent.
        while buyer.suppressed or not buyer.email.address:
            buyer = rng.choice(customers)
    return buyer


def _visit(rng: Random, rows: Rows, ids: Ids, times: Times, draft: Draft, buyer: Person) -> Session:
    """The visit in which the order was placed; planted trouble keeps its consent, so that its own reason shows."""
    consent = draw_consent(rng) if draft.fate is Fate.GOOD else "granted"
    browsed, checkout = times.calm(draft.at - 12 * MINUTE), times.calm(draft.at - 3 * MINUTE)
    session = open_session(
        rng, rows, ids, started_at=browsed - 2 * MINUTE, place=buyer.place, city=buyer.city,
        customer_id=buyer.customer_id if rng.random() < 0.8 else None, consent=consent,
        anonymous=draft.fate is Fate.NO_IDENTIFIER,
    )  # fmt: skip
    if draft.fate is Fate.NO_IDENTIFIER:
        return session
    for name, at, share in (("AddToCart", browsed, 0.35), ("InitiateCheckout", checkout, 0.45)):
        if rng.random() < share:
            add_step(rng, rows, ids, session, name, at=at, currency=buyer.place.currency, late=draft.late)
    return session


def _pixel_saw(rng: Random, draft: Draft, session: Session, status: str) -> bool:
    unseen = draft.late or draft.fate in (Fate.REFUSED, Fate.NO_IDENTIFIER) or status == "payment_failed"
    return not unseen and session.granted and rng.random() < SHARES.pixel_saw_purchase


def _status(rng: Random, fate: Fate, *, whole: bool) -> str:
    if fate is Fate.UNPAID:
        return rng.choice(UNPAID_STATUSES)
    return "refunded" if whole else rng.choice(_PAID_STATUSES)


def _currency(rng: Random, fate: Fate, basket: Basket) -> str | None:
    match fate:
        case Fate.MISSING_CURRENCY:
            return None
        case Fate.INVALID_CURRENCY:
            return rng.choice(NO_CURRENCIES)
        case Fate.REFUSED:
            return rng.choice(WRONG_CURRENCIES)
        case _:
            return basket.currency


def _billing(rng: Random, buyer: Person, fate: Fate) -> tuple[str | None, str | None]:
    """E-mail and phone of the order itself: guests give theirs, customers often leave it to their account."""
    if fate is Fate.NO_IDENTIFIER:
        return None, None
    if fate is Fate.REFUSED:
        return buyer.email.address, None
    if buyer.customer_id is None:
        return buyer.email.text, buyer.phone
    email = type_out(rng, buyer.email.address) if buyer.email.address and rng.random() < 0.6 else None
    return email, phone_field(rng, buyer.place, SHARES) if rng.random() < 0.2 else None


def _shipping(rng: Random, buyer: Person, fate: Fate) -> tuple[str | None, str | None, str | None, str | None]:
    if fate is Fate.NO_IDENTIFIER or rng.random() < 0.2:
        return None, None, None, None
    place = buyer.place
    return (
        spell_city(rng, buyer.city),
        spell_state(rng, place, buyer.city),
        spell_postal(rng, place, buyer.postal),
        place.code,
    )


def _add_items(rows: Rows, order_id: str, basket: Basket) -> None:
    for position, line in enumerate(basket.lines, start=1):
        product = line.product
        rows["order_items"].append(
            (order_id, position, product.product_id, line.quantity, line.unit_price, product.category)
        )


def _updated_at(rng: Random, times: Times, at: int, *, late: bool) -> int:
    """A late row was touched just now."""
    return times.later(rng, max(at, times.now - 10 * MINUTE), 10 * MINUTE) if late else times.later(rng, at, 4 * DAY)
