"""The shop is a function of its arguments: no clock, no environment, no dice of its own."""

import ast
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest

import examples.shop.data
from examples.shop.data import build_more, build_shop

NOW = datetime(2026, 3, 10, 15, 4, 5, tzinfo=UTC)
MODULES = sorted(Path(examples.shop.data.__file__).parent.glob("*.py"))
DIGEST = """
from datetime import UTC, datetime
from hashlib import sha256
from examples.shop.data import build_shop
tables = build_shop(orders=300, days=14, seed=3, now=datetime(2026, 3, 10, tzinfo=UTC))
print(sha256(repr([table.to_pylist() for table in tables.values()]).encode()).hexdigest())
"""


def _same(left: dict[str, pa.Table], right: dict[str, pa.Table]) -> bool:
    return left.keys() == right.keys() and all(left[name].equals(right[name]) for name in left)


def test_the_same_seed_and_now_give_the_same_tables() -> None:
    assert _same(
        build_shop(orders=500, days=14, seed=1, now=NOW),
        build_shop(orders=500, days=14, seed=1, now=NOW),
    )
    assert _same(
        build_more(shop_orders=500, days=14, seed=1, now=NOW, round_no=2),
        build_more(shop_orders=500, days=14, seed=1, now=NOW, round_no=2),
    )


def test_another_process_with_other_hashes_gives_the_same_tables() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST], env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_another_seed_gives_another_shop() -> None:
    one, other = (build_shop(orders=500, days=14, seed=seed, now=NOW) for seed in (1, 2))
    assert [name for name in one if one[name].equals(other[name])] == []


def test_every_round_brings_other_rows() -> None:
    one, other = (build_more(shop_orders=500, days=14, seed=1, now=NOW, round_no=number) for number in (1, 2))
    assert not one["customers"].drop(["customer_id"]).equals(other["customers"].drop(["customer_id"]))


def test_the_zone_of_now_does_not_matter_and_none_means_utc() -> None:
    shop = build_shop(orders=50, days=14, seed=1, now=NOW)
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    assert _same(shop, build_shop(orders=50, days=14, seed=1, now=elsewhere))
    assert _same(shop, build_shop(orders=50, days=14, seed=1, now=NOW.replace(tzinfo=None)))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_reads_a_clock_the_environment_or_shared_dice(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            assert {name.name for name in node.names} <= {"pyarrow"}, (
                "only from-imports, so that the next check sees all"
            )
        if isinstance(node, ast.ImportFrom):
            assert node.module not in ("time", "os", "secrets", "uuid")
            assert node.module != "random" or [name.name for name in node.names] == ["Random"]
        if isinstance(node, ast.Attribute):
            assert not (node.attr in ("now", "today", "utcnow") and _is_name(node.value, "datetime", "date"))
        if isinstance(node, ast.Call) and _is_name(node.func, "Random"):
            assert node.args, "a Random without a seed asks the system for one"


def _is_name(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names


@pytest.mark.parametrize("bad", [{"orders": 0}, {"days": 0}, {"orders": -5}])
def test_a_shop_without_orders_or_days_is_refused_by_name(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad))):
        build_shop(**{"orders": 10, "days": 14, "seed": 1, **bad}, now=NOW)


def test_a_later_load_needs_a_round_of_its_own() -> None:
    with pytest.raises(ValueError, match="round_no"):
        build_more(shop_orders=100, days=14, seed=1, now=NOW, round_no=0)


@pytest.mark.parametrize("orders", [1, 2, 7, 50])
def test_a_small_shop_has_exactly_the_orders_asked_for(orders: int) -> None:
    tables = build_shop(orders=orders, days=1, seed=1, now=NOW)
    assert tables["orders"].num_rows == orders
    assert all(tables[name].num_rows for name in ("customers", "web_sessions", "crm_leads", "store_sales"))
