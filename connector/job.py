"""The one place where the edges are built: settings become an open warehouse, a client for Meta, a run."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import stamina

from connector.checks import Check, failed
from connector.errors import ConfigurationError, LeaseLost
from connector.meta.checking import check_meta, check_settings
from connector.meta.gate import Gate
from connector.meta.wire import Wire, open_client
from connector.report import Reconciliation
from connector.sync.options import AS_USUAL, SyncOptions, lane_of
from connector.sync.proof import RunReport, is_proven, report_of
from connector.sync.run import Ended, SyncRun, Terms
from connector.sync.stopping import stop_on_signals
from connector.warehouse.checking import examine_warehouse
from connector.warehouse.contract import check_events_relation
from connector.warehouse.ledger import RunLedger
from connector.warehouse.lives import Life, read_lives
from connector.warehouse.proving import prove_warehouse, require_waterfall
from connector.warehouse.raw import dbt_environment, load_raw
from connector.warehouse.replaying import Choice, Chosen, ReplayLedger, choose
from connector.warehouse.runs import LIVE, TEST, RunIdentity, end_dead_runs
from connector.warehouse.standing import Amounts, Planned, read_plan, read_status
from connector.warehouse.warehouse import Warehouse
from connector.warehouse.watch import count_newly_expired, refuse_vanished_keys, start_of_watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.settings import Settings

SHORTEST_LEASE_S = 120.0

__all__ = [
    "SyncOptions",
    "dbt_environment",
    "doctor",
    "initialise",
    "load_raw",
    "plan",
    "plan_replay",
    "prove",
    "replay",
    "report",
    "status",
    "sync",
    "why",
]

# A retry is no news, and what it was made for may quote a row: nothing of it goes to a log or to stdout.
stamina.instrumentation.set_on_retry_hooks([])


def initialise(settings: Settings) -> None:
    """Make the ledger where it is missing, and check the events relation. Raises ConfigurationError, WarehouseBusy."""
    with Warehouse.open(settings) as warehouse:
        warehouse.create_ledger()


def status(settings: Settings) -> Amounts:
    """Events and money by standing, over all runs."""
    with _prepared(settings) as warehouse:
        return read_status(warehouse, now=_now_in_warehouse(), resend_unconfirmed=settings.resend_unconfirmed)


def plan(settings: Settings, *, show: int = 0) -> Planned:
    """What the next sync would send; nothing is claimed or sent."""
    with _prepared(settings) as warehouse:
        return read_plan(
            warehouse,
            now=_now_in_warehouse(),
            resend_unconfirmed=settings.resend_unconfirmed,
            batch_size=settings.batch_size,
            show=show,
        )


def why(settings: Settings, asked: str) -> list[Life]:
    """The life of every conversion whose event_id or order_id is `asked`; none if nothing is known of it."""
    with _prepared(settings) as warehouse:
        return read_lives(warehouse, asked, now=_now_in_warehouse(), resend_unconfirmed=settings.resend_unconfirmed)


def doctor(settings: Settings) -> list[Check]:
    """Look at the warehouse, the ledger, the way to Meta and the clocks. Sends no event and changes nothing."""
    examined = examine_warehouse(settings, now=_now_in_warehouse())
    try:
        meta = asyncio.run(_probe(settings, examined.datasets))
    except ConfigurationError as error:  # the proxy's or the certificate's variables
        meta = [failed("client", error)]
    return [*examined.checks, *meta, *check_settings(settings, now=datetime.now(UTC))]


async def _probe(settings: Settings, datasets: list[str]) -> list[Check]:
    async with open_client(settings.request_timeout_s, 1) as client:
        return await check_meta(client, settings, datasets, now=lambda: datetime.now(UTC))


def prove(settings: Settings) -> dict[str, Any]:
    """Counts of the last run; raises Unproven unless it proved itself and every unit of money is explained."""
    with _prepared(settings) as warehouse:
        return prove_warehouse(warehouse)


def report(settings: Settings) -> Reconciliation:
    """The figures of the reconciliation. Raises ConfigurationError if dbt has not built it."""
    with _prepared(settings) as warehouse:
        require_waterfall(warehouse)
        return Reconciliation.from_rows(
            waterfall_cells=warehouse.rows("waterfall_cells"),
            accepted_web_purchases=warehouse.rows("accepted_web_purchases"),
            possible_double_counts=warehouse.rows("possible_double_counts"),
            corrected_since_acceptance=warehouse.rows("corrected_since_acceptance"),
            match_key_coverage=warehouse.rows("match_key_coverage"),
        )


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
    with _prepared(settings) as warehouse:
        if lane == LIVE and not options.confirm_new_keys:
            refuse_vanished_keys(warehouse, now=_now_in_warehouse())
        return _run(settings, options, warehouse, lane, RunLedger.begin, listen)


def plan_replay(settings: Settings, choice: Choice) -> Chosen:
    """What a replay of the choice would send; nothing is claimed or sent. Raises UsageError, see `choose`."""
    with _prepared(settings) as warehouse:
        return choose(warehouse, choice, now=_now_in_warehouse(), resend_unconfirmed=settings.resend_unconfirmed)


def replay(settings: Settings, chosen: Chosen, listen: Callable[[Ended], None] = lambda _: None) -> RunReport:
    """Send exactly the chosen conversions once more, in a run like any other. Raises as `sync` does."""
    settings.require_access_token()
    lane = lane_of(settings, AS_USUAL)
    with _prepared(settings) as warehouse:
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
        lease_ttl_s=max(SHORTEST_LEASE_S, 3 * settings.request_timeout_s),
    )
    watched_since = start_of_watch(warehouse, now=_now_in_warehouse())
    ledger = begin(warehouse, run)
    try:
        return _carry(settings, options, warehouse, ledger, run, watched_since, listen)
    finally:
        ledger.forget()


def _carry(
    settings: Settings,
    options: SyncOptions,
    warehouse: Warehouse,
    ledger: RunLedger,
    run: RunIdentity,
    watched_since: datetime,
    listen: Callable[[Ended], None],
) -> RunReport:
    started = time.monotonic()
    try:
        ended = asyncio.run(_send(settings, options, ledger, run, listen))
    except LeaseLost:
        raise  # somebody else has written this run's end
    except BaseException:
        with suppress(Exception):  # the first error is the one to show
            ledger.end(reason="failed", tally=ledger.tally(), requests=None)
        raise
    tally = ledger.tally()
    proven = is_proven(ended, tally)
    ledger.end(reason=ended.reason if proven else "unproven", tally=tally, requests=ended.requests)
    expired = count_newly_expired(warehouse, since=watched_since, now=_now_in_warehouse()) if run.lane == LIVE else None
    return report_of(run, ended, tally, duration_s=time.monotonic() - started, expired=expired)


async def _send(
    settings: Settings, options: SyncOptions, ledger: RunLedger, run: RunIdentity, listen: Callable[[Ended], None]
) -> Ended:
    terms = Terms(
        batch_size=settings.batch_size,
        concurrency=settings.concurrency,
        resend_unconfirmed=settings.resend_unconfirmed,
        default_dataset=settings.meta_dataset_id,
        request_timeout_s=settings.request_timeout_s,
        lease_ttl_s=run.lease_ttl_s,
        limit=options.limit,
        senders=options.senders,
    )
    async with open_client(settings.request_timeout_s, settings.concurrency) as client:
        wire = Wire(
            client,
            base_url=settings.meta_base_url,
            api_version=settings.meta_api_version,
            token=settings.require_access_token(),
            app_secret=settings.meta_app_secret,
            test_event_code=settings.test_event_code if run.lane == TEST else None,
        )
        sync_run = SyncRun(
            ledger, wire, Gate(), terms, now=lambda: datetime.now(UTC), monotonic=time.monotonic, listen=listen
        )
        with stop_on_signals(sync_run.stop):
            return await sync_run.carry()


@contextmanager
def _prepared(settings: Settings) -> Iterator[Warehouse]:
    """The open warehouse, its events relation checked, its ledger there."""
    with Warehouse.open(settings) as warehouse:
        check_events_relation(warehouse)
        warehouse.create_ledger()
        end_dead_runs(warehouse)
        yield warehouse


def _now_in_warehouse() -> datetime:
    """Now as the warehouse writes times: UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None)
