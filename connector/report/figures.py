"""The figures of a reconciliation, in the shape of the rows that the warehouse gives.

Money is never added across currencies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple, Self, TypeVar

from connector.errors import printable
from connector.model.conversions import REVENUE_EVENTS
from connector.model.money import NOT_MONEY, Money
from connector.model.standing import LOST, ON_ITS_WAY, Standing

WAREHOUSE = "warehouse_revenue"
UNEXPLAINED = "unexplained"
BESIDE = "no_longer_modelled"
"""The stage that stands beside the waterfall: what was claimed once and is gone from the warehouse."""


PLACES: dict[str, tuple[str, ...]] = {
    "not eligible": ("not_eligible", "before_start", "before_first_sync"),
    "by pixel": ("covered_by_pixel",),
    "lost": LOST,
    "held": ("held",),
    "owed": (*ON_ITS_WAY, Standing.IN_FLIGHT),
    "accepted": ("accepted",),
}
"""The stages of the waterfall in few words, which the terminal and the page both show: together they are all of it."""

CURRENCY = re.compile(r"[A-Z]{3}")
"""A currency by its form."""
REFUSED = "invalid_currency"
"""The reason of a conversion whose currency has the form of one, and is not one that Meta knows."""


class Cell(NamedTuple):
    """One stage, reason, event name and currency ("none" where there is none) of the waterfall."""

    stage: str
    reason: str | None
    event_name: str | None
    currency: str
    events: int
    value: Decimal


class BothSides(NamedTuple):
    """How the browser's and the server's events of one name met: what the browser missed, and ids that differ."""

    event_name: str
    currency: str
    browser_events: int
    server_only_events: int
    server_only_value: Decimal
    by_case: int
    by_prefix: int
    wholly: int
    doubled_events: int
    doubled_value: Decimal


class DoubleCount(NamedTuple):
    """Conversions of which Meta may have received more than one copy."""

    currency: str
    events: int
    value: Decimal


class Correction(NamedTuple):
    """Accepted conversions whose money was corrected in the warehouse afterwards."""

    accepted_currency: str
    currency: str
    events: int
    accepted_value: Decimal
    value: Decimal


class Coverage(NamedTuple):
    """How many of the eligible conversions of one event name carry each match key."""

    event_name: str
    events: int
    em: int
    ph: int
    fn_ln: int
    fbp: int
    fbc: int
    ip: int
    external_id: int


class Compared(NamedTuple):
    """What was accepted beside what Meta itself counts: as received, or as attributed to ads (with their spend)."""

    comparison: str
    currency: str
    accepted: int
    counted: int
    value: Decimal | None
    spend: Decimal | None


Rows = Iterable[Sequence[Any]]
Row = TypeVar("Row", bound=tuple[Any, ...])


def unusable_currencies(rows: Iterable[tuple[str, str | None]]) -> list[str]:
    """The currencies of (currency, reason) pairs in which no sum of money means anything: they are counted only."""
    return sorted({currency for currency, reason in rows if reason == REFUSED or not _is_money(currency)})


def _is_money(currency: str) -> bool:
    return currency not in NOT_MONEY and CURRENCY.fullmatch(currency) is not None


def total(amounts: Iterable[tuple[str, Decimal]]) -> Money:
    """Sum (currency, value) pairs by currency."""
    sums: Money = {}
    for currency, value in amounts:
        sums[currency] = sums.get(currency, Decimal(0)) + value
    return sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Everything that the page shows."""

    cells: tuple[Cell, ...]
    both_sides: tuple[BothSides, ...] = ()
    double_counts: tuple[DoubleCount, ...] = ()
    corrections: tuple[Correction, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    compared: tuple[Compared, ...] = ()

    @classmethod
    def from_rows(
        cls,
        *,
        waterfall_cells: Rows,
        browser_and_server: Rows = (),
        possible_double_counts: Rows = (),
        corrected_since_acceptance: Rows = (),
        match_key_coverage: Rows = (),
        counted_by_meta: Rows = (),
    ) -> Self:
        """From the rows of the named queries whose names the parameters have; each row in the order of its columns."""
        return cls(
            cells=tuple(Cell(*row) for row in waterfall_cells),
            both_sides=tuple(BothSides(*row) for row in browser_and_server),
            double_counts=tuple(DoubleCount(*row) for row in possible_double_counts),
            corrections=tuple(Correction(*row) for row in corrected_since_acceptance),
            coverage=tuple(Coverage(*row) for row in match_key_coverage),
            compared=tuple(Compared(*row) for row in counted_by_meta),
        )

    def printable(self) -> Reconciliation:
        """The same with names of which no terminal obeys a sign, and none takes a line of its own."""
        return Reconciliation(
            cells=_printable(self.cells),
            both_sides=_printable(self.both_sides),
            double_counts=_printable(self.double_counts),
            corrections=_printable(self.corrections),
            coverage=_printable(self.coverage),
            compared=_printable(self.compared),
        )

    def unusable(self) -> list[str]:
        """What stands for a currency in some row and is none: "none", XXX, or one that Meta does not know."""
        return unusable_currencies((cell.currency, cell.reason) for cell in self.cells)

    def summed(self) -> Reconciliation:
        """The same without the amounts of no usable currency: their conversions are counted, no sum means anything."""
        unusable = set(self.unusable())
        zero = Decimal(0)
        return replace(
            self,
            cells=tuple(row._replace(value=zero) if row.currency in unusable else row for row in self.cells),
            both_sides=tuple(
                row._replace(server_only_value=zero, doubled_value=zero) if row.currency in unusable else row
                for row in self.both_sides
            ),
            double_counts=tuple(
                row._replace(value=zero) if row.currency in unusable else row for row in self.double_counts
            ),
        )

    def revenue(self) -> Reconciliation:
        """The cells of revenue events only; all of them where the warehouse has no revenue event."""
        cells = tuple(cell for cell in self.cells if cell.event_name in REVENUE_EVENTS)
        return replace(self, cells=cells) if cells else self

    def stage(self, name: str) -> list[Cell]:
        return [cell for cell in self.cells if cell.stage == name]

    def lost(self) -> tuple[int, Money]:
        """What is lost, in conversions and money; zero amounts left out."""
        cells = [cell for stage in LOST for cell in self.stage(stage)]
        money = total((cell.currency, cell.value) for cell in cells)
        return sum(cell.events for cell in cells), {currency: amount for currency, amount in money.items() if amount}

    def currencies(self) -> list[str]:
        """The currencies in which there is any money, those of most conversions first."""
        events: dict[str, int] = {}
        for cell in self.cells:
            if cell.value:
                events[cell.currency] = events.get(cell.currency, 0) + abs(cell.events)
        return sorted(events, key=lambda currency: (-events[currency], currency))

    def unexplained(self) -> tuple[int, Money]:
        """What the warehouse holds and no stage has, recounted from the other cells; zero amounts left out."""
        counted = [cell for cell in self.cells if cell.stage not in (UNEXPLAINED, BESIDE)]
        signs = [1 if cell.stage == WAREHOUSE else -1 for cell in counted]
        money = total((cell.currency, sign * cell.value) for cell, sign in zip(counted, signs, strict=True))
        events = sum(sign * cell.events for cell, sign in zip(counted, signs, strict=True))
        return events, {currency: amount for currency, amount in money.items() if amount}

    @property
    def is_tied(self) -> bool:
        """True where nothing is unexplained: not in sum, and not on any single day."""
        return self.unexplained() == (0, {}) and not self.stage(UNEXPLAINED)


def _printable(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(type(row)(*(printable(one) if isinstance(one, str) else one for one in row)) for row in rows)
