"""The times of a relation of your own on Snowflake: with a zone, with the session's, a day. On the stand-in."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.shops import event, utc_now

if TYPE_CHECKING:
    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person, Shop

COPY = """
create table meta_conversions.own_events as
select
    dataset_id, event_name, event_id, cast(event_time as {event_time}) as event_time, action_source,
    value, currency, cast(deadline_at as {deadline}) as deadline_at, payload, payload_hash
from meta_conversions.conversion_events
"""


@pytest.fixture
def shop(snowflake_shop: Shop) -> Shop:
    return snowflake_shop


def test_a_time_is_a_moment_whatever_its_type(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = utc_now().replace(hour=0, minute=0, second=0)
    body = {"event_time": int(today.replace(tzinfo=UTC).timestamp())}
    shop.add([event("o1", event_time=today, deadline_at=today + timedelta(days=2), body=body)])
    shop.add([event("late", event_time=today - timedelta(days=9), deadline_at=today)])
    shop.run(COPY.format(event_time="timestamp_tz", deadline="date"))
    monkeypatch.setenv("CONNECTOR_EVENTS_RELATION", "meta_conversions.own_events")
    assert person.says("sync") == 0, person.err
    assert shop.state("o1") == "accepted"
    assert shop.run("select event_time from meta_conversions_ledger.sync_records") == [(today,)]
