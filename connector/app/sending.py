"""The verbs that send: a sync, and a replay of what a person has chosen."""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connector.app.options import AS_USUAL, SyncOptions, mode_of, run_config_of
from connector.app.origin import origin_of_run
from connector.app.session import looking, now_in_warehouse, prepared, seconds
from connector.app.signals import stop_on_signals
from connector.app.telemetry import observed
from connector.delivery import RunReport, RunResult, SyncRun
from connector.destinations.meta import MetaDestination, open_client
from connector.errors import LeaseLost
from connector.insight import read_run_outcomes
from connector.ledger import (
    LIVE,
    TEST,
    Choice,
    Chosen,
    ReplayLedger,
    RunIdentity,
    RunLedger,
    choose,
    confirm_vanished_keys,
    read_vanished_keys,
    record_new_sources,
    refuse_new_ids,
    report_expired,
)
from connector.model.stop_reasons import StopReason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.app.telemetry import Observer
    from connector.delivery import RunConfig
    from connector.settings import Settings
    from connector.warehouse.warehouse import Warehouse

log = logging.getLogger(__name__)

MIN_LEASE_S = 120.0


def sync(
    settings: Settings,
    options: SyncOptions = AS_USUAL,
    listen: Callable[[RunResult], None] = lambda _: None,
) -> RunReport:
    """Send everything owed, prove it, and report. Raises ConnectorError if it could not begin or was aborted.

    A run that ended is reported even if it failed: call `raise_if_failed()` on the report.
    """
    run = _new_run(settings, options)
    with prepared(settings) as warehouse:
        if run.mode == LIVE:
            _look_at_vanished_keys(warehouse, confirmed=options.confirm_new_keys)
            record_new_sources(warehouse)
        ledger = RunLedger.begin(warehouse, run, window=options.window)
        return _run(settings, options, warehouse, ledger, run, listen)


def _look_at_vanished_keys(warehouse: Warehouse, *, confirmed: bool) -> None:
    """Raises ConfigurationError where event_id seems to be made in a new way, unless a person says that it is not."""
    if confirmed:
        confirm_vanished_keys(warehouse, now=now_in_warehouse())
    else:
        refuse_new_ids(warehouse, read_vanished_keys(warehouse, now=now_in_warehouse()))


def plan_replay(settings: Settings, choice: Choice) -> Chosen:
    """What a replay of the choice would send; nothing is claimed or sent. Raises UsageError, see `choose`."""
    with looking(settings) as warehouse:
        return choose(warehouse, choice, now=now_in_warehouse(), resend_unconfirmed=settings.resend_unconfirmed)


def replay(settings: Settings, chosen: Chosen, listen: Callable[[RunResult], None] = lambda _: None) -> RunReport:
    """Send exactly the chosen conversions once more, in a run like any other. Raises as `sync` does."""
    run = _new_run(settings, AS_USUAL)
    with prepared(settings) as warehouse:
        record_new_sources(warehouse)
        ledger = ReplayLedger.begin_with(warehouse, run, keys=chosen.keys)
        return _run(settings, AS_USUAL, warehouse, ledger, run, listen)


def _new_run(settings: Settings, options: SyncOptions) -> RunIdentity:
    """Raises ConfigurationError or UsageError where the settings or the options allow no run."""
    settings.require_access_token()
    return RunIdentity(
        sync_id=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        mode=mode_of(settings, options),
        destination_host=settings.destination_host,
        default_dataset_id=settings.meta_dataset_id,
        api_version=settings.meta_api_version,
        lease_ttl_s=max(MIN_LEASE_S, 3 * settings.request_timeout_s),
        **origin_of_run(),
    )


def _run(
    settings: Settings,
    options: SyncOptions,
    warehouse: Warehouse,
    ledger: RunLedger,
    run: RunIdentity,
    listen: Callable[[RunResult], None],
) -> RunReport:
    """Send, then end the run in the ledger and report it."""
    started = seconds()
    with observed(run) as observer, _recorded_as_failed_on_error(ledger):
        config = run_config_of(
            settings,
            options,
            lease_ttl_s=run.lease_ttl_s,
            dialect=warehouse.dialect,
            datasets_to_probe=ledger.datasets_to_probe,
        )
        test_event_code = settings.test_event_code if run.mode == TEST else None
        result = asyncio.run(_send(settings, ledger, config, test_event_code, listen, observer))
        tally = ledger.tally()
        report = RunReport.of(
            result,
            tally,
            sync_id=run.sync_id,
            mode=run.mode,
            duration_s=seconds() - started,
            expired=report_expired(warehouse, run.sync_id, now=now_in_warehouse()) if run.mode == LIVE else None,
            became=read_run_outcomes(warehouse, run.sync_id) if tally.claimed else None,
        )
        if report.loss:  # before the end: of what a run found that was killed here, the next one tells
            log.warning("%s", report.loss)
        ledger.end(
            reason=str(report.reason),
            tally=tally,
            requests=result.requests,
            datasets_to_probe=result.datasets_to_probe,
        )
        observer.ended(report)
    return report


@contextmanager
def _recorded_as_failed_on_error(ledger: RunLedger) -> Iterator[None]:
    try:
        yield
    except LeaseLost:
        raise  # another process has written this run's end
    except BaseException:
        with suppress(Exception):  # the first error is the one to show
            ledger.end(reason=str(StopReason.FAILED), tally=ledger.tally(), requests=None)
        raise
    finally:
        ledger.forget()


async def _send(
    settings: Settings,
    ledger: RunLedger,
    config: RunConfig,
    test_event_code: str | None,
    listen: Callable[[RunResult], None],
    observer: Observer,
) -> RunResult:
    async with open_client(settings.request_timeout_s, settings.concurrency) as http:
        destination = MetaDestination.of(http, settings, test_event_code=test_event_code)
        sync_run = SyncRun(
            observer.ledger(ledger),
            observer.destination(destination),
            config,
            now=lambda: datetime.now(UTC),
            monotonic=seconds,
            listen=listen,
        )
        with stop_on_signals(sync_run.stop):
            return await sync_run.run()
