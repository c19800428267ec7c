"""A real Airflow with LocalExecutor over a real PostgreSQL, as metadata database and as warehouse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from connector import app
from connector.sandbox.server import RunningSandbox
from connector.settings import Settings
from examples.shop.data import build_more, build_shop
from examples.shop.demo.workspace import free_port
from examples.shop.loading import load_raw
from tests.integration.airflow.airflow_world import RunningAirflow, running_airflow

pytestmark = pytest.mark.timeout(900)  # whole runs of Airflow, each step with a patience of its own

TOKEN = "made-up-token-of-the-real-airflow"
SHOP = {"days": 20, "seed": 11}
ORDERS = 1200
SENDERS = 4


@dataclass(frozen=True)
class World:
    airflow: RunningAirflow
    sandbox: RunningSandbox
    settings: Settings
    warehouse_url: str

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.warehouse_url) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Raw tables in PostgreSQL, a sandbox, two connections, and an Airflow that knows where they are."""
    warehouse, metadata = new_database(), new_database()
    with RunningSandbox() as sandbox:
        settings = Settings(
            warehouse_url=SecretStr(warehouse),
            meta_base_url=sandbox.base_url,
            meta_dataset_id="1234567890",
            meta_access_token=SecretStr(TOKEN),
        )
        load_raw(settings, build_shop(orders=ORDERS, now=datetime.now(UTC), **SHOP), replace=True)
        told = {
            "AIRFLOW__CONNECTOR__META_CONN_ID": "to_meta",
            "AIRFLOW__CONNECTOR__SENDERS": str(SENDERS),
            "CONNECTOR_WAREHOUSE_URL": warehouse,
            "CONNECTOR_BATCH_SIZE": "10",  # many batches, so that there is something to share
            "CONNECTOR_CONCURRENCY": "1",
        }
        home = tmp_path_factory.mktemp("airflow")
        to_meta = {"conn_type": "meta_conversions", "login": "1234567890", "password": TOKEN, "host": sandbox.base_url}
        database = with_driver(metadata, "postgresql+psycopg2")
        with running_airflow(home, free_port(), database, told, {"to_meta": to_meta}) as airflow:
            yield World(airflow, sandbox, settings, with_driver(warehouse, "postgresql"))


def with_driver(url: str, name: str) -> str:
    return make_url(url).set(drivername=name).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def first_run(world: World) -> dict[str, Any]:
    """The run that is triggered by REST."""
    world.airflow.until("the DAG to be parsed", lambda: world.airflow.runs("conversions_sync") is not None)
    run_id = world.airflow.until("the trigger to be taken", lambda: world.airflow.trigger("conversions_sync"))
    return world.airflow.wait_for("conversions_sync", lambda run: run["dag_run_id"] == run_id)


@dataclass(frozen=True)
class Asked:
    """Runs that were triggered while the reconciliation of the first one goes on, and what Meta had until then."""

    received: dict[tuple[str, str], int]
    dry: str
    wrong: list[str]


WRONG: list[dict[str, Any]] = [
    {"since": "2026-03-02T00:00:00Z", "until": "2026-03-01T00:00:00Z"},
    {"dryrun": True},
]


@pytest.fixture(scope="module")
def asked(world: World, first_run: dict[str, Any]) -> Asked:
    del first_run
    received = world.sandbox.receipts()
    dry = world.airflow.trigger("conversions_sync", dry_run=True, since="2026-03-01T00:00:00Z", until=None)
    return Asked(received, dry, [world.airflow.trigger("conversions_sync", **wrong) for wrong in WRONG])


def test_a_run_triggered_by_rest_delivers_everything_once(world: World, first_run: dict[str, Any]) -> None:
    assert first_run["state"] == "success", world.airflow.last_words()
    receipts = world.sandbox.receipts()
    assert len(receipts) > 300
    assert set(receipts.values()) == {1}
    assert app.status(world.settings)["accepted"].events == len(receipts)


def test_four_mapped_senders_shared_the_work_without_overlap(world: World, first_run: dict[str, Any]) -> None:
    states = Counter(
        task["state"]
        for task in world.airflow.tasks("conversions_sync", first_run["dag_run_id"])
        if task["task_id"] == "sync"
    )
    assert states == {"success": SENDERS}
    claimed = world.rows("select sync_id, count(*) from meta_conversions_ledger.sync_records group by sync_id")
    assert len(claimed) >= 2
    keys = world.rows(
        "select count(*), count(distinct (event_name, event_id)) from meta_conversions_ledger.sync_records"
    )
    assert keys[0][0] == keys[0][1]


def test_the_reconciliation_follows_by_itself_and_explains_all_money(world: World, asked: Asked) -> None:
    del asked
    run = world.airflow.wait_for("conversions_reconcile", lambda run: run["run_type"] == "asset_triggered")
    assert run["state"] == "success", world.airflow.last_words()
    assert world.rows("select count(*) from meta_conversions.revenue_waterfall where stage = 'unexplained'") == [(0,)]


def test_a_dry_run_says_its_plan_and_sends_nothing(world: World, asked: Asked) -> None:
    run = world.airflow.wait_for("conversions_sync", lambda run: run["dag_run_id"] == asked.dry)
    assert run["state"] == "success", world.airflow.last_words()
    states = world.airflow.states("conversions_sync", asked.dry)
    assert (states["plan"], states["sync"], states["prove"]) == ("success", "skipped", "skipped")
    assert states["note_ledger"] == "skipped"
    assert world.sandbox.receipts() == asked.received


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_a_run_with_a_wrong_parameter_is_red_at_once_and_starts_no_reconciliation(
    world: World, asked: Asked, number: int
) -> None:
    run_id = asked.wrong[number]
    run = world.airflow.wait_for("conversions_sync", lambda run: run["dag_run_id"] == run_id)
    assert run["state"] == "failed"
    states = world.airflow.states("conversions_sync", run_id)
    assert states.pop("prepare_ledger") == "failed"
    assert set(states.values()) == {"upstream_failed"}


def test_a_load_that_updates_the_raw_asset_starts_a_run_that_sends_only_what_is_new(world: World, asked: Asked) -> None:
    del asked
    before = len(world.sandbox.receipts())
    more = build_more(shop_orders=ORDERS, now=datetime.now(UTC), round_no=1, **SHOP)
    load_raw(world.settings, more, replace=False)
    assets = world.airflow.ask("GET", "/api/v2/assets?name_pattern=conversions_raw")["assets"]
    world.airflow.ask("POST", "/api/v2/assets/events", {"asset_id": assets[0]["id"], "extra": {}})
    run = world.airflow.wait_for("conversions_sync", lambda run: run["run_type"] == "asset_triggered")
    assert run["state"] == "success", world.airflow.last_words()
    receipts = world.sandbox.receipts()
    assert len(receipts) > before
    assert set(receipts.values()) == {1}


def test_the_form_of_the_connection_tests_it(world: World) -> None:
    body = {
        "connection_id": "try_me",
        "conn_type": "meta_conversions",
        "login": "1234567890",
        "password": TOKEN,
        "host": world.sandbox.base_url,
    }
    answer = world.airflow.ask("POST", "/api/v2/connections/test", body)
    assert answer["status"] is True
    assert "token and dataset work" in answer["message"]


def test_the_token_stands_in_no_log_and_no_table_of_airflow(world: World, first_run: dict[str, Any]) -> None:
    del first_run
    assert TOKEN not in world.airflow.task_logs()
    with psycopg.connect(
        with_driver(world.airflow.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"], "postgresql")
    ) as metadata:
        told = metadata.execute("select value::text from xcom").fetchall()
    assert told
    assert not any(TOKEN in str(value) for (value,) in told)
