"""What each error of Snowflake's comes to: its words, its exit code, whether it is tried again. The driver is the real
one; the server only says the number, as no stand-in does."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from connector.errors import ConfigurationError, ConnectorError, WarehouseBusy, WarehouseUnavailable
from connector.ledger.runs import end_dead_runs
from connector.ledger.setup import create_ledger, make_schema
from connector.settings import Settings
from connector.warehouse.contract import check_events_relation
from connector.warehouse.warehouse import Warehouse
from tests.support.snowflake_answers import SnowflakeAnswers, answering

EVENTS = "from meta_conversions.conversion_events"
LEDGER = "from meta_conversions_ledger.conversion_states"


@pytest.fixture
def snowflake() -> Iterator[SnowflakeAnswers]:
    with answering() as answers:
        yield answers


def opened(snowflake: SnowflakeAnswers) -> Warehouse:
    return Warehouse.open(Settings(warehouse_url=SecretStr(snowflake.url)))


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (606, ConfigurationError, "no warehouse is active .*&warehouse=NAME.* grant usage"),
        (608, ConfigurationError, "the warehouse is suspended .* resume.* auto_resume = true"),
        (90_105, ConfigurationError, "no database is open .* grant usage on the database"),
        (90_073, ConfigurationError, "resource monitor has used up its credits.* raise the quota"),
        (625, WarehouseBusy, "too many statements wait for a lock.* some 5 minutes"),
        (630, WarehouseBusy, "STATEMENT_TIMEOUT_IN_SECONDS.* some 5 minutes"),
        (604, WarehouseBusy, "longer for a lock than CONNECTOR_LOCK_WAIT_S, or somebody cancelled it"),
        (390_114, WarehouseUnavailable, "session or its token has expired: run this again"),
        (3_001, ConfigurationError, "may not read meta_conversions.conversion_events: grant it usage"),
        (2_003, ConfigurationError, "meta_conversions.conversion_events does not exist"),
        (100_183, ConnectorError, "See Snowflake's query history"),
    ],
)
def test_a_number_has_its_words_and_its_exit_code(
    snowflake: SnowflakeAnswers, number: int, kind: type[ConnectorError], words: str
) -> None:
    snowflake.errors[EVENTS] = number
    with pytest.raises(ConnectorError, match=words) as refused, opened(snowflake) as warehouse:
        check_events_relation(warehouse)
    assert type(refused.value) is kind
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("number", [606, 608, 90_105, 90_073, 625, 630, 390_114])
def test_a_ledger_that_cannot_be_asked_for_is_not_taken_for_a_missing_one(
    snowflake: SnowflakeAnswers, number: int
) -> None:
    """A ledger that was made again beside the old one would send everything again."""
    snowflake.errors[LEDGER] = number
    with pytest.raises(ConnectorError), opened(snowflake) as warehouse:
        create_ledger(warehouse)
    assert not [sql for sql in snowflake.sent if sql.startswith("create")]


@pytest.mark.parametrize(("number", "attempts"), [(625, 20), (630, 1), (606, 1), (3_001, 1)])
def test_only_a_lock_that_too_many_wait_for_is_tried_again_at_once(
    snowflake: SnowflakeAnswers, monkeypatch: pytest.MonkeyPatch, number: int, attempts: int
) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    snowflake.errors["update"] = number
    with opened(snowflake) as warehouse, pytest.raises(DBAPIError):
        end_dead_runs(warehouse)
    assert len([sql for sql in snowflake.sent if "update meta" in sql]) == attempts


def test_a_transaction_is_ended_once(snowflake: SnowflakeAnswers) -> None:
    """What ends nothing is a round trip all the same."""
    with opened(snowflake) as warehouse:
        before = len(snowflake.sent)
        with warehouse.transaction() as connection:
            connection.execute(text("select 1"))
        warehouse.rows("warehouse_clock")
        told = [sql.split()[0] for sql in snowflake.sent[before:] if sql.split()[0] in ("COMMIT", "ROLLBACK")]
    assert told == ["COMMIT", "ROLLBACK"]


def test_a_piece_of_a_result_that_cannot_be_fetched_is_a_lost_connection_and_its_address_is_not_told(
    snowflake: SnowflakeAnswers,
) -> None:
    """The driver lets the network's errors through, which quote the signed address."""
    with (
        pytest.raises(WarehouseUnavailable, match="connection to the warehouse was lost") as lost,
        opened(snowflake) as warehouse,
        warehouse.dialect.stream(warehouse.engine, "select 1", {}, rows=1),
    ):
        raise OSError("https://pieces.example/?signature=S3cret")
    assert "S3cret" not in "".join(traceback.format_exception(lost.value))


def test_what_the_driver_warns_of_is_silent_while_the_warehouse_is_open_and_no_longer(
    snowflake: SnowflakeAnswers, caplog: pytest.LogCaptureFixture
) -> None:
    """It quotes addresses, and the statements with their values."""
    driver = logging.getLogger("snowflake.connector.result_batch")
    with opened(snowflake):
        driver.error("https://pieces.example/?signature=S3cret")
    assert "S3cret" not in caplog.text
    driver.error("somebody else's")
    assert "somebody else's" in caplog.text


def test_a_schema_that_stands_is_not_created(snowflake: SnowflakeAnswers) -> None:
    """The right to create one is needed even then: https://github.com/dbt-labs/dbt-event-logging/pull/39."""
    snowflake.errors["CREATE SCHEMA"] = 3_001
    snowflake.rows["information_schema.schemata"] = ["META_CONVERSIONS_LEDGER"]
    with opened(snowflake) as warehouse, warehouse.transaction() as connection:
        make_schema(warehouse, connection)


@pytest.mark.parametrize("number", [3_001, 3_041])
def test_a_schema_that_may_not_be_created_is_named_with_the_grant(snowflake: SnowflakeAnswers, number: int) -> None:
    snowflake.errors["CREATE SCHEMA"] = number
    with (
        opened(snowflake) as warehouse,
        pytest.raises(ConfigurationError, match="may not create a schema: create it and make this role its owner"),
        warehouse.transaction() as connection,
    ):
        make_schema(warehouse, connection)
