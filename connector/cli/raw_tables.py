"""What `connector doctor --sources` says of each raw table, in sentences."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.model.checks import Check, Mark
from connector.model.money import Money, format_money

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from connector.model.raw_tables import RawTable, Word, WrongType

MOST_WORDS = 30
BY_WORD = {
    "orders": ("Paid by order_status", "Not paid, since not in meta_conversions_paid_statuses"),
    "sessions": ("Consent by ad_consent", "No consent"),
    "web_events": ("Sent by event_name", "Not sent, since not in meta_conversions_web_event_names"),
}
STOPPED_BY = {
    "id": "an id with a decimal point is not exact, and as text it may read 1001.0, which nobody else sends",
    "time": "a time is a timestamp, in UTC where it has no zone",
    "money": "money is a decimal",
    "count": "a count is a number",
}
READ_AT_A_LOSS = {
    "id": "an id is text or a whole number",
    "word": "it is read as text, and may read otherwise than you expect",
    "time": "a date has no time of day, so that everything happens at midnight",
    "money": "a float is rounded to four places",
    "count": "a count is a whole number",
    "ordinal": "what orders rows is a number or a text",
    "boolean": "what is neither yes nor no counts as a test",
}


def check_of(table: RawTable, empty_schemas: Collection[str] = ()) -> Check:
    """The table's name, how it stands, and all that is to be said of it, a line each.

    `empty_schemas`: those that hold no raw table at all.
    """
    doubts = table.wrong_types or table.waits_for or table.are_all_left_out or (table.distinct_words or 0) > MOST_WORDS
    mark = Mark.FAIL if not table.is_ready else Mark.WARN if doubts else Mark.OK
    return Check(name=table.kind, mark=mark, words="\n".join(_sentences(table, empty_schemas)))


def _sentences(table: RawTable, empty_schemas: Collection[str]) -> Iterator[str]:
    if table.is_absent:
        yield "declared absent in meta_conversions_absent_kinds."
        return
    if not table.is_there:
        if table.schema in empty_schemas:
            yield (
                f"there is no schema {table.schema} with raw tables: it does not exist, or none of them is in it, or "
                "this role may not see it. Name yours in the var meta_conversions_raw_schema."
            )
        yield (
            f"there is no table {table.table}. Load it, or let this role read it, or name yours in the var "
            f"meta_conversions_tables, or add {table.kind} to meta_conversions_absent_kinds."
        )
        return
    yield f"{table.table}{_size(table)}."
    if table.missing_columns:
        yield (
            f"Missing columns: {', '.join(table.missing_columns)}. Put a view in front of the table; what you do not "
            "know is null in it."
        )
    yield from (_type_words(wrong) for wrong in table.wrong_types)
    if table.waits_for:
        yield f"Not counted until this is right: {', '.join(table.waits_for)}."
    if table.recent_rows:
        yield from _figures(table, table.recent_rows)


def _size(table: RawTable) -> str:
    if table.rows is None:
        return ""
    if table.newest is None:
        return f", {_rows(table.rows)}"
    return f", {_rows(table.rows)}, {table.recent_rows:,} of them in the 30 days up to {table.newest[:16]}"


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _type_words(wrong: WrongType) -> str:
    reason = (STOPPED_BY if wrong.stops_build else READ_AT_A_LOSS)[wrong.holds]
    return f"{wrong.column} is {wrong.type}: {reason}. Write {wrong.cast}."


def _figures(table: RawTable, recent_rows: int) -> Iterator[str]:
    have = (f"{name.replace('_', ' ')} {_share(rows, recent_rows)}" for name, rows in table.recent_with.items())
    yield f"Share with: {', '.join(have)}."
    if table.distinct_words and table.distinct_words > MOST_WORDS:
        yield f"{table.word_column} holds {table.distinct_words:,} different words, so it must be something else."
    elif table.words:
        yield from _word_sentences(table, recent_rows)
    if table.left_out:
        left_out = ((one.reason, one.rows, one.amounts) for one in table.left_out)
        rows = sum(one.rows for one in table.left_out)
        yield (
            f"{rows:,} of {recent_rows:,} {table.kind} ({_share(rows, recent_rows)}) would not be sent: "
            f"{_listed(left_out, recent_rows, _total(table.words))}."
        )


def _word_sentences(table: RawTable, recent_rows: int) -> Iterator[str]:
    counts, counts_not = BY_WORD[table.kind]
    yield f"{counts}: {', '.join(f'{word.word} {word.rows:,}' for word in table.words if word.is_counted) or 'none'}."
    others = [(word.word, word.rows, word.amounts) for word in table.words if not word.is_counted]
    if others:
        yield f"{counts_not}: {_listed(others, recent_rows, _total(table.words))}."


def _total(words: Iterable[Word]) -> Money:
    total: Money = {}
    for word in words:
        for currency, amount in word.amounts.items():
            total[currency] = total.get(currency, amount - amount) + amount
    return total


def _listed(amounts: Iterable[tuple[str, int, Money]], recent_rows: int, total: Money) -> str:
    """pending 1 (7%; 142.50 EUR, 9% of all), cancelled 2 (14%)"""
    return ", ".join(
        f"{name} {rows:,} ({'; '.join([_share(rows, recent_rows), *_money_shares(money, total)])})"
        for name, rows, money in amounts
    )


def _money_shares(money: Money, total: Money) -> Iterator[str]:
    for currency, amount in sorted(money.items()):
        if amount:
            whole = total.get(currency)
            yield format_money(amount, currency) + (f", {_share(amount, whole)} of all" if whole and amount > 0 else "")


def _share(part: int | Decimal, whole: int | Decimal) -> str:
    """A percentage in which neither a small part nor a small rest disappears."""
    share = Decimal(part) / Decimal(whole)
    if 0 < share < Decimal("0.01"):
        return "<1%"
    return ">99%" if Decimal("0.99") < share < 1 else f"{share:.0%}"
