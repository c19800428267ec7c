"""The versions of Meta's API and how long each lives: the Graph API's, and the Marketing API's, which end sooner.

`/events` follows the Graph API (https://developers.facebook.com/docs/graph-api/changelog/versions), Insights the
Marketing API (the same site's marketing-api-changelog/versions). Both read in November 2026: docs/meta-api.md §11.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from connector.model.checks import Check, doubted, passed

AT_LEAST_SUPPORTED = timedelta(days=2 * 365)
TIME_TO_MOVE = timedelta(days=90)
"""A version is a warning from this long before its end; of dbt's alarm it is the var
meta_conversions_alarm_days_to_version_end."""


class Support(NamedTuple):
    """When a version was released and when it ends; None until Meta announces it."""

    introduced_on: date
    available_until: date | None

    @property
    def ends_on(self) -> date:
        return self.available_until or self.introduced_on + AT_LEAST_SUPPORTED


VERSIONS = {
    "v20.0": Support(date(2024, 5, 21), date(2026, 9, 24)),
    "v21.0": Support(date(2024, 10, 2), date(2027, 1, 21)),
    "v22.0": Support(date(2025, 1, 21), date(2027, 5, 20)),
    "v23.0": Support(date(2025, 5, 29), date(2027, 10, 8)),
    "v24.0": Support(date(2025, 10, 8), date(2028, 2, 18)),
    "v25.0": Support(date(2026, 2, 18), date(2028, 7, 29)),
    "v26.0": Support(date(2026, 7, 29), None),
    "v27.0": Support(date(2026, 11, 4), None),
}
"""Of the Graph API, oldest first. The seed api_versions of dbt, for its alarm, is this table and the next."""
INSIGHTS_UNTIL = {
    "v20.0": date(2025, 5, 6),
    "v21.0": date(2025, 9, 9),
    "v22.0": date(2026, 2, 19),
    "v23.0": date(2026, 6, 9),
    "v24.0": date(2026, 11, 10),
    "v25.0": date(2027, 2, 23),
    "v26.0": None,
    "v27.0": None,
}
"""The ends of the same versions of the Marketing API; None until Meta announces it. No least time is promised."""
NEWEST = next(reversed(VERSIONS))


def check_version(version: str, *, today: date) -> Check:
    """Whether the configured version is supported, and for how long."""
    support = VERSIONS.get(version)
    if support is None:
        if _number(version) > _number(NEWEST):
            return doubted("API version", f"{version} is newer than {NEWEST}, which this package was written against.")
        return doubted(
            "API version",
            f"{version} is older than every version that this package knows: set CONNECTOR_META_API_VERSION={NEWEST}.",
        )
    until = f"{'' if support.available_until else 'at least '}until {support.ends_on}"
    if support.ends_on < today + TIME_TO_MOVE:
        return doubted("API version", f"{version} is supported {until}: {_advice(version)}.")
    newest = "the newest" if version == NEWEST else f"the newest is {NEWEST}"
    return passed("API version", f"{version}, supported {until}; {newest} that this package knows.")


def check_insights(version: str, *, today: date) -> Check:
    """Whether Insights can be read with the configured version, and for how long."""
    ends_on = INSIGHTS_UNTIL.get(version)
    if ends_on is None:
        return passed("insights version", f"{version}: Meta has announced no end of it for insights.")
    if ends_on < today:
        words = f"Meta has ended {version} for insights on {ends_on}, although it still takes events"
    elif ends_on < today + TIME_TO_MOVE:
        words = f"insights end with {version} on {ends_on}, before events do"
    else:
        return passed("insights version", f"{version}, insights until {ends_on}.")
    return doubted("insights version", f"{words}: {_advice(version)}.")


def _advice(version: str) -> str:
    if version == NEWEST:
        return "this package knows no newer one; look for a newer release of it"
    return f"set CONNECTOR_META_API_VERSION={NEWEST}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("v").split("."))
