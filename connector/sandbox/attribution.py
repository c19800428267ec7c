"""Which of the counted events an ad account is credited with, and when that is known. All of it is invented (X).

What becomes of an event follows from its event_id alone, so that the same events give the same figures every time.
"""

from __future__ import annotations

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from connector.sandbox.amounts import EXACT
from connector.sandbox.columns import EventColumns, Kind
from connector.sandbox.deduplication import Channel, Verdict
from connector.sandbox.matching import is_recognized
from connector.sandbox.scenario import AdAccount

DAY_S: Final = 86_400
SETTLED_DAYS: Final = 28
COUNTED: Final = int(Verdict.COUNTED)
DEFAULT: Final = "value"
"""The windows of the account's own setting, 7d_click_1d_view."""
WINDOWS: Final = ("1d_click", "7d_click", "28d_click", "1d_view", "1d_ev")
_CLICK_1D: Final = (DEFAULT, "1d_click", "7d_click", "28d_click")
_CLICK_7D: Final = (DEFAULT, "7d_click", "28d_click")
_VIEW_1D: Final = (DEFAULT, "1d_view")
_THREE: Final = struct.Struct(">III")
BESIDE: Final = 0.08
"""Beside the default windows' share: so much of it again in 28d_click or 1d_ev alone."""


class Knowledge(NamedTuple):
    """What is known at `now`; of all that was received up to `processed_until` everything is."""

    now: float
    processed_until: float = float("-inf")


class Credit(NamedTuple):
    """One attributed conversion; `day` is the account's day of the conversion, `value` in the account's currency."""

    day: date
    event_name: str
    in_store: bool
    windows: tuple[str, ...]
    value: Decimal | None


def credited(events: EventColumns, account: AdAccount, since: date, until: date, known: Knowledge) -> Iterator[Credit]:
    """The credits of days [since, until] as far as they are known; nothing changes 28 days after the event."""
    days = [since + timedelta(days=n) for n in range((until - since).days + 2)]
    starts = [datetime(day.year, day.month, day.day, tzinfo=account.zone).timestamp() for day in days]
    creditable = [_is_creditable(kind, account) for kind in events.kinds]
    columns = zip(events.event_times, events.verdicts, events.kind_nos, events.received_at, strict=True)
    for row, (event_time, verdict, kind_no, received_at) in enumerate(columns):
        if verdict != COUNTED or not creditable[kind_no] or not starts[0] <= event_time < starts[-1]:
            continue
        kind = events.kinds[kind_no]
        share, window, delay = fractions(f"{kind.event_name}\0{events.event_ids[row] or f'row {row}'}")
        windows = windows_of(share, window, account.attributed_share)
        is_known = known.now >= event_time + SETTLED_DAYS * DAY_S * delay**3 or received_at <= known.processed_until
        if windows and is_known:
            day = days[bisect_right(starts, event_time) - 1]
            value = _in_currency(events.values[row], kind.currency, account)
            yield Credit(day, kind.event_name, kind.action_source == "physical_store", windows, value)


def _is_creditable(kind: Kind, account: AdAccount) -> bool:
    """What matches nobody is credited to nobody (docs/meta-api.md §8.5); a browser always brings its cookies."""
    is_ours = account.datasets is None or kind.dataset in account.datasets
    return is_ours and (kind.channel is Channel.BROWSER or is_recognized(kind.good_keys))


def fractions(key: str) -> tuple[float, float, float]:
    """Three numbers in [0, 1) that look random and follow from the key."""
    first, second, third = _THREE.unpack(hashlib.blake2b(key.encode(), digest_size=12).digest())
    return first / 2**32, second / 2**32, third / 2**32


def windows_of(share: float, window: float, attributed_share: float) -> tuple[str, ...]:
    """Empty where nobody is credited."""
    if share < attributed_share:
        return _CLICK_1D if window < 0.6 else _CLICK_7D if window < 0.85 else _VIEW_1D
    if share < attributed_share * (1 + BESIDE):
        return ("28d_click",) if window < 0.6 else ("1d_ev",)
    return ()


def _in_currency(value: Decimal | None, currency: str | None, account: AdAccount) -> Decimal | None:
    if value is None or currency == account.currency:
        return value
    rate = None if currency is None else account.rates.get(currency)  # nobody can say what money without one is worth
    return None if rate is None else EXACT.multiply(value, rate)
