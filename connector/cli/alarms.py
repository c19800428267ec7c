"""`connector alarms`: what needs a person, by cause; telling it, and saying that it is known."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.console import print_error, print_json, print_line
from connector.cli.times import finite
from connector.errors import ConnectorError, UsageError
from connector.model.money import money_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector import app
    from connector.model.alarms import Alarm
    from connector.settings import Settings


def alarms(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with stable keys instead of text.")] = False,
    notify: Annotated[
        bool, typer.Option("--notify", help="Tell what began, grew or ended, once, to CONNECTOR_NOTIFY_URLS.")
    ] = False,
    acknowledge: Annotated[
        str | None, typer.Option(metavar="ALARM", help="Silence this alarm; needs --reason.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why it may be silent: kept in the ledger.")] = None,
    hours: Annotated[
        float, typer.Option(help="For how long it is silent.", min=0.1, max=24 * 90, callback=finite)
    ] = 24,
    dataset: Annotated[str | None, typer.Option(help="Silence it for this dataset only.")] = None,
) -> None:
    """What needs a person now, by cause: since when, how much money, what to do, who. An empty list is good news.

    From cron, after each build of the reconciliation: connector alarms --notify
    """
    from connector import app
    from connector.render.answers import alarm_lines
    from connector.settings import Settings

    settings = Settings.load()
    if acknowledge:
        _acknowledge(settings, acknowledge, reason, hours, dataset)
        return
    messages = app.tell_alarms(settings, app.AppriseChannel.of(settings)).messages if notify else []
    firing = app.alarms(settings)
    if as_json:
        told = [{"title": one.title, "text": one.text} for one in messages]
        print_json({"alarms": [_json(one, firing) for one in firing.causes], "told": told})
        return
    for message in messages:
        print_line(f"told: {message.title}")
    if not firing.causes:
        print_line("No alarm: nothing needs a person now.")
    for alarm in firing.causes:
        for line in alarm_lines(alarm, firing):
            print_line(line)


@contextmanager
def stops_told(settings: Settings) -> Iterator[None]:
    """Whatever became of the sync inside, tell whether sending has stopped or works again, where channels are set."""
    from connector import app

    try:
        yield
    finally:
        if settings.notify_addresses:
            try:
                app.tell_alarms(settings, app.AppriseChannel.of(settings), with_marts=False)
            except ConnectorError as error:  # how the sync ended is the command's own word
                print_error(f"nobody was told: {error}")


def _acknowledge(settings: Settings, name: str, reason: str | None, hours: float, dataset: str | None) -> None:
    from connector import app

    if not reason:
        raise UsageError("--acknowledge needs --reason: whoever looks later must see why nobody was told.")
    for alarm, scope in app.acknowledge(settings, name, reason=reason, hours=hours, dataset=dataset):
        print_line(f"{alarm}{f' of dataset {scope}' if scope else ''} is silent for {hours:g} hours: {reason}")


def _json(alarm: Alarm, firing: app.Firing) -> dict[str, Any]:
    known = firing.known.get(alarm.key)
    silenced = known.silenced if known else None
    since = alarm.since or (known.seen_in if known else None)
    return {
        "alarm": alarm.name,
        "dataset_id": alarm.scope or None,
        "severity": alarm.severity,
        "since": since and since.isoformat(timespec="seconds"),
        "happened": list(alarm.happened),
        "events": alarm.events,
        "money": money_text(alarm.money),
        "what_to_do": alarm.what_to_do,
        "who": alarm.who,
        "is_told": bool(known and known.is_open),
        "acknowledged": silenced and {"reason": silenced.reason, "until": str(silenced.silent_until)},
        "follows": [one.name for one in firing.follow(alarm)],
    }
