"""A warehouse ready for a command: events relation checked, ledger created."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connector.ledger import create_ledger, open_ledger
from connector.warehouse.contract import check_events_relation
from connector.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.settings import Settings


RUNS_ON: int | None = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""Linux's clock that counts the time asleep; macOS has it under the other name; elsewhere Python's own counts it."""


def opened(settings: Settings) -> Warehouse:
    """The open warehouse as it is: nothing is checked or made. Raises as `Warehouse.open` does."""
    return Warehouse.open(settings)


@contextmanager
def prepared(settings: Settings) -> Iterator[Warehouse]:
    """The open warehouse. Raises ConfigurationError or WarehouseBusy, as opening and checking do."""
    with Warehouse.open(settings) as warehouse:
        check_events_relation(warehouse)
        create_ledger(warehouse, host=settings.destination_host)
        yield warehouse


@contextmanager
def looking(settings: Settings) -> Iterator[Warehouse]:
    """The warehouse for a command that only reads, as a role that may only read can open it too.

    A ledger of an older version is brought up to date first; where none stands, none is made, and it is read as empty.
    Raises as `prepared` does.
    """
    with Warehouse.open(settings, looking=True) as warehouse:
        check_events_relation(warehouse)
        open_ledger(warehouse, host=settings.destination_host)
        yield warehouse


def seconds() -> float:
    """A clock for leases and pauses: it never goes back, and runs on while the machine is suspended.

    Python's monotonic clock stands still then, on Linux and macOS: a run that was asleep would trust a lease long over.
    """
    return time.clock_gettime(RUNS_ON) if RUNS_ON is not None else time.monotonic()


def now_in_warehouse() -> datetime:
    """Now as the warehouse writes times: UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None)
