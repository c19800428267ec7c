"""The versions of the Graph API and how long each is supported.

Source: https://developers.facebook.com/docs/graph-api/changelog/versions, read in November 2026. The Conversions API
follows that schedule, and each version is supported for at least two years (docs/meta-api.md §11).
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
"""Oldest first. The seed api_versions of dbt, from which its alarm works, is the same table."""
NEWEST = next(reversed(VERSIONS))


def check_version(version: str, *, today: date) -> Check:
    """Whether the configured version is supported, and for how long."""
    support = VERSIONS.get(version)
    if support is None:
        if _number(version) > _number(NEWEST):
            return doubted("API version", f"{version} is newer than {NEWEST}, which this package was written against.")
        return doubted(
            "API version", f"{version} is older than all we know of: set CONNECTOR_META_API_VERSION={NEWEST}."
        )
    until = f"{'' if support.available_until else 'at least '}until {support.ends_on}"
    if support.ends_on < today + TIME_TO_MOVE:
        return doubted("API version", f"{version} is supported {until}: {_advice(version)}.")
    newest = "the newest we know" if version == NEWEST else f"the newest we know is {NEWEST}"
    return passed("API version", f"{version}, supported {until}; {newest}.")


def _advice(version: str) -> str:
    if version == NEWEST:
        return "this package knows no newer one; look for a newer release of it"
    return f"set CONNECTOR_META_API_VERSION={NEWEST}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("v").split("."))
