"""A DuckDB file of synthetic events: `raw.people` in plain text, and the same as `meta_conversions.conversion_events`.

Three sources stand one after the other, as a union leaves them, each in order of time over six days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

RAW = """
create schema raw;
create table raw.people as
with numbered as (
    select i, hash(i) as h, date_trunc('second', now() at time zone 'UTC') as utc
    from range({events}) as numbers (i)
)

select
    'Purchase' as event_name,
    'order-' || i as event_id,
    utc - interval '6' day + to_seconds(cast(500_000.0 * (i % {source}) / {source} as integer)) as event_time,
    'website' as action_source,
    'https://shop.example/checkout/thanks?order=' || i as event_source_url,
    ' Person.' || i || '@Mail' || h % 1000 || '.example ' as email,
    '+49 151 ' || lpad(cast(h % 100000000 as varchar), 8, '0') as phone,
    'Anna' || h % 5000 as first_name,
    'Schmidt' || h % 90000 as last_name,
    '19' || (50 + h % 50) || '0' || (1 + h % 9) || '1' || h % 9 as birthday,
    'Stadt ' || h % 12000 as city,
    'state' || h % 16 as state,
    lpad(cast(h % 100000 as varchar), 5, '0') as zip,
    'DE' as country,
    '10.' || h % 250 || '.' || h % 199 || '.' || h % 99 as client_ip_address,
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1' || h % 40 || '.0 Safari/537.36'
        as client_user_agent,
    cast(round(5 + h % 30000 / 100.0, 2) as decimal(18, 4)) as value,
    'EUR' as currency
from numbered
"""

EVENTS = """
create schema meta_conversions;
create table meta_conversions.conversion_events as
with payloads as (
    select
        *,
        '{{"event_name":"' || event_name || '","event_time":' || cast(epoch(event_time) as bigint)
        || ',"event_id":"' || event_id || '","action_source":"' || action_source
        || '","event_source_url":"' || event_source_url || '","user_data":{{' || {hashed}
        || ',"client_ip_address":"' || client_ip_address || '","client_user_agent":"' || client_user_agent
        || '"}},"custom_data":{{"value":' || cast(value as double) || ',"currency":"' || currency
        || '","order_id":"' || event_id || '"}}}}' as payload
    from raw.people
)

select
    cast(null as varchar) as dataset_id, event_name, event_id, event_time, action_source, value, currency,
    event_time + interval '167' hour as deadline_at, payload, sha256(payload) as payload_hash
from payloads
"""
IDENTIFIERS = {
    "em": "email",
    "ph": "phone",
    "fn": "first_name",
    "ln": "last_name",
    "db": "birthday",
    "ct": "city",
    "st": "state",
    "zp": "zip",
    "country": "country",
}


def build(path: Path, events: int) -> float:
    """Make the file with `events` rows; the mean length of a payload in bytes."""
    hashed = " || ',' || ".join(
        f"""'"{key}":"' || sha256({_normalized(column)}) || '"'""" for key, column in IDENTIFIERS.items()
    )
    with duckdb.connect(str(path)) as connection:
        connection.execute(RAW.format(events=events, source=max(events // 3, 1)))
        connection.execute(EVENTS.format(hashed=hashed))
        row = connection.execute("select avg(length(payload)) from meta_conversions.conversion_events").fetchone()
    return float(row[0]) if row else 0.0


def _normalized(column: str) -> str:
    kept = "[^0-9]" if column in ("phone", "birthday") else r"\s"
    return f"regexp_replace(lower({column}), '{kept}', '', 'g')"
