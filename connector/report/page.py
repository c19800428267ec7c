"""The page that a person sees: the waterfall, the same by event, and what the sending brought."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from connector.model.money import Money, format_money
from connector.model.windows import SPANS
from connector.report.figures import BESIDE, PLACES, WAREHOUSE, BothSides, Coverage, Reconciliation, total
from connector.report.lines import (
    Row,
    Sentence,
    conversions,
    count,
    lines,
    money_words,
    share,
    words,
)
from connector.report.meta_side import told_by_meta
from connector.report.waterfall import waterfall

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

WIDTH = 100
BY_EVENT: tuple[tuple[str, tuple[str, ...]], ...] = (("warehouse", (WAREHOUSE,)), *PLACES.items())
WAYS = ("by case", "by prefix", "wholly")
"""How an event_id of the pixel differs from the warehouse's of the same event."""
MATCH_KEYS: tuple[tuple[str, Callable[[Coverage], int]], ...] = (
    ("em", lambda row: row.em),
    ("ph", lambda row: row.ph),
    ("fn+ln", lambda row: row.fn_ln),
    ("fbp", lambda row: row.fbp),
    ("fbc", lambda row: row.fbc),
    ("ip", lambda row: row.ip),
    ("external_id", lambda row: row.external_id),
)


class Page:
    """A rich renderable: as wide as the console, at most 100 columns."""

    def __init__(self, reconciliation: Reconciliation) -> None:
        self._reconciliation = reconciliation

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from page(self._reconciliation, width=min(options.max_width, WIDTH))


def render(reconciliation: Reconciliation) -> RenderableType:
    """The page for a terminal."""
    return Page(reconciliation)


def plain(reconciliation: Reconciliation, *, width: int = WIDTH) -> str:
    """The same page as text, for logs and files: every line at most `width` wide."""
    return "\n".join(line.plain for line in page(reconciliation, width=width)) + "\n"


def page(reconciliation: Reconciliation, *, width: int) -> Iterator[Text]:
    """All lines of the page."""
    reconciliation = reconciliation.printable()
    if not reconciliation.cells:
        yield Text(
            f"Nothing to reconcile: the sources hold no conversions of the last {SPANS['reconciled_days']} days."
        )
        yield Text("unexplained 0.00 in every currency, over all events")
        return
    yield from waterfall(reconciliation, width=width)
    reconciliation = reconciliation.summed()
    for title, body in (
        ("By event, in conversions", list(_by_event(reconciliation))),
        ("What sending brought", list(_brought(reconciliation))),
        ("What Meta itself says", list(told_by_meta(reconciliation.compared))),
        ("Match keys, share of eligible conversions", list(_match_keys(reconciliation.coverage))),
    ):
        if body:
            yield Text("")
            yield Text(title, style="bold")
            yield from lines(body, width=width)


def _by_event(reconciliation: Reconciliation) -> Iterator[Row]:
    counts: dict[str, dict[str, int]] = {}
    for cell in reconciliation.cells:
        of_event = counts.setdefault(words(cell.event_name) if cell.event_name is None else cell.event_name, {})
        of_event[cell.stage] = of_event.get(cell.stage, 0) + cell.events
    if len(counts) < 2:
        return
    yield Row(["", *(title for title, _ in BY_EVENT)], "bold")
    for event_name in sorted(counts, key=lambda name: (-counts[name].get(WAREHOUSE, 0), name)):
        of_event = counts[event_name]
        sums = [sum(of_event.get(stage, 0) for stage in stages) for _, stages in BY_EVENT]
        yield Row([f"  {event_name or '(no name)'}", *(count(number) for number in sums)])


def _brought(reconciliation: Reconciliation) -> Iterator[Sentence]:
    order = reconciliation.revenue().currencies()
    purchases = [row for row in reconciliation.both_sides if row.event_name == "Purchase"]
    if any(row.browser_events for row in purchases):
        yield _sentence(
            f"{sum(row.server_only_events for row in purchases):,} accepted web purchases missed by the browser, "
            "sent by the server",
            total((row.currency, row.server_only_value) for row in purchases),
            order,
        )
    else:
        yield _sentence("No purchases of the pixel are in the warehouse: what the browser missed is not known.", {})
    yield from _broken_ids(reconciliation.both_sides, order)
    doubled = reconciliation.double_counts
    yield _sentence(
        f"{conversions(sum(row.events for row in doubled))} that may have been counted twice",
        total((row.currency, row.value) for row in doubled),
        order,
    )
    for row in reconciliation.corrections:
        then = format_money(row.accepted_value, row.accepted_currency)
        now = format_money(row.value, row.currency)
        yield _sentence(f"{count(row.events)} accepted and corrected since: Meta was told {then}, now it is {now}", {})
    gone = reconciliation.stage(BESIDE)
    if gone:
        yield _sentence(
            f"{count(sum(cell.events for cell in gone))} once claimed and no longer in the warehouse "
            f"({', '.join(sorted({words(cell.reason) for cell in gone}))}), beside the table",
            total((cell.currency, cell.value) for cell in gone),
            order,
        )


def _broken_ids(both_sides: Iterable[BothSides], order: Sequence[str]) -> Iterator[Sentence]:
    """A line for each event name of which the pixel's ids are not the warehouse's: never a sum over names."""
    by_name: dict[str, list[BothSides]] = {}
    for row in both_sides:
        by_name.setdefault(row.event_name, []).append(row)
    for name, rows in by_name.items():
        numbers = [
            sum(row.by_case for row in rows),
            sum(row.by_prefix for row in rows),
            sum(row.wholly for row in rows),
        ]
        ways = ", ".join(f"{number:,} {way}" for number, way in zip(numbers, WAYS, strict=True) if number)
        if ways:
            yield _sentence(
                f"{name}: the pixel's event_id is not the warehouse's ({ways}), so Meta counts "
                f"{sum(row.doubled_events for row in rows):,} accepted twice",
                total((row.currency, row.doubled_value) for row in rows),
                order,
            )


def _sentence(text: str, money: Money, order: Sequence[str] = ()) -> Sentence:
    return Sentence(f"{text}: {money_words(money, order=order)}" if any(money.values()) else text, indent=2)


def _match_keys(coverage: Iterable[Coverage]) -> Iterator[Row]:
    rows = sorted(coverage, key=lambda row: (-row.events, row.event_name))
    if not rows:
        return
    yield Row(["", "eligible", *(title for title, _ in MATCH_KEYS)], "bold")
    for row in rows:
        shares = [share(key(row), row.events) for _, key in MATCH_KEYS]
        yield Row([f"  {row.event_name}", count(row.events), *shares])
