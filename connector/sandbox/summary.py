"""What the sandbox saw, added up. Money stays apart by currency and is spelled as text, exactly."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connector.sandbox.amounts import EXACT, spelled
from connector.sandbox.columns import Group
from connector.sandbox.deduplication import Channel, Verdict
from connector.sandbox.matching import is_recognized
from connector.sandbox.store import Store

Money = dict[str, Decimal]
NO_CURRENCY = "none"


@dataclass(slots=True)
class Tally:
    """Counts and money of one event name. `distinct` leaves out events without an id; `matched` is the server's."""

    received: int = 0
    distinct: int = 0
    counted: int = 0
    from_browser: int = 0
    counted_from_browser: int = 0
    matched: int = 0
    money_received: Money = field(default_factory=dict)
    money_distinct: Money = field(default_factory=dict)
    money_counted: Money = field(default_factory=dict)


def summarize(store: Store) -> dict[str, Any]:
    """The whole picture as JSON members. Walks every event once."""
    tallies: dict[str, Tally] = {}
    verdicts: Counter[Verdict] = Counter()
    without_id = 0
    for group in store.events.groups():
        _add_group(tallies.setdefault(group.kind.event_name, Tally()), group)
        verdicts[group.verdict] += group.events
        if not group.has_id and group.kind.channel is Channel.SERVER:
            without_id += group.events
    return {
        **_requests(store),
        **_totals(list(tallies.values())),
        "without_event_id": without_id,
        "received_twice": sum(count > 1 for counts in store.receipts.values() for count in counts.values()),
        "deduplicated_with_browser": verdicts[Verdict.CHANNEL_TWIN] + verdicts[Verdict.SAME_PERSON],
        "deduplicated": {each.name.lower(): verdicts[each] for each in Verdict if each is not Verdict.COUNTED},
        "events": {name: _told(tally) for name, tally in sorted(tallies.items())},
    }


def _add_group(tally: Tally, group: Group) -> None:
    if group.kind.channel is Channel.BROWSER:
        tally.from_browser += group.events
    else:
        tally.received += group.events
        tally.matched += group.events if is_recognized(group.kind.good_keys) else 0
        _add(tally.money_received, group)
        if group.has_id and not group.is_repeat:
            tally.distinct += group.events
            _add(tally.money_distinct, group)
    if group.verdict is Verdict.COUNTED:
        tally.counted += group.events
        tally.counted_from_browser += group.events if group.kind.channel is Channel.BROWSER else 0
        _add(tally.money_counted, group)


def _add(money: Money, group: Group) -> None:
    if group.money is not None:
        currency = group.kind.currency or NO_CURRENCY
        money[currency] = EXACT.add(money.get(currency, Decimal(0)), group.money)


def _requests(store: Store) -> dict[str, Any]:
    by_codes: Counter[str] = Counter()
    by_rule: Counter[str] = Counter()
    for (rule, code, subcode), count in store.refusals.items():
        by_codes[str(code) if subcode is None else f"{code}/{subcode}"] += count
        by_rule[rule] += count
    return {
        "requests": store.request_count,
        "refused_requests": by_codes.total(),
        "refused": dict(by_codes),
        "refused_by_rule": dict(by_rule),
        "warnings": dict(store.warnings),
        "test_events": store.test_events,
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
        "matched": tally.matched,
        "money": {
            "received": _spelled(tally.money_received),
            "distinct": _spelled(tally.money_distinct),
            "counted": _spelled(tally.money_counted),
        },
    }


def _spelled(money: Money) -> dict[str, str]:
    return {currency: spelled(amount) for currency, amount in sorted(money.items())}
