"""What the sandbox saw: its requests, the events that it accepted and the browser's copies, with their verdicts."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connector.sandbox.amounts import amount
from connector.sandbox.columns import EventColumns, Kind
from connector.sandbox.counting import BrowserCopy, Counting
from connector.sandbox.deduplication import Channel, Verdict
from connector.sandbox.event_rules import custom_data
from connector.sandbox.matching import Matching
from connector.sandbox.rate import Arrivals

REMEMBERED_REQUESTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
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


class Seen:
    """The sandbox's memory. The counters are of all requests; `requests` keeps the latest of them."""

    def __init__(self, *, dedup_server_server: bool, dedup_key_b: bool, check_hashes: bool = False) -> None:
        self.matching = Matching(check_hashes=check_hashes)
        self.events = EventColumns()
        self.arrivals = Arrivals(self.events)
        self.requests: deque[SeenRequest] = deque(maxlen=REMEMBERED_REQUESTS)
        self.request_count = 0
        self.test_events = 0
        self.refusals: Counter[tuple[str, int, int | None]] = Counter()
        self.warnings: Counter[str] = Counter()
        self.receipts: dict[tuple[str, str], dict[str, int]] = {}
        self._counting = Counting(self.events, server_server=dedup_server_server, key_b=dedup_key_b)

    def remember(self, request: SeenRequest) -> None:
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
