"""The schemas that acceptance works in: made for it, named so that nobody's have the name, and dropped at its end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from connector import app

if TYPE_CHECKING:
    from connector.settings import Settings
    from connector.warehouse.warehouse import Warehouse

PREFIX = "connector_acceptance_"
SCHEMAS = text("select schema_name from information_schema.schemata where lower(schema_name) like :pattern")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """The names of one run. dbt's schemas are called as it calls them in any project: <target>_meta_conversions .."""

    name: str

    @classmethod
    def new(cls) -> Scratch:
        return cls(name=f"{PREFIX}{secrets.token_hex(3)}")

    @property
    def raw(self) -> str:
        return f"{self.name}_raw"

    @property
    def marts(self) -> str:
        return f"{self.name}_meta_conversions"

    @property
    def intermediate(self) -> str:
        return f"{self.marts}_intermediate"

    @property
    def ledger(self) -> str:
        return f"{self.name}_ledger"


def settings_in(settings: Settings, scratch: Scratch, **changes: object) -> Settings:
    """The same settings with every relation in the scratch schemas."""
    places = {"events_relation": f"{scratch.marts}.conversion_events", "ledger_schema": scratch.ledger}
    return settings.model_copy(update=places | changes)


def standing(warehouse: Warehouse, name: str) -> list[str]:
    """The schemas whose name begins so."""
    with warehouse.transaction() as connection:
        return sorted({row.schema_name for row in connection.execute(SCHEMAS, {"pattern": f"{name.lower()}%"})})


def drop(settings: Settings, scratch: Scratch) -> list[str]:
    """Drop whatever stands under the names of this run; the names of those that could not be dropped."""
    with app.opened(settings) as warehouse:
        return [name for name in standing(warehouse, scratch.name) if not _is_dropped(warehouse, name)]


def _is_dropped(warehouse: Warehouse, name: str) -> bool:
    try:
        with warehouse.transaction() as connection:
            connection.execute(text(f"drop schema {name} cascade"))
    except DBAPIError:
        return False
    return True
