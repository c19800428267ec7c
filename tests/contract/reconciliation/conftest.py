"""One warehouse in which every kind of life has happened, and what dbt makes of it."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import SecretStr

from connector.ledger.setup import create_ledger
from connector.report import Reconciliation
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse
from tests.contract.reconciliation.reconciliation_ledger import HandMadeLedger, insert
from tests.contract.reconciliation.reconciliation_lives import LIVES, RUNS, SOURCES_SEEN, History
from tests.support.warm_dbt import run_dbt

PROJECT = Path(__file__).parents[3] / "dbt_project"
DATASET = "1234567890"

# The relations that the reconciliation reads, in the shape of their contract but for columns that it does not read.
RELATIONS = """
create schema raw; create schema meta_conversions; create schema meta_conversions_staging;
create schema meta_conversions_intermediate;
create table meta_conversions.conversions (
    dataset_id varchar, event_name varchar, event_id varchar, event_time timestamp, action_source varchar,
    order_id varchar, value decimal(18, 4), currency varchar, is_eligible boolean, ineligible_reason varchar,
    pixel_event_time timestamp, deadline_at timestamp, source_system varchar, source_id varchar, em varchar, ph varchar,
    fn varchar, ln varchar, fbp varchar, fbc varchar, client_ip_address varchar, external_id varchar,
    lead_id varchar, net_revenue decimal(18, 4), predicted_ltv decimal(18, 4), customer_segmentation varchar
);
create table meta_conversions.conversion_events (
    dataset_id varchar, event_name varchar, event_id varchar, event_time timestamp, action_source varchar,
    value decimal(18, 4), currency varchar, deadline_at timestamp, payload varchar, payload_hash varchar
);
create table meta_conversions_staging.stg_shop__orders (
    order_id varchar, ordered_at timestamp, currency varchar, subtotal decimal(18, 4), discount decimal(18, 4),
    total decimal(18, 4)
);
create table meta_conversions_staging.stg_stores__sale_lines (
    sale_id varchar, line_number integer, sold_at timestamp, currency varchar, amount decimal(18, 4)
);
create table meta_conversions_staging.stg_web__events (
    web_event_id varchar, event_id varchar, event_name varchar, occurred_at timestamp, value decimal(18, 4),
    currency varchar
);
create table meta_conversions_staging.stg_crm__lead_stages (
    crm_lead_id varchar, stage varchar, entered_at timestamp, expected_value decimal(18, 4), currency varchar
);
create table raw.refunds (
    refund_id varchar, order_id varchar, refunded_at timestamp, amount decimal(18, 4), currency varchar
);
create table meta_conversions_staging.stg_web__pixel_events (
    event_id varchar, event_name varchar, occurred_at timestamp, session_id varchar, value decimal(18, 4),
    currency varchar
);
create table meta_conversions_staging.stg_web__sessions (session_id varchar, customer_id varchar, user_id varchar);
create table meta_conversions_staging.stg_crm__leads (crm_lead_id varchar, meta_lead_id varchar, created_at timestamp);
create table meta_conversions_intermediate.int_suppressed_identities (identity_id varchar);
"""


OWN_STAGING = re.findall(r"create table meta_conversions_staging[.](\w+)", RELATIONS)
"""What stands there as tables: there is nothing raw to build it from."""


@dataclass(frozen=True)
class World:
    """A DuckDB file and the folder that dbt works in."""

    path: Path

    def build(self, *words: str, select: str = "tag:meta_conversions_reconciliation") -> dict[str, str]:
        """Build and test the reconciliation as the DAG does, on the world's own staging; the status by node's name."""
        folder = self.path.parent
        command = f"build --quiet --select {select} --exclude {' '.join(OWN_STAGING)}"
        command += f" --project-dir {PROJECT} --profiles-dir {PROJECT}"
        done = run_dbt(
            [*command.split(), *words, "--target-path", str(folder / "target"), "--log-path", str(folder / "logs")],
            env=os.environ | {"CONNECTOR_DBT_DUCKDB_PATH": str(self.path), "CONNECTOR_META_DATASET_ID": DATASET},
            artifacts=True,
        )
        sys.stderr.write(done.stdout)
        results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
        return {node_name(result["unique_id"]): result["status"] for result in results}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def report(self) -> Reconciliation:
        """The figures of the page, by the queries that the connector has for them."""
        with Warehouse.open(settings_of(self.path)) as warehouse:
            named = {name: warehouse.rows(name) for name in signature(Reconciliation.from_rows).parameters}
        return Reconciliation.from_rows(**named)

    def change(self, sql: str) -> None:
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(sql)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The lives of `reconciliation_lives`, written down in a warehouse; nothing built yet."""
    path = tmp_path_factory.mktemp("reconciliation") / "warehouse.duckdb"
    with Warehouse.open(settings_of(path), create=True) as warehouse:
        create_ledger(warehouse)
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    with duckdb.connect(str(path)) as connection:
        connection.execute(RELATIONS)
        ledger = HandMadeLedger(connection, now)
        for run in RUNS:
            ledger.add_run(run)
        for source, hours in SOURCES_SEEN.items():
            ledger.add_source(source, first_seen=hours)
        for life in LIVES:
            write_life(connection, ledger, life, now)
        write_other_sources(connection, now)
    return World(path)


@pytest.fixture(scope="session")
def built(world: World) -> dict[str, str]:
    """What every node of the reconciliation said when it was built in that world."""
    return world.build()


WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
"""For another world: what unit tests say does not hang on it."""


def settings_of(path: Path) -> Settings:
    return Settings(warehouse_url=SecretStr(f"duckdb:///{path}"))


def node_name(unique_id: str) -> str:
    """`kind.project.name`, with a hash behind a generic test and the model before a unit test's own name."""
    kind, _, *names = unique_id.split(".")
    return names[1] if kind == "unit_test" else names[0]


def write_life(connection: duckdb.DuckDBPyConnection, ledger: HandMadeLedger, life: History, now: datetime) -> None:
    """The rows of one life: in its source, in `conversions`, in `conversion_events`, in the ledger."""
    happened = now - timedelta(hours=life.happened)
    deadline = now + timedelta(hours=life.deadline)
    action_source = "physical_store" if life.source == "stores" else "website"
    conversion = {"event_name": "Purchase", "event_id": life.name, "event_time": happened}
    conversion |= {"action_source": action_source, "value": life.value, "currency": life.currency}
    for record in life.records:
        ledger.add_record(record, conversion | {"value": life.claimed_value or life.value})
    if not life.modelled:
        return
    insert(
        connection,
        "meta_conversions.conversions",
        order_id=life.order_id,
        is_eligible=life.ineligible is None,
        ineligible_reason=life.ineligible,
        pixel_event_time=None if life.pixel is None else now - timedelta(hours=life.pixel),
        deadline_at=deadline,
        source_system=life.source,
        source_id=life.name,
        em="0" * 64,
        fn="0" * 64,
        ln="0" * 64 if life.source == "stores" else None,
        **conversion,
    )
    if life.pixel is not None:
        copy = {"event_id": life.name, "event_name": "Purchase", "occurred_at": now - timedelta(hours=life.pixel)}
        insert(
            connection,
            "meta_conversions_staging.stg_web__pixel_events",
            value=life.value,
            currency=life.currency,
            **copy,
        )
    source = {"currency": life.currency}
    if life.source == "stores":
        source |= {"sale_id": life.name, "sold_at": happened, "amount": life.value}
        insert(connection, "meta_conversions_staging.stg_stores__sale_lines", **source)
    else:
        source |= {"order_id": life.name, "ordered_at": happened, "total": life.value}
        insert(connection, "meta_conversions_staging.stg_shop__orders", **source)
    if life.ready:
        payload = "{}" if life.order_id is None else '{"custom_data":{"order_id":"1"}}'
        event = conversion | {"deadline_at": deadline, "payload": payload, "payload_hash": life.payload_hash}
        insert(connection, "meta_conversions.conversion_events", **event)


def write_other_sources(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Web events, a lead that entered a stage twice, a sale of two lines, an order from before the ledger's time."""
    then, long_ago = now - timedelta(hours=30), now - timedelta(days=95)
    write = partial(insert, connection)
    add_to_cart = partial(
        write, "meta_conversions_staging.stg_web__events", event_name="AddToCart", value=5, currency="EUR"
    )
    add_to_cart(web_event_id="W1", event_id="E1", occurred_at=then)
    add_to_cart(web_event_id="W2", event_id="E1", occurred_at=now)  # logged twice, happened once
    # the purchase of an order is the order's, not the web event's
    write(
        "meta_conversions_staging.stg_web__events",
        web_event_id="W3",
        event_name="Purchase",
        occurred_at=then,
        value=9,
        currency="EUR",
    )
    lead_stages = partial(
        write, "meta_conversions_staging.stg_crm__lead_stages", crm_lead_id="L1", stage="won", currency="USD"
    )
    lead_stages(entered_at=then, expected_value=300)
    lead_stages(entered_at=now, expected_value=400)
    sale_lines = partial(
        write, "meta_conversions_staging.stg_stores__sale_lines", sale_id="S1", sold_at=then, currency="USD"
    )
    sale_lines(line_number=1, amount=Decimal("3.3333"))
    sale_lines(line_number=2, amount=Decimal("6.6666"))
    write("meta_conversions_staging.stg_shop__orders", order_id="old", ordered_at=long_ago, currency="EUR", total=77)
    conversions = partial(write, "meta_conversions.conversions", is_eligible=False, ineligible_reason="no_consent")
    conversions(event_name="AddToCart", event_id="E1", event_time=then, value=5, currency="EUR")
    conversions(event_name="won", event_id="L1:won", event_time=then, value=300, currency="USD")
    conversions(event_name="Purchase", event_id="S1", event_time=then, value=Decimal("9.9999"), currency="USD")
    conversions(event_name="Purchase", event_id="old", event_time=long_ago, value=77, currency="EUR")
