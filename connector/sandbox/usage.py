"""Rate limits, and the headers that tell how near they are (docs/meta-api.md §1.7), by the sandbox's clock."""

from __future__ import annotations

import json
import math
from collections import deque
from typing import Final

from connector.sandbox.config import Limits
from connector.sandbox.refusals import TOO_MANY_CALLS, Refusal
from connector.sandbox.routes import Endpoint

HOUR_S: Final = 3600
TIER: Final = "standard_access"
INSIGHTS_LIMIT: Final = Refusal(
    code=4, subcode=1504022, message="(#4) There have been too many calls from this app. Wait a bit and try again."
)
OTHER_LIMITS: Final = {
    80004: TOO_MANY_CALLS,
    4: Refusal(code=4, message="(#4) Application request limit reached"),
    17: Refusal(code=17, subcode=2446079, message="(#17) User request limit reached"),
    613: Refusal(code=613, message="(#613) Calls to this api have exceeded the rate limit."),
}
"""The codes are documented (docs/meta-api.md §7.2), most words invented."""


class Usage:
    """The calls of the last hour, of everybody together. A call that is refused for the limit does not count (X)."""

    def __init__(self) -> None:
        self._calls: deque[float] = deque()

    def is_limited(self, limits: Limits, now: float) -> bool:
        self._forget(now)
        return limits.calls_an_hour is not None and len(self._calls) >= limits.calls_an_hour

    def count(self, now: float) -> None:
        self._calls.append(now)

    def headers(self, limits: Limits, now: float, endpoint: Endpoint | None, object_id: str) -> dict[str, str]:
        """The usage headers of an answer; none before the threshold."""
        self._forget(now)
        if limits.calls_an_hour is None or len(self._calls) < limits.headers_from:
            return {}
        percent = 100 * len(self._calls) // limits.calls_an_hour
        wait_s = max(0.0, self._calls[0] + HOUR_S - now) if self.is_limited(limits, now) else 0.0
        share = {"call_count": percent, "total_cputime": percent // 2, "total_time": percent // 2}
        insights = endpoint is Endpoint.INSIGHTS
        business_use = share | {
            "type": "ads_insights" if insights else "ads_management",
            "estimated_time_to_regain_access": math.ceil(wait_s / 60),
            "ads_api_access_tier": TIER,
        }
        headers = {"X-App-Usage": share, "X-Business-Use-Case-Usage": {object_id: [business_use]}}
        if insights:
            throttle = {"app_id_util_pct": percent, "acc_id_util_pct": percent, "ads_api_access_tier": TIER}
            account = {
                "acc_id_util_pct": percent,
                "reset_time_duration": math.ceil(wait_s),
                "ads_api_access_tier": TIER,
            }
            headers |= {"X-FB-Ads-Insights-Throttle": throttle, "X-Ad-Account-Usage": account}
        return {name: json.dumps(members) for name, members in headers.items()}

    def _forget(self, now: float) -> None:
        while self._calls and self._calls[0] <= now - HOUR_S:
            self._calls.popleft()


def limit_refusal(limits: Limits, endpoint: Endpoint | None) -> Refusal:
    """The answer beyond the limit."""
    return INSIGHTS_LIMIT if endpoint is Endpoint.INSIGHTS else OTHER_LIMITS[limits.code]
