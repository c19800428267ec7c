"""A warehouse ready for a command: events relation checked, ledger created, dead runs ended."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connector.ledger import create_ledger, end_dead_runs, end_runs_of_gone_processes
from connector.warehouse.contract import check_events_relation
from connector.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.settings import Settings


@contextmanager
def prepared(settings: Settings) -> Iterator[Warehouse]:
    """The open warehouse. Raises ConfigurationError or WarehouseBusy, as opening and checking do."""
    with Warehouse.open(settings) as warehouse:
        check_events_relation(warehouse)
        create_ledger(warehouse, host=settings.destination_host)
        end_dead_runs(warehouse)
        yield warehouse


@contextmanager
def looking(settings: Settings) -> Iterator[Warehouse]:
    """The warehouse for a command that only reads, as a role that may only read can open it too.

    Only a ledger that is missing or of an older version is made first. Raises as `prepared` does.
    """
    with Warehouse.open(settings, looking=True) as warehouse:
        check_events_relation(warehouse)
        create_ledger(warehouse, host=settings.destination_host)
        end_runs_of_gone_processes(warehouse)
        yield warehouse


def now_in_warehouse() -> datetime:
    """Now as the warehouse writes times: UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None)
