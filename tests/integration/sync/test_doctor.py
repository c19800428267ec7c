"""`connector doctor`: what is wrong with a set-up, in one line each, without sending an event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import Response

from connector.ledger.migration import VERSION
from connector.sandbox.config import SandboxConfig
from connector.sandbox.server import RunningSandbox
from connector.sandbox.tokens import TokenState
from tests.integration.sync.test_plan import MART, model
from tests.support.meta_script import Script, error
from tests.support.shops import DATASET, event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.shops import Person, Shop

ENDS_AT = datetime.now(UTC) + timedelta(days=3, hours=1)
ENDS = f"CONNECTOR_META_ACCESS_TOKEN: it ends on {ENDS_AT:%Y-%m-%d}, in 3 days: make a new one before then."
ON_DUCKDB = pytest.mark.parametrize("shop", ["duckdb"], indirect=True)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def sandbox(script: Script) -> Iterator[RunningSandbox]:
    tokens = {
        "token-of-a-test": TokenState(),
        "token-of-another-dataset": TokenState(datasets=frozenset({"999"})),
        "token-that-ends": TokenState(expires_at=ENDS_AT.timestamp()),
    }
    with RunningSandbox(SandboxConfig(tokens=tokens), faults=script) as running:
        yield running


def results(person: Person) -> dict[str, str]:
    return {check["name"]: check["result"] for check in person.asks("doctor")["checks"]}


def words(person: Person, name: str) -> str:
    return next(str(check["words"]) for check in person.asks("doctor")["checks"] if check["name"] == name)


def test_a_good_set_up_is_fine_and_no_event_is_received(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add([event("o1")])
    assert person.says("doctor") == 0, person.out
    assert set(results(person).values()) == {"ok"}
    assert sandbox.summary()["events_received"] == 0
    assert not shop.run("select 1 from information_schema.tables where table_schema = 'meta_conversions_ledger'")


def test_every_check_is_named_and_fits_a_hundred_columns(shop: Shop, person: Person) -> None:
    assert set(results(person)) == {
        "settings",
        "warehouse",
        "events relation",
        "name conflicts",
        "ledger",
        "vanished keys",
        "warehouse clock",
        f"dataset {DATASET}",
        "clock",
        "CONNECTOR_META_ACCESS_TOKEN",
        "test event code",
        "app secret",
        "API version",
    }
    person.says("doctor")
    assert max(map(len, person.out.splitlines())) <= 100


def test_the_ledger_of_a_synced_warehouse_is_told(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    person.says("sync")
    assert words(person, "ledger") == f"schema meta_conversions_ledger, version {VERSION}, may send to 127.0.0.1."


@ON_DUCKDB
def test_a_refused_token_is_exit_3_and_says_what_to_do(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", "canary-of-a-token")
    assert person.says("doctor") == 3
    assert "code 190" in person.out
    assert f"checks failed: dataset {DATASET}." in person.err
    assert "canary" not in person.out + person.err


@ON_DUCKDB
def test_a_token_that_ends_soon_is_told_by_doctor_and_by_a_sync_that_sends(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", "token-that-ends")
    assert person.says("sync") == 0
    assert "warning" not in person.out
    shop.add([event("o1")])
    assert results(person)["CONNECTOR_META_ACCESS_TOKEN"] == "warn"
    assert person.asks("sync")["warnings"] == [ENDS]
    shop.add([event("o2")])
    assert person.says("sync") == 0
    assert f"warning: {ENDS}" in person.out.replace("\n", " ")


@ON_DUCKDB
def test_a_dataset_out_of_reach_is_exit_3(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", "token-of-another-dataset")
    assert person.says("doctor") == 3
    assert "code 100/33, dataset_not_found" in person.out


@ON_DUCKDB
def test_each_dataset_that_has_rows_to_send_is_probed(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    shop.add([event("o1"), event("o2", dataset_id="777"), event("o3", dataset_id="888", age=timedelta(days=9))])
    assert {name for name in results(person) if name.startswith("dataset")} == {f"dataset {DATASET}", "dataset 777"}
    assert sandbox.summary()["requests"] == 2


@ON_DUCKDB
def test_no_token_is_exit_3_and_nothing_is_asked(
    sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", "")
    assert person.says("doctor") == 3
    assert "CONNECTOR_META_ACCESS_TOKEN is not set" in person.out
    assert sandbox.summary()["requests"] == 0


@ON_DUCKDB
def test_rows_without_a_dataset_and_no_default_are_exit_3(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    monkeypatch.delenv("CONNECTOR_META_DATASET_ID")
    assert person.says("doctor") == 3
    assert "rows without a dataset_id" in person.out


@ON_DUCKDB
def test_a_misspelt_variable_is_a_warning_and_stands_where_the_setting_is_missing(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_META_DATASET", DATASET)
    assert person.says("doctor") == 0
    assert results(person)["settings"] == "warn"
    assert "CONNECTOR_META_DATASET is not a setting (did you mean CONNECTOR_META_DATASET_ID?)" in words(
        person, "settings"
    )
    shop.add([event("o1")])
    monkeypatch.delenv("CONNECTOR_META_DATASET_ID")
    assert "the default for them (CONNECTOR_META_DATASET is set, but is not a setting" in words(
        person, "events relation"
    )
    assert "set CONNECTOR_META_DATASET_ID (CONNECTOR_META_DATASET is set" in words(person, "dataset")
    assert person.says("sync") == 3
    assert "set CONNECTOR_META_DATASET_ID (CONNECTOR_META_DATASET is set" in person.err


@ON_DUCKDB
def test_a_misspelt_address_of_the_warehouse_is_named_where_the_default_is_not_there(
    person: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONNECTOR_WAREHOUSE", "duckdb:///canary.duckdb")
    monkeypatch.delenv("CONNECTOR_WAREHOUSE_URL")
    (tmp_path / "warehouse.duckdb").unlink(missing_ok=True)
    assert person.says("status") == 3
    assert "CONNECTOR_WAREHOUSE_URL (CONNECTOR_WAREHOUSE is set, but is not a setting" in person.err
    assert "canary" not in person.err


@ON_DUCKDB
def test_a_wrong_setting_is_the_only_check(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_BATCH_SIZE", "canary")
    assert person.says("doctor") == 3
    assert results(person) == {"settings": "fail"}
    assert "canary" not in person.out + person.err


def test_a_relation_that_breaks_its_contract_is_exit_3_and_the_rest_is_checked(shop: Shop, person: Person) -> None:
    shop.run("alter table meta_conversions.conversion_events drop column payload_hash")
    assert person.says("doctor") == 3
    found = results(person)
    assert (found["events relation"], found[f"dataset {DATASET}"]) == ("fail", "ok")


@ON_DUCKDB
@pytest.mark.parametrize(
    "lost",
    ["drop table meta_conversions.conversion_events", "alter table meta_conversions.conversion_events drop payload"],
    ids=["none before the first build", "somebody else's"],
)
def test_vanished_keys_are_looked_for_only_in_a_whole_events_relation(shop: Shop, person: Person, lost: str) -> None:
    assert person.says("init") == 0
    shop.run(lost)
    found = results(person)
    assert (found["events relation"], found["ledger"]) == ("fail", "ok")
    assert "vanished keys" not in found


@ON_DUCKDB
def test_a_check_that_lacks_a_column_says_so_and_nothing_of_rights(shop: Shop, person: Person) -> None:
    shop.run("create table meta_conversions.funnel_readiness (somebody varchar)")
    assert "a relation or column that is read here is missing" in words(person, "readiness")


@ON_DUCKDB
def test_a_missing_ledger_is_made_by_init_before_the_first_build(person: Person) -> None:
    assert words(person, "ledger").endswith("has none yet: connector init makes it, before the first dbt build.")


@ON_DUCKDB
def test_relations_of_others_are_named_beside_an_events_relation_of_others(shop: Shop, person: Person) -> None:
    shop.run("create table meta_conversions.alarms (bell varchar)")
    shop.run("create schema meta_conversions_staging")
    shop.run("create view meta_conversions_staging.stg_shop__orders as select 1 as one")
    (check,) = [check for check in person.asks("doctor")["checks"] if check["name"] == "name conflicts"]
    assert (check["result"], person.code) == ("warn", 0)
    assert check["words"].startswith("meta_conversions.conversion_events was not made by the dbt package")
    assert "Nor were meta_conversions.alarms, meta_conversions_staging.stg_shop__orders:" in check["words"]


@ON_DUCKDB
def test_a_name_of_ours_in_any_schema_of_the_package_is_a_conflict(shop: Shop, person: Person) -> None:
    shop.run("drop table meta_conversions.conversion_events")
    told = words(person, "name conflicts")
    assert told.endswith(
        "meta_conversions, meta_conversions_staging, meta_conversions_intermediate, meta_conversions_reference."
    )
    shop.run("create table meta_conversions.stg_shop__orders (elsewhere varchar)")
    assert results(person)["name conflicts"] == "ok"
    for suffix, name in {"intermediate": "int_conversions_eligibility", "reference": "state_names"}.items():
        shop.run(f"create schema meta_conversions_{suffix}")
        shop.run(f"create table meta_conversions_{suffix}.{name} (one varchar)")
    named = "meta_conversions_intermediate.int_conversions_eligibility, meta_conversions_reference.state_names: not"
    assert words(person, "name conflicts").startswith(named)


@ON_DUCKDB
def test_a_warehouse_that_does_not_open_is_exit_3_and_the_token_is_still_checked(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", "duckdb:////nowhere/at/all.duckdb")
    assert person.says("doctor") == 3
    found = results(person)
    assert (found["warehouse"], found[f"dataset {DATASET}"]) == ("fail", "ok")


def test_status_names_the_host_that_the_ledger_sends_to(shop: Shop, person: Person) -> None:
    assert person.says("status") == 0
    assert "ledger: schema meta_conversions_ledger, nothing sent yet; the settings point to 127.0.0.1" in person.out
    shop.add([event("o1")])
    person.says("sync")
    person.says("status")
    assert "ledger: schema meta_conversions_ledger, which sends to 127.0.0.1" in person.out
    shop.run("update meta_conversions_ledger.sync_runs set destination_host = 'graph.example'")
    person.says("status")
    assert "which has sent to graph.example; the settings point to 127.0.0.1, so a sync would be refused" in person.out


def test_a_ledger_of_a_newer_version_or_another_host_is_exit_3(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.run("update meta_conversions_ledger.sync_runs set destination_host = 'graph.example'")
    assert "belongs to graph.example" in words(person, "ledger")
    shop.run("update meta_conversions_ledger.sync_lock set ledger_version = 99")
    assert "version 99" in words(person, "ledger")
    assert person.says("doctor") == 3


@ON_DUCKDB
def test_a_test_event_code_is_a_warning_only(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_TEST_EVENT_CODE", "TEST1")
    assert person.says("doctor") == 0
    assert results(person)["test event code"] == "warn"


@ON_DUCKDB
def test_a_version_that_meta_no_longer_takes_is_exit_3(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_META_API_VERSION", "v12.0")
    assert person.says("doctor") == 3
    assert "api_version_refused" in person.out
    assert results(person)["API version"] == "warn"


@ON_DUCKDB
def test_a_server_that_cannot_be_reached_is_exit_1(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", "http://127.0.0.1:9")
    assert person.says("doctor") == 1
    assert "connection_refused" in person.out


ANSWERS = {
    "a bare 100 may be a permission": (error(100), "warn", 0),
    "a limit passes": (error(4), "warn", 0),
    "a permission": (error(200), "fail", 3),
    "a block": (error(368), "fail", 3),
    "a code that nobody knows": (error(987654), "warn", 0),
    "a proxy that asks for a login": (Response("", status_code=407), "fail", 1),
    "a page that blocks": (Response("<html>no</html>", status_code=403, media_type="text/html"), "fail", 1),
    "somebody else's page": (Response("<html>login</html>", media_type="text/html"), "fail", 1),
    "an acceptance of nothing": (Response('{"events_received":1}', media_type="application/json"), "warn", 0),
}


@ON_DUCKDB
@pytest.mark.parametrize("case", ANSWERS)
def test_the_answer_to_the_probe_decides(person: Person, script: Script, case: str) -> None:
    answer, result, code = ANSWERS[case]
    script.before_commit += [answer, answer]
    assert person.says("doctor") == code
    assert results(person)[f"dataset {DATASET}"] == result


def test_late_sendings_without_the_pixels_log_are_doubted_before_anything_is_sent(shop: Shop, person: Person) -> None:
    shop.run(MART)
    shop.add([event("o1")])
    model(shop, "o1", days=3, left=timedelta(days=3))
    assert results(person)["pixel log"] == "warn"
    assert "of 1 website conversions in 7 days the browser's log has 0" in words(person, "pixel log")
    assert "meta_conversions_absent_kinds: [pixel_events]" in words(person, "pixel log")
    assert person.says("doctor") == 0
    shop.run("create table meta_conversions.reconciliation_as_of (as_of timestamp, is_pixel_log_absent boolean)")
    shop.run("insert into meta_conversions.reconciliation_as_of values (current_timestamp, true)")
    assert results(person)["pixel log"] == "ok", "the project declares that there is no pixel"


@ON_DUCKDB
@pytest.mark.parametrize(
    "changes",
    [
        {"days": 3, "pixel": 20},
        {"days": 3, "action_source": "physical_store"},
        {"days": 1, "left": timedelta(hours=23)},
        {"days": 30},
    ],
    ids=["a copy is known", "no website", "never late", "long ago"],
)
def test_the_pixels_log_is_not_doubted_where_nothing_can_be_counted_twice(
    shop: Shop, person: Person, changes: dict[str, Any]
) -> None:
    shop.run(MART)
    model(shop, "o1", **{"left": timedelta(days=3)} | changes)
    assert results(person)["pixel log"] == "ok"
