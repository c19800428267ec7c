"""`connector acceptance` on DuckDB and PostgreSQL: all of it at once, small; then what it says of what is wrong."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from connector.acceptance import AREAS, Finding, accept, draw_acceptance, without_names
from connector.acceptance.findings import Acceptance, Result
from connector.acceptance.grants import GRANTS
from connector.acceptance.scratch import PREFIX
from connector.settings import Settings
from tests.support.shops import DuckDBShop, Person, PostgresShop, Shop, furnished
from tests.support.warm_dbt import run_dbt

LEFT = f"select schema_name from information_schema.schemata where schema_name like '{PREFIX}%%'"


def warm(words: Sequence[str], environment: dict[str, str]) -> tuple[int, str]:
    done = run_dbt(words, env=environment)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def warehouse(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    if request.param == "duckdb":
        return furnished(DuckDBShop(tmp_path_factory.mktemp("accepting") / "warehouse.duckdb"))
    return furnished(PostgresShop(request.getfixturevalue("new_database")()))


@pytest.fixture(scope="module")
def whole(warehouse: Shop) -> Acceptance:
    """Everything once, few rows, dbt warm and without its data tests, which other tests run on both engines."""
    settings = Settings(warehouse_url=SecretStr(warehouse.url))
    return accept(settings, rows=300, data_tests=False, run_dbt=warm)


def test_all_that_can_be_tried_passes_and_nothing_is_left(
    whole: Acceptance, warehouse: Shop, tell: Callable[[str, str], None]
) -> None:
    assert [finding for finding in whole.findings if finding.result is Result.FAILED] == []
    assert {finding.area for finding in whole.findings if finding.result is Result.UNTRIED} <= {"grants"}
    assert {"session", "project", "ledger", "errors", "bulk"} <= {one.area for one in whole.findings if one.is_good}
    assert warehouse.run(LEFT.replace("%%", "%")) == []
    tell("acceptance", f"{whole.engine}: {whole.statements['total']} statements, {whole.statements['dbt']} of dbt")


def test_every_vector_and_every_unit_of_money_was_compared(whole: Acceptance) -> None:
    words = {finding.name: finding.words for finding in whole.findings if finding.area == "project"}
    assert re.match(r"all 5,\d\d\d hashes match the package's", words["identifiers"])
    assert "unexplained 0.00" in words["reconciliation"]
    assert whole.statements["dbt"] > 300


def test_the_files_say_what_was_found_and_name_nobody(whole: Acceptance, warehouse: Shop) -> None:
    """What an error of the warehouse quotes is hidden too."""
    url = "postgresql://jane_doe:S3cret@/acme_dwh?host=db1.acme.example:5432&host=db2.acme.example:5432"
    settings = Settings(warehouse_url=SecretStr(url), events_relation="acme_marts.events", ledger_schema="acme_ledger")
    words = 'role "JANE_DOE" of acme_dwh, acme_marts on db2.acme.example'
    quoting = Finding(area="errors", name="x", result=Result.FAILED, words=words, fix="ask {role}")
    told = without_names(replace(whole, findings=[*whole.findings, quoting]), settings, "acme_raw")
    page, text = draw_acceptance(told), json.dumps(told)
    assert re.findall("jane|acme|S3cret", page + text, re.IGNORECASE) == []
    assert "ask &lt;role&gt;" in page
    assert "role &quot;&lt;user&gt;&quot; of &lt;database&gt;, &lt;schema of the marts&gt;" in page
    assert told["counts"]["passed"] == len([one for one in whole.findings if one.is_good])
    assert page.count("<tr ") == len(told["findings"]) + 1  # what failed stands at the top too


@pytest.fixture
def shop(duckdb_shop: Shop) -> Shop:
    return duckdb_shop


def test_the_command_writes_both_files_and_ends_well(person: Person, shop: Shop, tmp_path: Path) -> None:
    output = tmp_path / "found"
    words = ("--only", "session", "--only", "bulk", "--rows", "50", "--output", str(output))
    assert person.says("acceptance", *words) == 0, person.err
    assert "50 rows in and out" in person.out
    told = json.loads((tmp_path / "found.json").read_text())
    assert told["is_fine"]
    assert "Session settings" in (tmp_path / "found.html").read_text()
    assert person.asks("acceptance", *words)["counts"] == told["counts"]
    assert shop.run(LEFT.replace("%%", "%")) == []


@pytest.mark.parametrize("words", [("--only", "weather"), ("--role", "owner")])
def test_a_word_that_is_not_known_is_wrong_use(person: Person, words: tuple[str, str]) -> None:
    assert person.says("acceptance", *words) == 2
    assert "it is one of" in person.err


def test_an_output_without_a_name_is_wrong_use_before_anything_is_tried(person: Person) -> None:
    assert person.says("acceptance", "--output", ".") == 2
    assert "--output . names a folder" in person.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_was_made_is_dropped_when_it_is_interrupted(shop: Shop, number: signal.Signals) -> None:
    """A shell that starts a command in the background has it ignore SIGINT, and Python keeps to that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        be_interrupted(shop, number)
    finally:
        signal.signal(signal.SIGINT, before)


def be_interrupted(shop: Shop, number: signal.Signals) -> None:
    seen: list[list[object]] = []

    def interrupt(finding: Finding) -> None:
        if finding.area == "session":
            seen.append([finding.name])
            os.kill(os.getpid(), number)

    with pytest.raises(KeyboardInterrupt):
        accept(Settings(warehouse_url=SecretStr(shop.url)), only=["session", "bulk"], rows=10, listen=interrupt)
    assert len(seen) == 1
    assert shop.run(LEFT.replace("%%", "%")) == []


def test_what_a_killed_run_left_is_named_with_the_statement_that_drops_it(
    person: Person, shop: Shop, tmp_path: Path
) -> None:
    shop.run(f"create schema {PREFIX}abcdef_raw")
    person.says("acceptance", "--only", "session", "--output", str(tmp_path / "found"))
    assert f"drop schema {PREFIX}abcdef_raw cascade;" in person.out


PLACES = {
    "raw": "raw",
    "marts": "meta_conversions",
    "reference": "meta_conversions_reference",
    "ledger": "our_ledger",
}


@pytest.fixture(scope="module")
def furnished_for_roles(new_database: Callable[[], str]) -> str:
    """A database with every schema and a table in each."""
    url = new_database()
    with psycopg.connect(url) as connection:
        for schema in PLACES.values():
            connection.execute(f"create schema {schema}")
            connection.execute(f"create table {schema}.one (one integer)")
    return url


RIGHTS = [grant.statement for grant in GRANTS["postgresql"]]


@pytest.fixture
def role_without(furnished_for_roles: str) -> Iterator[Callable[[str], Settings]]:
    """Makes a role that has every right of the documentation but one, and answers the settings that name it."""
    names = PLACES | {"role": "nearly", "database": str(make_url(furnished_for_roles).database)}

    def make(missing: str) -> Settings:
        with psycopg.connect(furnished_for_roles) as connection:
            connection.execute("create role nearly login")
            for right in RIGHTS:
                if right != missing:
                    connection.execute(right.format(**names))
        url = make_url(furnished_for_roles).set(username="nearly").render_as_string(hide_password=False)
        return Settings(warehouse_url=SecretStr(url), ledger_schema=PLACES["ledger"])

    yield make
    with psycopg.connect(furnished_for_roles) as connection:
        connection.execute("drop owned by nearly cascade")
        connection.execute("drop role nearly")


@pytest.mark.parametrize("missing", [*RIGHTS, "none"])
def test_a_right_that_is_missing_is_named_alone_with_the_statement_that_gives_it(
    role_without: Callable[[str], Settings], missing: str
) -> None:
    found = accept(role_without(missing), only=["grants"])
    wrong = [finding for finding in found.findings if finding.result is not Result.PASSED]
    assert [finding.fix for finding in wrong] == ([] if missing == "none" else [missing])
    assert found.is_fine == (missing == "none")


def test_a_role_that_may_create_no_schema_fails_with_exit_3_and_the_rest_is_not_tried(
    role_without: Callable[[str], Settings], person: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = role_without("grant create on database {database} to {role};")
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", settings.warehouse_url.get_secret_value())
    monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", settings.ledger_schema)
    assert person.says("acceptance", "--output", str(tmp_path / "found")) == 3
    assert re.search("What to do: grant create on database test_[0-9a-f]+ to nearly;", person.out)
    assert "needs scratch schemas" in person.out
    told = (tmp_path / "found.json").read_text()
    assert "nearly" not in told
    assert "grant create on database <database> to <role>;" in told


def test_a_sender_is_not_asked_for_the_rights_of_dbt(role_without: Callable[[str], Settings]) -> None:
    from connector.acceptance import Part

    found = accept(role_without("grant create on database {database} to {role};"), part=Part.SENDER)
    assert found.is_fine
    assert {finding.area for finding in found.findings if finding.result is Result.UNTRIED} == {
        *("session", "project", "ledger", "errors", "bulk")
    }


def test_on_the_stand_in_for_snowflake_the_rest_passes_and_what_it_cannot_do_is_named(snowflake_shop: Shop) -> None:
    found = accept(Settings(warehouse_url=SecretStr(snowflake_shop.url)), only=[*AREAS][1:], rows=200)
    assert [finding for finding in found.findings if finding.result is Result.FAILED] == []
    untried = {finding.name for finding in found.findings if finding.result is Result.UNTRIED}
    assert untried >= {"build and reconcile", "two senders at once", "lock of a killed session", "parameters"}
