"""What the sandbox saw: its requests, the events that it accepted and the browser's copies, with their verdicts."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, assert_never

import msgspec

from connector.sandbox.amounts import amount
from connector.sandbox.columns import Arrivals, EventColumns, Kind
from connector.sandbox.deduplication import (
    Channel,
    Effect,
    Verdict,
    Window,
    is_offline_twin,
    is_same_person,
    judge_copy,
    offline_key,
    opened,
)
from connector.sandbox.event_rules import custom_data
from connector.sandbox.matching import Matching


class BrowserCopy(msgspec.Struct, frozen=True, kw_only=True):
    """One event as the browser's pixel sent it. A browser sends at once: `received_at` is `event_time` if not given."""

    dataset: str
    event_name: str
    event_time: Annotated[int, msgspec.Meta(ge=0, le=10**11)]
    event_id: str | None = None
    received_at: float | None = None
    fbp: str | None = None
    external_id: str | None = None
    value: Decimal | None = None
    currency: str | None = None


class Counting:
    """Judges rows one after another. A row that counted may later be displaced by the browser's copy of it."""

    def __init__(self, events: EventColumns, *, server_server: bool, key_b: bool) -> None:
        self._events = events
        self._server_server = server_server
        self._key_b = key_b
        self._first_rows: dict[tuple[str, str], dict[str, int]] = {}
        self._windows: dict[int, tuple[Window, int]] = {}
        self._browser_times: dict[int, list[float]] = {}
        self._store_sales: dict[int, float] = {}

    def server(self, row: int, event: dict[str, Any], custom: dict[str, Any], now: float) -> Verdict:
        """The verdict of a server event; store sales are held only against store sales."""
        kind, event_id = self._events.kind(row), self._events.event_ids[row]
        if kind.action_source == "physical_store":
            return self._store_sale(hash(offline_key(kind.dataset, event, custom)), now)
        if event_id is not None:
            verdict = self._by_event_id(row, kind.dataset, kind.event_name, event_id, Channel.SERVER, now)
            if verdict is not Verdict.COUNTED:
                return verdict
        if self._key_b and self._browser_times and self._is_known_person(kind.dataset, kind.event_name, event, now):
            self._forget(row, kind.dataset, kind.event_name, event_id)
            return Verdict.SAME_PERSON
        return Verdict.COUNTED

    def browser(self, row: int, copy: BrowserCopy, received_at: float) -> Verdict:
        """The verdict of a browser's copy, which server events of the same person are held against from then on."""
        for key, value in (("fbp", copy.fbp), ("external_id", copy.external_id)):
            if value:
                times = self._browser_times.setdefault(_person(copy.dataset, copy.event_name, key, value), [])
                times.append(received_at)
        if copy.event_id is None:
            return Verdict.COUNTED
        return self._by_event_id(row, copy.dataset, copy.event_name, copy.event_id, Channel.BROWSER, received_at)

    def _by_event_id(self, row: int, dataset: str, name: str, event_id: str, channel: Channel, now: float) -> Verdict:
        rows = self._first_rows.setdefault((dataset, name), {})
        first = rows.setdefault(event_id, row)
        if first == row:
            return Verdict.COUNTED
        window, kept_row = self._windows.get(first) or (self._window_of(first), first)
        judgement = judge_copy(window, now, channel, server_server=self._server_server)
        match judgement.effect:
            case Effect.OPENS:
                self._windows.pop(first, None)
                rows[event_id] = first = kept_row = row
            case Effect.DISPLACES:
                self._events.verdicts[kept_row] = Verdict.CHANNEL_TWIN
                kept_row = row
            case Effect.JOINS:
                pass
            case _:
                assert_never(judgement.effect)
        self._windows[first] = (judgement.window, kept_row)
        return judgement.verdict

    def _window_of(self, row: int) -> Window:
        return opened(self._events.received_at[row], self._events.kind(row).channel)

    def _is_known_person(self, dataset: str, name: str, event: dict[str, Any], now: float) -> bool:
        for key in ("fbp", "external_id"):
            values = event["user_data"].get(key)
            for value in values if isinstance(values, list) else (values,):
                if is_same_person(self._browser_times.get(_person(dataset, name, key, value), ()), now):
                    return True
        return False

    def _forget(self, row: int, dataset: str, name: str, event_id: str | None) -> None:
        """A copy dropped for its person is not the first of its event_id: the browser's own copy still counts."""
        rows = self._first_rows.get((dataset, name), {})
        if event_id is not None and rows.get(event_id) == row:
            del rows[event_id]
            self._windows.pop(row, None)

    def _store_sale(self, key: int, now: float) -> Verdict:
        if is_offline_twin(self._store_sales.get(key), now):
            return Verdict.OFFLINE_TWIN
        self._store_sales[key] = now
        return Verdict.COUNTED


def _person(dataset: str, event_name: str, key: str, value: object) -> int:
    """What stays of a person's fbp or external_id: a number of this process, good for nothing else."""
    return hash((dataset, event_name, key, str(value)))


REMEMBERED_REQUESTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """One request of a Graph path, without token and query. `rule`, `code` and `subcode` are of the refusal."""

    number: int
    received_at: float
    method: str
    path: str
    media: str
    body_bytes: int
    events: int
    is_test: bool
    status: int
    rule: str | None
    code: int | None
    subcode: int | None
    fbtrace_id: str


class Store:
    """The sandbox's memory. The counters are of all requests; `requests` keeps the latest of them."""

    def __init__(self, *, dedup_server_server: bool, dedup_key_b: bool, check_hashes: bool = False) -> None:
        self.matching = Matching(check_hashes=check_hashes)
        self.events = EventColumns()
        self.arrivals = Arrivals(self.events)
        self.requests: deque[ReceivedRequest] = deque(maxlen=REMEMBERED_REQUESTS)
        self.request_count = 0
        self.test_events = 0
        self.refusals: Counter[tuple[str, int, int | None]] = Counter()
        self.warnings: Counter[str] = Counter()
        self.receipts: dict[tuple[str, str], dict[str, int]] = {}
        self._counting = Counting(self.events, server_server=dedup_server_server, key_b=dedup_key_b)

    def remember(self, request: ReceivedRequest) -> None:
        """Count and keep a request that was answered."""
        self.request_count += 1
        self.requests.append(request)
        if request.rule is not None and request.code is not None:
            self.refusals[request.rule, request.code, request.subcode] += 1
        elif request.is_test:
            self.test_events += request.events

    def accept(self, dataset: str, events: Sequence[dict[str, Any]], now: float) -> None:
        """Take in a whole accepted request, in the order of its events; `now` is the time of receipt."""
        request_no = self.request_count + 1
        columns = self.events
        for event in events:
            custom = custom_data(event)
            currency = custom.get("currency")
            event_id = as_text(event.get("event_id"))
            name = event["event_name"]
            user_data = event["user_data"]
            good_keys, issues = self.matching.judge(user_data, now)
            row = columns.append(
                Kind(
                    dataset,
                    name,
                    event.get("action_source"),
                    currency.upper() if isinstance(currency, str) and currency else None,
                    tuple(user_data),
                    Channel.SERVER,
                    good_keys,
                    issues,
                ),
                event_id=event_id,
                order_id=as_text(custom.get("order_id")),
                value=amount(custom.get("value")),
                event_time=event["event_time"],
                received_at=now,
                request_no=request_no,
            )
            verdict = columns.verdicts[row] = self._counting.server(row, event, custom, now)
            self.arrivals.add(row, now, is_known_person=verdict == Verdict.SAME_PERSON)
            columns.repeats[row] = event_id is not None and self._is_repeat(dataset, name, event_id)

    def accept_browser(self, copies: Iterable[BrowserCopy]) -> None:
        """Take in what the browser's pixel sent."""
        for copy in copies:
            received_at = float(copy.event_time) if copy.received_at is None else copy.received_at
            keys = tuple(name for name in ("fbp", "external_id") if getattr(copy, name))
            currency = copy.currency.upper() if copy.currency else None
            row = self.events.append(
                Kind(copy.dataset, copy.event_name, "website", currency, keys, Channel.BROWSER, keys),
                event_id=copy.event_id,
                order_id=None,
                value=amount(copy.value),
                event_time=copy.event_time,
                received_at=received_at,
                request_no=0,
            )
            self.events.verdicts[row] = self._counting.browser(row, copy, received_at)
            self.arrivals.add(row, received_at, is_known_person=False)
            self.arrivals.browser_rows.append(row)

    def receipts_of(self, event_id: str | None = None) -> Iterator[tuple[str, str, int]]:
        """Event name, event_id and how often the server sent it, per dataset, of events that have an event_id."""
        for (_, name), counts in self.receipts.items():
            if event_id is None:
                yield from ((name, each, count) for each, count in counts.items())
            elif event_id in counts:
                yield name, event_id, counts[event_id]

    def _is_repeat(self, dataset: str, name: str, event_id: str) -> bool:
        counts = self.receipts.get((dataset, name))
        if counts is None:
            counts = self.receipts[dataset, name] = {}
        before = counts.get(event_id, 0)
        counts[event_id] = before + 1
        return before > 0


def as_text(value: object) -> str | None:
    """An id as text: Meta takes numbers for it too. Blank is none."""
    if isinstance(value, str):
        return value or None
    return str(value) if value.__class__ is int else None
