"""The senders, each run in a process of its own: `python -m tests.benchmarks.senders NAME FILE ADDRESS EVENTS`.

Imports are done before the clock starts, for all alike.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from tests.benchmarks import drt_peer
from tests.benchmarks.spent import cpu_s, measured
from tests.benchmarks.warehouses import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BATCH = 1_000
DATASET = "1234567890"
ALONE = ("claim", "tally", "end")
"""What the ledger does while nothing else is done, DuckDB in all its threads."""


def connector_sync(path: str, address: str, events: int, *, concurrency: int = 4) -> dict[str, Any]:
    """`connector sync` as the command runs it."""
    from connector import app
    from connector.ledger.run_ledger import RunLedger
    from connector.settings import Settings

    shares: defaultdict[str, float] = defaultdict(float)
    for verb in ALONE:
        _clock(RunLedger, verb, shares, cpu_s)
    _clock(RunLedger, "record", shares, time.thread_time)  # beside the reader, in the thread that asks
    settings = Settings(
        warehouse_url=f"duckdb:///{path}",
        meta_base_url=address,
        meta_dataset_id=DATASET,
        meta_access_token="a-token",
        concurrency=concurrency,
    )
    with measured() as spent:
        report = app.sync(settings, app.SyncOptions(limit=events))
    assert report.is_proven, report
    assert sum(report.outcomes.values()) == report.outcomes["accepted"] == events, report
    return asdict(spent) | {"shares": shares}


def _clock(owner: type, verb: str, shares: dict[str, float], spent_s: Callable[[], float]) -> None:
    """Count the CPU seconds of a method."""
    method = getattr(owner, verb)

    def clocked(*args: Any, **named: Any) -> Any:
        before = spent_s()
        try:
            return method(*args, **named)
        finally:
            shares[verb] += spent_s() - before

    setattr(owner, verb, clocked)


def official_sdk(path: str, address: str, events: int) -> dict[str, Any]:
    """The SDK's server-side objects as its documentation shows them, from rows fetched in thousands."""
    from facebook_business.adobjects.serverside.action_source import ActionSource
    from facebook_business.adobjects.serverside.custom_data import CustomData
    from facebook_business.adobjects.serverside.event import Event
    from facebook_business.adobjects.serverside.event_request import EventRequest
    from facebook_business.adobjects.serverside.user_data import UserData
    from facebook_business.api import FacebookAdsApi
    from facebook_business.session import FacebookSession

    logging.getLogger("facebook_business").setLevel(logging.ERROR)
    FacebookSession.GRAPH = address
    received = 0
    with measured() as spent:
        FacebookAdsApi.init(access_token="a-token", crash_log=False)
        for rows in _rows(path, events):
            batch = [
                Event(
                    event_name=row["event_name"],
                    event_time=int(row["event_time"].timestamp()),
                    event_id=row["event_id"],
                    action_source=ActionSource.WEBSITE,
                    event_source_url=row["event_source_url"],
                    user_data=UserData(
                        email=row["email"],
                        phone=row["phone"],
                        first_name=row["first_name"],
                        last_name=row["last_name"],
                        date_of_birth=row["birthday"],
                        city=row["city"],
                        state=row["state"],
                        zip_code=row["zip"],
                        country_code=row["country"],
                        client_ip_address=row["client_ip_address"],
                        client_user_agent=row["client_user_agent"],
                    ),
                    custom_data=CustomData(
                        value=float(row["value"]), currency=row["currency"], order_id=row["event_id"]
                    ),
                )
                for row in rows
            ]
            received += EventRequest(pixel_id=DATASET, events=batch).execute().events_received
    assert received == events, received
    return asdict(spent)


def careful_script(path: str, address: str, events: int) -> dict[str, Any]:
    """What a good engineer writes in an afternoon: fetchmany, hashlib, msgspec, one httpx client; no ledger."""
    import httpx
    import msgspec

    encode = msgspec.json.Encoder().encode
    digits, spaces = re.compile(r"[^0-9]"), re.compile(r"\s")
    received = 0
    with measured() as spent, httpx.Client(headers={"Authorization": "Bearer a-token"}) as client:
        for rows in _rows(path, events):
            data = []
            for row in rows:
                user_data: dict[str, Any] = {}
                for key, column in IDENTIFIERS.items():
                    unwanted = digits if key in ("ph", "db") else spaces
                    user_data[key] = hashlib.sha256(unwanted.sub("", row[column].lower()).encode()).hexdigest()
                user_data["client_ip_address"] = row["client_ip_address"]
                user_data["client_user_agent"] = row["client_user_agent"]
                event = {name: row[name] for name in ("event_name", "event_id", "action_source", "event_source_url")}
                event["event_time"] = int(row["event_time"].timestamp())
                event["user_data"] = user_data
                event["custom_data"] = {
                    "value": float(row["value"]),
                    "currency": row["currency"],
                    "order_id": row["event_id"],
                }
                data.append(event)
            answer = client.post(
                f"{address}/v26.0/{DATASET}/events",
                content=encode({"data": data}),
                headers={"Content-Type": "application/json"},
            )
            received += msgspec.json.decode(answer.content)["events_received"]
    assert received == events, received
    return asdict(spent)


def naive_script(path: str, address: str, events: int) -> dict[str, Any]:
    """What most blog posts show: everything fetched at once, a dict and a hash at a time, requests and json."""
    import requests

    def hashed(text: str) -> str:
        return hashlib.sha256(text.strip().lower().encode("utf-8")).hexdigest()

    received = 0
    with measured() as spent, duckdb.connect(path, read_only=True) as connection:
        cursor = connection.execute(f"select * from raw.people limit {events}")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for start in range(0, len(rows), BATCH):
            data = []
            for row in rows[start : start + BATCH]:
                user_data: dict[str, Any] = {key: [hashed(row[column])] for key, column in IDENTIFIERS.items()}
                user_data["client_ip_address"] = row["client_ip_address"]
                user_data["client_user_agent"] = row["client_user_agent"]
                event = {name: row[name] for name in ("event_name", "event_id", "action_source", "event_source_url")}
                event["event_time"] = int(row["event_time"].timestamp())
                event["user_data"] = user_data
                event["custom_data"] = {"value": float(row["value"]), "currency": row["currency"]}
                data.append(event)
            answer = requests.post(
                f"{address}/v26.0/{DATASET}/events", params={"access_token": "a-token"}, json={"data": data}, timeout=60
            )
            received += answer.json()["events_received"]
    assert received == events, received
    return asdict(spent)


def drt_run(path: str, address: str, events: int) -> dict[str, Any]:
    """`drt run` of one sync."""
    import drt.cli.main  # noqa: F401 - before the clock starts
    from drt.destinations import meta_conversions

    meta_conversions._BASE_URL = address
    with tempfile.TemporaryDirectory() as folder:
        drt_peer.set_up(Path(folder), path, dataset=DATASET, events=events, batch=BATCH)
        with measured() as spent:
            received = drt_peer.run()
    assert received == events, received
    return asdict(spent)


def _rows(path: str, events: int) -> Iterator[list[dict[str, Any]]]:
    with duckdb.connect(path, read_only=True) as connection:
        cursor = connection.execute(f"select * from raw.people limit {events}")
        names = [column[0] for column in cursor.description]
        while rows := cursor.fetchmany(BATCH):
            yield [dict(zip(names, row, strict=True)) for row in rows]


SENDERS = {
    "connector": connector_sync,
    "sdk": official_sdk,
    "script": careful_script,
    "naive": naive_script,
    "drt": drt_run,
}


def main(name: str, path: str, address: str, events: str, *more: str) -> None:
    options = {"concurrency": int(more[0])} if more else {}
    sys.stdout.write(json.dumps(SENDERS[name](path, address, int(events), **options)))


if __name__ == "__main__":
    main(*sys.argv[1:])
