"""The waterfall: what the warehouse holds, and the one place where each part of it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from rich.text import Text

from connector.model.money import NO_CURRENCY, Money, decimal_places, list_money
from connector.report.figures import UNEXPLAINED, WAREHOUSE, Cell, Reconciliation, total
from connector.report.lines import (
    RULE,
    Row,
    Sentence,
    column_widths,
    conversions,
    count,
    lines,
    money_words,
    table_width,
    words,
)

MOST_REASONS = 8


@dataclass(frozen=True, slots=True)
class Stage:
    """A line of the waterfall. `advice` is what a person can do about it; `always` shows the line even when empty."""

    name: str
    title: str
    advice: str | None = None
    always: bool = True


STAGES = (
    Stage("not_eligible", "not eligible"),
    Stage("before_start", "before start", always=False),
    Stage("covered_by_pixel", "covered by the pixel"),
    Stage("before_first_sync", "before the first sync", always=False),
    Stage(
        "expired",
        "expired",
        "Their deadline passed before they were sent, and no pixel sent them: Meta will not receive them. "
        "Sync more often, or find out why runs failed.",
    ),
    Stage(
        "rejected",
        "rejected",
        "Meta refused their content. Correct them in the warehouse: a changed event is sent again before its deadline.",
    ),
    Stage(
        "invalid",
        "invalid",
        "Not sent, because Meta would refuse them or privacy forbids it. Correct them in the warehouse: "
        "a changed event is tried again.",
        always=False,
    ),
    Stage(
        "held",
        "held",
        "Meta may have them: no answer was read, and another copy now could count twice. "
        "Look in Events Manager before anybody sends them again.",
    ),
    Stage("owed", "owed", "Nothing is wrong with them: the next sync that reaches Meta sends what is due."),
    Stage(
        "not_built",
        "not built",
        "Eligible, but conversion_events has no row to send: dbt build --select +conversion_events.",
        always=False,
    ),
    Stage("not_due", "not due", "Their own time lies in the future: check the source's time zone.", always=False),
    Stage("in_flight", "in flight", "A sync holds them just now: look again when it has ended.", always=False),
    Stage("accepted", "accepted"),
)


def waterfall(reconciliation: Reconciliation, *, width: int) -> list[Text]:
    """The table of the revenue events, and the verdict over all events; at most `width` wide.

    Where not all currencies fit, those of fewest conversions have no column; what is no usable currency never has one.
    """
    unusable = reconciliation.revenue().unusable()
    revenue = reconciliation.summed().revenue()
    currencies = revenue.currencies()
    shown = list(currencies)
    while len(shown) > 1 and _table_width(revenue, shown) > width:
        shown.pop()
    left_out = currencies[len(shown) :]
    notes = [Sentence(_left_out_words(shown, left_out), indent=0)] if left_out else []
    if some := [cell for cell in revenue.stage(WAREHOUSE) if cell.currency in unusable]:
        notes.append(Sentence(_unusable_words(some), indent=0))
    notes.append(Sentence(_lost_words(revenue), indent=0))
    return [
        *lines([*_table(revenue, shown), *notes], width=width),
        *(Text(line) for line in _bottom_lines(reconciliation)),
    ]


def _table(reconciliation: Reconciliation, currencies: Sequence[str]) -> Iterator[Row | Sentence]:
    places = {currency: _places(reconciliation, currency) for currency in currencies}
    row = partial(_row, places)
    yield Row(["", "conversions", *(_currency_words(currency) for currency in currencies)], "bold")
    warehouse = reconciliation.stage(WAREHOUSE)
    yield row("warehouse revenue", warehouse, style="bold")
    event_names = sorted({cell.event_name or "" for cell in warehouse if cell.value})
    for event_name in event_names if len(event_names) > 1 else ():
        of_event = [cell for cell in warehouse if (cell.event_name or "") == event_name]
        yield row(f"      {event_name}", of_event, style="dim")
    for stage in STAGES:
        cells = reconciliation.stage(stage.name)
        if cells or stage.always:
            yield row(f"  {stage.title}", cells)
        for label, some in _reasons(cells):
            yield row(f"      {label}", some, style="dim")
        if stage.advice and cells:
            yield Sentence(stage.advice)
    yield RULE
    events, money = reconciliation.unexplained()
    amounts = [f"{money.get(currency, Decimal(0)):,.{places[currency]}f}" for currency in currencies]
    yield Row(["unexplained", f"{events:,}", *amounts], "bold")


def _row(places: Mapping[str, int], label: str, cells: Sequence[Cell], *, style: str = "") -> Row:
    """One line: conversions, then money in each currency of `places`; what is not there is a dash."""
    events, money = _sums(cells)
    amounts = [f"{money[name]:,.{places[name]}f}" if money.get(name) else "-" for name in places]
    return Row([label, count(events), *amounts], style)


def _reasons(cells: Iterable[Cell]) -> Iterator[tuple[str, list[Cell]]]:
    """The reasons of a stage, the most frequent first; what has none needs no line, what is too many goes together."""
    by_reason: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.reason is not None:
            by_reason.setdefault(cell.reason, []).append(cell)
    ordered = sorted(by_reason, key=lambda reason: (-_sums(by_reason[reason])[0], reason))
    # one reason too many takes no more room than saying so
    most = MOST_REASONS if len(ordered) > MOST_REASONS + 1 else len(ordered)
    for reason in ordered[:most]:
        yield words(reason), by_reason[reason]
    rest = ordered[most:]
    if rest:
        yield f"{len(rest)} more reasons", [cell for reason in rest for cell in by_reason[reason]]


def _lost_words(revenue: Reconciliation) -> str:
    events, money = revenue.lost()
    if not events:
        return "lost: nothing expired, was rejected or is invalid"
    amounts = money_words(money, order=revenue.currencies())
    return f"lost (expired, rejected or invalid): {conversions(events)}, {amounts or 'no money'}"


def _bottom_lines(reconciliation: Reconciliation) -> list[str]:
    """The verdict in words."""
    if reconciliation.is_tied:
        return ["unexplained 0.00 in every currency, over all events"]
    wrong = []
    for reason, some in _reasons(reconciliation.stage(UNEXPLAINED)):
        events, money = _sums(some)
        amounts = list_money({currency: abs(money[currency]) for currency in sorted(money)})
        wrong.append(f"NOT EXPLAINED, {reason}: {conversions(abs(events))}, {amounts}")
    return [
        *(wrong or ["NOT EXPLAINED: the stages do not add up to the warehouse revenue; rebuild the reconciliation."]),
        "The dbt test assert_no_cell_is_unexplained names the days: compare their sources with conversions.",
    ]


def _sums(cells: Iterable[Cell]) -> tuple[int, Money]:
    some = list(cells)
    return sum(cell.events for cell in some), total((cell.currency, cell.value) for cell in some)


def _places(reconciliation: Reconciliation, currency: str) -> int:
    return decimal_places(currency, (cell.value for cell in reconciliation.cells if cell.currency == currency))


def _currency_words(currency: str) -> str:
    return "no currency" if currency == NO_CURRENCY else currency


def _left_out_words(shown: Sequence[str], left_out: Sequence[str]) -> str:
    more = ", ".join(_currency_words(currency) for currency in left_out)
    return (
        f"The columns are the {len(shown)} currencies of most conversions. Not shown in money, but counted in "
        f"conversions and in the line below: {more}."
    )


def _unusable_words(cells: Sequence[Cell]) -> str:
    names = ", ".join(_currency_words(name) for name in sorted({cell.currency for cell in cells}))
    return (
        f"Without a usable currency: {conversions(sum(cell.events for cell in cells))} ({names}), "
        "counted above and in no sum of money."
    )


def _table_width(reconciliation: Reconciliation, currencies: Sequence[str]) -> int:
    widths = column_widths([part.cells for part in _table(reconciliation, currencies) if isinstance(part, Row)])
    return table_width(widths)
