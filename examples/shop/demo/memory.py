"""Bringing a new local Meta to where the last one was, from what stands in the warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from examples.shop.data.known import known_people
from examples.shop.demo.sandbox import pixel_copies
from examples.shop.demo.workspace import DATASET_ID

if TYPE_CHECKING:
    from connector.settings import Settings
    from examples.shop.demo.sandbox import Sandbox

TABLES = ("customers", "orders", "crm_leads", "store_sales", "web_sessions", "pixel_events")
ACCEPTED_REQUESTS = """
select
    cast(epoch(outcomes.recorded_at) as double) as accepted_at,
    coalesce(records.dataset_id, $dataset_id) as dataset_id,
    list(events.payload order by records.position) as payloads
from {ledger}.sync_outcomes as outcomes
inner join {ledger}.sync_records as records
    on
        outcomes.sync_id = records.sync_id and outcomes.batch_no = records.batch_no
        and records.position between outcomes.first_position and outcomes.last_position
inner join {events} as events
    on
        coalesce(records.dataset_id, '') = coalesce(events.dataset_id, '')
        and records.event_name = events.event_name and records.event_id = events.event_id
        and records.payload_hash = events.payload_hash
where outcomes.outcome = 'accepted'
group by outcomes.sync_id, outcomes.batch_no, outcomes.first_position, outcomes.recorded_at, records.dataset_id
order by outcomes.recorded_at
"""


def restore(local_meta: Sandbox, warehouse: Path, settings: Settings) -> int:
    """Send it the pixel's events, the people and, each at its time, the accepted requests; the number of events.

    Events that have left the events relation, a week past their deadline, are not restored.
    """
    asked = ACCEPTED_REQUESTS.format(ledger=settings.ledger_schema, events=settings.events_relation)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        shop = {name: connection.table(f"raw.{name}").to_arrow_table() for name in TABLES}
        requests = connection.execute(asked, {"dataset_id": DATASET_ID}).fetchall()
    local_meta.send_pixel(pixel_copies(shop, DATASET_ID))
    local_meta.tell_people(known_people(shop))
    for accepted_at, dataset_id, payloads in requests:
        local_meta.set_clock(now=accepted_at)
        local_meta.send_events(f"{settings.meta_api_version}/{dataset_id}", payloads)
    local_meta.set_clock(offset_s=0)
    return sum(len(payloads) for _, _, payloads in requests)
