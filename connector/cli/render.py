"""The answers of the commands, as text and as JSON with stable keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from connector.app.meanings import advice_for, meaning_of
from connector.cli.console import add_row, out, print_json_text, print_line
from connector.insight import FIGURES
from connector.model.amounts import Amount, currency_order
from connector.model.money import Money, amount_text, in_order, list_money, money_text
from connector.model.outcomes import Outcome
from connector.model.stop_reasons import StopReason
from connector.report.drawing import SHOWN_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.app import State
    from connector.delivery import RunReport
    from connector.insight import Planned
    from connector.model.amounts import Amounts
    from connector.model.answers import Answer, RunOutcomes
    from connector.model.conversions import Window
    from connector.report import Reconciliation
    from connector.settings import Settings

PLANNED = {
    "would_be_sent": "go with the next sync",
    "past_deadline": "never sent and now too late; the pixel may have sent them",
    "outside_pixel_window": "the browser's copy is 48 hours old: a second one would count twice",
}

OUTSIDE = "outside_pixel_window"
BY_EVENT = "event"
RUN_STOPPED = "run_stopped"
"""The reason of what was not sent because something else had stopped the run: that one is told."""
AS_SENT = "Amounts are as sent. `connector report` shows revenue at today's values, and what the models hold back."
MOST_REFUSALS = 5
"""At the end of a sync; all that were told apart are in the JSON answer."""
MOST_CURRENCIES = 3
"""In a line of a table; all of them are in the JSON answer."""


def money_words(money: Money) -> str:
    """Amounts by currency in one line of a table: 12,345.60 EUR, 1.00 USD and 3 more. In the order given."""
    return list_money(money, most=MOST_CURRENCIES)


def status_json(amounts: Amounts) -> dict[str, Any]:
    """Events by standing at the top level, money under `money`; of both, the part that is revenue under `revenue`."""
    return {name: amount.events for name, amount in amounts.items()} | {
        "money": {name: money_text(amount.money) for name, amount in amounts.items()},
        "revenue": {
            name: {"events": amount.revenue_events, "money": money_text(amount.revenue)}
            for name, amount in amounts.items()
        },
    }


def plan_json(planned: Planned) -> dict[str, Any]:
    """The plan with stable keys, and the payloads that were asked for."""
    return planned.as_dict() | {"payloads": [row["payload"] for row in planned.payloads]}


def report_json(figures: Reconciliation) -> dict[str, Any]:
    """The cells of the waterfall, lost revenue, and what is unexplained: nothing when everything ties out."""
    events, money = figures.unexplained()
    lost_events, lost_money = figures.revenue().lost()
    return {
        "is_tied": figures.is_tied,
        "unexplained": {"events": events, "money": money_text(money)},
        "lost": {"events": lost_events, "money": money_text(lost_money)},
        "cells": [cell._asdict() | {"value": amount_text(cell.value)} for cell in figures.cells],
    }


def print_status(amounts: Amounts) -> None:
    """A table of the standings that occur, with their meanings."""
    shown = {name: amount for name, amount in amounts.items() if amount.events or name in ("accepted", "owed")}
    out.print(amounts_table("standing", shown, FIGURES))
    print_line(AS_SENT)


def print_state(state: State) -> None:
    """First of all whether sending works, then of when the figures are, and what waits."""
    print_line(state.headline, style=None if state.works else "bold red")
    print_line(state.as_of)
    if state.waiting:
        print_line(state.waiting)


def ledger_words(settings: Settings, known: str | None) -> str:
    """Which schema holds the ledger and which host it sends to; `known` is the host it has been sending to."""
    ledger, host = f"ledger: schema {settings.ledger_schema}", settings.destination_host
    if known is None:
        return f"{ledger}, nothing sent yet; the settings point to {host}"
    if known == host:
        return f"{ledger}, which sends to {host}"
    return f"{ledger}, which has sent to {known}; the settings point to {host}, so a sync would be refused"


def requests_of(number: int) -> str:
    return "1 request" if number == 1 else f"{number:,} requests"


def print_plan(planned: Planned, settings: Settings) -> None:
    """What would be sent, and why the rest would not."""
    owed = planned.would_be_sent.events
    print_window(planned.window)
    if not owed:
        print_line(
            f"Nothing {'in it ' if planned.window else ''}is owed: {_the_sync(planned.window)} would send nothing."
        )
    else:
        said = "1 conversion is owed" if owed == 1 else f"{owed:,} conversions are owed"
        print_line(f"{said}: {requests_of(planned.requests)} to {settings.destination_host}.")
        out.print(amounts_table(BY_EVENT, planned.owed))
    out.print(_summary(planned))
    if planned.pixel_overlap:
        print_line(
            f"{planned.pixel_overlap:,} of them the browser's pixel has sent too: "
            "Meta counts each pair once, by event name and event id."
        )
    for title, amounts in (("not owed", planned.not_owed), ("not eligible", planned.not_eligible or {})):
        if amounts:
            out.print(amounts_table(title, amounts))
    for vanished in planned.vanished_keys:
        print_line(f"{vanished}.")
    if planned.refusal:
        print_line(f"A sync would be refused: {planned.refusal}")
    for row in planned.payloads:
        print_json_text(str(row["payload"]))


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


def print_window(window: Window) -> None:
    """What a bounded plan or sync leaves alone; nothing where it is not bounded."""
    if window:
        print_line(f"Only event_time {window}, UTC: whatever else is owed stays owed.")


def print_report(report: RunReport, settings: Settings) -> None:
    """What one run did."""
    for sync_id, events in report.left_to_others.items():
        print_line(
            f"run {sync_id} still holds {events:,} conversions: it sends them, or they are owed again when it ends"
        )
    if not report.claimed:
        print_line("Nothing is owed: nothing was sent.")
        return
    mode = " (test events; settles nothing)" if report.mode == "test" else ""
    counts = f"{report.claimed:,} claimed, {requests_of(report.requests)} to {settings.destination_host}"
    print_line(f"run {report.sync_id}{mode}: {counts}")
    _print_outcomes(report.became)
    if report.is_proven:
        print_line(
            f"proven: {report.claimed:,} claimed = " + " + ".join(f"{n:,} {o}" for o, n in report.outcomes.items() if n)
        )
    if report.reason.is_green and report.reason is not StopReason.FINISHED:
        print_line(f"the run ended early ({report.reason}); what was not sent is owed again")


def _print_outcomes(outcomes: RunOutcomes) -> None:
    """What became of a run's conversions; then why those that were not accepted were not, and what to do."""
    shown = {str(outcome): outcomes.by_outcome.get(outcome, Amount()) for outcome in Outcome}
    some = {name: amount for name, amount in shown.items() if amount.events or name == Outcome.ACCEPTED}
    out.print(amounts_table("outcome", some))
    told = [answer for answer in outcomes.answers if answer.error_text != RUN_STOPPED]
    for answer in told[:MOST_REFUSALS]:
        print_line(_answer_words(answer))
    if len(told) > MOST_REFUSALS:
        print_line(f"{len(told) - MOST_REFUSALS} more reasons: connector why ID tells that of each conversion.")


def _answer_words(answer: Answer) -> str:
    money = money_words(answer.amount.revenue)
    code = f"code {answer.error_code}" if answer.error_code is not None else ""
    code += f"/{answer.error_subcode}" if code and answer.error_subcode is not None else ""
    named = ", ".join(filter(None, (code, answer.error_text)))
    meaning = meaning_of(answer.error_text) or ""
    says = f" Meta says: {answer.answer_text.rstrip('.')}." if answer.answer_text else ""
    example = f" For example: connector why {answer.example}" if SHOWN_ID.fullmatch(answer.example or "") else ""
    return (
        f"{answer.amount.events:,} {answer.outcome}{f' ({money})' if money else ''}: {named}. {meaning}{says} "
        f"What to do: {advice_for(answer.outcome, answer.error_code, answer.error_subcode)}{example}"
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
        add_row(table, name, *cells, *([meanings[name]] if meanings else []))
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right" if name in ("events", "of other events") else "left", overflow="fold")
    return table
