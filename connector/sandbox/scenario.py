"""What Meta's side adds to what it was sent: ad accounts, how much is attributed, how late figures show."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from connector.sandbox.limits import Limits

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class AdAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An ad account. `datasets`: whose events its ads are credited with, None is every one.

    `attributed_share`: of the counted events, how many the default attribution credits (which ones follows from their
    event_id). `spend` by day stands before `spend_per_day`. `rates`: a foreign currency's price in the account's; money
    in a currency without a rate is not in `action_values`.
    """

    name: str = "Sandbox"
    timezone_name: str = "UTC"
    currency: str = "USD"
    datasets: frozenset[str] | None = None
    attributed_share: Share = 0.6
    spend_per_day: Decimal = Decimal(100)
    spend: dict[date, Decimal] = {}
    rates: dict[str, Decimal] = {}

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone_name)
        except KeyError:
            raise ValueError(f"no time zone is named {self.timezone_name}") from None
        if not all(
            each.is_finite() and each >= 0 for each in (self.spend_per_day, *self.spend.values(), *self.rates.values())
        ):
            raise ValueError("spend_per_day, spend and rates are amounts of zero or more")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone_name)


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`accounts` by their number; `other_accounts` is what every other number is, None: nothing.

    `stats_lag_s`: how long after its receipt an event shows in `/stats`. `reports_end`: what becomes of an asynchronous
    Insights report. `synchronous_days`: a longer span is too much for a synchronous Insights call. `leads`: the lead
    ids that exist, None is every one.
    """

    accounts: dict[str, AdAccount] = {}
    other_accounts: AdAccount | None = AdAccount()
    stats_lag_s: Annotated[int, msgspec.Meta(ge=0)] = 0
    reports_end: Literal["Job Completed", "Job Failed", "Job Skipped"] = "Job Completed"
    synchronous_days: Annotated[int, msgspec.Meta(ge=1)] = 93
    limits: Limits = Limits()
    leads: frozenset[int] | None = None

    def account(self, number: str) -> AdAccount | None:
        return self.accounts.get(number, self.other_accounts)
