"""People that nobody has seen before, in the raw tables of a shop, as three dozen countries write them."""

from __future__ import annotations

import json
import os
import random
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import phonenumbers
import pyarrow as pa
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from pydantic import SecretStr
from sqlalchemy import text

from connector import app
from connector.settings import Settings
from connector.warehouse.dialects import dialect_of, parse_url
from examples.shop.data import SCHEMAS
from examples.shop.loading import load_raw
from tests.contract.identifiers.identifying_project import FIELDS, PROJECT
from tests.contract.identifiers.people_of_the_world import PEOPLE, Person, country_spellings, typed, typed_code
from tests.support.forms import EVERYTHING
from tests.support.snowflake_stand_in import SnowflakeStandIn
from tests.support.warm_dbt import run_dbt
from tests.support.written_rule import Rule
from tests.support.written_rule.hashed_keys import hashed

KINDS = ["duckdb", "postgres", *(["snowflake"] if EVERYTHING else [])]
"""The stand-in for Snowflake is slow: in the short form it is asked about the vectors only (test_engines_agree)."""

NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
KNOWN_AT = NOW - timedelta(days=400)
EACH = 4
KEYS = [key for key in FIELDS if key != "em"]

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """A customer's row, and what may be hashed of each of its keys."""

    row: Row
    expected: dict[str, set[str | None]]


@pytest.fixture(scope="module")
def strangers() -> list[Stranger]:
    seed = int(os.environ.get("STRANGERS") or secrets.randbits(32))
    print(f"these people come from seed {seed}: STRANGERS={seed} brings them back")  # noqa: T201 # shown where a test fails
    chance = random.Random(seed)  # noqa: S311 # nothing secret
    return [stranger(person, f"C{place}-{turn}", chance) for place, person in enumerate(PEOPLE) for turn in range(EACH)]


def stranger(person: Person, customer_id: str, chance: random.Random) -> Stranger:
    local = f"{new_word(person.first_name, chance)}.{chance.getrandbits(32):x}".replace(" ", "")
    row: Row = {
        "customer_id": customer_id,
        "email": typed(f"{local}@mail.test", chance),
        "email_2": chance.choice([None, typed(f"second.{chance.getrandbits(32):x}@post.co.uk", chance), "n/a"]),
        "phone": new_phone(person.country, chance),
        "first_name": typed(new_word(person.first_name, chance), chance),
        "last_name": typed(new_word(person.last_name, chance), chance),
        "date_of_birth": (date(1930, 1, 1) + timedelta(days=chance.randint(0, 28_000))).strftime("%Y-%m-%d"),
        "gender": typed_code(chance.choice(["f", "female", "Woman", "m", "MALE", "man", "other"]), chance),
        "city": typed(new_word(person.city, chance), chance),
        "state": typed_code(person.state, chance),
        "postal_code": typed_code(new_digits(person.postal_code, chance), chance),
        "country": typed_code(chance.choice(country_spellings(person.country)), chance),
        "created_at": KNOWN_AT,
        "updated_at": NOW,
    }
    rule = Rule(known_on=KNOWN_AT.date())
    told = row | {"external_id": customer_id}
    expected = {key: {hashed(one) for one in rule.answers(key, told[FIELDS[key]], row["country"])} for key in KEYS}
    expected["em"] = {hashed(one) for field in ("email", "email_2") for one in rule.answers("em", row[field]) if one}
    return Stranger(row=row, expected=expected)


def new_word(word: str, chance: random.Random) -> str:
    """Letters of the word in another order, each with the marks that it carries."""
    clusters: list[str] = []
    for sign in unicodedata.normalize("NFC", word):
        if clusters and unicodedata.category(sign)[0] == "M":
            clusters[-1] += sign
        else:
            clusters.append(sign)
    return "".join(chance.choice(clusters) if cluster[0].isalpha() else cluster for cluster in clusters)


def new_digits(code: str, chance: random.Random) -> str:
    return "".join(chance.choice("123456789") if sign.isdecimal() else sign for sign in code)


def new_phone(country: str, chance: random.Random) -> str:
    """A valid number of the country with other digits than its example, in one of the ways in which people write it."""
    example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    number = example
    for _ in range(50):
        digits = phonenumbers.national_significant_number(example)
        ending = "".join(chance.choice("0123456789") for _ in range(4))
        number = phonenumbers.parse(f"+{example.country_code}{digits[:-4]}{ending}")
        if phonenumbers.is_valid_number(number):
            break
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return chance.choice(
        [e164, national, international, international.replace(" ", "."), f"00{e164[1:]}", f"{national} ext. 7"]
    )


@dataclass(frozen=True)
class Shop:
    settings: Settings
    folder: Path
    stand_in: SnowflakeStandIn | None = None

    def build(self, strangers: list[Stranger]) -> None:
        rows = {
            "customers": [one.row for one in strangers],
            "orders": [order(one.row["customer_id"]) for one in strangers],
        }
        tables = {name: pa.Table.from_pylist(rows.get(name, []), schema=schema) for name, schema in SCHEMAS.items()}
        if self.stand_in is None:
            load_raw(self.settings, tables, replace=True)
        else:
            self.stand_in.load(self.settings.warehouse_url.get_secret_value(), "raw", tables)
        command = ["--quiet", "build"]
        command += [
            "--select",
            "+meta_conversions.marts.conversions",
            "--exclude-resource-type",
            "unit_test",
            "test",
            "--project-dir",
            str(PROJECT),
            "--profiles-dir",
            str(PROJECT),
        ]
        command += ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")]
        environment = os.environ | app.dbt_environment(self.settings)
        done = run_dbt(command, env=environment)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]

    def conversions(self) -> dict[str, Row]:
        url = parse_url(self.settings.warehouse_url)
        engine = dialect_of(url).open(url, lock_wait_s=5, create=False)
        try:
            with engine.connect() as connection:
                rows = connection.execute(text("select * from meta_conversions.conversions")).mappings()
                return {row["order_id"]: dict(row) for row in rows}
        finally:
            engine.dispose()


def order(customer_id: str) -> Row:
    return dict.fromkeys(SCHEMAS["orders"].names) | {
        "order_id": customer_id,
        "customer_id": customer_id,
        "order_status": "paid",
        "ordered_at": NOW - timedelta(hours=3),
        "currency": "EUR",
        "total": Decimal("10.00"),
        "is_test": False,
        "updated_at": NOW - timedelta(hours=3),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_people_never_seen_before_come_out_as_the_written_rule_says(
    kind: str,
    strangers: list[Stranger],
    new_database: Callable[[], str],
    snowflake_stand_in: SnowflakeStandIn,
    tmp_path: Path,
    agreement: Callable[[str], None],
) -> None:
    """For Snowflake stands a server that speaks its protocol."""
    url = f"duckdb:///{tmp_path / 'shop.duckdb'}"
    if kind != "duckdb":
        url = new_database() if kind == "postgres" else snowflake_stand_in.url(snowflake_stand_in.new_database())
    settings = Settings(warehouse_url=SecretStr(url), meta_dataset_id="1234567890")
    shop = Shop(settings, tmp_path, snowflake_stand_in if kind == "snowflake" else None)
    shop.build(strangers)
    conversions = shop.conversions()
    wrong = []
    for one in strangers:
        row = conversions[one.row["customer_id"]]
        wrong += [(key, one.row) for key in KEYS if row[key] not in one.expected[key]]
        wrong += [("em", one.row)] if emails(row["em"]) != one.expected["em"] else []
    values = len(strangers) * len(FIELDS)
    agreement(f"{kind}: {values - len(wrong)} of {values} values of unseen people follow the rule from raw tables on")
    assert not wrong, wrong[:5]


def emails(told: str | None) -> set[str | None]:
    """One hash, or several as a list."""
    return set() if told is None else set(json.loads(told)) if told.startswith("[") else {told}
