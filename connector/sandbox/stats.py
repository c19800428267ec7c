"""`GET /{dataset}/stats` (docs/meta-api.md §8.1): hourly counts of receipt, before deduplication."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from connector.sandbox.calls import Call
from connector.sandbox.columns import Arrival
from connector.sandbox.deduplication import Channel
from connector.sandbox.event_rules import HASHED
from connector.sandbox.parameters import cursor, limit_of, links, page, row_of
from connector.sandbox.refusals import bad_parameter
from connector.sandbox.store import Store

HOUR_S: Final = 3600
REACH_S: Final = 7 * 86_400
DEFAULT_LIMIT: Final = 25
SOURCES: Final = {"SERVER_ONLY": Channel.SERVER, "WEB_ONLY": Channel.BROWSER}
_AGGREGATIONS: Final = (
    "browser_type custom_data_field device_os device_type event event_detection_method event_processing_results "
    "event_source event_total_counts event_value_count had_pii host match_keys pixel_fire url url_by_rule"
)
AGGREGATIONS: Final = frozenset(_AGGREGATIONS.split())
COUNTED: Final[dict[str, Callable[[Arrival], Iterable[str]]]] = {
    "event": lambda each: (each.kind.event_name,),
    "event_total_counts": lambda each: (each.kind.event_name,),
    "event_processing_results": lambda each: (each.kind.event_name,),
    "event_source": lambda each: ("SERVER" if each.kind.channel is Channel.SERVER else "BROWSER",),
    "match_keys": lambda each: each.kind.keys,
    "had_pii": lambda each: ("true" if HASHED.intersection(each.kind.keys) else "false",),
    "pixel_fire": lambda each: ("pixel_fire",),
}
"""What an arrival counts under. Only rows of `event` are documented (docs/meta-api.md §8.1); others stay empty."""


def stats(call: Call, store: Store, now: float, shown_until: float) -> dict[str, Any]:
    """The answer. Raises RefusedError for a parameter that cannot be read."""
    aggregation = _choice(call, "aggregation", AGGREGATIONS) or "event"
    source = _choice(call, "event_source", SOURCES)
    since = max(_time(call, "start_time", now - REACH_S), now - REACH_S)
    until = min(_time(call, "end_time", now), shown_until)
    arrivals = (
        each
        for each in store.arrivals.between(since // HOUR_S * HOUR_S, until)
        if each.kind.dataset == call.object_id
        and (source is None or each.kind.channel is SOURCES[source])
        and call.params.get("event") in (None, "", each.kind.event_name)
    )
    hours: dict[int, Counter[str]] = {}
    for each in arrivals:
        for value in COUNTED.get(aggregation, _nothing)(each):
            hours.setdefault(each.at // HOUR_S * HOUR_S, Counter())[value] += each.events
    in_order = sorted(hours.items())
    if aggregation == "event_total_counts":
        return _totals(call, in_order)
    name = "event" if aggregation == "event_processing_results" else "value"
    return page(call, [_hour(start, aggregation, counts, name) for start, counts in in_order], DEFAULT_LIMIT)


def _nothing(_: Arrival) -> Iterable[str]:
    return ()


def _hour(start: int, aggregation: str, counts: Counter[str], name: str = "value") -> dict[str, Any]:
    return {
        "start_time": datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:00:00+0000"),
        "aggregation": aggregation,
        "data": [{name: value, "count": count} for value, count in counts.most_common(100)],
    }


def _totals(call: Call, hours: list[tuple[int, Counter[str]]]) -> dict[str, Any]:
    """One total over the span. A trap seen in the field: each further page totals what is left; never add pages."""
    after = call.params.get("after")
    first = row_of(str(after)) + 1 if after else 0
    left = hours[first:]
    if not left:
        return {"data": [], "paging": {}}
    total: Counter[str] = Counter()
    for _, counts in left:
        total.update(counts)
    end = min(first + limit_of(call, DEFAULT_LIMIT), len(hours))
    paging = links(call, first, end, len(hours)) | {"cursors": {"before": cursor(first), "after": cursor(end - 1)}}
    return {"data": [_hour(left[0][0], "event_total_counts", total)], "paging": paging}


def _choice(call: Call, name: str, known: Iterable[str]) -> str | None:
    value = call.params.get(name)
    if value not in (None, "") and value not in set(known):
        raise bad_parameter(name)
    return value or None


def _time(call: Call, name: str, default: float) -> float:
    """Seconds since 1970, or ISO 8601; without a zone it is UTC (X)."""
    value = str(call.params.get(name) or "")
    if not value:
        return default
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise bad_parameter(name) from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
