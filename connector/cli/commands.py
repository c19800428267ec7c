"""The commands. Each one reads the settings, calls `app` and prints the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connector import __version__
from connector.cli.acceptance import acceptance
from connector.cli.alarms import alarms, stops_told
from connector.cli.console import out, print_json, print_line, sync_progress
from connector.cli.doctor import doctor
from connector.cli.pull import pull
from connector.cli.replay import replay
from connector.cli.sandbox import sandbox
from connector.cli.times import Since, Until, finite
from connector.cli.why import why
from connector.errors import Unproven

command_line = typer.Typer(
    name="connector",
    help="Carries conversions from the warehouse to Meta's Conversions API, and proves what arrived.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


DELIVER, LOOK, META, TRY = "Deliver", "Look", "Meta", "Try"
"""The groups in which the help lists the commands."""
MINUTES_OF_A_YEAR = 366 * 24 * 60


def _say_version(*, asked: bool) -> None:
    if asked:
        print_line(f"conversions-connector {__version__}")
        raise typer.Exit


@command_line.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    pass


Json = Annotated[bool, typer.Option("--json", help="One JSON object with stable keys instead of text.")]


@command_line.command(rich_help_panel=DELIVER)
def init(
    as_json: Json = False,
    move_ledger: Annotated[
        bool, typer.Option("--move-ledger", help="Move the ledger of an older version here, from schema delivery.")
    ] = False,
) -> None:
    """Create the ledger in the warehouse (sync does this on its own)."""
    from connector import app
    from connector.settings import Settings

    settings = Settings.load()
    moved_from = app.initialise(settings, move=move_ledger)
    if as_json:
        print_json({"ledger_schema": settings.ledger_schema, "moved_from": moved_from})
        return
    print_line(f"The ledger is in schema {settings.ledger_schema}.")
    if moved_from:
        print_line(f"It was moved from schema {moved_from}: run dbt build, so that its models read it there.")


@command_line.command(rich_help_panel=DELIVER)
def plan(
    as_json: Json = False,
    show: Annotated[int, typer.Option(help="Also print the first N exact payloads.", min=0)] = 0,
    since: Since = None,
    until: Until = None,
) -> None:
    """What the next sync would send: events, money, requests, reasons, overlap with the pixel. Sends nothing.

    For example, before a backfill: connector plan --since 2026-03-01 --until 2026-03-04
    """
    from connector import app
    from connector.cli.render import plan_json, print_plan
    from connector.settings import Settings

    window = app.Window.of(since, until)
    settings = Settings.load()
    planned = app.plan(settings, show=show, window=window)
    if as_json:
        print_json(plan_json(planned))
    else:
        print_plan(planned, settings)


@command_line.command(rich_help_panel=DELIVER)
def sync(
    as_json: Json = False,
    limit: Annotated[int | None, typer.Option(help="Send at most N conversions.", min=1)] = None,
    test_events: Annotated[
        bool, typer.Option("--test-events", help="Send with CONNECTOR_TEST_EVENT_CODE; settles nothing.")
    ] = False,
    confirm_new_keys: Annotated[
        bool,
        typer.Option(
            "--confirm-new-keys",
            help="Send even though event_id seems to have changed: keys that are missing now will not return.",
        ),
    ] = False,
    senders: Annotated[int, typer.Option(help="How many syncs run at once; each claims its share.", min=1)] = 1,
    max_seconds: Annotated[
        float | None, typer.Option(help="Stop sending after N seconds; the rest stays owed.", min=1, callback=finite)
    ] = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Send everything owed to Meta, write the outcomes back, and prove what happened to every conversion.

    With --since or --until only conversions in that window; the rest stays owed:
    connector sync --since 2026-03-01 --until 2026-03-04
    """
    from connector import app
    from connector.cli.console import print_parts
    from connector.cli.render import print_report
    from connector.render.answers import window_lines
    from connector.settings import Settings

    window = app.Window.of(since, until)
    settings = Settings.load()
    options = app.SyncOptions(
        window=window,
        limit=limit,
        test_events=test_events,
        confirm_new_keys=confirm_new_keys,
        senders=senders,
        max_seconds=max_seconds,
    )
    if not as_json:
        print_parts(window_lines(window))

    def total() -> int:
        owed = app.plan(settings, window=window).would_be_sent.events
        return owed if limit is None else min(owed, limit)

    with stops_told(settings), sync_progress(quiet=as_json, total=total) as listen:
        report = app.sync(settings, options, listen)
    warnings = app.token_warnings(settings) if report.requests else []
    if as_json:
        print_json(report.as_dict() | {"warnings": warnings})
    else:
        print_report(report, settings)
        for warning in warnings:
            print_line(f"warning: {warning}")
    report.raise_if_failed()


@command_line.command(rich_help_panel=LOOK)
def status(as_json: Json = False) -> None:
    """Where every conversion stands now, in events and money."""
    from connector import app
    from connector.cli.render import ledger_words, print_state, print_status, status_json
    from connector.settings import Settings

    settings = Settings.load()
    amounts, state = app.status(settings), app.state(settings, with_waiting=True)
    if as_json:
        print_json(status_json(amounts) | {"last_run": state.last_run, "state": state.as_dict()})
    else:
        print_state(state)
        print_status(amounts, is_stopped=state.stop is not None)
        if state.origin:
            print_line(state.origin)
        print_line(ledger_words(settings, app.destination(settings)))


@command_line.command(rich_help_panel=LOOK)
def report(
    as_json: Json = False,
    html: Annotated[
        Path | None, typer.Option(help="Write the page (charts, filters, example orders) to this file instead.")
    ] = None,
    days: Annotated[int, typer.Option(help="How many days the page shows, today included.", min=1, max=89)] = 30,
) -> None:
    """What Meta was told of our sales: from the warehouse to Meta, with a reason for all that is missing."""
    from connector import app
    from connector.cli.render import print_state, report_json
    from connector.report import render
    from connector.report.drawing import draw, write
    from connector.settings import Settings

    settings = Settings.load()
    if html:
        write(draw(app.report_data(settings, days=days)), html)
        print_json({"file": str(html)}) if as_json else print_line(f"The page is in {html}: open it in a browser.")
        return
    figures, state = app.report(settings), app.state(settings)
    if as_json:
        print_json(report_json(figures) | {"state": state.as_dict()})
    else:
        print_state(state)
        out.print(render(figures))
    if not figures.is_tied:
        raise Unproven("money is unexplained: the end of the report says what, `dbt test` says on which days.")


def alive(
    within: Annotated[
        float,
        typer.Option(
            metavar="MINUTES", help="How many minutes ago at most.", min=1, max=MINUTES_OF_A_YEAR, callback=finite
        ),
    ] = 60,
    as_json: Json = False,
) -> None:
    """For an outside monitor: exit 0 only if a sync ended well, and was proven, within the given minutes.

    From cron: connector alive --within 60
    """
    from connector import app
    from connector.settings import Settings

    proven_at = app.alive(Settings.load(), minutes=within)
    if as_json:
        print_json({"proven_at": proven_at.isoformat(timespec="seconds")})
    else:
        print_line(f"A sync ended well and was proven at {proven_at:%Y-%m-%d %H:%M} UTC.")


command_line.command(rich_help_panel=DELIVER)(replay)
command_line.command(rich_help_panel=LOOK)(alarms)
command_line.command(rich_help_panel=LOOK)(why)
command_line.command(rich_help_panel=LOOK)(alive)
command_line.command(rich_help_panel=META)(doctor)
command_line.command(rich_help_panel=META)(pull)
command_line.command(rich_help_panel=TRY)(acceptance)
command_line.command(rich_help_panel=TRY)(sandbox)
