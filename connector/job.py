"""The one place where the edges are built: settings become an open warehouse, a client for Meta, a run."""

from __future__ import annotations

import asyncio
import secrets
import signal
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connector.errors import ConfigurationError, LeaseLost, UsageError
from connector.meta.gate import Gate
from connector.meta.wire import Wire, open_client
from connector.outcomes import Outcome
from connector.report import Reconciliation
from connector.sync.proof import RunReport, is_proven
from connector.sync.run import Ended, SyncRun, Terms
from connector.warehouse.contract import check_events_relation
from connector.warehouse.ledger import LIVE, TEST, RunIdentity, RunLedger, end_dead_runs
from connector.warehouse.proving import prove_warehouse, require_waterfall
from connector.warehouse.raw import dbt_environment, load_raw
from connector.warehouse.standing import Amounts, Planned, read_plan, read_status
from connector.warehouse.warehouse import Warehouse
from connector.warehouse.watch import count_newly_expired, refuse_vanished_keys, start_of_watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.settings import Settings

SHORTEST_LEASE_S = 120.0

__all__ = ["SyncOptions", "dbt_environment", "initialise", "load_raw", "plan", "prove", "report", "status", "sync"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """What a person may say to one run. `senders`: how many runs of this ledger go on at the same time."""

    limit: int | None = None
    test_events: bool = False
    confirm_new_keys: bool = False
    senders: int = 1


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
    options: SyncOptions = SyncOptions(),
    listen: Callable[[Ended], None] = lambda _: None,
) -> RunReport:
    """Send everything owed, prove it, and report. Raises ConnectorError if it could not begin or had to break off.

    A run that came to its end is reported even if it failed: call `raise_if_failed()` on the report.
    """
    settings.require_access_token()
    lane = _lane(settings, options)
    with _prepared(settings) as warehouse:
        if lane == LIVE and not options.confirm_new_keys:
            refuse_vanished_keys(warehouse, now=_now_in_warehouse())
        run = RunIdentity(
            sync_id=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
            lane=lane,
            destination_host=settings.destination_host,
            lease_ttl_s=max(SHORTEST_LEASE_S, 3 * settings.request_timeout_s),
        )
        watched_since = start_of_watch(warehouse, now=_now_in_warehouse())
        ledger = RunLedger.begin(warehouse, run)
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
    return RunReport(
        sync_id=run.sync_id,
        lane=run.lane,
        reason=ended.reason,
        requests=ended.requests,
        duration_s=time.monotonic() - started,
        claimed=tally.claimed,
        outcomes={outcome: tally.events[outcome] for outcome in Outcome},
        money=tally.money,
        is_proven=proven,
        stopped_datasets={str(name or "(default)"): why for name, why in ended.stopped_datasets.items()},
        newly_expired=expired.events if expired else 0,
        newly_expired_money=expired.money if expired else {},
        left_to_others=ended.left_to_others,
    )


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
        with _stop_on_signals(sync_run.stop):
            return await sync_run.carry()


@contextmanager
def _stop_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and the first SIGINT ask the run to stop; a second SIGINT breaks it off. Only in a main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()

    def ask_to_stop(number: int, _frame: Any) -> None:
        loop.call_soon_threadsafe(stop)
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _prepared(settings: Settings) -> Iterator[Warehouse]:
    """The open warehouse, its events relation checked, its ledger there."""
    with Warehouse.open(settings) as warehouse:
        check_events_relation(warehouse)
        warehouse.create_ledger()
        end_dead_runs(warehouse)
        yield warehouse


def _lane(settings: Settings, options: SyncOptions) -> str:
    """Test events count in Meta's reports (contract 11), so both the code and the word of a person are needed."""
    if settings.test_event_code and not options.test_events:
        raise ConfigurationError(
            "CONNECTOR_TEST_EVENT_CODE is set, but this is not a test run: Meta counts test events like any others. "
            "Unset it for production, or say connector sync --test-events."
        )
    if options.test_events and not settings.test_event_code:
        raise UsageError("--test-events needs CONNECTOR_TEST_EVENT_CODE, the code that Events Manager shows.")
    return TEST if options.test_events else LIVE


def _now_in_warehouse() -> datetime:
    """Now as the warehouse writes times: UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None)
