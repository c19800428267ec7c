"""Sales in the shop's stores, a row for each line of the receipt."""

from random import Random

from examples.shop.data.emails import type_out
from examples.shop.data.goods import fill_basket
from examples.shop.data.ids import Ids
from examples.shop.data.people import Person, draw_person, spell_country, spell_name
from examples.shop.data.places import spell_postal
from examples.shop.data.shares import SHARES
from examples.shop.data.tables import Row, Rows
from examples.shop.data.times import Moment, Times

_LINES = ((1, 2, 3, 4), (50, 30, 15, 5))


def add_store_sales(
    rng: Random, rows: Rows, ids: Ids, times: Times, *, moments: list[Moment], customers: list[Person]
) -> None:
    """A receipt for each moment: half of the buyers are customers of the site, some leave no name."""
    for moment in moments:
        sale_id = ids.take("S")
        known = bool(customers) and rng.random() < 0.5
        person = rng.choice(customers) if known else draw_person(rng, sale_id)
        basket = fill_basket(rng, person.place, person.place.currency)
        buyer = (None,) * 6 if rng.random() < SHARES.walk_ins else _typed_at_the_till(rng, person)
        store_id, sold_at = f"{person.place.code}-{1 + int(rng.random() * 4)}", times.calm(moment.at)
        products = [line.product for line in basket.lines]
        count = rng.choices(*_LINES)[0]
        for position in range(1, count + 1):
            line = basket.lines[(position - 1) % len(products)]
            rows["store_sales"].append(
                (sale_id, position, store_id, sold_at, *buyer, basket.currency, line.quantity * line.unit_price)
            )


def _typed_at_the_till(rng: Random, person: Person) -> Row:
    address = person.email.address
    return (
        type_out(rng, address) if address else person.email.text,
        person.phone,
        spell_name(rng, person.first),
        spell_name(rng, person.last),
        spell_postal(rng, person.place, person.postal),
        spell_country(rng, person.place),
    )
