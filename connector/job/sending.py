"""What sends: a sync, and a replay of what a person has chosen."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from connector.errors import LeaseLost
from connector.meta.gate import Gate
from connector.meta.wire import Wire, open_client
from connector.sync.options import AS_USUAL, SyncOptions, lane_of, terms_of
from connector.sync.proof import RunReport, is_proven, report_of
from connector.sync.run import Ended, SyncRun
from connector.sync.stopping import stop_on_signals
from connector.warehouse.ledger import RunLedger
from connector.warehouse.opening import now_in_warehouse, prepared
from connector.warehouse.replaying import Choice, Chosen, ReplayLedger, choose
from connector.warehouse.runs import LIVE, TEST, RunIdentity, read_doubted_datasets
from connector.warehouse.warehouse import Warehouse
from connector.warehouse.watch import begin_watch, refuse_vanished_keys, tell_expired

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.settings import Settings

SHORTEST_LEASE_S = 120.0


def sync(
    settings: Settings,
    options: SyncOptions = AS_USUAL,
    listen: Callable[[Ended], None] = lambda _: None,
) -> RunReport:
    """Send everything owed, prove it, and report. Raises ConnectorError if it could not begin or had to break off.

    A run that came to its end is reported even if it failed: call `raise_if_failed()` on the report.
    """
    settings.require_access_token()
    lane = lane_of(settings, options)
    with prepared(settings) as warehouse:
        if lane == LIVE and not options.confirm_new_keys:
            refuse_vanished_keys(warehouse, now=now_in_warehouse())
        begin = partial(RunLedger.begin, window=options.window)
        return _run(settings, options, warehouse, lane, begin, listen)


def plan_replay(settings: Settings, choice: Choice) -> Chosen:
    """What a replay of the choice would send; nothing is claimed or sent. Raises UsageError, see `choose`."""
    with prepared(settings) as warehouse:
        return choose(warehouse, choice, now=now_in_warehouse(), resend_unconfirmed=settings.resend_unconfirmed)


def replay(settings: Settings, chosen: Chosen, listen: Callable[[Ended], None] = lambda _: None) -> RunReport:
    """Send exactly the chosen conversions once more, in a run like any other. Raises as `sync` does."""
    settings.require_access_token()
    lane = lane_of(settings, AS_USUAL)
    with prepared(settings) as warehouse:
        return _run(settings, AS_USUAL, warehouse, lane, partial(ReplayLedger.begin_with, keys=chosen.keys), listen)


def _run(
    settings: Settings,
    options: SyncOptions,
    warehouse: Warehouse,
    lane: str,
    begin: Callable[[Warehouse, RunIdentity], RunLedger],
    listen: Callable[[Ended], None],
) -> RunReport:
    run = RunIdentity(
        sync_id=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        lane=lane,
        destination_host=settings.destination_host,
        default_dataset_id=settings.meta_dataset_id,
        api_version=settings.meta_api_version,
        lease_ttl_s=max(SHORTEST_LEASE_S, 3 * settings.request_timeout_s),
    )
    if lane == LIVE:
        begin_watch(warehouse, now=now_in_warehouse())
    ledger = begin(warehouse, run)
    try:
        return _carry(settings, options, warehouse, ledger, run, listen)
    finally:
        ledger.forget()


def _carry(
    settings: Settings,
    options: SyncOptions,
    warehouse: Warehouse,
    ledger: RunLedger,
    run: RunIdentity,
    listen: Callable[[Ended], None],
) -> RunReport:
    started = time.monotonic()
    try:
        ended = asyncio.run(_send(settings, options, ledger, run, read_doubted_datasets(warehouse), listen))
    except LeaseLost:
        raise  # somebody else has written this run's end
    except BaseException:
        with suppress(Exception):  # the first error is the one to show
            ledger.end(reason="failed", tally=ledger.tally(), requests=None)
        raise
    tally = ledger.tally()
    proven = is_proven(ended, tally)
    reason = ended.reason if proven else "unproven"
    ledger.end(reason=reason, tally=tally, requests=ended.requests, doubted=ended.doubted)
    expired = tell_expired(warehouse, run.sync_id, now=now_in_warehouse()) if run.lane == LIVE else None
    return report_of(run, ended, tally, duration_s=time.monotonic() - started, expired=expired)


async def _send(
    settings: Settings,
    options: SyncOptions,
    ledger: RunLedger,
    run: RunIdentity,
    doubted: frozenset[str],
    listen: Callable[[Ended], None],
) -> Ended:
    terms = terms_of(settings, options, lease_ttl_s=run.lease_ttl_s, doubted=doubted)
    async with open_client(settings.request_timeout_s, settings.concurrency) as client:
        wire = Wire(
            client,
            base_url=settings.meta_base_url,
            api_version=settings.meta_api_version,
            token=settings.require_access_token(),
            tokens=settings.meta_access_tokens,
            app_secret=settings.meta_app_secret,
            test_event_code=settings.test_event_code if run.lane == TEST else None,
        )
        sync_run = SyncRun(
            ledger, wire, Gate(), terms, now=lambda: datetime.now(UTC), monotonic=time.monotonic, listen=listen
        )
        with stop_on_signals(sync_run.stop):
            return await sync_run.carry()
