"""The answers of the commands that only they give, and all of them as JSON with stable keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.cli.console import out, print_json_text, print_line, print_parts
from connector.insight import FIGURES
from connector.model.money import amount_text, money_text
from connector.render.answers import amounts_table, plan_parts, run_parts

if TYPE_CHECKING:
    from connector.app import State
    from connector.delivery import RunReport
    from connector.insight import Planned
    from connector.model.amounts import Amounts
    from connector.report import Reconciliation
    from connector.settings import Settings

AS_SENT = "Amounts are as sent. `connector report` shows revenue at today's values, and what the models hold back."


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


def print_status(amounts: Amounts, *, is_stopped: bool = False) -> None:
    """A table of the standings that occur, with their meanings."""
    meanings = FIGURES if not is_stopped else FIGURES | {"owed": "Waits until sending works again."}
    shown = {name: amount for name, amount in amounts.items() if amount.events or name in ("accepted", "owed")}
    out.print(amounts_table("standing", shown, meanings))
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


def print_plan(planned: Planned, settings: Settings) -> None:
    """What would be sent, and why the rest would not; then the payloads that were asked for."""
    print_parts(plan_parts(planned, host=settings.destination_host))
    for row in planned.payloads:
        print_json_text(str(row["payload"]))


def print_report(report: RunReport, settings: Settings) -> None:
    """What one run did."""
    print_parts(run_parts(report, host=settings.destination_host))
