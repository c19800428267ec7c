"""What the sandbox saw, added up. Money stays apart by currency and is spelled as text, exactly."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connector.sandbox.amounts import EXACT, spelled
from connector.sandbox.columns import Kind
from connector.sandbox.deduplication import Channel, Verdict
from connector.sandbox.seen import Seen

Money = dict[str, Decimal]
NO_CURRENCY = "none"


@dataclass(slots=True)
class Tally:
    """Counts and money of one event name. `distinct` leaves out events without an event_id."""

    received: int = 0
    distinct: int = 0
    counted: int = 0
    from_browser: int = 0
    counted_from_browser: int = 0
    money_received: Money = field(default_factory=dict)
    money_distinct: Money = field(default_factory=dict)
    money_counted: Money = field(default_factory=dict)


def summarize(seen: Seen) -> dict[str, Any]:
    """The whole picture as JSON members. Walks every event once."""
    tallies: dict[str, Tally] = {}
    verdicts: Counter[int] = Counter()
    without_id = 0
    for row, (kind, value, verdict, repeat) in enumerate(seen.events.rows()):
        tally = tallies.get(kind.event_name)
        if tally is None:
            tally = tallies[kind.event_name] = Tally()
        verdicts[verdict] += 1
        has_id = seen.events.event_ids[row] is not None
        without_id += not has_id and kind.channel is Channel.SERVER
        _add_row(tally, kind, value, counts=verdict == Verdict.COUNTED, is_distinct=has_id and not repeat)
    return {
        **_requests(seen),
        **_totals(list(tallies.values())),
        "without_event_id": without_id,
        "received_twice": sum(count > 1 for counts in seen.receipts.values() for count in counts.values()),
        "deduplicated_with_browser": verdicts[Verdict.CHANNEL_TWIN] + verdicts[Verdict.SAME_PERSON],
        "deduplicated": {
            verdict.name.lower(): verdicts[verdict] for verdict in Verdict if verdict is not Verdict.COUNTED
        },
        "events": {name: _told(tally) for name, tally in sorted(tallies.items())},
    }


def _add_row(tally: Tally, kind: Kind, value: Decimal | None, *, counts: bool, is_distinct: bool) -> None:
    if kind.channel is Channel.BROWSER:
        tally.from_browser += 1
        tally.counted_from_browser += counts
    else:
        tally.received += 1
        tally.distinct += is_distinct
        _add(tally.money_received, kind, value)
        if is_distinct:
            _add(tally.money_distinct, kind, value)
    if counts:
        tally.counted += 1
        _add(tally.money_counted, kind, value)


def _add(money: Money, kind: Kind, value: Decimal | None) -> None:
    if value is not None:
        currency = kind.currency or NO_CURRENCY
        money[currency] = EXACT.add(money.get(currency, Decimal(0)), value)


def _requests(seen: Seen) -> dict[str, Any]:
    by_codes: Counter[str] = Counter()
    by_rule: Counter[str] = Counter()
    for (rule, code, subcode), count in seen.refusals.items():
        by_codes[str(code) if subcode is None else f"{code}/{subcode}"] += count
        by_rule[rule] += count
    return {
        "requests": seen.request_count,
        "refused_requests": by_codes.total(),
        "refused": dict(by_codes),
        "refused_by_rule": dict(by_rule),
        "warnings": dict(seen.warnings),
        "test_events": seen.test_events,
    }


def _totals(tallies: list[Tally]) -> dict[str, int]:
    return {
        "events_received": sum(tally.received for tally in tallies),
        "distinct_accepted": sum(tally.distinct for tally in tallies),
        "counted": sum(tally.counted for tally in tallies),
        "browser_events": sum(tally.from_browser for tally in tallies),
    }


def _told(tally: Tally) -> dict[str, Any]:
    return {
        "received": tally.received,
        "distinct": tally.distinct,
        "counted": tally.counted,
        "from_browser": tally.from_browser,
        "counted_from_browser": tally.counted_from_browser,
        "money": {
            "received": _spelled(tally.money_received),
            "distinct": _spelled(tally.money_distinct),
            "counted": _spelled(tally.money_counted),
        },
    }


def _spelled(money: Money) -> dict[str, str]:
    return {currency: spelled(amount) for currency, amount in sorted(money.items())}
