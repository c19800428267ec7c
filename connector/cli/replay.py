"""`connector replay`: send settled or held conversions once more, after a plan and a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector import app
from connector.cli.console import out, print_json, say, sync_progress
from connector.cli.render import amounts_table, money_words, print_report
from connector.cli.times import Since, Until
from connector.ledger import Choice, Replayable
from connector.model.amounts import amounts_dict
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.ledger import Chosen


def replay(
    event_id: Annotated[list[str] | None, typer.Option(help="One event_id; may be said again.")] = None,
    outcome: Annotated[list[Replayable] | None, typer.Option(help="What became of them; may be said again.")] = None,
    event_name: Annotated[str | None, typer.Option(help="Only conversions of this name.")] = None,
    since: Since = None,
    until: Until = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object with stable keys; sends only with --yes.")
    ] = False,
) -> None:
    """Send chosen rejected, invalid or held conversions once more. Shows what would go, then asks."""
    settings = Settings.load()
    choice = Choice(
        event_ids=event_id or (), outcomes=outcome or (), event_name=event_name, window=app.Window.of(since, until)
    )
    chosen = app.plan_replay(settings, choice)
    if as_json:
        _answer_json(settings, chosen, send=yes and bool(chosen.keys))
        return
    _say_plan(chosen, settings)
    if not chosen.keys or not (yes or typer.confirm("Send them?", default=False)):
        say("Nothing was sent.")
        return
    with sync_progress(quiet=False) as listen:
        report = app.replay(settings, chosen, listen)
    if report.claimed:
        print_report(report, settings)
    if left_out := len(chosen.keys) - report.claimed:
        say(f"{left_out:,} of the chosen were not claimed: the run stopped before, or they were accepted meanwhile.")
    report.raise_if_failed()


def _answer_json(settings: Settings, chosen: Chosen, *, send: bool) -> None:
    report = app.replay(settings, chosen) if send else None
    print_json({"plan": _plan_json(chosen), "run": report.as_dict() if report else None})
    if report:
        report.raise_if_failed()


def _plan_json(chosen: Chosen) -> dict[str, Any]:
    return {
        "conversions": len(chosen.keys),
        "by_outcome": amounts_dict(chosen.by_state),
        "may_be_counted_twice": chosen.may_count_twice.as_dict(),
        "not_sendable": amounts_dict(chosen.obstacles),
    }


def _say_plan(chosen: Chosen, settings: Settings) -> None:
    if chosen.keys:
        say(f"{len(chosen.keys):,} conversions would be sent once more to {settings.destination_host}.")
        out.print(amounts_table("outcome so far", chosen.by_state))
    else:
        say("Nothing of the choice can be sent once more.")
    if chosen.may_count_twice.events:
        money = money_words(chosen.may_count_twice.money)
        say(f"{chosen.may_count_twice.events:,} of them Meta may have received already: {money} may be counted twice.")
    if chosen.obstacles:
        out.print(amounts_table("not sendable", chosen.obstacles))
