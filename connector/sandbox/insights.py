"""`/act_{id}/insights` (docs/meta-api.md §8.4): spend and what is attributed, by the account's days.

What an account is credited with is invented (X) and follows from an event's event_id alone, so that the same events
give the same figures every time. One conversion goes by several action types, never to be added up.
"""

from __future__ import annotations

import hashlib
import re
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from connector.sandbox.amounts import EXACT, spelled
from connector.sandbox.calls import Call
from connector.sandbox.columns import EventColumns, Kind
from connector.sandbox.config import AdAccount
from connector.sandbox.deduplication import Channel, Verdict
from connector.sandbox.matching import is_recognized
from connector.sandbox.parameters import json_param, list_param, whole_number
from connector.sandbox.refusals import bad_parameter, unknown_field
from connector.sandbox.store import Store

PURCHASE: Final = (
    "omni_purchase",
    "purchase",
    "offsite_conversion.fb_pixel_purchase",
    "onsite_web_purchase",
    "onsite_web_app_purchase",
    "web_in_store_purchase",
    "web_app_in_store_purchase",
)
IN_STORE_PURCHASE: Final = (
    "omni_purchase",
    "purchase",
    "offline_conversion.purchase",
    "web_in_store_purchase",
    "web_app_in_store_purchase",
)
"""Which of the names a store sale has is not documented (docs/meta-api.md §8.4, unsure)."""
_STANDARD: Final = (
    "AddPaymentInfo AddToCart AddToWishlist CompleteRegistration Contact CustomizeProduct Donate FindLocation "
    "InitiateCheckout Lead PageView Schedule Search StartTrial SubmitApplication Subscribe ViewContent"
)
STANDARD: Final = frozenset(_STANDARD.split())


def action_types(event_name: str, *, in_store: bool) -> tuple[str, ...]:
    """All names of an event. Those of other events than purchases are in the manner of theirs (X)."""
    if event_name == "Purchase":
        return IN_STORE_PURCHASE if in_store else PURCHASE
    if event_name not in STANDARD:
        return ("offsite_conversion.fb_pixel_custom",)
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", event_name).lower()
    return (f"omni_{snake}", snake, f"offsite_conversion.fb_pixel_{snake}")


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


LEVELS: Final = ("account", "campaign", "adset", "ad")
PRESETS: Final = {"last_7d": 7, "last_14d": 14, "last_28d": 28, "last_30d": 30, "last_90d": 90}
DEFAULT_FIELDS: Final = ("account_id", "impressions", "spend")
_FIELDS: Final = (
    "account_id account_name account_currency campaign_id campaign_name adset_id adset_name ad_id ad_name impressions "
    "spend actions action_values purchase_roas attribution_setting date_start date_stop"
)
FIELDS: Final = frozenset(_FIELDS.split())
FIRST_YEAR, LAST_YEAR = 2004, 2100
CENT: Final = Decimal("0.01")
IMPRESSIONS_PER_MONEY: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of an account: days [since, until], cut by `increment` (0 is all in one, "monthly")."""

    since: date
    until: date
    increment: int | str
    level: str
    fields: tuple[str, ...]
    windows: tuple[str, ...]

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def spans(self) -> list[tuple[date, date]]:
        """The row's days, in order."""
        found: list[tuple[date, date]] = []
        start = self.since
        while start <= self.until:
            stop = min(self._last_of(start), self.until)
            found.append((start, stop))
            start = stop + timedelta(days=1)
        return found

    def _last_of(self, start: date) -> date:
        if self.increment == "monthly":
            return (start.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        return start + timedelta(days=int(self.increment) - 1) if self.increment else self.until


def question(call: Call, account: AdAccount, now: float) -> Question:
    """The parameters as values. `action_report_time` and `use_unified_attribution_setting` are ignored (D)."""
    since, until = _range(call, datetime.fromtimestamp(now, account.zone).date())
    level = str(call.params.get("level") or "account")
    if level not in LEVELS:
        raise bad_parameter("level")
    fields = tuple(list_param(call, "fields")) or DEFAULT_FIELDS
    for name in fields:
        if name not in FIELDS:
            raise unknown_field(name)
    windows = tuple(name for name in list_param(call, "action_attribution_windows") if name in WINDOWS)
    return Question(since=since, until=until, increment=_increment(call), level=level, fields=fields, windows=windows)


def _range(call: Call, today: date) -> tuple[date, date]:
    asked = json_param(call, "time_range")
    if asked is None:
        preset = str(call.params.get("date_preset") or "last_30d")
        if preset in ("today", "yesterday"):
            day = today - timedelta(days=preset == "yesterday")
            return day, day
        if preset not in PRESETS:
            raise bad_parameter("date_preset")
        return today - timedelta(days=PRESETS[preset]), today - timedelta(days=1)
    try:
        since, until = date.fromisoformat(asked["since"]), date.fromisoformat(asked["until"])
    except (KeyError, TypeError, ValueError):
        raise bad_parameter("time_range") from None
    if not FIRST_YEAR <= since.year <= until.year <= LAST_YEAR or since > until:
        raise bad_parameter("time_range")
    return since, until


def _increment(call: Call) -> int | str:
    text = str(call.params.get("time_increment") or "all_days")
    if text == "all_days":
        return 0
    if text == "monthly":
        return text
    days = whole_number(text, "time_increment")
    if not 1 <= days <= 90:
        raise bad_parameter("time_increment")
    return days


@dataclass(slots=True)
class Actions:
    """Counts and money by action type and window."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    values: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    def add(self, credit: Credit) -> None:
        for name in action_types(credit.event_name, in_store=credit.in_store):
            counts, values = self.counts.setdefault(name, {}), self.values.setdefault(name, {})
            for window in credit.windows:
                counts[window] = counts.get(window, 0) + 1
                if credit.value is not None:
                    values[window] = EXACT.add(values.get(window, Decimal(0)), credit.value)


def rows(asked: Question, number: str, account: AdAccount, store: Store, known: Knowledge) -> list[dict[str, Any]]:
    """A row a span; spans without spend and actions, and days to come, have none. Numbers are texts."""
    today = datetime.fromtimestamp(known.now, account.zone).date()
    spans = [span for span in asked.spans() if span[0] <= today]
    by_start = {start: Actions() for start, _ in spans}
    starts = {start + timedelta(days=n): start for start, stop in spans for n in range((stop - start).days + 1)}
    for credit in credited(store.events, account, asked.since, asked.until, known):
        if credit.day in starts:
            by_start[starts[credit.day]].add(credit)
    told = []
    for start, stop in spans:
        spend = _spend(account, start, min(stop, today))
        if spend or by_start[start].counts:
            told.append(_row(asked, number, account, (start, stop), spend, by_start[start]))
    return told


def _spend(account: AdAccount, start: date, stop: date) -> Decimal:
    days = (start + timedelta(days=n) for n in range((stop - start).days + 1))
    return sum((account.spend.get(day, account.spend_per_day) for day in days), Decimal(0))


def _row(
    asked: Question, number: str, account: AdAccount, span: tuple[date, date], spend: Decimal, actions: Actions
) -> dict[str, Any]:
    revenue = actions.values.get("omni_purchase", {}).get(DEFAULT)
    known: dict[str, Any] = {
        "account_id": number,
        "account_name": account.name,
        "account_currency": account.currency,
        "impressions": str(int(spend * IMPRESSIONS_PER_MONEY)),
        "spend": spelled(spend),
        "actions": _told(actions.counts, asked.windows),
        "action_values": _told(actions.values, asked.windows),
        "attribution_setting": "7d_click_1d_view",
    }
    if revenue is not None and spend:
        known["purchase_roas"] = [{"action_type": "omni_purchase", "value": f"{revenue / spend:.6f}"}]
    for level, sort in zip(LEVELS[1:], ("campaign", "adset", "ad"), strict=True):
        if LEVELS.index(asked.level) >= LEVELS.index(level):
            known |= {f"{sort}_id": f"{number}{LEVELS.index(level)}", f"{sort}_name": f"The only {sort}"}
    chosen = {name: known[name] for name in asked.fields if known.get(name)}
    return chosen | {"date_start": span[0].isoformat(), "date_stop": span[1].isoformat()}


def _told(figures: dict[str, dict[str, Any]], windows: Iterable[str]) -> list[dict[str, str]]:
    """Zero is left out: an action that did not happen has no entry, a window without one no member."""
    return [
        {"action_type": name}
        | {window: _text(by_window[window]) for window in (DEFAULT, *windows) if window in by_window}
        for name, by_window in sorted(figures.items())
        if any(window in by_window for window in (DEFAULT, *windows))
    ]


def _text(figure: int | Decimal) -> str:
    return spelled(figure.quantize(CENT)) if isinstance(figure, Decimal) else str(figure)
