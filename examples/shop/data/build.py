"""The two entrances: the shop as found, and what arrives in it later."""

from datetime import datetime
from random import Random

import pyarrow as pa

from examples.shop.data.crm import add_leads
from examples.shop.data.ids import Ids
from examples.shop.data.orders import Draft, Fate, add_orders, draw_fates
from examples.shop.data.people import add_customers
from examples.shop.data.shares import SHARES
from examples.shop.data.stores import add_store_sales
from examples.shop.data.tables import empty_rows, to_tables
from examples.shop.data.times import DAY, HOUR, MINUTE, SECOND, Moment, Stretch, Times
from examples.shop.data.web import add_visits

# Nothing is newer: what follows an order by seconds must not lie in the future.
_NEWEST = 90 * SECOND
# The quiet windows push old moments back by up to this much; the shop still begins `days` ago.
_MARGIN = 2 * HOUR
_REFUSED_WITHIN = 40 * HOUR
_REFUSED_FROM_ORDERS = 2_000
# Later rows: one order for twenty of the shop, four in ten of them back-dated, none beyond the reach of a deadline.
_MORE_PER_ORDER = 0.05
_LATE_SHARE = 0.4
_LATEST_LATE = 5 * DAY


def build_shop(*, orders: int, days: int, seed: int, now: datetime) -> dict[str, pa.Table]:
    """The raw tables of a shop with so many orders over the last `days` days; same arguments, same tables."""
    _require(orders=orders, days=days)
    whole = (Stretch(_NEWEST, days * DAY - _MARGIN, 1.0, False),)
    refused = max(2, round(orders * SHARES.refused_by_meta)) if orders >= _REFUSED_FROM_ORDERS else 0
    return _build(orders, days, f"{seed}:0", Times.at(now), Ids(0), whole, refused)


def build_more(*, shop_orders: int, days: int, seed: int, now: datetime, round_no: int = 1) -> dict[str, pa.Table]:
    """Rows to append to a shop of `shop_orders` orders: those of the last two hours, and late ones of five days.

    They bring their own customers, visits, leads and sales. Ids differ from the shop's and from those of every other
    `round_no` (1 and up).
    """
    _require(shop_orders=shop_orders, days=days, round_no=round_no)
    count = max(20, round(shop_orders * _MORE_PER_ORDER))
    stretches = (
        Stretch(_NEWEST, 2 * HOUR, 1 - _LATE_SHARE, False),
        Stretch(3 * HOUR, min(_LATEST_LATE, days * DAY - _MARGIN), _LATE_SHARE, True),
    )
    return _build(count, days, f"{seed}:{round_no}", Times.at(now), Ids(round_no), stretches, 0)


def _build(
    orders: int, days: int, seed: str, times: Times, ids: Ids, stretches: tuple[Stretch, ...], refused: int
) -> dict[str, pa.Table]:
    rows = empty_rows()

    def dice(part: str) -> Random:
        # Each part has its own, so that a change in one does not remake the others.
        return Random(f"{seed}:{part}")  # noqa: S311 - a demo shop, no secret

    def moments(rng: Random, share: float) -> list[Moment]:
        return times.moments(rng, max(1, round(orders * share)), stretches)

    customers = add_customers(
        dice("customers"), rows, ids, times, count=max(1, round(orders * SHARES.customers)), days=days
    )
    rng = dice("orders")
    drafts = draw_fates(rng, times.moments(rng, orders - refused, stretches))
    drafts += _refused(rng, times, refused, days)
    add_orders(rng, rows, ids, times, drafts=sorted(drafts), customers=customers)
    rng = dice("visits")
    add_visits(rng, rows, ids, times, moments=moments(rng, SHARES.browsing_sessions), customers=customers)
    rng = dice("leads")
    add_leads(rng, rows, ids, times, moments=moments(rng, SHARES.leads))
    rng = dice("stores")
    add_store_sales(rng, rows, ids, times, moments=moments(rng, SHARES.store_sales), customers=customers)
    return to_tables(rows)


def _refused(rng: Random, times: Times, count: int, days: int) -> list[Draft]:
    oldest = min(_REFUSED_WITHIN, days * DAY) - _MARGIN
    return [Draft(times.draw(rng, 20 * MINUTE, oldest), False, Fate.REFUSED) for _ in range(count)]


def _require(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name} must be 1 or more, not {number}")
