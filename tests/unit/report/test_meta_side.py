"""What a person reads of Meta's own count."""

from __future__ import annotations

from decimal import Decimal

from connector.report.figures import Compared
from connector.report.meta_side import WHY_IT_DIFFERS, told_by_meta


def said(*rows: Compared) -> list[str]:
    return [sentence.words for sentence in told_by_meta(rows)]


def received(accepted: int, counted: int) -> Compared:
    return Compared("accepted_to_received", "none", accepted, counted, None, None)


def attributed(value: str | None, spend: str | None) -> Compared:
    amounts = [None if amount is None else Decimal(amount) for amount in (value, spend)]
    return Compared("accepted_to_attributed", "EUR", 9, 4, *amounts)


def test_what_was_never_pulled_is_said_to_be_unknown() -> None:
    assert said() == ["Nothing is known yet: connector pull reads it back."]


def test_the_same_count_on_both_sides_is_said_in_one_line() -> None:
    (line,) = said(received(3, 3), received(1_000, 1_000))
    assert line.startswith("1,003 events received by Meta's own count, as many as the 1,003 accepted")


def test_another_count_than_ours_is_not_hidden() -> None:
    (line,) = said(received(3, 2))
    assert line.startswith("2 events received by Meta's own count, and not the same as the 3 accepted")


def test_nothing_and_one_are_written_as_numbers() -> None:
    assert said(received(0, 0))[0].startswith("0 events received by Meta's own count, as many as the 0 accepted")
    (line,) = said(received(3, 1))
    assert line.startswith("1 event received by Meta's own count, and not the same as the 3 accepted")


def test_attribution_has_its_money_its_spend_and_why_it_differs() -> None:
    assert said(attributed("100.50", "50.00")) == [
        "4 purchases attributed to ads: 100.50 EUR, for 50.00 EUR of spend: 2.0 times.",
        WHY_IT_DIFFERS,
    ]


def test_nothing_is_divided_by_no_spend() -> None:
    assert said(attributed("100.50", "0"))[0] == "4 purchases attributed to ads: 100.50 EUR."
    assert said(attributed(None, None))[0] == "4 purchases attributed to ads."
