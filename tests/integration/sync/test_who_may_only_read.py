"""Looking only reads; whoever may not write, or cannot, is told why in words that quote no row."""

from __future__ import annotations

import os
import resource
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from connector.errors import ConfigurationError, ConnectorError
from connector.settings import Settings
from connector.warehouse.dialects import duckdb_refusals
from connector.warehouse.warehouse import Warehouse
from tests.support.shops import event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import DuckDBShop, Person, Shop

ON_DUCKDB = pytest.mark.parametrize("shop", ["duckdb"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("shop", ["postgres"], indirect=True)
LOOKING = [("status",), ("plan",), ("why", "o1"), ("status", "--json"), ("plan", "--show", "1")]


def test_looking_before_the_first_sync_makes_no_ledger_and_says_what_is_there(shop: Shop, person: Person) -> None:
    shop.add([event("o1"), event("old", age=timedelta(days=8))])
    for words in (*LOOKING, ("alarms",), ("doctor",)):
        assert person.says(*words) in (0, 3 if words == ("doctor",) else 0), person.err
    assert person.asks("plan")["owed"] == 1
    assert person.asks("why", "o1")["conversions"][0]["standing"] == "owed"
    assert person.asks("status")["before_first_sync"] == 1
    schemas = "select count(*) from information_schema.schemata where schema_name = 'meta_conversions_ledger'"
    assert shop.run(schemas) == [(0,)]


def check_of(person: Person, name: str) -> dict[str, str]:
    checks = {check["name"]: check for check in person.asks("doctor")["checks"]}
    return dict(checks[name])


@pytest.fixture(params=["a role without rights to write", "a role whose transactions only read"])
def reader(request: pytest.FixtureRequest, shop: Shop, person: Person) -> Iterator[str]:
    """The URL of a role that may only read, which is what a standby is too."""
    person.says("sync")
    shop.run("create role reader login")
    shop.run("grant usage on schema meta_conversions, meta_conversions_ledger to reader")
    shop.run("grant select on all tables in schema meta_conversions, meta_conversions_ledger to reader")
    if "only read" in request.param:
        shop.run("grant insert, update on all tables in schema meta_conversions_ledger to reader")
        shop.run("alter role reader set default_transaction_read_only = on")
    yield make_url(shop.url).set(username="reader").render_as_string(hide_password=False)
    shop.run("drop owned by reader")
    shop.run("drop role reader")


@ON_POSTGRES
def test_a_role_that_may_only_read_looks_and_is_told_by_doctor_that_it_may_not_write(
    shop: Shop, person: Person, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1"), event("o2")])
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", reader)
    for words in LOOKING:
        assert person.says(*words) == 0, person.err
    check = check_of(person, "ledger")
    assert check["result"] == "fail"
    assert "this role may not write the ledger" in check["words"]
    assert person.says("sync") == 3
    assert "this role may not write" in person.err
    assert person.err.count("\n") == 1


@ON_POSTGRES
@pytest.mark.parametrize("reader", ["a role whose transactions only read"], indirect=True)
def test_a_standby_is_looked_into_and_a_sync_waits_for_the_failover(
    shop: Shop, person: Person, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role stands in for the standby: its transactions only read, and it hears that the server is in recovery."""
    shop.add([event("o1")])
    shop.run("create schema recovery")
    shop.run("create function recovery.pg_is_in_recovery() returns boolean language sql as 'select true'")
    shop.run("grant usage on schema recovery to reader")
    shop.run("alter role reader set search_path = recovery, pg_catalog")
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", reader)
    for words in (*LOOKING, ("alarms",)):
        assert person.says(*words) == 0, person.err
    assert "the warehouse is a standby" in check_of(person, "ledger")["words"]
    assert person.says("sync") == 1  # which Airflow tries again
    assert "the warehouse is a standby, which nobody can write" in person.err
    assert person.err.count("\n") == 1
    shop.run("alter role reader reset all")  # the failover is over
    assert person.says("sync") == 0, person.err
    assert shop.state("o1") == "accepted"


@ON_POSTGRES
def test_a_server_that_was_made_read_only_when_its_disk_ran_full_is_told_as_that_and_tried_again(
    shop: Shop, person: Person
) -> None:
    """Hosted services switch the whole server; a database of its own stands in for it."""
    person.says("sync")
    shop.add([event("o1")])
    database = make_url(shop.url).database
    shop.run(f"alter database {database} set default_transaction_read_only = on")
    assert person.says("status") == 0, person.err
    assert "nobody can write the warehouse" in check_of(person, "ledger")["words"]
    assert person.says("sync") == 1  # which Airflow tries again
    assert "when the disk is nearly full" in person.err
    assert "role" not in person.err
    shop.run(f"set transaction read write; alter database {database} reset all")
    assert person.says("sync") == 0, person.err
    assert shop.state("o1") == "accepted"


@ON_POSTGRES
@pytest.mark.parametrize("granted", [(), ("grant usage on schema meta_conversions to stranger",)])
def test_a_role_that_may_not_read_the_events_is_told_so_and_not_that_they_are_missing(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch, granted: tuple[str, ...]
) -> None:
    shop.run("create role stranger login")
    for grant in granted:
        shop.run(grant)
    url = make_url(shop.url).set(username="stranger")
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", url.render_as_string(hide_password=False))
    try:
        for command in ("sync", "plan"):
            assert person.says(command) == 3
            assert "this role may not read meta_conversions.conversion_events: grant" in person.err
    finally:
        shop.run("drop owned by stranger")
        shop.run("drop role stranger")


@ON_POSTGRES
@pytest.mark.parametrize("command", ["sync", "plan", "status", "init"])
def test_a_ledger_that_a_role_may_not_read_is_neither_missing_nor_a_strangers(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Who was told to name another schema would send everything again."""
    person.says("sync")
    shop.run("create role analyst login")
    shop.run("grant usage on schema meta_conversions to analyst")
    shop.run("grant select on all tables in schema meta_conversions to analyst")
    url = make_url(shop.url).set(username="analyst")
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", url.render_as_string(hide_password=False))
    try:
        assert person.says(command) == 3
        assert "this role may not read meta_conversions_ledger.sync_lock: grant it usage" in person.err
        assert "Name no other schema" in check_of(person, "ledger")["words"]
    finally:
        shop.run("drop owned by analyst")
        shop.run("drop role analyst")


@ON_POSTGRES
def test_doctor_tries_to_make_a_ledger_that_is_not_there(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run("create role newcomer login")
    shop.run("grant usage on schema meta_conversions to newcomer")
    shop.run("grant select on all tables in schema meta_conversions to newcomer")
    url = make_url(shop.url).set(username="newcomer")
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", url.render_as_string(hide_password=False))
    try:
        words = check_of(person, "ledger")["words"]
        assert "create it and make this role its owner" in words
        assert "its transactions are read-only by its settings" in words
        shop.run("create schema meta_conversions_ledger authorization newcomer")  # and still no right to make another
        assert person.says("init") == 0, person.err
    finally:
        shop.run("drop owned by newcomer cascade")
        shop.run("drop role newcomer")


@pytest.mark.parametrize("shop", ["duckdb", "postgres"], indirect=True)
def test_what_doctor_tried_is_taken_back(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add([event("o1")])
    made = "select count(*) from information_schema.schemata where schema_name = 'meta_conversions_ledger'"
    assert check_of(person, "ledger")["result"] == "ok"
    assert shop.run(made) == [(0,)]
    assert person.says("sync") == 0, person.err
    rows = "select count(*) from meta_conversions_ledger.sync_outcomes"
    before = shop.run(rows)
    assert check_of(person, "ledger")["result"] == "ok"
    assert shop.run(rows) == before


@contextmanager
def not_ours_to_write(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the system would say to another user; whoever runs the tests may be root, who may write everywhere."""
    with monkeypatch.context() as patch:
        patch.setattr(duckdb_refusals.os, "access", lambda path, mode: path != place or mode != os.W_OK)
        yield


@ON_DUCKDB
@pytest.mark.parametrize("which", ["file", "folder"])
def test_a_file_that_is_not_ours_to_write_is_looked_into_and_never_synced(
    shop: DuckDBShop, person: Person, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    person.says("sync")
    shop.add([event("o1")])
    before = shop.path.read_bytes()
    with not_ours_to_write(shop.path if which == "file" else shop.path.parent, monkeypatch):
        for words in LOOKING:
            assert person.says(*words) == 0, person.err
        assert "this role may not write the ledger" in check_of(person, "ledger")["words"]
        assert person.says("sync") == 3
    assert "this user may not write" in person.err
    assert str(shop.path) in person.err
    assert shop.path.read_bytes() == before


@ON_DUCKDB
def test_a_link_in_a_folder_that_is_not_ours_leads_to_a_file_that_is(
    shop: DuckDBShop, person: Person, sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB writes its log beside what the link leads to."""
    shop.add([event("o1")])
    release = tmp_path / "release"
    release.mkdir()
    (release / "warehouse.duckdb").symlink_to(shop.path)
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", f"duckdb:///{release / 'warehouse.duckdb'}")
    with not_ours_to_write(release, monkeypatch):
        assert person.says("sync") == 0, person.err
    with not_ours_to_write(shop.path.parent, monkeypatch):
        assert person.says("sync") == 3
    assert "this user may not write the folder of" in person.err


@ON_DUCKDB
def test_a_file_that_the_url_opens_for_reading_is_looked_into_and_never_synced(
    shop: DuckDBShop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.says("sync")
    shop.add([event("o1")])
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", f"{shop.url}?access_mode=READ_ONLY")
    for words in LOOKING:
        assert person.says(*words) == 0, person.err
    assert person.says("sync") == 3
    assert "leave access_mode=read_only out" in person.err


@ON_DUCKDB
def test_a_file_that_may_not_grow_is_told_as_that(shop: DuckDBShop, person: Person, sandbox: RunningSandbox) -> None:
    shop.add(event(f"o{number}") for number in range(50))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        check = check_of(person, "ledger")
        code = person.says("sync")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (check["result"], "may not grow any further" in check["words"]) == ("fail", True)
    assert code == 1
    assert "may not grow any further" in person.err
    assert "own log" not in person.err
    assert person.err.count("\n") == 1
    assert person.says("sync") == 0, person.err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (duckdb.TransactionException("Failed to commit: No space left on device: S3cret"), "the disk is full"),
        (duckdb.IOException("IO Error: Cannot open file: Read-only file system S3cret"), "mounted read-only"),
        (duckdb.IOException("IO Error: Disk quota exceeded S3cret"), "quota"),
        (duckdb.OutOfMemoryException("S3cret"), "memory_limit"),
        (duckdb.ConversionException("Could not convert 'S3cret'"), "cannot be read as the type"),
        (duckdb.Error("S3cret"), ""),
    ],
)
def test_a_cause_is_told_in_words_and_never_with_the_text_of_the_error(error: duckdb.Error, words: str) -> None:
    told = duckdb_refusals.cause_of(error)
    assert words in told
    assert "S3cret" not in told


def test_a_file_that_cannot_be_opened_is_told_by_what_it_is(tmp_path: Path) -> None:
    junk, damaged, closed = tmp_path / "junk", tmp_path / "damaged", tmp_path / "closed"
    junk.write_bytes(b"no database at all")
    damaged.write_bytes(b"checksumDUCK" + bytes(5000))
    closed.write_bytes(b"x")

    def told(path: Path, error: Exception = duckdb.IOException("S3cret")) -> ConnectorError:  # noqa: B008 - a value
        return duckdb_refusals.refusal_of(path, "the file", error, writing=True)

    assert "it is not one" in str(told(junk))
    assert "newer than" in str(told(damaged))
    assert "is a folder" in str(told(tmp_path))
    locked = told(damaged, duckdb.CatalogException('Cannot open encrypted database "S3cret" without a key'))
    assert (locked.exit_code, "is encrypted" in str(locked), "S3cret" in str(locked)) == (3, True, False)
    for cause in (duckdb.InvalidInputException, duckdb.ParserException, duckdb.SyntaxException):
        assert "a parameter after the ?" in str(told(damaged, cause("S3cret")))
    full = told(damaged, duckdb.IOException("No space left on device"))
    assert (full.exit_code, told(junk).exit_code) == (1, ConfigurationError.exit_code)


@pytest.mark.parametrize("parameter", ["access_mode=S3cret", "threads=0", "threads=S3cret", "S3cret=1"])
@pytest.mark.parametrize("place", [":memory:", "file"])
def test_a_parameter_of_the_url_that_duckdb_does_not_take_is_told_as_that(
    tmp_path: Path, parameter: str, place: str
) -> None:
    file = place if place == ":memory:" else str(tmp_path / "shop.duckdb")
    duckdb.connect(file).close()
    with pytest.raises(ConfigurationError, match="does not take a parameter") as caught:
        Warehouse.open(Settings(warehouse_url=SecretStr(f"duckdb:///{file}?{parameter}")))
    assert "S3cret" not in str(caught.value)
