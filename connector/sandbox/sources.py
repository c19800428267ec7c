"""What arrived of one event name in a span, added up: what the quality figures are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from connector.sandbox.deduplication import Channel
from connector.sandbox.rate import Arrival
from connector.sandbox.store import Seen


@dataclass(slots=True)
class Source:
    """Counts of copies by channel. `good_keys`: server copies with a key that can match; `shared_by`: browser events
    that the server sent too, by the key that tells, an event under one key only.
    """

    event_name: str
    server: int = 0
    browser: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    good_keys: Counter[str] = field(default_factory=Counter)
    issues: Counter[str] = field(default_factory=Counter)
    delays: Counter[int] = field(default_factory=Counter)
    server_keys: Counter[str] = field(default_factory=Counter)
    browser_keys: Counter[str] = field(default_factory=Counter)
    shared_by: Counter[str] = field(default_factory=Counter)

    @property
    def shared(self) -> int:
        return self.shared_by.total()

    @property
    def usual_delay(self) -> int:
        """The median's class (arrivals.DELAYS_S)."""
        half, passed = self.server / 2, 0
        for delay in sorted(self.delays):
            passed += self.delays[delay]
            if passed >= half:
                return delay
        return 0


def sources(seen: Seen, dataset: str, since: float, until: float, action_source: str) -> list[Source]:
    """By event name, those that the server sent."""
    found: dict[str, Source] = {}
    for each in seen.arrivals.between(since, until):
        kind = each.kind
        if kind.dataset == dataset and kind.action_source == action_source and kind.channel is Channel.SERVER:
            _add(found.setdefault(kind.event_name, Source(kind.event_name)), each)
    _add_browser(seen, dataset, since, until, found)
    return [found[name] for name in sorted(found)]


def _add(source: Source, arrival: Arrival) -> None:
    count, kind = arrival.events, arrival.kind
    source.server += count
    source.delays[arrival.delay] += count
    source.keys.update(dict.fromkeys(kind.keys, count))
    source.good_keys.update(dict.fromkeys(kind.good_keys, count))
    source.issues.update(dict.fromkeys(kind.issues, count))
    source.server_keys.update(dict.fromkeys(_dedupe_keys(kind.keys, has_id=arrival.has_id), count))
    if arrival.is_known_person:
        source.shared_by["fbp" if "fbp" in kind.keys else "external_id"] += count


def _add_browser(seen: Seen, dataset: str, since: float, until: float, found: dict[str, Source]) -> None:
    """Unique browser events, one by one: there are few of them, and only their event_ids tell which are shared."""
    events = seen.events
    known: set[tuple[str, str]] = set()
    for row in seen.arrivals.browser_rows:
        kind, event_id = events.kind(row), events.event_ids[row]
        source = found.get(kind.event_name)
        if source is None or kind.dataset != dataset or not since <= events.received_at[row] <= until:
            continue
        if event_id is not None and (kind.event_name, event_id) in known:
            continue
        source.browser += 1
        source.browser_keys.update(_dedupe_keys(kind.keys, has_id=event_id is not None))
        if event_id is not None:
            known.add((kind.event_name, event_id))
            source.shared_by["event_id"] += event_id in seen.receipts.get((dataset, kind.event_name), ())


def _dedupe_keys(keys: Iterable[str], *, has_id: bool) -> list[str]:
    return [*(("event_id",) if has_id else ()), *(key for key in ("external_id", "fbp") if key in keys)]
