"""Which copies count (docs/meta-api.md §5): functions of plain values. Times are of receipt, in Unix seconds."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, Final, NamedTuple

import msgspec

WEB_WINDOW_S: Final = 48 * 3600
PREFERENCE_S: Final = 5 * 60
OFFLINE_WINDOW_S: Final = 7 * 86_400


class Channel(IntEnum):
    SERVER = 0
    BROWSER = 1


class Verdict(IntEnum):
    """What became of one received copy."""

    COUNTED = 0
    CHANNEL_TWIN = 1
    """Dropped: the other channel's copy with the same event_id counts (key A)."""
    SERVER_TWIN = 2
    """Dropped: an earlier server copy counts. Only where the switch is on."""
    SAME_PERSON = 3
    """Dropped: the browser had sent this event name for the same fbp or external_id (key B)."""
    OFFLINE_TWIN = 4
    """Dropped: the same store sale was received before."""


class Window(NamedTuple):
    """The copies of one event_id since the first of them. `kept` is the channel of the first one that counts."""

    first_at: float
    kept: Channel
    server: bool
    browser: bool


class Effect(IntEnum):
    """What a new copy does to the earlier ones of its event_id."""

    OPENS = 0
    """It is the first of a new window."""
    JOINS = 1
    DISPLACES = 2
    """It counts in place of the copy that counted so far."""


class Judgement(NamedTuple):
    """The new copy's verdict, its effect, and the window with it in."""

    verdict: Verdict
    effect: Effect
    window: Window


def judge_copy(window: Window | None, now: float, channel: Channel, *, server_server: bool) -> Judgement:
    """Key A: the same event_name and event_id, within 48 hours of the first receipt.

    The first received counts, but of two that arrive within five minutes the browser's does. A twin is a copy of the
    other channel; two of one channel both count, except two of the server where `server_server` says otherwise. A
    browser's copy that becomes known late, with a time of receipt before the window's, is the first received.
    """
    if window is None or abs(now - window.first_at) > WEB_WINDOW_S:
        return Judgement(Verdict.COUNTED, Effect.OPENS, opened(now, channel))
    has_twin = window.server if channel is Channel.BROWSER else window.browser
    seen = window._replace(
        first_at=min(now, window.first_at),
        server=window.server or channel is Channel.SERVER,
        browser=window.browser or channel is Channel.BROWSER,
    )
    if has_twin:
        earlier = now < window.first_at - PREFERENCE_S
        preferred = channel is Channel.BROWSER and now - window.first_at <= PREFERENCE_S
        if window.kept is not channel and (earlier or preferred):
            return Judgement(Verdict.COUNTED, Effect.DISPLACES, seen._replace(kept=channel))
        return Judgement(Verdict.CHANNEL_TWIN, Effect.JOINS, seen)
    if server_server and channel is Channel.SERVER:
        return Judgement(Verdict.SERVER_TWIN, Effect.JOINS, seen)
    return Judgement(Verdict.COUNTED, Effect.JOINS, seen)


def opened(now: float, channel: Channel) -> Window:
    """The window of a first copy."""
    return Window(now, channel, server=channel is Channel.SERVER, browser=channel is Channel.BROWSER)


def is_same_person(browser_times: Iterable[float], now: float) -> bool:
    """Key B: the browser sent this name for this person in the 48 hours before. Never the other way round."""
    return any(0 <= now - at <= WEB_WINDOW_S for at in browser_times)


def is_offline_twin(first_at: float | None, now: float) -> bool:
    """Whether a store sale with the same key was received in the 7 days before; the first is kept."""
    return first_at is not None and now - first_at <= OFFLINE_WINDOW_S


def offline_key(dataset: str, event: dict[str, Any], custom: dict[str, Any]) -> tuple[object, ...]:
    """Dataset, time, name, item and order; without an order the customer parameters (docs/meta-api.md §5.2)."""
    order_id = custom.get("order_id")
    last = str(order_id) if order_id else msgspec.json.encode(event.get("user_data"), order="sorted")
    return (dataset, event["event_time"], event["event_name"], str(custom.get("item_number") or ""), last)
