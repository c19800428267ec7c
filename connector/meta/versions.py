"""The versions of the Graph API and their age. Meta supports each for at least two years (using-the-api)."""

from __future__ import annotations

from datetime import date, timedelta

from connector.checks import Check, doubted, passed

SUPPORTED = timedelta(days=2 * 365)
TIME_TO_MOVE = timedelta(days=180)

KNOWN_SINCE = {
    "v22.0": date(2025, 1, 21),  # Meta's changelog, from memory
    "v23.0": date(2025, 5, 29),  # the same
    "v24.0": date(2025, 10, 8),  # the same
    "v25.0": date(2026, 9, 1),  # the documentation's samples
    "v26.0": date(2026, 9, 5),  # observed: live calls
}
"""When each version was introduced, or first seen in use where we do not know: it is at least so old. Oldest first."""
NEWEST = next(reversed(KNOWN_SINCE))


def check_version(version: str, *, today: date) -> Check:
    """Whether the version that is set will be supported for a while yet."""
    since = KNOWN_SINCE.get(version)
    if since is None:
        if _number(version) > _number(NEWEST):
            return doubted("API version", f"{version} is newer than {NEWEST}, which this package was written against.")
        return doubted(
            "API version", f"{version} is older than all we know of: set CONNECTOR_META_API_VERSION={NEWEST}."
        )
    if today - since > SUPPORTED - TIME_TO_MOVE:
        return doubted(
            "API version",
            f"{version} is known since {since}, and Meta supports a version for two years, not surely longer: "
            f"set CONNECTOR_META_API_VERSION={NEWEST}.",
        )
    newest = "the newest we know" if version == NEWEST else f"the newest we know is {NEWEST}"
    return passed("API version", f"{version}, known since {since}; {newest}.")


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("v").split("."))
