"""What the verbs say: a plan, a run, a reading of Meta's figures, an alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from connector.app.meanings import advice_for, meaning_of
from connector.model.amounts import Amount, currency_order
from connector.model.money import Money, in_order, list_money
from connector.model.outcomes import Outcome
from connector.model.readings import Figure
from connector.model.stop_reasons import StopReason
from connector.render.plain import add_row
from connector.report.drawing import SHOWN_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.app import Firing
    from connector.delivery import RunReport
    from connector.insight import Planned
    from connector.model.alarms import Alarm
    from connector.model.amounts import Amounts
    from connector.model.answers import Answer, RunOutcomes
    from connector.model.conversions import Window
    from connector.model.readings import Reading
    from connector.render.plain import Part

PLANNED = {
    "would_be_sent": "go with the next sync",
    "past_deadline": "never sent and now too late; the pixel may have sent them",
    "outside_pixel_window": "the browser's copy is 48 hours old: a second one would count twice",
}

OUTSIDE = "outside_pixel_window"
BY_EVENT = "event"
RUN_STOPPED = "run_stopped"
"""The reason of what was not sent because something else had stopped the run: that one is told."""
MOST_REFUSALS = 5
"""At the end of a sync; all that were told apart are in the JSON answer."""
MOST_CURRENCIES = 3
"""In a line of a table; all of them are in the JSON answer."""
COLOURS = {
    "accepted": "green",
    "lost": "red",
    "expired": "red",
    "rejected": "red",
    "invalid": "red",
    "held": "yellow",
    "unconfirmed": "yellow",
}
"""Of an outcome or a standing on a terminal; NO_COLOR takes them away, and a log has none."""
READINGS = {
    Figure.EVENT_STATS: "received events",
    Figure.MATCH_QUALITY: "match quality",
    Figure.INSIGHTS: "insights",
    Figure.CAMPAIGNS: "campaigns",
}


def money_words(money: Money) -> str:
    """Amounts by currency in one line of a table: 12,345.60 EUR, 1.00 USD and 3 more. In the order given."""
    return list_money(money, most=MOST_CURRENCIES)


def requests_of(number: int) -> str:
    return "1 request" if number == 1 else f"{number:,} requests"


def plan_parts(planned: Planned, *, host: str) -> Iterator[Part]:
    """What would be sent to that host, and why the rest would not."""
    owed = planned.would_be_sent.events
    yield from window_lines(planned.window)
    if not owed:
        yield f"Nothing {'in it ' if planned.window else ''}is owed: {_the_sync(planned.window)} would send nothing."
    else:
        said = "1 conversion is owed" if owed == 1 else f"{owed:,} conversions are owed"
        yield f"{said}: {requests_of(planned.requests)} to {host}."
        yield amounts_table(BY_EVENT, planned.owed)
    yield _summary(planned)
    if planned.pixel_overlap:
        yield (
            f"{planned.pixel_overlap:,} of them the browser's pixel has sent too: "
            "Meta counts each pair once, by event name and event id."
        )
    for title, amounts in (("not owed", planned.not_owed), ("not eligible", planned.not_eligible or {})):
        if amounts:
            yield amounts_table(title, amounts)
    for vanished in planned.vanished_keys:
        yield f"{vanished}."
    if planned.refusal:
        yield f"A sync would be refused: {planned.refusal}"


def _the_sync(window: Window) -> str:
    return "a sync of the same window" if window else "the next sync"


def _summary(planned: Planned) -> Table:
    """What would go and what it is too late for, each in one line."""
    lines = {"would_be_sent": planned.would_be_sent, "past_deadline": planned.late.past_deadline}
    outside = planned.late.outside_pixel_window
    table = amounts_table("in all", lines | ({} if outside is None else {OUTSIDE: outside}), PLANNED)
    if outside is None:
        add_row(table, OUTSIDE, "unknown", *[""] * (len(table.columns) - 3), PLANNED[OUTSIDE])
    return table


def window_lines(window: Window) -> Iterator[str]:
    """What a bounded plan or sync leaves alone; nothing where it is not bounded."""
    if window:
        yield f"Only event_time {window}, UTC: whatever else is owed stays owed."


def run_parts(report: RunReport, *, host: str) -> Iterator[Part]:
    """What one run did."""
    for sync_id, events in report.left_to_others.items():
        yield f"run {sync_id} still holds {events:,} conversions: it sends them, or they are owed again when it ends"
    if not report.claimed:
        yield "Nothing is owed: nothing was sent."
        return
    mode = " (test events; settles nothing)" if report.mode == "test" else ""
    counts = f"{report.claimed:,} claimed, {requests_of(report.requests)} to {host}"
    yield f"run {report.sync_id}{mode}: {counts}"
    yield from _outcome_parts(report.became)
    if report.is_proven:
        counted = " + ".join(f"{n:,} {o}" for o, n in report.outcomes.items() if n)
        yield f"proven: {report.claimed:,} claimed = {counted}"
    if report.reason.is_green and report.reason is not StopReason.FINISHED:
        yield f"the run ended early ({report.reason}); what was not sent is owed again"


def _outcome_parts(outcomes: RunOutcomes) -> Iterator[Part]:
    """What became of a run's conversions; then why those that were not accepted were not, and what to do."""
    shown = {str(outcome): outcomes.by_outcome.get(outcome, Amount()) for outcome in Outcome}
    yield amounts_table(
        "outcome", {name: amount for name, amount in shown.items() if amount.events or name == Outcome.ACCEPTED}
    )
    told = [answer for answer in outcomes.answers if answer.error_text != RUN_STOPPED]
    for answer in told[:MOST_REFUSALS]:
        yield _answer_words(answer)
    if len(told) > MOST_REFUSALS:
        yield f"{len(told) - MOST_REFUSALS} more reasons: connector why ID tells that of each conversion."


def _answer_words(answer: Answer) -> str:
    money = money_words(answer.amount.revenue)
    code = f"code {answer.error_code}" if answer.error_code is not None else ""
    code += f"/{answer.error_subcode}" if code and answer.error_subcode is not None else ""
    named = ", ".join(filter(None, (code, answer.error_text)))
    meaning = meaning_of(answer.error_text) or ""
    says = f" Meta says: {answer.answer_text.rstrip('.')}." if answer.answer_text else ""
    example = f" For example: connector why {answer.example}" if SHOWN_ID.fullmatch(answer.example or "") else ""
    advice = advice_for(answer.outcome, answer.error_code, answer.error_subcode, answer.error_text)
    return (
        f"{answer.amount.events:,} {answer.outcome}{f' ({money})' if money else ''}: {named}. {meaning}{says} "
        f"What to do: {advice}{example}"
    )


def amounts_table(title: str, amounts: Amounts, meanings: Mapping[str, str] | None = None) -> Table:
    """Events and revenue by name, in one order of currencies; other events apart, for their value is not revenue.

    Where nothing is revenue, and where each line is an event name, the money is that of all.
    """
    earns = title != BY_EVENT and any(amount.revenue_events for amount in amounts.values())
    others = earns and any(amount.revenue_events < amount.events for amount in amounts.values())
    columns = ["events", "revenue" if earns else "money", *(["of other events"] if others else [])]
    table = _table(title, *columns, *(["meaning"] if meanings else []))
    order = currency_order(amounts.values())
    for name, amount in amounts.items():
        cells = [f"{amount.events:,}", money_words(in_order(amount.revenue if earns else amount.money, order))]
        if others:
            cells.append(f"{amount.events - amount.revenue_events:,}")
        add_row(table, name, *cells, *([meanings[name]] if meanings else []), style=COLOURS.get(name, ""))
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right" if name in ("events", "of other events") else "left", overflow="fold")
    return table


def reading_line(reading: Reading) -> str:
    """What one reading of Meta's figures brought."""
    if reading.problem is not None:
        return f"not read: {reading.problem}"
    name = f"{READINGS[reading.figure]} of {reading.subject_id}"
    rows = "1 row" if len(reading.rows) == 1 else f"{len(reading.rows):,} rows"
    return f"{name}: {rows} for {reading.covers_from:%Y-%m-%d %H:%M} to {_end(reading)}"


def _end(reading: Reading) -> str:
    zone = "of the account's days" if reading.figure.is_of_account else "UTC"
    return f"{reading.covers_until:%Y-%m-%d %H:%M} {zone}"


def alarm_lines(alarm: Alarm, firing: Firing) -> Iterator[str]:
    """One cause: since when, what happened, what to do, who; and what follows from it."""
    known = firing.known.get(alarm.key)
    place = f" of dataset {alarm.scope}" if alarm.scope else ""
    since = alarm.since or (known.seen_in if known else None)
    yield f"{alarm.severity}: {alarm.name}{place}{f', since {since:%Y-%m-%d %H:%M} UTC' if since else ''}"
    for line in alarm.happened:
        yield f"  {line}"
    yield f"  What to do ({alarm.who}): {alarm.what_to_do}"
    if known and known.silenced:
        yield f"  Silent until {known.silenced.silent_until:%Y-%m-%d %H:%M} UTC: {known.silenced.reason}"
    for one in firing.follow(alarm):
        amounts = list_money(one.money)
        yield f"  May follow from it: {one.name}{f' ({amounts})' if amounts else ''}"
