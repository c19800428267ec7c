"""Which of the received copies count: the indices of deduplication, beside the columns of events."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, assert_never

import msgspec

from connector.sandbox.columns import EventColumns
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
