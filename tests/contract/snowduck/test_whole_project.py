"""The whole dbt project on snowduck, as an account would get it: merge, temporary relations, contracts, comments,
functions in JavaScript, and all data tests and unit tests; beside DuckDB with the same raw tables."""

from __future__ import annotations

import html
import html.entities
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.sandbox.server import RunningSandbox
from tests.contract.engines.test_quiet_builds import QUIET, statements
from tests.support.added_kinds import VARIABLES
from tests.support.built_warehouse import PROJECT, BuiltWarehouse, loaded_warehouse, shop_with_added_kinds
from tests.support.snowduck import HEADING, NOT_RUN, Snowduck, needs_snowduck

pytestmark = needs_snowduck

ONE_THREAD = ("--threads", "1")
MOST_STATEMENTS = 31
MARTS = sorted(file.stem for file in (PROJECT / "models" / "marts").rglob("*.sql"))
BY_ENGINE = {"row_version"}
"""A hash of how each engine writes times and numbers."""


@pytest.fixture(scope="module")
def loaded(snowduck: Snowduck, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], BuiltWarehouse]]:
    """Loads one shop into the warehouse of a URL, and makes the ledger. All builds have one moment, so that none finds
    more than the one before because a clock went on."""
    shop = shop_with_added_kinds(orders=200, days=20)
    variables = VARIABLES | {"meta_conversions_reconciled_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"}
    with RunningSandbox() as sandbox:
        yield lambda url: loaded_warehouse(
            url,
            shop,
            tmp_path_factory.mktemp("dbt"),
            base_url=sandbox.base_url,
            stand_in=snowduck,
            variables=variables,
        )


@pytest.fixture(scope="module")
def on_duckdb(loaded: Callable[[str], BuiltWarehouse], tmp_path_factory: pytest.TempPathFactory) -> BuiltWarehouse:
    warehouse = loaded(f"duckdb:///{tmp_path_factory.mktemp('warehouse') / 'shop.duckdb'}")
    warehouse.dbt("build", "--exclude-resource-type", "unit_test", "test")
    return warehouse


@pytest.fixture(scope="module")
def on_snowduck(loaded: Callable[[str], BuiltWarehouse], snowduck: Snowduck) -> BuiltWarehouse:
    """Built once, with all tests."""
    warehouse = loaded(snowduck.url(snowduck.new_database()))
    warehouse.dbt("build", *ONE_THREAD, artifacts=True)
    return warehouse


def results(warehouse: BuiltWarehouse) -> Counter[tuple[str, str]]:
    """How many nodes of a kind ended how."""
    file: Path = warehouse.folder / "target" / "run_results.json"
    told = json.loads(file.read_text(encoding="utf-8"))["results"]
    kinds = [(one["unique_id"].split(".")[0], one["status"]) for one in told]
    return Counter(one for one in kinds if one[0] != "exposure")


def test_every_model_and_every_test_passes(on_snowduck: BuiltWarehouse, tell: Callable[[str, str], None]) -> None:
    found = results(on_snowduck)
    assert {status for _, status in found} <= {"success", "pass", "warn"}, found
    assert {kind for kind, status in found if status == "warn"} <= {"test"}, "an alarm of the shop's own"
    for (kind, status), number in sorted(found.items()):
        tell(HEADING, f"{number} of kind {kind} on snowduck: {status}")
    for what, why in NOT_RUN.items():
        tell(HEADING, f"not run on snowduck, or in another way: {what}: {why}")


@pytest.mark.parametrize("mart", MARTS)
def test_every_mart_is_the_same_text(mart: str, on_snowduck: BuiltWarehouse, on_duckdb: BuiltWarehouse) -> None:
    assert rows_of(mart, on_snowduck, on_duckdb) == rows_of(mart, on_duckdb, on_duckdb)


def rows_of(mart: str, warehouse: BuiltWarehouse, on_duckdb: BuiltWarehouse) -> list[str]:
    """Each value as text, in the columns that the mart has on DuckDB."""
    columns = on_duckdb.rows(
        f"select column_name from duckdb_columns() where table_name = '{mart}' and schema_name = 'meta_conversions' "
        "order by column_index"
    )
    names = [str(column["column_name"]) for column in columns]
    asked = ", ".join(f"cast({name} as varchar) as {name}" for name in names if name not in BY_ENGINE)
    return sorted(repr(row) for row in warehouse.rows(f"select {asked} from meta_conversions.{mart}"))


def test_the_functions_in_javascript_do_what_python_does(on_snowduck: BuiltWarehouse) -> None:
    """Nothing else runs them. A name that this project does not know stays as it is."""
    names = [f"&{name}" for name in html.entities.html5 if name.endswith(";")]
    numbers = ["&#233;", "&#xE9;", "&#X1f600;", "&#128;", "&#0;", "&#55296;", "&#1114112;", "&#xFFFFFFF;"]
    decoded = called(on_snowduck, "decoded_entities", "\x1e".join([*numbers, *names])).split("\x1e")
    assert decoded[: len(numbers)] == [html.unescape(text) for text in numbers]
    found = dict(zip(names, decoded[len(numbers) :], strict=True))
    assert [name for name, sign in found.items() if sign not in (name, html.unescape(name))] == []
    assert len([name for name, sign in found.items() if sign != name]) > 200
    texts = "e\u0301 \ufb01 A\u030a \u1100\u1161 o\u0308\u0323 \u212b \u1e0b\u0323"
    assert called(on_snowduck, "unicode_nfc", texts) == unicodedata.normalize("NFC", texts)


def called(warehouse: BuiltWarehouse, function: str, text: str) -> str:
    [row] = warehouse.rows(f"select meta_conversions_intermediate.{function}('{text}') as told")
    return str(row["told"])


def test_a_build_with_nothing_new_makes_nothing_and_keeps_within_its_statements(
    on_snowduck: BuiltWarehouse, tell: Callable[[str, str], None]
) -> None:
    statements(on_snowduck, *QUIET)  # empties what only the first build needed
    sent = statements(on_snowduck, *QUIET)
    tell(HEADING, f"{len(sent)} statements of a build with nothing new on snowduck")
    assert [one for one in sent if re.search(r"create (or replace )?(transient )?(view|table) ", one.lower())] == []
    assert len(sent) <= MOST_STATEMENTS, "\n".join(sent)


def test_a_second_build_merges_what_is_new_into_the_same_marts(
    on_snowduck: BuiltWarehouse, on_duckdb: BuiltWarehouse
) -> None:
    before = rows_of("conversions", on_snowduck, on_duckdb)
    for warehouse in (on_snowduck, on_duckdb):
        warehouse.change("update raw.orders set total = total + 1, updated_at = updated_at + interval '1 second'")
        warehouse.dbt("run", *ONE_THREAD)
    differing = [mart for mart in MARTS if rows_of(mart, on_snowduck, on_duckdb) != rows_of(mart, on_duckdb, on_duckdb)]
    assert differing == []
    after = rows_of("conversions", on_snowduck, on_duckdb)
    assert len(after) == len(before)
    assert len(set(after) - set(before)) > 50
