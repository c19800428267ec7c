"""What the shop sells, and what a basket of it costs in a country's money, in hundredths of the currency's unit."""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from examples.shop.data.places import PLACES, WHOLE_CURRENCIES, Place


class Product(NamedTuple):
    """A product with its price and its cost in US cents; margins differ widely."""

    product_id: str
    category: str
    price: int
    cost: int


class Line(NamedTuple):
    """A line of an order."""

    product: Product
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """An order's lines and sums."""

    currency: str
    lines: tuple[Line, ...]
    subtotal: int
    tax: int
    shipping: int
    discount: int
    total: int
    cost: int

    def half(self) -> int:
        """What is paid back when half of it is."""
        return _whole(self.total // 2, self.currency)


PRODUCTS = tuple(
    Product(f"SKU-{1001 + position}", category, price, price * cost // 100)
    for position, (category, price, cost) in enumerate(
        (
            ("shoes", 8900, 45), ("shoes", 12900, 52), ("shoes", 6450, 60), ("shoes", 15900, 38), ("shirts", 2900, 30),
            ("shirts", 3995, 35), ("shirts", 1990, 55), ("coats", 18900, 48), ("coats", 24900, 41), ("coats", 9900, 63),
            ("bags", 7900, 33), ("bags", 4950, 40), ("bags", 29900, 28), ("home", 1490, 70), ("home", 3490, 58),
            ("home", 990, 72), ("home", 5990, 44), ("sport", 4490, 50), ("sport", 2250, 66), ("sport", 10900, 57),
        )
    )
)  # fmt: skip

_HOME_RATES = {place.currency: place.rate for place in PLACES}
_FOREIGN = ("USD", "EUR", "USD", "GBP")


def draw_currency(rng: Random, place: Place, foreign: float) -> str:
    """The country's own currency, or one of the others that the shop takes."""
    return rng.choice(_FOREIGN) if rng.random() < foreign else place.currency


def price(product: Product, currency: str) -> int:
    """The price in that currency, in whole units where it has no smaller ones."""
    return _amount(product.price, currency)


def fill_basket(rng: Random, place: Place, currency: str) -> Basket:
    """One to four lines, with the country's tax and now and then a discount."""
    picked = rng.sample(PRODUCTS, rng.choices((1, 2, 3, 4), (55, 28, 12, 5))[0])
    lines = tuple(Line(item, rng.choices((1, 2, 3), (80, 15, 5))[0], price(item, currency)) for item in picked)
    subtotal = sum(line.quantity * line.unit_price for line in lines)
    discount = _whole(subtotal // 10, currency) if rng.random() < 0.2 else 0
    tax = _whole(int((subtotal - discount) * place.tax), currency)
    shipping = 0 if rng.random() < 0.4 else _amount(595, currency)
    return Basket(
        currency=currency,
        lines=lines,
        subtotal=subtotal,
        tax=tax,
        shipping=shipping,
        discount=discount,
        total=subtotal - discount + tax + shipping,
        cost=sum(line.quantity * _amount(line.product.cost, currency) for line in lines),
    )


def _amount(us_cents: int, currency: str) -> int:
    return _whole(int(us_cents * _HOME_RATES[currency]), currency)


def _whole(hundredths: int, currency: str) -> int:
    return hundredths // 100 * 100 if currency in WHOLE_CURRENCIES else hundredths
