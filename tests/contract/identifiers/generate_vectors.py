"""Regenerates vectors/generated_*.jsonl, and all vectors as `connector acceptance` brings them:
`python -m tests.contract.identifiers.generate_vectors`.

The expected values are the Python reference's. Read the difference before you commit it: a change there changes hashes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pycountry

from tests.contract.identifiers.identifying_project import KNOWN_AT
from tests.contract.identifiers.people_of_the_world import (
    PEOPLE,
    Person,
    country_spellings,
    phone_spellings,
    typed,
    typed_code,
)
from tests.contract.identifiers.vector_files import KEYS, KIT, Vector, kit_lines, write_vectors, written_vectors
from tests.support.written_rule import Rule
from tests.support.written_rule.hashed_keys import hashed

SEED = 2026
KNOWN_ON = date.fromisoformat(KNOWN_AT[:10])
SPELLINGS = 20
DATES = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d 00:00:00", "%Y-%m-%dT12:30:00Z", "%Y %m %d")
DAY_ORDERS = ("%d.%m.%Y", "%m/%d/%Y", "%d-%m-%y", "%B %d, %Y", "%d %b %Y", "%d-%B-%Y", "%y%m%d")
GENDER_WORDS = ("f", "Female", "woman", "m", "male", "MAN", "mujer", "Herr", "Mrs.", "männlich", "女", "other", "d")

PRINTED = {
    "em": (
        "mailto:mary.roe@mail.test?subject=Your%20order",
        "MAILTO:Mary@Mail.test?cc=b@c.de",
        " mailto: mary@post.test ?x",
        "mary?x@mail.test",
    ),
    "ge": ("F (female)", "M (Male)", "Female (F)", "M - male", "w (weiblich)", "m (female)"),
    "country": (
        *("DE - Germany", "Germany (DEU)", "us: United States", "UK - United Kingdom", "GBR United Kingdom"),
        *("France, FR", "KR | Korea, Republic of", "CI - Côte d'Ivoire", "DE - France", "XX - Germany"),
    ),
}
"""As exports and links have them."""

Text = tuple[str, str, str | None, str]
"""Key, text, country, where it comes from."""


def texts(chance: random.Random) -> Iterator[Text]:
    for person in PEOPLE:
        for _ in range(SPELLINGS):
            yield from of_person(person, chance)
        for way, phone in phone_spellings(person.country, chance):
            yield "ph", phone, person.country, f"phone of {person.country}, {way}"
    for one in pycountry.countries:
        for spelling in chance.sample(country_spellings(one.alpha_2), 2):
            yield "country", typed_code(spelling, chance), None, f"country {one.alpha_2}"
    for _ in range(200):
        day = date(1900, 1, 1) + timedelta(days=chance.randint(0, 49_000))
        yield "db", typed_code(day.strftime(chance.choice(DATES)), chance), None, "a date with its year first"
        yield "db", day.strftime(chance.choice(DAY_ORDERS)), None, "a date in an order that nobody named"
    for _ in range(100):
        yield (
            "external_id",
            typed(f"{chance.choice(['C-', 'usr_', ''])}{chance.getrandbits(40):x}", chance),
            None,
            "an id",
        )
        word = chance.choice(GENDER_WORDS)
        yield "ge", typed_code(word, chance), None, "a word for gender"
    for key, printed in PRINTED.items():
        yield from ((key, text, None, "as an export prints it") for text in printed)


def of_person(person: Person, chance: random.Random) -> Iterator[Text]:
    source = f"person of {person.country}"
    yield "fn", typed(person.first_name, chance), None, source
    yield "ln", typed(person.last_name, chance), None, source
    yield "ct", typed(person.city, chance), None, source
    yield "st", typed_code(person.state, chance), person.country, source
    yield "zp", typed_code(person.postal_code, chance), person.country, source
    local = f"{person.first_name}.{person.last_name}".replace(" ", ".")
    host = chance.choice(["mail.test", "post.co.uk", f"{person.city.replace(' ', '-')}.org"])
    yield "em", typed(f"{local}{chance.choice(['', '+shop'])}@{host}", chance), None, source


def generated(seed: int = SEED) -> list[Vector]:
    """Each text once; left out are those written by hand, and those on which libphonenumber has no firm answer."""
    rule, found = Rule(known_on=KNOWN_ON), {}
    written = {vector.asked for vector in written_vectors()}
    for key, text, country, source in texts(random.Random(seed)):  # noqa: S311 # the same each time, nothing secret
        answers = rule.answers(key, text, country)
        if len(answers) == 1 and (key, text, country) not in written:
            (answer,) = answers
            vector = Vector(
                key=key,
                text=text,
                country=country,
                normalized=answer,
                hash=hashed(answer),
                source=f"generated: {source}",
            )
            found[vector.asked] = vector
    return list(found.values())


def main() -> None:
    vectors = generated()
    for key in KEYS:
        write_vectors(f"generated_{key}.jsonl", [vector for vector in vectors if vector.key == key])
    KIT.write_text(kit_lines(), encoding="utf-8")


if __name__ == "__main__":
    main()
