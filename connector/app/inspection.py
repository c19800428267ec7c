"""The verbs that send nothing: status, plan, why, doctor, prove, report. They make no ledger."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connector.app.redaction import redacted
from connector.app.session import looking, now_in_warehouse, prepared
from connector.app.state import moment_of_page, read_state
from connector.destinations.meta import (
    Gate,
    check_meta,
    check_settings,
    check_tokens,
    open_client,
)
from connector.errors import ConfigurationError, ConnectorError
from connector.insight import (
    Examined,
    History,
    PageState,
    Planned,
    ReportData,
    check_may_send,
    examine_warehouse,
    prove_alive,
    prove_warehouse,
    prove_warehouse_runs,
    read_histories,
    read_plan,
    read_report_data,
    read_status,
    require_waterfall,
)
from connector.ledger import create_ledger, end_dead_runs, move_ledger, open_ledger, refuse_new_ids
from connector.model.alarms import FOLLOW_FROM_STOP
from connector.model.amounts import Amounts
from connector.model.checks import Check, failed
from connector.model.conversions import ALL_TIME, Window
from connector.report import Reconciliation
from connector.settings import is_loopback
from connector.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from connector.settings import Settings

SANDBOX = (
    "A sandbox stands for Meta: events go to {host}, which is this machine. What is said of Meta here (counts, scores, "
    "spend, attribution) is made up."
)


def initialise(settings: Settings, *, move: bool = False) -> str | None:
    """Make the ledger where it is missing; with `move`, by moving the former one, whose schema is the answer.

    Raises ConfigurationError or WarehouseBusy.
    """
    with Warehouse.open(settings) as warehouse:
        moved_from = move_ledger(warehouse) if move else None
        create_ledger(warehouse, host=settings.destination_host)
    return moved_from


def status(settings: Settings) -> Amounts:
    """Events and money by standing, over all runs."""
    with looking(settings) as warehouse:
        return read_status(warehouse, now=now_in_warehouse(), resend_unconfirmed=settings.resend_unconfirmed)


def destination(settings: Settings) -> str | None:
    """The host that the ledger has sent to; None before the first sync."""
    with looking(settings) as warehouse:
        return _destination(warehouse)


def _destination(warehouse: Warehouse) -> str | None:
    known = warehouse.rows("destination")
    return str(known[0].destination_host) if known else None


def plan(settings: Settings, *, show: int = 0, window: Window = ALL_TIME) -> Planned:
    """What the next sync of that window would send; nothing is claimed or sent."""
    with looking(settings) as warehouse:
        planned = read_plan(
            warehouse,
            now=now_in_warehouse(),
            resend_unconfirmed=settings.resend_unconfirmed,
            batch_size=settings.batch_size,
            show=show,
            window=window,
        )
        refusal = _refusal(warehouse, settings, planned)
    return replace(planned, payloads=redacted(planned.payloads, Gate()), refusal=refusal)


def _refusal(warehouse: Warehouse, settings: Settings, planned: Planned) -> str | None:
    try:
        check_may_send(warehouse, settings)
        refuse_new_ids(warehouse, planned.vanished_keys)
    except ConfigurationError as error:
        return str(error)
    return None


def why(settings: Settings, asked: str) -> list[History]:
    """The history of every conversion whose event_id or order_id is `asked`; empty if there is none."""
    with looking(settings) as warehouse:
        return read_histories(warehouse, asked, now=now_in_warehouse(), resend_unconfirmed=settings.resend_unconfirmed)


def doctor(settings: Settings) -> list[Check]:
    """Check the warehouse, the ledger, the access to Meta and the clocks. Sends no event and changes nothing."""
    examined = _examine(settings)
    try:
        meta = asyncio.run(_probe(settings, examined.datasets))
    except ConfigurationError as error:  # a proxy or certificate variable is wrong
        meta = [failed("client", error)]
    return [*examined.checks, *meta, *check_settings(settings, now=datetime.now(UTC))]


def _examine(settings: Settings) -> Examined:
    try:
        warehouse = Warehouse.open(settings, looking=True)
    except ConnectorError as error:
        datasets = [settings.meta_dataset_id] if settings.meta_dataset_id else []
        return Examined(checks=[failed("warehouse", error)], datasets=datasets)
    with warehouse:
        return examine_warehouse(warehouse, settings, now=now_in_warehouse())


def probe_meta(settings: Settings) -> list[Check]:
    """Check the token and the default dataset only: for a form that tests a connection."""
    return asyncio.run(_probe(settings, [settings.meta_dataset_id] if settings.meta_dataset_id else []))


async def _probe(settings: Settings, datasets: list[str]) -> list[Check]:
    async with open_client(settings.request_timeout_s, 1) as client:
        access = await check_meta(client, settings, datasets, now=lambda: datetime.now(UTC))
        return [*access, *await check_tokens(client, settings, now=datetime.now(UTC))]


def alive(settings: Settings, *, minutes: float) -> datetime:
    """When the newest good sync was proven; only the ledger is asked. Raises Unproven if that is longer ago."""
    with Warehouse.open(settings, looking=True) as warehouse:
        open_ledger(warehouse, host=settings.destination_host)
        return prove_alive(warehouse, within=timedelta(minutes=minutes))


def prove_runs(settings: Settings) -> dict[str, Any]:
    """Counts of the last run; raises Unproven unless every run is proven."""
    with prepared(settings) as warehouse:
        end_dead_runs(warehouse)
        return prove_warehouse_runs(warehouse)


def prove(settings: Settings) -> dict[str, Any]:
    """Counts of the last run; raises Unproven unless every run is proven and every unit of money is explained."""
    with prepared(settings) as warehouse:
        end_dead_runs(warehouse)
        return prove_warehouse(warehouse)


def report(settings: Settings) -> Reconciliation:
    """The figures of the reconciliation. Raises ConfigurationError if dbt has not built it."""
    with looking(settings) as warehouse:
        require_waterfall(warehouse)
        return Reconciliation.from_rows(
            waterfall_cells=warehouse.rows("waterfall_cells"),
            browser_and_server=warehouse.rows("browser_and_server"),
            possible_double_counts=warehouse.rows("possible_double_counts"),
            corrected_since_acceptance=warehouse.rows("corrected_since_acceptance"),
            match_key_coverage=warehouse.rows("match_key_coverage"),
            counted_by_meta=warehouse.rows("counted_by_meta"),
        )


def report_data(settings: Settings, *, days: int = 30) -> ReportData:
    """What the page shows of the last `days` days. Raises as `read_report_data` does."""
    with looking(settings) as warehouse:
        now = now_in_warehouse()
        data = read_report_data(warehouse, now=now, days=days, default_dataset=settings.meta_dataset_id)
        found = replace(read_state(warehouse, settings), written=moment_of_page)
        host = _destination(warehouse) or settings.destination_host
    follow = sorted(FOLLOW_FROM_STOP) if found.stop else []
    state = PageState(
        works=found.works,
        headlines=found.headlines,
        as_of=found.as_of,
        caution=SANDBOX.format(host=host) if is_loopback(host) else "",
        follow=follow,
        reconciled_at=found.reconciled_as_of,
    )
    return replace(data, state=state)
