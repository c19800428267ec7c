"""`connector replay`: send settled or held conversions again, after a plan and a confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.console import out, print_json, print_line, sync_progress
from connector.cli.times import Since, Until
from connector.model.amounts import amounts_dict
from connector.model.outcomes import Replayable

if TYPE_CHECKING:
    from connector.ledger import Chosen
    from connector.settings import Settings


def replay(
    event_id: Annotated[list[str] | None, typer.Option(help="An event_id to replay (repeatable).")] = None,
    outcome: Annotated[
        list[Replayable] | None, typer.Option(help="Replay conversions with this outcome (repeatable).")
    ] = None,
    event_name: Annotated[str | None, typer.Option(help="Only conversions with this event name.")] = None,
    since: Since = None,
    until: Until = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object with stable keys; sends only with --yes.")
    ] = False,
) -> None:
    """Send chosen rejected, invalid or held conversions again. Shows what would be sent, then asks."""
    from connector import app
    from connector.cli.render import print_report
    from connector.ledger import Choice
    from connector.settings import Settings

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
        print_line("Nothing was sent.")
        return
    with sync_progress(quiet=False, total=lambda: len(chosen.keys)) as listen:
        report = app.replay(settings, chosen, listen)
    if report.claimed:
        print_report(report, settings)
    if left_out := len(chosen.keys) - report.claimed:
        print_line(
            f"{left_out:,} of the chosen conversions were not claimed: the run stopped first, or they were accepted "
            "meanwhile."
        )
    report.raise_if_failed()


def _answer_json(settings: Settings, chosen: Chosen, *, send: bool) -> None:
    from connector import app

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
    from connector.render.answers import amounts_table, money_words

    if chosen.keys:
        print_line(f"{len(chosen.keys):,} conversions would be sent again to {settings.destination_host}.")
        out.print(amounts_table("outcome so far", chosen.by_state))
    else:
        print_line("None of the chosen conversions can be sent again.")
    if chosen.may_count_twice.events:
        money = money_words(chosen.may_count_twice.money)
        print_line(
            f"{chosen.may_count_twice.events:,} of them may have reached Meta already: {money} may be counted twice."
        )
    if chosen.obstacles:
        out.print(amounts_table("not sendable", chosen.obstacles))
