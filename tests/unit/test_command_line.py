"""What the command line looks like: groups, wrapping, revenue apart from hopes, currencies in one order."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any, NamedTuple

import jsonschema
import pytest
import typer
from typer.testing import CliRunner

from connector.cli import render
from connector.cli.commands import command_line
from connector.cli.console import PlainConsole, print_line, sync_progress
from connector.delivery import RunReport, RunResult
from connector.destinations.meta import MetaDestination
from connector.insight.history import spellings
from connector.model.amounts import Amount, Part
from connector.model.answers import outcomes_of
from connector.model.outcomes import Outcome
from connector.model.readings import EventCount, Figure, Reading
from connector.model.stop_reasons import StopReason
from connector.render.answers import amounts_table, reading_line, run_parts
from connector.render.plain import as_text
from tests.support.shops import ANSWERS

SENTENCE = "Sending works: the last sync ended 2026-11-28 12:00 UTC and its conversions were accepted by Meta."


RUN = RunReport(
    sync_id="run",
    mode="live",
    reason=StopReason.FINISHED,
    requests=3,
    duration_s=1.0,
    claimed=146,
    outcomes={},
    money={},
    is_proven=False,
    wording=MetaDestination.words(),
)


class Row(NamedTuple):
    outcome: str
    event_name: str
    events: int
    money: Decimal | None = None
    currency: str | None = None
    error_code: int | None = None
    error_subcode: int | None = None
    error_text: str | None = None
    answer_text: str | None = None
    example: str | None = None
    dataset_key: str = ""


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What commands print, on a log's console."""
    text = io.StringIO()
    console = PlainConsole(file=text, width=140, highlight=False, soft_wrap=True)
    monkeypatch.setattr("connector.cli.console.out", console)
    monkeypatch.setattr(render, "out", console)
    return text


def amounts(*parts: Part) -> Amount:
    found = Amount()
    for part in parts:
        found.add(part)
    return found


def test_the_help_lists_every_command_in_one_of_four_groups() -> None:
    said = CliRunner().invoke(command_line, ["-h"], env={"COLUMNS": "100"}).output
    groups = {name: said.index(f"─ {name} ─") for name in ("Deliver", "Look", "Meta", "Try")}
    assert sorted(groups, key=groups.__getitem__) == ["Deliver", "Look", "Meta", "Try"]
    assert "Commands" not in said


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(command_line, ["--version"]).output.startswith("conversions-connector ")


@pytest.mark.parametrize(("is_terminal", "lines"), [(True, 3), (False, 1)])
def test_a_terminal_wraps_at_words_and_a_log_gets_a_sentence_as_one_line(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, lines: int
) -> None:
    text = io.StringIO()
    console = PlainConsole(file=text, width=40, force_terminal=is_terminal, highlight=False, soft_wrap=True)
    monkeypatch.setattr("connector.cli.console.out", console)
    print_line(SENTENCE)
    assert text.getvalue().count("\n") == lines
    assert text.getvalue().split() == SENTENCE.split()


def test_baskets_are_counted_and_their_value_is_not_added_to_revenue(shown: io.StringIO) -> None:
    mixed = amounts(Part(2, "EUR", Decimal(30), "Purchase"), Part(5, "EUR", Decimal(400), "AddToCart"))
    render.print_status({"accepted": mixed, "owed": Amount()})
    heads, accepted, *_ = shown.getvalue().splitlines()
    assert heads.split()[:6] == ["standing", "events", "revenue", "of", "other", "events"]
    assert accepted.split()[:5] == ["accepted", "7", "30.00", "EUR", "5"]


def test_where_nothing_is_revenue_the_money_is_that_of_all(shown: io.StringIO) -> None:
    render.print_status({"accepted": amounts(Part(5, "EUR", Decimal(400), "Lead")), "owed": Amount()})
    heads, accepted, *_ = shown.getvalue().splitlines()
    assert heads.split()[:3] == ["standing", "events", "money"]
    assert accepted.split()[:4] == ["accepted", "5", "400.00", "EUR"]


def test_every_line_has_its_currencies_in_the_order_of_all_lines(shown: io.StringIO) -> None:
    euros, dollars = Part(9, "EUR", Decimal(1)), Part(2, "USD", Decimal(5))
    lines = {"accepted": amounts(euros, dollars), "owed": amounts(dollars, Part(1, "EUR", Decimal(1)))}
    render.print_status(lines)
    accepted, owed = shown.getvalue().splitlines()[1:3]
    assert "1.00 EUR, 5.00 USD" in accepted
    assert "1.00 EUR, 5.00 USD" in owed


def test_a_sync_says_of_each_refusal_why_and_what_to_do_but_not_of_what_only_waited() -> None:
    ten = Decimal(10)
    rows: list[Any] = [
        Row("accepted", "Purchase", 90, ten, "EUR"),
        Row("deferred", "Purchase", 50, ten, "EUR", error_text="run_stopped"),
        Row("rejected", "Purchase", 3, ten, "EUR", 100, 2804001, "click_id_malformed", "The fbc is wrong.", "o12"),
        Row("rejected", "AddToCart", 1, ten, "EUR", 100, 2804001, "click_id_malformed", None, "a@b.example"),
        Row("invalid", "Purchase", 2, ten, "EUR", error_text="too_thin", example="jane@example.com"),
    ]
    told = as_text(run_parts(replace(RUN, became=outcomes_of(rows)), host="graph.facebook.com"))
    said = [line for line in told.splitlines() if "What to do" in line]
    refused, invalid = said
    assert refused == (
        "4 rejected (10.00 EUR): code 100/2804001, click_id_malformed. The click id (fbc) is badly formed. Meta says: "
        "The fbc is wrong. What to do: Correct it in the warehouse: a changed event is sent automatically before its "
        "deadline. For example: connector why o12"
    )
    assert invalid == (
        "2 invalid (10.00 EUR): too_thin. There are no identifiers, or only a combination that Meta calls too broad to "
        "match. What to do: Correct it in the warehouse: a changed event is sent automatically before its deadline."
    )
    assert "jane" not in told


def test_a_table_wraps_inside_its_columns_and_loses_no_amount() -> None:
    many = amounts(*(Part(1, currency, Decimal(12345678), "Purchase") for currency in ("EUR", "USD", "GBP", "CAD")))
    text = io.StringIO()
    terminal = PlainConsole(file=text, width=60, force_terminal=True, color_system=None, soft_wrap=True)
    terminal.print(amounts_table("standing", {"accepted": many}, {"accepted": "Meta accepted it, all of it."}))
    assert max(map(len, text.getvalue().splitlines())) <= 60
    words = text.getvalue().replace(",", " ").split()
    assert {"CAD", "EUR", "GBP", "more", "it.", "all"} <= set(words)


@pytest.mark.parametrize(("no_color", "is_green"), [("", True), ("1", False)])
def test_colours_stand_beside_words_and_no_color_takes_them_away(
    monkeypatch: pytest.MonkeyPatch, no_color: str, is_green: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    text = io.StringIO()
    terminal = PlainConsole(file=text, width=100, force_terminal=True, color_system="standard")
    terminal.print(amounts_table("outcome", {"accepted": Amount()}))
    assert ("\x1b[32maccepted" in text.getvalue()) is is_green
    assert "accepted" in text.getvalue()


def test_a_shell_completes_the_names_of_commands() -> None:
    asked = {"_CONNECTOR_COMPLETE": "complete_bash", "COMP_WORDS": "connector st", "COMP_CWORD": "1"}
    assert CliRunner().invoke(command_line, [], prog_name="connector", env=asked).output.split() == ["status"]


def test_an_order_is_asked_for_as_people_write_its_number() -> None:
    assert spellings(" #a-17 ") == [" #a-17 ", "a-17", "#a-17", "A-17"]
    assert spellings("1001") == ["1001", "#1001"]


def test_each_command_that_answers_in_json_has_a_schema() -> None:
    group = typer.main.get_command(command_line)
    answering = {name for name, one in group.commands.items() if any("--json" in p.opts for p in one.params)}
    assert answering == set(ANSWERS["properties"])
    jsonschema.Draft202012Validator.check_schema(ANSWERS)


def test_progress_has_a_total_a_rate_and_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    text, clock = io.StringIO(), count()
    terminal = PlainConsole(file=text, width=100, force_terminal=True, color_system=None)
    monkeypatch.setattr("connector.cli.console.err", terminal)
    run = RunResult(reason="running", requests=0, claimed=1_000, wording=MetaDestination.words())
    with sync_progress(quiet=False, total=lambda: 4_000, now=lambda: next(clock) / 4) as listen:
        for done in (0, 1_000, 2_000):
            run.outcomes[Outcome.ACCEPTED] = done
            listen(run)
    assert "2000/4000" in text.getvalue()
    assert re.search(r"[1-9][0-9,]*/s", text.getvalue())
    assert re.search(r"0:00:[0-9]{2} left", text.getvalue())


def test_a_log_gets_no_progress_and_nothing_is_counted_for_it() -> None:
    with sync_progress(quiet=False, total=lambda: pytest.fail("it was counted")) as listen:
        listen(RunResult(reason="running", requests=0, claimed=1, wording=MetaDestination.words()))


@pytest.mark.parametrize(("number", "told"), [(0, "0 rows for"), (1, "1 row for"), (2, "2 rows for")])
def test_a_pull_counts_its_rows_in_words_that_fit(number: int, told: str) -> None:
    at = datetime(2026, 11, 20, 13, tzinfo=UTC)
    row = EventCount(event_source="SERVER", hour_start=at, event_name="Purchase", events=12)
    reading = Reading(figure=Figure.EVENT_STATS, subject_id="123", covers_from=at, covers_until=at, rows=[row] * number)
    assert reading_line(reading).startswith(f"received events of 123: {told} ")
