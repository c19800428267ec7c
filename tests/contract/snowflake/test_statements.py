"""What a sync costs in Snowflake is statements. Counted at the driver, against a stand-in that is not Snowflake."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from snowflake.connector.cursor import SnowflakeCursor
from sqlalchemy import event as sqlalchemy_event

from connector.ledger.run_ledger import RunLedger
from connector.ledger.runs import LIVE, RunIdentity
from connector.ledger.setup import create_ledger
from connector.model.outcomes import Evidence, Mark, Marked, Outcome, Settled
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse
from tests.support.shops import SnowflakeShop, event, furnished
from tests.support.snowflake_stand_in import SnowflakeStandIn

if TYPE_CHECKING:
    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person, Shop

MOST_PER_CHUNK = 5
MOST_PER_GROUP = 3
OF_AN_IDLE_SYNC, ENDS_OF_AN_IDLE_SYNC = 34, 11
"""Round trips at the driver; and how many of them are COMMIT or ROLLBACK."""
READ_RECORDS = ("gone_keys", "claim", "end_of_claim", "prove", "record_expired")
"""The statements of an idle sync that read `sync_records`; the third and the fourth ask for those of one run."""
STATEMENT_S, AWAKE_S, BUILD_S = 0.3, 60, 120
"""What docs/scale.md assumes of a statement, of a warehouse that suspends, and of a build."""
DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture
def warehouse(snowflake_stand_in: SnowflakeStandIn) -> Iterator[Warehouse]:
    shop = SnowflakeShop(snowflake_stand_in)
    furnished(shop)
    shop.add([event(f"o{number}") for number in range(5)])
    with Warehouse.open(Settings(warehouse_url=SecretStr(shop.url))) as opened:
        create_ledger(opened)
        yield opened


@contextmanager
def counted(warehouse: Warehouse) -> Iterator[list[str]]:
    """The statements that are sent meanwhile; what ends a transaction is not among them."""
    sent: list[str] = []

    def listen(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    sqlalchemy_event.listen(warehouse.engine, "before_cursor_execute", listen)
    yield sent
    sqlalchemy_event.remove(warehouse.engine, "before_cursor_execute", listen)


def test_a_chunk_and_a_group_keep_within_their_statements(warehouse: Warehouse) -> None:
    run = RunIdentity(sync_id="run", mode=LIVE, destination_host="127.0.0.1", lease_ttl_s=120)
    ledger = RunLedger.begin(warehouse, run)
    now = datetime.now(UTC).replace(tzinfo=None)
    with counted(warehouse) as sent:
        batch_nos = ledger.claim(now=now, chunk_size=100, batch_size=2, resend_unconfirmed=True)
        assert batch_nos
        batches = list(ledger.read(batch_nos))
    assert [len(batch.payloads) for batch in batches] == [2, 2, 1]
    assert len(sent) <= MOST_PER_CHUNK, sent
    told = f"\n{len(sent)} statements claim and read a chunk of {len(batches)} batches"
    marks = [Marked(batch_no=one, first_position=0, last_position=1, mark=Mark.SENDING) for one in batch_nos]
    ledger.record([], marks)
    settled = [
        Settled(batch_no=number, first_position=0, last_position=0, outcome=Outcome.ACCEPTED, evidence=Evidence())
        for number in batch_nos
    ]
    with counted(warehouse) as sent:
        ledger.record(settled, [])
    assert len(sent) <= MOST_PER_GROUP, sent
    sys.stdout.write(f"{told}, {len(sent)} settle a group of {len(settled)} (a stand-in, not Snowflake)\n")
    ledger.forget()


@pytest.fixture
def shop(snowflake_shop: Shop) -> Shop:
    return snowflake_shop


def test_an_idle_sync_takes_its_round_trips_at_the_driver_and_no_more(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    assert person.says("sync") == 0, person.err
    sent: list[str] = []
    execute = SnowflakeCursor.execute

    def counted_execute(cursor: SnowflakeCursor, command: str, *words: Any, **named: Any) -> Any:
        sent.append(command)
        return execute(cursor, command, *words, **named)

    monkeypatch.setattr(SnowflakeCursor, "execute", counted_execute)
    assert person.says("sync") == 0, person.err
    assert len(sent) == OF_AN_IDLE_SYNC, sent
    assert len([sql for sql in sent if sql.upper() in ("COMMIT", "ROLLBACK")]) == ENDS_OF_AN_IDLE_SYNC
    reading = [sql for sql in sent if "meta_conversions_ledger.sync_records" in sql]
    assert len(reading) == len(READ_RECORDS), reading
    folding = [sql for sql in sent if "meta_conversions_ledger.conversion_states" in sql]
    assert ["where 1 = 0" in sql for sql in folding] == [True], "of 90 days, whole"


def test_the_docs_tell_these_round_trips_and_the_credits_that_follow() -> None:
    scale, snowflake = ((DOCS / name).read_text(encoding="utf-8") for name in ("scale.md", "snowflake.md"))
    assert f"({OF_AN_IDLE_SYNC} round trips at Snowflake's driver" in scale
    assert f"is {OF_AN_IDLE_SYNC} round trips at the driver, {ENDS_OF_AN_IDLE_SYNC} of them" in snowflake
    idle_s = round(OF_AN_IDLE_SYNC * STATEMENT_S + AWAKE_S)
    for runs, seconds in ((96, idle_s), (96, idle_s + BUILD_S), (24, idle_s + BUILD_S)):
        used = runs * seconds / 3600
        assert re.search(rf"\| {runs} x (at least )?{seconds} s .*\| {used:.1f} \| {30 * used:.0f} \|", scale)
