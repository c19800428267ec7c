"""`/act_{id}/insights` (docs/meta-api.md §8.4): spend and what is attributed, by the account's days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from connector.sandbox.action_types import action_types
from connector.sandbox.amounts import EXACT, spelled
from connector.sandbox.attribution import DEFAULT, WINDOWS, Credit, Knowledge, credited
from connector.sandbox.calls import Call
from connector.sandbox.paging import json_param, list_param, whole_number
from connector.sandbox.refusals import bad_parameter, unknown_field
from connector.sandbox.scenario import AdAccount
from connector.sandbox.store import Seen

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


def rows(asked: Question, number: str, account: AdAccount, seen: Seen, known: Knowledge) -> list[dict[str, Any]]:
    """A row a span; spans without spend and actions, and days to come, have none. Numbers are texts."""
    today = datetime.fromtimestamp(known.now, account.zone).date()
    spans = [span for span in asked.spans() if span[0] <= today]
    by_start = {start: Actions() for start, _ in spans}
    starts = {start + timedelta(days=n): start for start, stop in spans for n in range((stop - start).days + 1)}
    for credit in credited(seen.events, account, asked.since, asked.until, known):
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
