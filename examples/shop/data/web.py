"""What visitors did on the site, and what the browser's pixel managed to send of it under the same event_id."""

from random import Random

from examples.shop.data.goods import PRODUCTS, price
from examples.shop.data.ids import Ids
from examples.shop.data.people import Person, draw_person
from examples.shop.data.sessions import SITE, Session, draw_consent, open_session
from examples.shop.data.shares import SHARES
from examples.shop.data.tables import Rows
from examples.shop.data.times import MINUTE, MS, SECOND, Moment, Times

# A visit without an order: which steps it takes, and how often.
_VISITS = {
    ("AddToCart",): 55,
    ("AddToCart", "InitiateCheckout"): 15,
    ("AddToCart", "AddToCart"): 8,
    ("CompleteRegistration",): 12,
    (): 10,
}
_PAGES = {
    "AddToCart": "/cart",
    "InitiateCheckout": "/checkout",
    "CompleteRegistration": "/account/welcome",
    "Purchase": "/checkout/thank-you",
}
# Milliseconds from an event to the pixel's copy: well inside the minute that the quiet windows leave for it.
_PIXEL_DELAY = (1_000, 15_000)


def add_visits(
    rng: Random, rows: Rows, ids: Ids, times: Times, *, moments: list[Moment], customers: list[Person]
) -> None:
    """Visits that end without an order."""
    for moment in moments:
        known = bool(customers) and rng.random() < 0.4
        person = rng.choice(customers) if known else draw_person(rng, ids.take("V"))
        at = times.calm(moment.at - 10 * MINUTE)
        session = open_session(
            rng, rows, ids, started_at=at - MINUTE, place=person.place, city=person.city,
            customer_id=person.customer_id, consent=draw_consent(rng),
        )  # fmt: skip
        steps = rng.choices(tuple(_VISITS), tuple(_VISITS.values()))[0]
        for position, step in enumerate(steps):
            add_step(rng, rows, ids, session, step, at=times.calm(moment.at - (9 - 4 * position) * MINUTE),
                     currency=person.place.currency, late=moment.late)  # fmt: skip


def add_step(
    rng: Random, rows: Rows, ids: Ids, session: Session, name: str, *, at: int, currency: str, late: bool
) -> None:
    """One event on the way to an order, and the pixel's copy if it got through."""
    web_event_id = ids.take("E")
    event_id = None if rng.random() < SHARES.web_event_without_id else f"{name.lower()}.{web_event_id[1:]}"
    product = None if name == "CompleteRegistration" else rng.choice(PRODUCTS)
    value = price(product, currency) if product else None
    money = (value, currency if product else None)
    rows["web_events"].append(
        (web_event_id, session.session_id, name, at, event_id, SITE + _PAGES[name], _referrer(rng), None,
         product.product_id if product else None, *money)
    )  # fmt: skip
    if event_id and session.granted and not late and rng.random() < SHARES.pixel_saw_event:
        rows["pixel_events"].append((event_id, name, at + rng.randint(*_PIXEL_DELAY) * MS, session.session_id, *money))


def add_purchase(
    rng: Random, rows: Rows, ids: Ids, session: Session, *, order_id: str, at: int, value: int | None,
    currency: str | None, seen: bool,
) -> None:  # fmt: skip
    """The site's log of a purchase, and the pixel's copy if `seen`; an event_id of its own stands in both."""
    event_id = order_id
    if rng.random() < SHARES.purchase_logged:
        web_event_id = ids.take("E")
        own = f"purchase.{web_event_id[1:]}" if rng.random() < SHARES.purchase_own_event_id else None
        event_id = own or order_id
        rows["web_events"].append(
            (web_event_id, session.session_id, "Purchase", at + SECOND, own, SITE + _PAGES["Purchase"],
             f"{SITE}/checkout", order_id, None, value, currency)
        )  # fmt: skip
    if seen:
        copied_at = at + rng.randint(*_PIXEL_DELAY) * MS
        rows["pixel_events"].append((event_id, "Purchase", copied_at, session.session_id, value, currency))


def _referrer(rng: Random) -> str | None:
    return rng.choice((None, f"{SITE}/", "https://l.facebook.com/", "https://www.google.com/"))
