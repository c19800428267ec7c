"""A sender was killed within its claim, and its session holds the lock: what the others say and do meanwhile. The
stand-in answers, but for the one statement that waits for the lock: that ends as Snowflake's documentation says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.shops import SnowflakeShop, event, furnished
from tests.support.snowflake_answers import SnowflakeAnswers, answering

if TYPE_CHECKING:
    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person, Shop
    from tests.support.snowflake_stand_in import SnowflakeStandIn

LOCK = "update meta_conversions_ledger.sync_lock"
TIMED_OUT = 604


@pytest.fixture
def snowflake(snowflake_stand_in: SnowflakeStandIn) -> Iterator[SnowflakeAnswers]:
    with answering(behind=snowflake_stand_in.port) as answers:
        yield answers


@pytest.fixture
def shop(snowflake_stand_in: SnowflakeStandIn, snowflake: SnowflakeAnswers) -> Shop:
    shop = SnowflakeShop(snowflake_stand_in)
    shop.url = shop.url.replace(f"port={snowflake_stand_in.port}", f"port={snowflake.port}")
    return furnished(shop)


def test_who_sends_says_so_and_who_looks_reads_on(
    shop: Shop, snowflake: SnowflakeAnswers, sandbox: RunningSandbox, person: Person
) -> None:
    shop.add([event("o1")])
    assert person.says("init") == 0, person.err
    snowflake.errors[LOCK] = TIMED_OUT
    assert person.says("sync") == 1, person.out
    assert "waited longer for a lock than CONNECTOR_LOCK_WAIT_S" in person.err
    assert "some 5 minutes" in person.err
    assert "docs/snowflake.md says how to end it by hand" in person.err
    assert sandbox.summary()["requests"] == 0
    assert person.asks("status")["owed"] == 1
    assert person.says("plan") == 0, person.err
    assert person.says("why", "o1") == 0, person.err
    assert person.says("doctor") == 1, "only its look at the ledger writes"
    checks = {check["name"]: check for check in person.asks("doctor")["checks"]}
    assert [name for name, check in checks.items() if check["result"] == "fail"] == ["ledger"]
    assert "waited longer for a lock" in checks["ledger"]["words"]
    del snowflake.errors[LOCK]
    assert person.says("sync") == 0, person.err
    assert shop.state("o1") == "accepted"
