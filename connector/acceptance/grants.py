"""Each right that the documentation gives a role, tried alone, with the statement that gives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from connector import app
from connector.acceptance.findings import Finding, failed, passed, untried
from connector.acceptance.trial import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.acceptance.trial import Trial
    from connector.settings import Settings
    from connector.warehouse.warehouse import Warehouse

AREA = "grants"
DBT, SENDER = (Part.BOTH, Part.DBT), (Part.BOTH, Part.SENDER)
BOTH = (*DBT, Part.SENDER)

ON_SCHEMA = "select (select has_schema_privilege(oid, :right) from pg_namespace where nspname = lower(:schema))"
ON_TABLES = """
select bool_and(has_table_privilege(pg_class.oid, :right))
from pg_class inner join pg_namespace on pg_namespace.oid = relnamespace
where nspname = lower(:schema) and relkind = any(string_to_array(:kinds, ','))
"""
SEEN_SCHEMA = "select count(*) > 0 from information_schema.schemata where lower(schema_name) = lower(:schema)"
SEEN_TABLES = (
    "select nullif(count(*) > 0, false) from information_schema.tables "
    "where lower(table_schema) = lower(:schema) and table_type like :kinds"
)

Holds = "Callable[[Warehouse, str], bool | None]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One right. `place`: the brace of the schema that it is on; `holds` says None where nothing is there to try it on.

    `statement` gives it; the braces stand for the user's names.
    """

    name: str
    parts: tuple[Part, ...]
    place: str
    holds: Callable[[Warehouse, str], bool | None]
    statement: str
    is_hidden: bool = False
    """The engine shows a role nothing of what it may not use, so that what is not there looks the same."""
    is_first: bool = False
    """Without it no other one can be asked for."""


def check_grants(trial: Trial) -> Iterator[Finding]:
    """Whether the configured role has each right of its part. Nothing stays of what is tried."""
    if trial.engine == "duckdb":
        yield passed(AREA, "the file", "DuckDB has no grants, and this file can be opened for writing.")
        return
    places = places_of(trial.settings, trial.raw_schema)
    with app.opened(trial.settings) as warehouse:
        for grant in GRANTS[trial.engine]:
            if trial.part in grant.parts:
                found = _tried(warehouse, grant, places.get(grant.place, ""))
                yield found
                if grant.is_first and not found.is_good:
                    yield untried(AREA, "all other grants", f"they can be tried with this one only: {grant.name}.")
                    return


def places_of(settings: Settings, raw_schema: str) -> dict[str, str]:
    """The user's schemas by the brace that stands for each, without their database."""
    marts = ".".join(settings.events_relation.split(".")[:-1])
    named = {"raw": raw_schema, "marts": marts, "reference": f"{marts}_reference", "ledger": settings.ledger_schema}
    return {brace: name.split(".")[-1] for brace, name in named.items()}


def _tried(warehouse: Warehouse, grant: Grant, schema: str) -> Finding:
    holds = grant.holds(warehouse, schema)
    if holds:
        return passed(AREA, grant.name, "held.")
    if holds is None and not grant.is_hidden:
        return untried(AREA, grant.name, "the schema, or a table in it, does not exist yet.")
    if holds is None:
        return untried(
            AREA, grant.name, "none can be seen: there is none yet, or a grant is missing.", fix=grant.statement
        )
    seen = "the schema is not there, or the role does not hold it." if grant.is_hidden else "the role does not hold it."
    return failed(AREA, grant.name, seen, fix=grant.statement)


def _asked(sql: str, **known: str) -> Callable[[Warehouse, str], bool | None]:
    def holds(warehouse: Warehouse, schema: str) -> bool | None:
        asked = {name: value for name, value in (known | {"schema": schema}).items() if f":{name}" in sql}
        try:
            with warehouse.transaction() as connection:
                found: bool | None = connection.execute(text(sql), asked).scalar()
        except DBAPIError as error:
            if _is_refused(warehouse, error):
                return False
            raise
        return found

    return holds


def _unless(number: str, sql: str) -> Callable[[Warehouse, str], bool]:
    """Held, unless the statement ends with this number of Snowflake's. Other numbers say nothing of rights."""

    def holds(warehouse: Warehouse, schema: str) -> bool:
        try:
            with warehouse.transaction() as connection:
                connection.execute(text(sql))
        except DBAPIError as error:
            if number not in str(warehouse.refusal(error)):
                raise
            return False
        return True

    return holds


def _creates(warehouse: Warehouse, schema: str) -> bool:
    """Make a table and drop it again."""
    name = f"{schema}.connector_acceptance_trial"
    try:
        with warehouse.transaction() as connection:
            connection.execute(text(f"create transient table {name} (one integer)"))
            connection.execute(text(f"drop table {name}"))
    except DBAPIError as error:
        if _is_refused(warehouse, error):
            return False
        raise
    return True


def _is_refused(warehouse: Warehouse, error: DBAPIError) -> bool:
    return warehouse.dialect.may_not_write(error) or warehouse.dialect.is_missing(error)


def _on_schema(place: str, right: str, parts: tuple[Part, ...]) -> Grant:
    return Grant(
        name=f"{right} on the {WORDS[place]} schema",
        parts=parts,
        place=place,
        holds=_asked(ON_SCHEMA, right=right),
        statement=f"grant {right} on schema {{{place}}} to {{role}};",
    )


def _on_tables(place: str, right: str, parts: tuple[Part, ...], kinds: str = "r,v,m,p,f") -> Grant:
    return Grant(
        name=f"{right} on the tables of the {WORDS[place]} schema",
        parts=parts,
        place=place,
        holds=_asked(ON_TABLES, right=right, kinds=kinds),
        statement=f"grant {right} on all tables in schema {{{place}}} to {{role}};",
    )


WORDS = {"raw": "raw tables'", "marts": "marts'", "reference": "reference", "ledger": "ledger's"}
"""What a person calls each schema."""
POSTGRES = (
    Grant(
        name="create schemas in the database",
        parts=DBT,
        place="",
        holds=_asked("select has_database_privilege(current_database(), 'create')"),
        statement="grant create on database {database} to {role};",
    ),
    _on_schema("raw", "usage", DBT),
    _on_tables("raw", "select", DBT),
    _on_schema("marts", "create", DBT),
    _on_schema("reference", "create", DBT),
    _on_schema("marts", "usage", BOTH),
    _on_tables("marts", "select", BOTH),
    _on_schema("reference", "usage", BOTH),
    _on_tables("reference", "select", BOTH),
    _on_schema("ledger", "usage", BOTH),
    _on_tables("ledger", "select", BOTH),
    _on_schema("ledger", "create", SENDER),
    _on_tables("ledger", "insert", SENDER, "r"),
    _on_tables("ledger", "update", SENDER, "r"),
)


def _seen(place: str, parts: tuple[Part, ...]) -> Grant:
    return Grant(
        name=f"usage on the {WORDS[place]} schema",
        parts=parts,
        place=place,
        holds=_asked(SEEN_SCHEMA),
        is_hidden=True,
        statement=f"grant usage on schema {{database}}.{{{place}}} to role {{role}};",
    )


def _readable(place: str, parts: tuple[Part, ...], what: str = "tables", kinds: str = "%") -> Grant:
    """`kinds`: the types of relation that show it, as the information schema calls them."""
    grants = (
        f"grant select on {which} {what} in schema {{database}}.{{{place}}} to role {{role}};"
        for which in ("all", "future")
    )
    return Grant(
        name=f"select on the {what} of the {WORDS[place]} schema",
        parts=parts,
        place=place,
        holds=_asked(SEEN_TABLES, kinds=kinds),
        is_hidden=True,
        statement=" ".join(grants),
    )


def _owned(place: str, parts: tuple[Part, ...]) -> Grant:
    return Grant(
        name=f"create in the {WORDS[place]} schema",
        parts=parts,
        place=place,
        holds=_creates,
        is_hidden=True,
        statement=f"grant ownership on schema {{database}}.{{{place}}} to role {{role}};",
    )


SNOWFLAKE = (
    Grant(
        name="usage on the virtual warehouse",
        parts=BOTH,
        place="",
        holds=_unless("000606", "select count(*) from table(generator(rowcount => 1))"),
        is_first=True,
        statement="grant usage on warehouse {warehouse} to role {role};",
    ),
    Grant(
        name="usage on the database",
        parts=BOTH,
        place="",
        holds=_unless("090105", "select count(*) from information_schema.schemata"),
        is_first=True,
        statement="grant usage on database {database} to role {role};",
    ),
    _seen("raw", DBT),
    _readable("raw", DBT),
    _owned("marts", DBT),
    _owned("reference", DBT),
    _seen("ledger", DBT),
    _readable("ledger", DBT, "tables", "%TABLE"),
    _readable("ledger", DBT, "views", "%VIEW"),
    _seen("marts", SENDER),
    _readable("marts", SENDER),
    _seen("reference", SENDER),
    _readable("reference", SENDER),
    _owned("ledger", SENDER),
)
CREATE_SCHEMA = "grant create schema on database {database} to role {role};"
GRANTS = {"postgresql": POSTGRES, "snowflake": SNOWFLAKE}
"""By SQLAlchemy's name of the engine."""
