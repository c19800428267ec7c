"""What a person reads of a reconciliation."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from connector.render.plain import PlainConsole
from connector.report import Reconciliation, plain, render

Row = tuple[str, str | None, str | None, str, int, Decimal]


def cell(
    stage: str, events: int, value: str, *, reason: str | None = None, event: str = "Purchase", currency: str = "EUR"
) -> Row:
    return (stage, reason, event, currency, events, Decimal(value))


TIED = [
    cell("warehouse_revenue", 1010, "12345.60"),
    cell("not_eligible", 7, "45.60", reason="no_consent"),
    cell("not_eligible", 3, "100.00", reason="test_order"),
    cell("accepted", 1000, "12200.00"),
]


def page_of(cells: list[Row], **more: object) -> str:
    return plain(Reconciliation.from_rows(waterfall_cells=cells, **more))  # type: ignore[arg-type]


def line_of(text: str, label: str) -> list[str]:
    """The words of the first line that begins with the label."""
    line = next(line for line in text.splitlines() if line.strip().startswith(label))
    return line.strip().removeprefix(label).split()


def test_a_reconciliation_that_ties_out_says_so_in_words() -> None:
    text = page_of(TIED)
    assert "unexplained 0.00 in every currency, over all events" in text.splitlines()
    assert line_of(text, "unexplained") == ["0", "0.00"]


def test_stages_show_conversions_and_money_with_their_reasons_below_the_most_frequent_first() -> None:
    text = page_of(TIED)
    assert line_of(text, "warehouse revenue") == ["1,010", "12,345.60"]
    assert line_of(text, "not eligible") == ["10", "145.60"]
    assert line_of(text, "no consent") == ["7", "45.60"]
    assert line_of(text, "accepted") == ["1,000", "12,200.00"]
    assert text.index("no consent") < text.index("test order")
    assert line_of(text, "expired") == ["-", "-"]


def test_what_has_no_usable_currency_is_counted_and_in_no_sum() -> None:
    text = page_of(
        [
            *TIED,
            *(cell("warehouse_revenue", 2, "70.00", currency=name) for name in ("none", "XXX", "UKP")),
            *(cell("expired", 1, "35.00", currency=name) for name in ("none", "XXX")),
            cell("not_eligible", 2, "70.00", reason="invalid_currency", currency="UKP"),
            *(cell("accepted", 1, "35.00", currency=name) for name in ("none", "XXX")),
        ],
        possible_double_counts=[("EUR", 1, Decimal("9.00")), ("XXX", 1, Decimal("35.00"))],
    )
    assert line_of(text, "warehouse revenue") == ["1,016", "12,345.60"]
    assert "Without a usable currency: 6 conversions (UKP, XXX, no currency), counted above and in no sum" in text
    assert "lost (expired, rejected or invalid): 2 conversions, no money" in text
    assert "70.00" not in text
    assert "35.00" not in text
    assert "unexplained 0.00 in every currency, over all events" in text


def test_money_without_a_place_is_never_called_explained() -> None:
    text = page_of([*TIED[:-1], cell("accepted", 999, "12190.00"), cell("unexplained", 1, "10.00", reason="missing")])
    assert "unexplained 0.00" not in text
    assert line_of(text, "unexplained") == ["1", "10.00"]
    assert "NOT EXPLAINED, missing: 1 conversion, 10.00 EUR" in text


def test_a_loss_that_another_day_makes_up_for_is_not_explained() -> None:
    moved = [
        cell("unexplained", 1, "10.00", reason="missing"),
        cell("unexplained", -1, "-10.00", reason="too_much"),
    ]
    text = page_of([*TIED, *moved])
    assert "unexplained 0.00" not in text
    assert "NOT EXPLAINED, too much: 1 conversion, 10.00 EUR" in text


def test_stages_that_do_not_add_up_are_not_explained_even_if_the_table_says_nothing() -> None:
    text = page_of(TIED[:-1])
    assert "unexplained 0.00" not in text
    assert "the stages do not add up" in text


def test_what_is_no_longer_in_the_warehouse_stands_beside_the_table_and_in_no_sum() -> None:
    text = page_of([*TIED, cell("no_longer_modelled", 2, "5.00", reason="accepted")])
    assert "unexplained 0.00 in every currency, over all events" in text
    assert "2 once claimed and no longer in the warehouse (accepted), beside the table: 5.00 EUR" in text


def test_the_value_of_a_basket_or_a_lead_is_no_revenue() -> None:
    baskets = [cell(stage, 5, "900.00", event="AddToCart") for stage in ("warehouse_revenue", "expired")]
    text = page_of([*TIED, *baskets])
    assert line_of(text, "warehouse revenue") == ["1,010", "12,345.60"]
    assert "900.00" not in text
    assert line_of(text, "AddToCart")[0] == "5"


def test_money_of_other_events_without_a_place_is_not_explained_either() -> None:
    text = page_of([*TIED, cell("warehouse_revenue", 5, "900.00", event="AddToCart")])
    assert "unexplained 0.00 in every currency" not in text


def test_currencies_are_never_added_and_each_has_its_column() -> None:
    text = page_of([*TIED, cell("warehouse_revenue", 1, "3", currency="USD"), cell("owed", 1, "3", currency="USD")])
    assert line_of(text, "warehouse revenue") == ["1,011", "12,345.60", "3.00"]
    assert line_of(text, "owed") == ["1", "-", "3.00"]
    assert line_of(text, "conversions") == ["EUR", "USD"]


def test_currencies_that_do_not_fit_are_named_and_still_counted() -> None:
    many = [f"X{letter}{letter}" for letter in "ABCDEFGHIJKLM"]
    cells = [
        cell(stage, 100 - place, "123456789.00", currency=name)
        for place, name in enumerate(many)
        for stage in ("warehouse_revenue", "accepted")
    ]
    text = page_of(cells)
    assert max(map(len, text.splitlines())) <= 100
    shown = line_of(text, "conversions")
    assert shown == many[: len(shown)]
    assert 1 < len(shown) < len(many)
    note = f"Not shown in money, but counted in conversions and in the line below: {', '.join(many[len(shown) :])}."
    assert note in " ".join(text.split())
    assert line_of(text, "accepted")[0] == f"{sum(100 - place for place in range(13)):,}"


def test_parts_of_a_cent_are_not_rounded_away() -> None:
    text = page_of([cell("warehouse_revenue", 2, "1.0051"), cell("accepted", 2, "1.0051")])
    assert line_of(text, "warehouse revenue") == ["2", "1.0051"]
    assert line_of(text, "unexplained") == ["0", "0.0000"]
    assert "unexplained 0.00 in every currency, over all events" in text


def test_lost_is_expired_rejected_and_invalid_and_nothing_else() -> None:
    assert "lost: nothing expired, was rejected or is invalid" in page_of(TIED)
    stages = ("expired", "rejected", "invalid", "held", "owed", "not_eligible", "covered_by_pixel")
    cells = [cell(stage, 1, f"{2**place}.50") for place, stage in enumerate(stages)]
    text = page_of([*TIED, *cells, cell("rejected", 2, "0.01", currency="USD"), cell("expired", 9, "7", event="won")])
    assert "lost (expired, rejected or invalid): 5 conversions, 8.50 EUR, 0.01 USD" in text


@pytest.mark.parametrize(
    ("stage", "advice"),
    [
        ("expired", "Sync more often"),
        ("rejected", "Correct them in the warehouse"),
        ("held", "Look in Events Manager"),
        ("owed", "the next sync that reaches Meta sends what is due"),
    ],
)
def test_a_stage_that_needs_doing_says_what_and_is_silent_when_empty(stage: str, advice: str) -> None:
    some = page_of([cell("warehouse_revenue", 1, "1"), cell(stage, 1, "1")])
    assert advice in " ".join(some.split())
    assert advice not in " ".join(page_of(TIED).split())


def test_many_reasons_of_a_stage_are_cut_to_the_most_frequent_and_a_rest() -> None:
    refused = [cell("rejected", 20 - code, "1", reason=f"100/{code}") for code in range(12)]
    text = page_of([cell("warehouse_revenue", sum(row[4] for row in refused), "12"), *refused])
    assert line_of(text, "100/7") == ["13", "1.00"]
    assert "100/8" not in text
    assert line_of(text, "4 more reasons") == [str(12 + 11 + 10 + 9), "4.00"]


def sides(currency: str, missed: int, value: str, *doubled: object, event: str = "Purchase", browser: int = 9) -> tuple:
    return (event, currency, browser, missed, Decimal(value), *(doubled or (0, 0, 0, 0, Decimal(0))))


def test_purchases_that_the_browser_missed_are_named_with_their_money() -> None:
    baskets = sides("EUR", 7, "70", event="AddToCart")
    text = page_of(TIED, browser_and_server=[sides("EUR", 100, "1234.50"), sides("USD", 1, "2"), baskets])
    assert "101 accepted web purchases missed by the browser, sent by the server: 1,234.50 EUR, 2.00 USD" in text


@pytest.mark.parametrize("rows", [[], [sides("EUR", 100, "100", browser=0)], [sides("EUR", 1, "1", event="AddToCart")]])
def test_without_a_pixel_log_nothing_is_claimed_to_be_recovered(rows: list[Row]) -> None:
    text = page_of(TIED, browser_and_server=rows)
    assert "recovered" not in text
    assert "what the browser missed is not known" in text


def test_broken_ids_of_the_pixel_are_one_line_an_event_with_what_meta_counts_twice() -> None:
    broken = [sides("EUR", 0, "0", 3, 0, 40, 41, Decimal("410.10")), sides("USD", 0, "0", 0, 0, 1, 1, Decimal(5))]
    text = " ".join(page_of(TIED, browser_and_server=[*broken, sides("EUR", 0, "0", event="AddToCart")]).split())
    assert (
        "Purchase: the pixel's event_id is not the warehouse's (3 by case, 41 wholly), so Meta counts 42 accepted "
        "twice: 410.10 EUR, 5.00 USD"
    ) in text
    assert "AddToCart:" not in text


def test_money_that_may_have_been_counted_twice_is_a_figure_even_when_it_is_zero() -> None:
    assert "0 conversions that may have been counted twice\n" in page_of(TIED)
    twice = page_of(TIED, possible_double_counts=[("EUR", 2, Decimal("20.02"))])
    assert "2 conversions that may have been counted twice: 20.02 EUR" in twice


def test_what_was_corrected_after_its_acceptance_shows_both_amounts() -> None:
    text = page_of(TIED, corrected_since_acceptance=[("EUR", "USD", 1, Decimal(5), Decimal(6))])
    assert "1 accepted and corrected since: Meta was told 5.00 EUR, now it is 6.00 USD" in text


def test_coverage_is_rounded_down_so_that_all_means_all() -> None:
    text = page_of(TIED, match_key_coverage=[("Purchase", 1000, 1000, 999, 500, 1, 0, 1000, 5)])
    shares = " ".join(line_of(text.split("Match keys")[1], "Purchase"))
    assert shares == "1,000 100 % 99 % 50 % <1 % 0 % 100 % <1 %"


def test_several_events_have_a_table_of_their_own_in_conversions() -> None:
    text = page_of([*TIED, cell("warehouse_revenue", 4, "0", event="won"), cell("expired", 4, "0", event="won")])
    assert line_of(text.split("By event")[1], "won") == ["4", "-", "-", "4", "-", "-", "-"]
    assert "By event" not in page_of(TIED)


def test_an_empty_warehouse_says_that_there_is_nothing_to_reconcile() -> None:
    assert "Nothing to reconcile" in page_of([])


@pytest.mark.parametrize("width", [80, 100, 200])
def test_no_line_is_wider_than_the_console_nor_than_a_hundred_columns(width: int) -> None:
    event = "ACustomEventWithANameThatDoesNotEndWhereOneWouldExpectIt"
    cells = [
        cell(stage, 10_000_000, "9999999999.99", event=name, currency=currency)
        for stage in ("warehouse_revenue", "accepted")
        for name in ("Subscribe", "Purchase")
        for currency in ("EUR", "USD", "JPY", "GBP", "CHF")
    ]
    coverage = [(event, 10_000_000, *[9_999_999] * 7)]
    console = Console(file=StringIO(), width=width)
    console.print(render(Reconciliation.from_rows(waterfall_cells=cells, match_key_coverage=coverage)))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(len(line.rstrip()) for line in text.splitlines()) <= min(width, 100)
    assert "99,999,999,999.99" not in text
    assert "19,999,999,999.98" in text


@pytest.mark.parametrize("sign", ["\n", "\r", "\r\n", "\u2028", "\x1b[2K\x1b[1A", "\x9b31m", "\u202e", "\t", "\x0b"])
def test_no_name_of_the_warehouse_is_obeyed_or_makes_a_line_of_its_own(sign: str) -> None:
    name = f"a{sign}forged line"
    stages = ("warehouse_revenue", "not_eligible", "unexplained", "no_longer_modelled")
    reconciliation = Reconciliation.from_rows(
        waterfall_cells=[
            cell(stage, 2, "10.00", event=event, currency=name, reason=name)
            for stage in stages
            for event in ("Purchase", name)
        ],
        match_key_coverage=[(name, 10, *[9] * 7)],
        possible_double_counts=[(name, 1, Decimal(1))],
        corrected_since_acceptance=[(name, name, 1, Decimal(1), Decimal(2))],
        browser_and_server=[(name, name, 9, 1, Decimal(1), 1, 1, 1, 1, Decimal(1))],
    )
    console = PlainConsole(file=StringIO(), width=100, color_system=None)
    console.print(render(reconciliation))
    for text in (console.file.getvalue(), plain(reconciliation)):  # type: ignore[attr-defined]
        shown = text.split("\n")
        assert [line for line in shown if not line.isprintable() or line.startswith("forged")] == []
        assert max(map(len, shown)) <= 100


def test_the_page_in_a_terminal_is_the_page_as_text() -> None:
    reconciliation = Reconciliation.from_rows(waterfall_cells=TIED)
    console = Console(file=StringIO(), width=100, color_system=None)
    console.print(render(reconciliation))
    printed = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert [line.rstrip() for line in printed] == plain(reconciliation).splitlines()
