"""How a sandbox behaves: its clock, its limits, what Meta's side adds by itself, and the switches."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from connector.sandbox.tokens import TokenState


@dataclass(slots=True)
class Clock:
    """System time, moved by `offset_s` seconds. Everything that is late, early or settled is judged by this clock."""

    offset_s: float = 0.0

    def now(self) -> float:
        """Seconds since 1970 in UTC."""
        return time.time() + self.offset_s


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`calls_an_hour` None: no limit and no headers. `headers_from`: from this call of an hour on headers are sent."""

    calls_an_hour: Annotated[int, msgspec.Meta(ge=1)] | None = None
    headers_from: Annotated[int, msgspec.Meta(ge=1)] = 1
    code: Literal[80004, 4, 17, 613] = 80004


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """The switches.

    `datasets`: the dataset ids that exist; "any" means every id that is made of digits.
    `tokens`: the registry; an unlisted token cannot be parsed. None means that every token is good but those that start
    with "bad".
    `oldest_version`, `oldest_insights_version`: of the Graph and the Marketing API, what is answered.
    `expired_status`: the HTTP status for an expired token, which was seen to be 400 and 401.
    `strict`: which of the rules that can be switched refuse; the others of them only count a warning.
    `scenario`: what Meta's side adds by itself: ad accounts, attribution, delays.
    `dedup_server_server`: whether a second server copy of an event_id is dropped, which is nowhere promised.
    `dedup_key_b`: whether a server event is dropped for a browser event of the same name and fbp or external_id.
    """

    datasets: frozenset[str] | Literal["any"] = "any"
    tokens: Mapping[str, TokenState] | None = field(default=None, repr=False)
    oldest_version: str = "v24.0"
    oldest_insights_version: str = "v25.0"
    strict: frozenset[str] = frozenset({"E21", "E26", "E27", "E28", "E33", "E34", "E45", "E46", "E47", "E48"})
    expired_status: Literal[400, 401] = 400
    future_tolerance_s: int = 60
    dedup_server_server: bool = False
    dedup_key_b: bool = True
    scenario: Scenario = field(default_factory=Scenario)
