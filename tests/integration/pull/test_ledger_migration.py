"""A ledger that an older version of this package made is brought up to date, with everything it remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.ledger import migration
from connector.ledger.migration import VERSION, migrations
from tests.integration.pull.conftest import ON_DUCKDB
from tests.support.shops import event

if TYPE_CHECKING:
    from tests.support.shops import Person, Shop

ADDED = ("meta_pulls", "meta_event_stats", "meta_match_quality", "meta_insights", "meta_campaigns", "sync_expired")


def made_by_version_1(shop: Shop, person: Person) -> None:
    """A ledger that has sent one conversion and knows nothing of Meta's figures."""
    shop.add([event("before")])
    assert person.says("sync") == 0
    for view in ("conversion_states", "record_outcomes"):
        shop.run(f"drop view meta_conversions_ledger.{view}")
    for table in ADDED:
        shop.run(f"drop table meta_conversions_ledger.{table}")
    later = ("default_dataset_id", "datasets_to_probe", "api_version", "started_by", "started_on", "airflow_run")
    for column in (*later, "connector_version"):
        shop.run(f"alter table meta_conversions_ledger.sync_runs drop column {column}")
    for name, before in (("mode", "lane"), ("phase", "change")):
        shop.run(f"alter table meta_conversions_ledger.sync_runs rename column {name} to {before}")
    shop.run("update meta_conversions_ledger.sync_lock set ledger_version = 1")


@ON_DUCKDB
@pytest.mark.parametrize("command", ["init", "sync", "pull", "status"])
def test_an_older_ledger_gets_the_tables_and_keeps_what_it_knows(shop: Shop, person: Person, command: str) -> None:
    made_by_version_1(shop, person)
    assert person.says(command) == 0
    assert shop.run("select ledger_version from meta_conversions_ledger.sync_lock") == [(VERSION,)]
    assert shop.state("before") == "accepted"
    for table in ADDED:
        shop.run(f"select count(*) from meta_conversions_ledger.{table}")


def test_the_migration_is_the_same_on_every_engine(shop: Shop, person: Person) -> None:
    made_by_version_1(shop, person)
    assert person.says("pull") == 0
    assert shop.run("select ledger_version from meta_conversions_ledger.sync_lock") == [(VERSION,)]
    assert shop.run("select count(*) from meta_conversions_ledger.meta_pulls where problem is null") == [(4,)]
    assert shop.state("before") == "accepted"


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_by_version_1(shop, person)
    broken = migrations() | {VERSION: (*migrations()[VERSION], "select {no_such_query}")}
    monkeypatch.setattr(migration, "migrations", lambda: broken)
    assert person.says("init") == 1
    assert "KeyError" in person.err
    assert shop.run("select ledger_version from meta_conversions_ledger.sync_lock") == [(1,)]
    tables = shop.run("select table_name from information_schema.tables where table_schema = 'meta_conversions_ledger'")
    assert not {name for (name,) in tables} & set(ADDED)


@ON_DUCKDB
def test_a_ledger_of_a_newer_package_is_refused(shop: Shop, person: Person) -> None:
    assert person.says("init") == 0
    shop.run("update meta_conversions_ledger.sync_lock set ledger_version = %s", VERSION + 1)
    assert person.says("pull") == 3
    assert f"has version {VERSION + 1}" in person.err


def test_migrations_are_numbered_without_a_gap() -> None:
    assert list(migrations()) == list(range(1, VERSION + 1))


@pytest.mark.parametrize("taken", ["table {name} as select 'mine' as owner", "view {name} as select 'mine' as owner"])
@pytest.mark.parametrize("name", ["sync_runs", "conversion_states", "sync_lock"])
def test_relations_of_others_with_the_ledgers_names_are_left_alone(
    shop: Shop, person: Person, name: str, taken: str
) -> None:
    shop.add([event("o1")])
    shop.run("create schema meta_conversions_ledger")
    shop.run(f"create {taken.format(name=f'meta_conversions_ledger.{name}')}")
    assert person.says("sync") == 3
    assert f"meta_conversions_ledger.{name}: not made by this package" in person.err
    assert shop.run(f"select owner from meta_conversions_ledger.{name}") == [("mine",)]
