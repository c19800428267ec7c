"""How long to pause before the next request, from the usage headers of an answer. Pure, and it never raises.

Meta sends them only "once enough calls were made" (docs/meta-api.md §1.7), and does not document which of them come
with `/events`: each is read if present and ignored if unreadable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

APP_USAGE = "x-app-usage"
ACCOUNT_USAGE = "x-ad-account-usage"
BUSINESS_USAGE = "x-business-use-case-usage"
INSIGHTS_USAGE = "x-fb-ads-insights-throttle"
RETRY_AFTER = "retry-after"
USAGES = {APP_USAGE, ACCOUNT_USAGE, BUSINESS_USAGE, INSIGHTS_USAGE}
SHARES = ("call_count", "total_time", "total_cputime", "acc_id_util_pct", "app_id_util_pct")
"""Members of the usage headers that are a share of a limit, in per cent."""

SLOW_FROM = 75.0
"""Per cent of a limit from which requests are spread out."""
PAUSE_FROM = 95.0
"""Per cent of a limit from which the next request waits for the announced reset."""
MAX_SLOW_DOWN_S = 60.0
"""The pause at 100 %, where no header names a time: the shortest block that Meta documents."""
DAY_S = 86_400.0
"""Announced times are capped at a day: the usage windows are hours."""


def wait_s(headers: Mapping[str, str]) -> float:
    """Seconds to pause before the next request; 0 for none, at most a day.

    The longest of: what `estimated_time_to_regain_access` (minutes) and `Retry-After` (seconds, or a date) say; the
    account's `reset_time_duration` (seconds) from 95 % on; and a pause that grows from 75 % to 100 % of any limit.
    A limit refusal without such a header gives 0: how to back off then is the caller's choice.
    """
    known = {name.lower(): text for name, text in headers.items()}
    waits = [
        *_app(_read(known.get(APP_USAGE))),
        *_account(_read(known.get(ACCOUNT_USAGE))),
        *_business(_read(known.get(BUSINESS_USAGE))),
        *_insights(_read(known.get(INSIGHTS_USAGE))),
        _retry_after(known),
    ]
    return min(max(waits), DAY_S)


def used_pct(headers: Mapping[str, str]) -> float | None:
    """The highest share of any limit that the headers tell, in per cent, for people; None where they tell none."""
    told = {name.lower(): _read(text) for name, text in headers.items() if name.lower() in USAGES}
    business = told.pop(BUSINESS_USAGE, None)
    entries = business.values() if isinstance(business, dict) else ()
    usages = [*told.values(), *(one for some in entries if isinstance(some, list) for one in some)]
    shares = [_number(usage[name]) for usage in usages if isinstance(usage, dict) for name in SHARES if name in usage]
    return max(shares, default=None)


def slow_down_s(percent: float) -> float:
    """Nothing below 75 %, then a curve (square) up to a minute at 100 % of a limit."""
    share = (min(percent, 100.0) - SLOW_FROM) / (100.0 - SLOW_FROM)
    return MAX_SLOW_DOWN_S * share * share if share > 0 else 0.0


def _app(usage: Any) -> Iterator[float]:
    """`{"call_count": 28, "total_time": 25, "total_cputime": 25}`, each in per cent of a rolling hour."""
    yield slow_down_s(_highest(usage))


def _account(usage: Any) -> Iterator[float]:
    """`{"acc_id_util_pct": 9.67, "reset_time_duration": 100}`: per cent, and seconds until the usage is reset."""
    if isinstance(usage, dict):
        percent, reset = _number(usage.get("acc_id_util_pct")), _number(usage.get("reset_time_duration"))
        slow = slow_down_s(percent)
        if reset > 0:
            slow = max(slow, reset) if percent >= PAUSE_FROM else min(slow, reset)
        yield slow


def _business(usage: Any) -> Iterator[float]:
    """`{"<id>": [{"call_count": 97, .., "estimated_time_to_regain_access": 0}]}`: per cent, and minutes."""
    if isinstance(usage, dict):
        for entries in usage.values():
            for entry in entries if isinstance(entries, list) else ():
                yield slow_down_s(_highest(entry))
                if isinstance(entry, dict):
                    yield 60.0 * _number(entry.get("estimated_time_to_regain_access"))


def _insights(usage: Any) -> Iterator[float]:
    """`{"app_id_util_pct": 100, "acc_id_util_pct": 10}`: per cent of the app's and the account's share of reports."""
    if isinstance(usage, dict):
        yield slow_down_s(max(_number(usage.get(name)) for name in ("app_id_util_pct", "acc_id_util_pct")))


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds, or a date: then those after the answer's own Date, so that no clock is needed."""
    text = headers.get(RETRY_AFTER)
    try:
        until, said = parsedate_to_datetime(text or ""), parsedate_to_datetime(headers.get("date", ""))
        return _number((until - said).total_seconds())
    except (ArithmeticError, TypeError, ValueError):
        return _number(_read(text))


def _highest(usage: Any) -> float:
    if not isinstance(usage, dict):
        return 0.0
    return max(_number(usage.get(name)) for name in ("call_count", "total_time", "total_cputime"))


def _number(value: Any) -> float:
    """A number between 0 and a day's seconds; 0 for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(min(max(value, 0), int(DAY_S)))


def _read(text: str | None) -> Any:
    try:
        return msgspec.json.decode(text) if text else None
    except (ValueError, RecursionError):
        return None
