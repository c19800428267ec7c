"""Relations of others with names of the dbt package's models and seeds. It never replaces them: a build stops there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.settings import SHIPPED_PROJECT
from connector.warehouse.contract import OWNERSHIP_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.warehouse.warehouse import Warehouse

SUFFIXES = {
    "models/marts": "",
    "models/staging": "_staging",
    "models/intermediate": "_intermediate",
    "models/reconciliation": "_intermediate",
    "seeds": "_reference",
}
"""What dbt_project.yml adds to the schema of the marts, by the folder of a model or seed."""


def schemas_of_package(warehouse: Warehouse) -> list[str]:
    """Where the dbt package makes its relations, unless a project has given it other schemas."""
    return [f"{warehouse.marts}{suffix}" for suffix in dict.fromkeys(SUFFIXES.values())]


def relations_of_others(warehouse: Warehouse) -> list[str]:
    """The whole names of relations that bear a name of the package's, in whatever case, and not its mark."""
    database, _, marts = warehouse.marts.lower().rpartition(".")
    events = warehouse.events.lower().rpartition(".")[2]
    ours = {(marts, events), *((f"{marts}{suffix}", name) for suffix, name in names_of_package())}
    asked = {
        "schemas": sorted({schema for schema, _ in ours}),
        "names": sorted({name for _, name in ours}),
        "mark": f"%{OWNERSHIP_MARK}%",
    }
    rows = warehouse.rows("relations_of_others", asked)
    found = [(str(row.schema_name), str(row.relation_name)) for row in rows]
    return [".".join(filter(None, (database, *one))) for one in found if tuple(map(str.lower, one)) in ours]


def names_of_package() -> Iterator[tuple[str, str]]:
    """The suffix of the schema and the name of each relation that the dbt package makes."""
    for folder, suffix in SUFFIXES.items():
        for path in (SHIPPED_PROJECT / folder).rglob("*.csv" if folder == "seeds" else "*.sql"):
            yield suffix, path.stem
