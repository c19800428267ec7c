"""A build with nothing new sends next to nothing to the warehouse, and yet never goes on with a view of yesterday."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.built_warehouse import EVENTS, BuiltWarehouse

RUN = ("run", "--select", EVENTS)
QUIET = ("build", "--select", EVENTS, "--exclude-resource-type", "test", "unit_test", "--threads", "1")
MOST_STATEMENTS = {"duckdb": 21, "postgres": 18}
"""Of them dbt itself looks for schemas and for the relations in each (4 and 4), and dbt-duckdb for keys (5). With more
threads two may make the same look at once."""
ENDS = re.compile(r"^(/\*.*?\*/)?\s*(begin|commit|rollback|close)?;?\s*$", re.IGNORECASE | re.DOTALL)
VIEW = "meta_conversions_staging.stg_shop__orders"
DROPPED = "meta_conversions_intermediate.int_conversions_eligibility"


def statements(warehouse: BuiltWarehouse, *words: str) -> list[str]:
    """What dbt sends to the warehouse, as its driver gets it, without the ends of transactions."""
    log = warehouse.folder / "logs" / "dbt.log"
    log.unlink(missing_ok=True)
    warehouse.dbt(*words, "--log-format-file", "json", artifacts=True)
    events = [json.loads(line) for line in log.read_text().splitlines()]
    return [
        one["data"]["sql"] for one in events if one["info"]["name"] == "SQLQuery" and not ENDS.match(one["data"]["sql"])
    ]


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_build_with_nothing_new_keeps_within_its_statements(engine: str, request: pytest.FixtureRequest) -> None:
    sent = statements(request.getfixturevalue(f"on_{engine}"), *QUIET)
    made = [one for one in sent if re.search(r"create (or replace )?(view|table)|drop |comment on", one.lower())]
    assert made == []
    emptied = [one for one in sent if "truncate table" in one]  # of what the first build needed; the next finds nothing
    assert len(sent) - len(emptied) <= MOST_STATEMENTS[engine], "\n".join(sent)


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_view_that_was_dropped_or_replaced_by_hand_is_made_again(engine: str, request: pytest.FixtureRequest) -> None:
    warehouse: BuiltWarehouse = request.getfixturevalue(f"on_{engine}")
    [before] = warehouse.rows(f"select count(*) as orders, sum(total) as total from {VIEW}")
    assert before["orders"] > 100
    [first] = warehouse.rows(f"select * from {VIEW} limit 1")
    nothing = f"select {', '.join(first)} from meta_conversions_staging.nothing"
    warehouse.change(f"create table meta_conversions_staging.nothing as select * from {VIEW} limit 0")
    warehouse.change(f"create or replace view {VIEW} as {nothing}")
    warehouse.change(f"drop view {DROPPED} cascade")
    warehouse.dbt(*RUN)
    assert [before] == warehouse.rows(f"select count(*) as orders, sum(total) as total from {VIEW}")
    assert warehouse.rows(f"select count(*) as conversions from {DROPPED}")


def test_a_var_that_changes_makes_the_views_again_that_it_rules(on_duckdb: BuiltWarehouse) -> None:
    changed = replace(on_duckdb, variables=on_duckdb.variables | {"meta_conversions_crm_name": "Pipeline"})
    sent = statements(changed, *RUN)
    views = {found.group(1) for one in sent if (found := re.search(r'create view \S+"(\w+)__dbt_tmp"', one))}
    assert "int_conversions_lead_stages" in views
    assert "stg_shop__orders" not in views
    assert "int_conversions_eligibility" in views, "what reads a view is made again with it"


def test_no_view_of_the_conversions_holds_the_moment_of_its_run(on_duckdb: BuiltWarehouse) -> None:
    """A date of these days in a view would make it another view tomorrow."""
    views = on_duckdb.rows("select view_name, sql from duckdb_views() where schema_name like 'meta_conversions%'")
    assert len(views) > 35
    since = (datetime.now(UTC) - timedelta(days=200)).date().isoformat()
    dates = {view["view_name"]: re.findall(r"20\d\d-\d\d-\d\d", view["sql"]) for view in views}
    assert {name: found for name, found in dates.items() if any(date > since for date in found)} == {}
