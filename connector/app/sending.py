"""What sends: a sync, and a replay of what a person has chosen."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from connector.app.options import AS_USUAL, SyncOptions, mode_of, run_config_of
from connector.app.session import now_in_warehouse, prepared
from connector.delivery.proof import RunReport, is_proven, report_of
from connector.delivery.run import RunResult, SyncRun
from connector.delivery.signals import stop_on_signals
from connector.destinations.meta.client import Client, open_client
from connector.destinations.meta.gate import Gate
from connector.errors import LeaseLost
from connector.ledger.expiry import begin_watch, refuse_vanished_keys, tell_expired
from connector.ledger.replay import Choice, Chosen, ReplayLedger, choose
from connector.ledger.run_ledger import RunLedger
from connector.ledger.runs import LIVE, TEST, RunIdentity, read_doubted_datasets
from connector.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.settings import Settings

MIN_LEASE_S = 120.0


def sync(
    settings: Settings,
    options: SyncOptions = AS_USUAL,
    listen: Callable[[RunResult], None] = lambda _: None,
) -> RunReport:
    """Send everything owed, prove it, and report. Raises ConnectorError if it could not begin or had to break off.

    A run that came to its end is reported even if it failed: call `raise_if_failed()` on the report.
    """
    settings.require_access_token()
    lane = mode_of(settings, options)
    with prepared(settings) as warehouse:
        if lane == LIVE and not options.confirm_new_keys:
            refuse_vanished_keys(warehouse, now=now_in_warehouse())
        begin = partial(RunLedger.begin, window=options.window)
        return _run(settings, options, warehouse, lane, begin, listen)


def plan_replay(settings: Settings, choice: Choice) -> Chosen:
    """What a replay of the choice would send; nothing is claimed or sent. Raises UsageError, see `choose`."""
    with prepared(settings) as warehouse:
        return choose(warehouse, choice, now=now_in_warehouse(), resend_unconfirmed=settings.resend_unconfirmed)


def replay(settings: Settings, chosen: Chosen, listen: Callable[[RunResult], None] = lambda _: None) -> RunReport:
    """Send exactly the chosen conversions once more, in a run like any other. Raises as `sync` does."""
    settings.require_access_token()
    lane = mode_of(settings, AS_USUAL)
    with prepared(settings) as warehouse:
        return _run(settings, AS_USUAL, warehouse, lane, partial(ReplayLedger.begin_with, keys=chosen.keys), listen)


def _run(
    settings: Settings,
    options: SyncOptions,
    warehouse: Warehouse,
    lane: str,
    begin: Callable[[Warehouse, RunIdentity], RunLedger],
    listen: Callable[[RunResult], None],
) -> RunReport:
    run = RunIdentity(
        sync_id=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        lane=lane,
        destination_host=settings.destination_host,
        default_dataset_id=settings.meta_dataset_id,
        api_version=settings.meta_api_version,
        lease_ttl_s=max(MIN_LEASE_S, 3 * settings.request_timeout_s),
    )
    if lane == LIVE:
        begin_watch(warehouse, now=now_in_warehouse())
    ledger = begin(warehouse, run)
    try:
        return _run_to_end(settings, options, warehouse, ledger, run, listen)
    finally:
        ledger.forget()


def _run_to_end(
    settings: Settings,
    options: SyncOptions,
    warehouse: Warehouse,
    ledger: RunLedger,
    run: RunIdentity,
    listen: Callable[[RunResult], None],
) -> RunReport:
    started = time.monotonic()
    try:
        result = asyncio.run(_send(settings, options, ledger, run, read_doubted_datasets(warehouse), listen))
    except LeaseLost:
        raise  # somebody else has written this run's end
    except BaseException:
        with suppress(Exception):  # the first error is the one to show
            ledger.end(reason="failed", tally=ledger.tally(), requests=None)
        raise
    tally = ledger.tally()
    proven = is_proven(result, tally)
    reason = result.reason if proven else "unproven"
    ledger.end(reason=reason, tally=tally, requests=result.requests, doubted=result.doubted)
    expired = tell_expired(warehouse, run.sync_id, now=now_in_warehouse()) if run.lane == LIVE else None
    return report_of(run, result, tally, duration_s=time.monotonic() - started, expired=expired)


async def _send(
    settings: Settings,
    options: SyncOptions,
    ledger: RunLedger,
    run: RunIdentity,
    doubted: frozenset[str],
    listen: Callable[[RunResult], None],
) -> RunResult:
    config = run_config_of(settings, options, lease_ttl_s=run.lease_ttl_s, doubted=doubted)
    async with open_client(settings.request_timeout_s, settings.concurrency) as http:
        client = Client(
            http,
            base_url=settings.meta_base_url,
            api_version=settings.meta_api_version,
            token=settings.require_access_token(),
            tokens=settings.meta_access_tokens,
            app_secret=settings.meta_app_secret,
            test_event_code=settings.test_event_code if run.lane == TEST else None,
        )
        sync_run = SyncRun(
            ledger, client, Gate(), config, now=lambda: datetime.now(UTC), monotonic=time.monotonic, listen=listen
        )
        with stop_on_signals(sync_run.stop):
            return await sync_run.run()
