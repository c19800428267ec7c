"""`/act_{id}/insights`: what Meta attributes to ads, per day of the account and action type (docs/meta-api.md §8.4).

Figures of a day are final after 28 days, so all of them are read again each time. Action types overlap and are never
added up: each is a row. Where Meta finds a request too large, an asynchronous report is ordered instead.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.destinations.meta.parse import Malformed, amount_at, count_at, day_at, objects_at, text_at
from connector.destinations.meta.reading import Reader, ReadError
from connector.destinations.meta.refusals import ErrorClass, ParsedResponse
from connector.model.readings import Attributed, CampaignDay, Figure, Reading, Row

SETTLING_DAYS = 28
WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view", "1d_ev")
"""The attribution windows that Meta still returns since January 2026."""
DEFAULT_WINDOW = "default"
"""Our name for the window of `value`: each ad set's own setting."""
PAGE_SIZE = "100"
LONGEST_REPORT_S = 3600.0
"""Meta says that a report can take up to an hour."""
FIRST_POLL_S, LONGEST_POLL_S = 1.0, 30.0
ALL_PURCHASES = "omni_purchase"
"""The action type that is the total of all purchases."""
FAILED = ("Job Failed", "Job Skipped")
DAY = timedelta(days=1)


async def read_insights(
    reader: Reader, account_id: str, now: datetime, *, zone: ZoneInfo | None, as_report: bool
) -> Reading:
    """The last 28 days of the account, and today. Raises ReadError or Malformed."""
    since, until = _span(now, zone)
    days = await _days(reader, account_id, insights_params(since, until), as_report=as_report)
    return _reading(Figure.INSIGHTS, account_id, since, until, attributed(days))


async def read_campaigns(
    reader: Reader, account_id: str, now: datetime, *, zone: ZoneInfo | None, as_report: bool
) -> Reading:
    """The same days by campaign. Raises ReadError or Malformed."""
    since, until = _span(now, zone)
    days = await _days(reader, account_id, campaign_params(since, until), as_report=as_report)
    return _reading(Figure.CAMPAIGNS, account_id, since, until, by_campaign(days))


def _span(now: datetime, zone: ZoneInfo | None) -> tuple[date, date]:
    until = now.replace(tzinfo=UTC).astimezone(zone or UTC).date()
    return until - SETTLING_DAYS * DAY, until


async def _days(reader: Reader, account_id: str, params: dict[str, str], *, as_report: bool) -> list[dict[str, Any]]:
    path = f"act_{account_id}/insights"
    days = None if as_report else await _at_once(reader, path, params)
    return [day async for day in _reported(reader, path, params)] if days is None else days


def _reading(figure: Figure, account_id: str, since: date, until: date, rows: Iterable[Row]) -> Reading:
    return Reading(
        figure=figure,
        subject_id=account_id,
        covers_from=datetime.combine(since, time()),
        covers_until=datetime.combine(until + DAY, time()),
        rows=tuple(rows),
    )


def insights_params(since: date, until: date) -> dict[str, str]:
    """The parameters: one row a day for the whole account, with explicit windows."""
    return _a_day(since, until) | {
        "level": "account",
        "fields": "account_id,spend,actions,action_values",
        "action_attribution_windows": json.dumps(WINDOWS),
    }


def campaign_params(since: date, until: date) -> dict[str, str]:
    """The parameters: one row for each campaign and day, in each ad set's own window."""
    fields = "account_id,campaign_id,campaign_name,spend,actions,action_values"
    return _a_day(since, until) | {"level": "campaign", "fields": fields}


def _a_day(since: date, until: date) -> dict[str, str]:
    return {"time_range": json.dumps({"since": f"{since}", "until": f"{until}"}), "time_increment": "1"}


async def _at_once(reader: Reader, path: str, params: dict[str, str]) -> list[dict[str, Any]] | None:
    """The rows, or None where Meta says that they are too many for one request."""
    try:
        return [day async for day in reader.entries(path, params | {"limit": PAGE_SIZE})]
    except ReadError as refusal:
        if refusal.response.error is not ErrorClass.TOO_LARGE:
            raise
    return None


async def _reported(reader: Reader, path: str, params: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
    """Order the report, wait for it, and read it."""
    ordered = await reader.post(path, params)
    run_id = str(ordered.get("report_run_id"))
    if not (run_id.isascii() and run_id.isdecimal()):
        raise Malformed("report_run_id is missing, or not made of digits")
    waited, pause = 0.0, FIRST_POLL_S
    while not is_done(await reader.get(run_id, {})):
        if waited >= LONGEST_REPORT_S:
            raise Malformed(f"the report was not done within {LONGEST_REPORT_S / 60:.0f} min")
        await reader.sleep(pause)
        waited, pause = waited + pause, min(pause * 2, LONGEST_POLL_S)
    async for day in reader.entries(f"{run_id}/insights", {"limit": PAGE_SIZE}):
        yield day


def is_done(report: dict[str, Any]) -> bool:
    """Done is completed and 100 %. Raises ReadError if it failed: with Meta's codes where it gives them (from v25)."""
    status = text_at(report, "async_status")
    if status in FAILED:
        codes = [str(report[name]) for name in ("error_code", "error_subcode") if type(report.get(name)) is int]
        reason = f" (code {'/'.join(codes)})" if codes else ""
        raise ReadError(ParsedResponse(error=ErrorClass.REFUSED, summary=f"the report ended as {status!r}{reason}"))
    return status == "Job Completed" and count_at(report, "async_percent_completion") == 100


def attributed(days: Iterable[dict[str, Any]]) -> Iterator[Attributed]:
    """Meta's row of each day in long form. Raises Malformed."""
    seen: set[date] = set()
    for entry in days:
        day = _day_of(entry)
        if day in seen:
            raise Malformed("a day is listed twice")
        seen.add(day)
        yield Attributed(day=day, spend=amount_at(entry, "spend"))
        actions, values = _by_type(entry, "actions"), _by_type(entry, "action_values")
        for action_type in actions | values:
            counted, valued = actions.get(action_type, {}), values.get(action_type, {})
            for member in ("value", *WINDOWS):
                amount, value = amount_at(counted, member), amount_at(valued, member)
                if amount is not None or value is not None:
                    yield Attributed(
                        day=day,
                        action_type=action_type,
                        attribution_window=DEFAULT_WINDOW if member == "value" else member,
                        actions=amount,
                        action_value=value,
                    )


def by_campaign(days: Iterable[dict[str, Any]]) -> Iterator[CampaignDay]:
    """Meta's row of each campaign and day. Raises Malformed."""
    seen: set[tuple[date, str]] = set()
    for entry in days:
        day, campaign_id = _day_of(entry), text_at(entry, "campaign_id")
        if (day, campaign_id) in seen:
            raise Malformed("a campaign's day is listed twice")
        seen.add((day, campaign_id))
        purchases, values = (_by_type(entry, name).get(ALL_PURCHASES, {}) for name in ("actions", "action_values"))
        yield CampaignDay(
            day=day,
            campaign_id=campaign_id,
            campaign_name=None if entry.get("campaign_name") is None else text_at(entry, "campaign_name"),
            spend=amount_at(entry, "spend"),
            purchases=amount_at(purchases, "value"),
            purchase_value=amount_at(values, "value"),
        )


def _day_of(entry: dict[str, Any]) -> date:
    day = day_at(entry, "date_start")
    if day_at(entry, "date_stop") != day:
        raise Malformed("a row covers more than a day although one row a day was asked for")
    return day


def _by_type(entry: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for action in objects_at(entry, name):
        if found.setdefault(text_at(action, "action_type"), action) is not action:
            raise Malformed(f"{name} gives an action type twice")
    return found
