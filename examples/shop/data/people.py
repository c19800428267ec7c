"""People who buy: registered customers, guests, leads, visitors of a store."""

from dataclasses import dataclass
from random import Random
from unicodedata import normalize

from examples.shop.data.emails import Field, draw_address, email_field
from examples.shop.data.ids import Ids
from examples.shop.data.names import NAMES
from examples.shop.data.phones import phone_field
from examples.shop.data.places import City, Place, draw_place, draw_postal, spell_postal, spell_state
from examples.shop.data.shares import SHARES
from examples.shop.data.tables import Rows
from examples.shop.data.times import DAY, Times

_WOMAN = ("F", "f", "female", "Female", "woman", "FEMALE ")
_MAN = ("M", "m", "male", "Male", "man", "MALE")
_UNSAID = ("", "prefer not to say", "non-binary", "X", "d", None)
_REASONS = ("do_not_share", "do_not_share", "erasure_request")


@dataclass(slots=True)
class Person:
    """One person with the fields as typed; `email.address` is the clean address if the field is good."""

    customer_id: str | None
    place: Place
    city: City
    postal: str
    first: str
    last: str
    woman: bool
    email: Field
    phone: str | None
    suppressed: bool = False


def draw_person(rng: Random, number: str, *, customer_id: str | None = None) -> Person:
    """Somebody new; `number` makes the address unlike every other."""
    place = draw_place(rng)
    city = rng.choice(place.cities)
    names, woman = NAMES[place.code], rng.random() < 0.52
    first, last = rng.choice(names.women if woman else names.men), rng.choice(names.family)
    return Person(
        customer_id=customer_id,
        place=place,
        city=city,
        postal=draw_postal(rng, city),
        first=first,
        last=last,
        woman=woman,
        email=email_field(rng, draw_address(rng, first, last, number), SHARES),
        phone=phone_field(rng, place, SHARES),
    )


def add_customers(rng: Random, rows: Rows, ids: Ids, times: Times, *, count: int, days: int) -> list[Person]:
    """Registered customers, who joined before the shop's days began, and the few of them who asked not to be shared."""
    customers = []
    for _ in range(count):
        customer_id = ids.take("C")
        person = draw_person(rng, customer_id, customer_id=customer_id)
        joined = times.draw(rng, days * DAY, (days + 900) * DAY)
        rows["customers"].append(_customer_row(rng, person, joined, times.later(rng, joined, 900 * DAY)))
        if person.email.address and rng.random() < SHARES.suppressed:
            person.suppressed = True
            asked = times.later(rng, joined, 900 * DAY)
            email = person.email.address
            rows["suppressions"].append((email.upper() if rng.random() < 0.2 else email, rng.choice(_REASONS), asked))
        customers.append(person)
    return customers


def _customer_row(rng: Random, person: Person, joined: int, updated: int) -> tuple[str | int | None, ...]:
    second = None
    if rng.random() < 0.10:
        second = email_field(rng, draw_address(rng, person.first, person.last, f"{person.customer_id}b"), SHARES).text
    return (
        person.customer_id,
        person.email.text,
        second,
        person.phone,
        spell_name(rng, person.first, title=True),
        spell_name(rng, person.last, title=False),
        _birth(rng, person.place),
        rng.choice(_UNSAID) if rng.random() < 0.2 else rng.choice(_WOMAN if person.woman else _MAN),
        spell_city(rng, person.city),
        spell_state(rng, person.place, person.city),
        spell_postal(rng, person.place, person.postal),
        spell_country(rng, person.place),
        joined,
        updated,
    )


def spell_name(rng: Random, name: str, *, title: bool = False) -> str:
    """A name as typed: case, spaces, decomposed letters, other apostrophes, titles and suffixes."""
    drawn = rng.random()
    if drawn < 0.84:
        return name
    if drawn < 0.88:
        return name.upper()
    if drawn < 0.92:
        return name.lower()
    if drawn < 0.94:
        return f" {name}  "
    if drawn < 0.97:
        return normalize("NFD", name)
    if drawn < 0.985:
        return name.replace("'", "’").replace(" ", "\u00a0")  # noqa: RUF001 - what phones type for an apostrophe
    return f"Dr. {name}" if title else f"{name} Jr."


def spell_city(rng: Random, city: City) -> str:
    """A city as typed."""
    drawn = rng.random()
    if drawn < 0.90:
        return city.name
    return rng.choice((city.name.upper(), f"{city.name} ", city.name.lower(), normalize("NFD", city.name)))


def spell_country(rng: Random, place: Place) -> str | None:
    """A country as typed: a code, a name, nothing."""
    return None if rng.random() < SHARES.country_blank else rng.choice(place.spellings)


def _birth(rng: Random, place: Place) -> str | None:
    year, month, day = 1940 + int(rng.random() * 67), 1 + int(rng.random() * 12), 1 + int(rng.random() * 28)
    drawn = rng.random()
    if drawn < 0.70:
        return f"{year}-{month:02d}-{day:02d}"
    if drawn < 0.78:
        return f"{month}/{day}/{year}" if place.code == "US" else f"{day:02d}/{month:02d}/{year}"
    if drawn < 0.82:
        return f"{year}-{month:02d}-{day:02d}T00:00:00"
    if drawn < 0.85:
        return f"{year}{month:02d}{day:02d}"
    if drawn < 0.86:
        return rng.choice(
            ("0000-00-00", "1899-12-31", f"{year}-02-31", "unknown", f"{day:02d}.{month:02d}.{year % 100:02d}")
        )
    return None if drawn < 0.96 else ""
