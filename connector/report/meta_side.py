"""Meta's own count beside the ledger's: what it received, and what it credits to ads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connector.model.money import format_money
from connector.report.figures import Compared
from connector.report.lines import Sentence

RECEIVED = "accepted_to_received"
ATTRIBUTED = "accepted_to_attributed"
WHY_IT_DIFFERS = (
    "Attributed is never all of it: Meta credits an ad only with people it recognizes, inside the attribution window, "
    "by the ad account's own days and currency, without refunds, and it goes on changing a day for 28 days."
)


def told_by_meta(compared: Iterable[Compared]) -> Iterator[Sentence]:
    """Sentences on what `connector pull` has read back; what no pull covers is said to be unknown."""
    rows = list(compared)
    received = [row for row in rows if row.comparison == RECEIVED]
    attributed = [row for row in rows if row.comparison == ATTRIBUTED]
    if not rows:
        yield _line("Nothing is known yet: connector pull reads it back.")
        return
    if received:
        accepted, counted = sum(row.accepted for row in received), sum(row.counted for row in received)
        verdict = "as many as" if accepted == counted else "and not the same as"
        yield _line(
            f"{_counted(counted, 'event')} received by Meta's own count, {verdict} the {accepted:,} accepted in the "
            f"hours that connector pull has read{'; the newest may still be counted' if counted < accepted else ''}."
        )
    for row in attributed:
        yield _line(_attribution(row))
    if attributed:
        yield _line(WHY_IT_DIFFERS)


def _attribution(row: Compared) -> str:
    text = f"{_counted(row.counted, 'purchase')} attributed to ads"
    if row.value is None:
        return f"{text}."
    text += f": {_money(row)}"
    if not row.spend:
        return f"{text}."
    spent = f"{format_money(row.spend, row.currency)}"
    return f"{text}, for {spent} of spend: {row.value / row.spend:.1f} times."


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _money(row: Compared) -> str:
    return "" if row.value is None else format_money(row.value, row.currency)


def _line(text: str) -> Sentence:
    return Sentence(text, indent=2)
