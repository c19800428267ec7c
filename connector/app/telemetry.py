"""Whether anybody watches a run: nothing of OpenTelemetry is imported unless the process has loaded it already.

Whoever sets OpenTelemetry up loads it first (`opentelemetry-instrument`, Airflow, a program of one's own); without that
there is nobody to tell, and a run costs not even the import.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.delivery import Destination, Ledger, RunReport
    from connector.ledger import RunIdentity


class Observer(Protocol):
    """Stands between a run and its two outsides, and passes everything on."""

    def ledger(self, ledger: Ledger) -> Ledger: ...

    def destination(self, destination: Destination) -> Destination: ...

    def ended(self, report: RunReport) -> None: ...


class Nobody:
    """Watches nothing."""

    def ledger(self, ledger: Ledger) -> Ledger:
        return ledger

    def destination(self, destination: Destination) -> Destination:
        return destination

    def ended(self, report: RunReport) -> None:
        pass


@contextmanager
def observed(run: RunIdentity) -> Iterator[Observer]:
    """The observer of one run, as long as it lasts."""
    if "opentelemetry" not in sys.modules:
        yield Nobody()
        return
    from connector.app.traces import traced

    with traced(run) as observer:
        yield observer
