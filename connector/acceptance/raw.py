"""The small shop and the identifier vectors that come with the package, as raw tables."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connector.warehouse.warehouse import Warehouse

TYPES = {"text": "varchar", "money": "decimal(18, 4)", "time": "timestamp", "count": "integer", "boolean": "boolean"}
ARROW = {
    "text": pa.string(),
    "money": pa.decimal128(18, 4),
    "time": pa.timestamp("us"),
    "count": pa.int32(),
    "boolean": pa.bool_(),
}
FIELDS = {
    "em": "email",
    "ph": "phone",
    "fn": "first_name",
    "ln": "last_name",
    "db": "date_of_birth",
    "ge": "gender",
    "ct": "city",
    "st": "state",
    "zp": "postal_code",
    "country": "country",
    "external_id": "external_id",
}
"""Where a customer's row holds the text of each key."""
KNOWN_AT = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC without zone, as in raw tables
"""When all customers of the vectors became known: nobody is born later."""
HASH = re.compile(r"[0-9a-f]{64}(\.\w+)?")
"""A text that is hashed already, perhaps with what Meta's parameter builder appends."""
CANNOT_STAND_IN_A_TABLE = {"postgresql": "\0", "snowflake": "\0"}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A text of a key, read by a country where the key needs one, and the text whose hash is sent; None: nothing is."""

    key: str
    text: str
    country: str | None
    normalized: str | None

    @property
    def hash(self) -> str | None:
        """A text that is a hash already passes as it is."""
        if self.normalized is None or HASH.fullmatch(self.normalized):
            return self.normalized
        return sha256(self.normalized.encode()).hexdigest()


@cache
def vectors(engine: str) -> list[Vector]:
    """All that the engine can hold."""
    never = CANNOT_STAND_IN_A_TABLE.get(engine)
    names = ("key", "text", "country", "normalized")
    found = [Vector(**dict(zip(names, json.loads(line), strict=True))) for line in _data("vectors.jsonl").splitlines()]
    return [vector for vector in found if not never or never not in vector.text]


def shop() -> dict[str, Any]:
    """`tables`: the columns and rows of each; `later`: rows that come after the first build; `standing`: what then
    becomes of all, in events and money."""
    found: dict[str, Any] = json.loads(_data("shop.json"))
    return found


def _data(name: str) -> str:
    return files("connector.acceptance").joinpath("data", name).read_text(encoding="utf-8")


def load_shop(warehouse: Warehouse, schema: str, found: Mapping[str, Any], *, now: datetime) -> None:
    """Make each raw table and fill it with the shop's rows and the customers of the vectors."""
    people = _people(vectors(warehouse.engine.dialect.name))
    for table, columns in found["tables"].items():
        rows = [*found["rows"].get(table, []), *people.get(table, [])]
        with warehouse.transaction() as connection:
            told = ", ".join(f"{name} {TYPES[kind]}" for name, kind in columns.items())
            connection.execute(text(f"create table {schema}.{table} ({told})"))
        add_rows(warehouse, f"{schema}.{table}", columns, rows, now=now)


def add_rows(
    warehouse: Warehouse, relation: str, columns: Mapping[str, str], rows: Iterable[Row], *, now: datetime
) -> None:
    arriving = [{name: _value(row.get(name), kind, now) for name, kind in columns.items()} for row in rows]
    shape = pa.schema([(name, ARROW[kind]) for name, kind in columns.items()])
    if arriving:
        with warehouse.transaction() as connection:
            warehouse.dialect.load(connection, relation, pa.Table.from_pylist(arriving, schema=shape))


def _value(value: Any, kind: str, now: datetime) -> Any:
    if kind == "time" and isinstance(value, (int, float)):
        return now - timedelta(minutes=value)
    return Decimal(value) if kind == "money" and value is not None else value


def _people(asked: Iterable[Vector]) -> dict[str, list[Row]]:
    """A customer for each vector, and a session of theirs: who was never seen on the site is not identified."""
    customers: list[Row] = []
    for number, vector in enumerate(asked):
        row = {"customer_id": customer_id(number), "country": vector.country, "created_at": KNOWN_AT}
        customers.append(row | {FIELDS[vector.key]: vector.text})
    sessions = [{"session_id": row["customer_id"], "user_id": row["customer_id"]} for row in customers]
    return {"customers": customers, "web_sessions": sessions}


def customer_id(number: int) -> str:
    return f"vector-{number}"
