"""A dbt project of somebody else's that installed ours, run by three lines of DAG file in an Airflow of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from connector import app
from connector.sandbox.server import RunningSandbox
from connector.settings import Settings
from examples.shop.demo.workspace import free_port
from examples.shop.loading import load_raw
from tests.contract.dbt.foreign_project import MARTS, files_of_the_guide, variables_of_the_guide, write_foreign_project
from tests.contract.dbt.raw_shop import raw_tables
from tests.integration.airflow.airflow_world import running_airflow
from tests.support.forms import EVERYTHING

pytestmark = [
    pytest.mark.timeout(900),  # whole runs of Airflow, each step with a patience of its own
    pytest.mark.skipif(not EVERYTHING, reason="two minutes: in the long form; its builds alone are in tests/dags"),
]

NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
TOKEN = "made-up-token-of-a-foreign-project"
DAG_FILE = """
from connector.airflow import DbtProject, reconcile_dag, sync_dag

SHOP = {{"dbt": DbtProject(path={path!r}), "settings": {{"events_relation": {events!r}}}}}
sync_dag(schedule=None, **SHOP)
reconcile_dag(**SHOP)
"""
PHONE_ORDERS = f"""
create table raw.phone_orders as select * from (values
    ('K1', timestamp '{NOW - timedelta(hours=2)}', 'caller@post.test.de', '0151 12345678', 'Ada', 'DE', 12.50, 'eur')
) as calls (call_id, called_at, email, phone, first_name, country, amount, currency);
alter table raw.phone_orders add last_name varchar, add postal_code varchar;
create schema analytics;
create table analytics.conversions as select 'theirs' as whose
"""


def test_two_runs_with_an_edited_row_in_between_send_each_conversion_once(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    variables = variables_of_the_guide() | {"meta_conversions_source_starts": {}}
    project = write_foreign_project(tmp_path / "project", files=files_of_the_guide(), variables=variables)
    warehouse = new_database()
    metadata = make_url(new_database()).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    events, home, dags = f"{MARTS}.conversion_events", tmp_path / "airflow", tmp_path / "dags"
    home.mkdir()
    dags.mkdir()
    (dags / "conversions.py").write_text(DAG_FILE.format(path=str(project), events=events))
    with RunningSandbox() as sandbox:
        settings = Settings(
            warehouse_url=SecretStr(warehouse),
            events_relation=events,
            meta_base_url=sandbox.base_url,
            meta_dataset_id="1234567890",
            meta_access_token=SecretStr(TOKEN),
        )
        load_raw(settings, raw_tables(now=NOW), replace=True)
        told = {
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CONNECTOR__META_CONN_ID": "to_meta",
            "CONNECTOR_WAREHOUSE_URL": warehouse,
            "DBT_TARGET_PATH": str(tmp_path / "of_another_project"),
            "DBT_PROFILES_DIR": str(tmp_path / "of_another_project"),
        }
        to_meta = {"conn_type": "meta_conversions", "login": "1234567890", "password": TOKEN, "host": sandbox.base_url}
        server = make_url(warehouse).set(drivername="postgresql").render_as_string(hide_password=False)
        with (
            psycopg.connect(server, autocommit=True) as shop,
            running_airflow(home, free_port(), metadata, told, {"to_meta": to_meta}) as airflow,
        ):
            shop.execute(PHONE_ORDERS)
            for change in ("select 1", "update raw.phone_orders set amount = 13 where call_id = 'K1'"):
                shop.execute(change)
                run_id = airflow.until("the trigger to be taken", lambda: airflow.trigger("conversions_sync"))
                run = airflow.wait_for("conversions_sync", lambda run, run_id=run_id: run["dag_run_id"] == run_id)
                assert run["state"] == "success", airflow.last_words()
            airflow.wait_for("conversions_reconcile", lambda run: run["state"] == "success")
            payload = shop.execute(f"select payload from {events} where event_id = 'call:K1'").fetchone()
            theirs = shop.execute("select whose from analytics.conversions").fetchall()
        receipts = sandbox.receipts()
        assert payload is not None
        assert '"value":13' in payload[0]
        assert set(receipts.values()) == {1}
        assert app.status(settings)["accepted"].events == len(receipts) > 5
        assert not (tmp_path / "of_another_project").exists()
    assert theirs == [("theirs",)]
