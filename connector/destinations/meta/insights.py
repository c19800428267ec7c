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
from connector.model.readings import Attributed, Figure, Reading

SETTLING_DAYS = 28
WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view", "1d_ev")
"""The attribution windows that Meta still returns since January 2026."""
DEFAULT_WINDOW = "default"
"""Our name for the window of `value`: each ad set's own setting."""
PAGE_SIZE = "100"
LONGEST_REPORT_S = 3600.0
"""Meta says that a report can take up to an hour."""
FIRST_POLL_S, LONGEST_POLL_S = 1.0, 30.0
FAILED = ("Job Failed", "Job Skipped")
DAY = timedelta(days=1)


async def read_insights(
    reader: Reader, account_id: str, now: datetime, *, zone: ZoneInfo | None, as_report: bool
) -> Reading:
    """The last 28 days of the account, and today. Raises ReadError or Malformed."""
    until = now.replace(tzinfo=UTC).astimezone(zone or UTC).date()
    since = until - SETTLING_DAYS * DAY
    params = insights_params(since, until)
    path = f"act_{account_id}/insights"
    days = None if as_report else await _at_once(reader, path, params)
    if days is None:
        days = [day async for day in _reported(reader, path, params)]
    return Reading(
        figure=Figure.INSIGHTS,
        subject_id=account_id,
        covers_from=datetime.combine(since, time()),
        covers_until=datetime.combine(until + DAY, time()),
        rows=tuple(attributed(days)),
    )


def insights_params(since: date, until: date) -> dict[str, str]:
    """The parameters: one row a day for the whole account, with explicit windows."""
    return {
        "level": "account",
        "fields": "account_id,spend,actions,action_values",
        "time_range": json.dumps({"since": f"{since}", "until": f"{until}"}),
        "time_increment": "1",
        "action_attribution_windows": json.dumps(WINDOWS),
    }


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
        day = day_at(entry, "date_start")
        if day_at(entry, "date_stop") != day:
            raise Malformed("a row covers more than a day although one row a day was asked for")
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


def _by_type(entry: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for action in objects_at(entry, name):
        if found.setdefault(text_at(action, "action_type"), action) is not action:
            raise Malformed(f"{name} gives an action type twice")
    return found
