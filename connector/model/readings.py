"""What Meta itself says, as it was read back: one reading is one figure of one subject. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Figure(StrEnum):
    """What is read. The subject of the first two is a dataset, of the others an ad account."""

    EVENT_STATS = "event_stats"
    MATCH_QUALITY = "match_quality"
    INSIGHTS = "insights"
    CAMPAIGNS = "campaigns"

    @property
    def is_of_account(self) -> bool:
        return self in (Figure.INSIGHTS, Figure.CAMPAIGNS)


class Trouble(StrEnum):
    """Why a figure was not read, by what follows from it."""

    PERMISSION = "permission_missing"
    """The token may not: a warning, the other figures go on."""
    TOKEN = "token_refused"  # noqa: S105 - a word of ours
    """The token is refused: the pull fails as a whole if nothing could be read with it."""
    FAILED = "failed"
    """Anything else: the work failed for this figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """Events of one name that Meta received in one hour; `event_source` is SERVER or WEB."""

    event_source: str
    hour_start: datetime
    event_name: str
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measure of Meta's dataset quality, of one event name. Either a number or a text."""

    channel: str
    event_name: str
    measure: str
    item: str | None = None
    number: Decimal | None = None
    text_value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """What Meta attributes to ads on one of the account's days.

    One row without an action type carries the day's spend; all others are one action type in one attribution window.
    They overlap (one purchase stands under several types), so they are never added up.
    """

    day: date
    action_type: str | None = None
    attribution_window: str | None = None
    actions: Decimal | None = None
    action_value: Decimal | None = None
    spend: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDay:
    """What a campaign cost on one of the account's days, and the purchases credited to it (omni_purchase)."""

    day: date
    campaign_id: str
    campaign_name: str | None = None
    spend: Decimal | None = None
    purchases: Decimal | None = None
    purchase_value: Decimal | None = None


Row = EventCount | Measured | Attributed | CampaignDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One figure of one subject: read whole for [covers_from, covers_until), or not at all and why.

    Times are UTC without zone; for insights the window is whole days of the ad account, written as their midnights.
    `notes` are for a person: what is missing although the figure was read.
    """

    figure: Figure
    subject_id: str
    covers_from: datetime | None = None
    covers_until: datetime | None = None
    rows: Sequence[Row] = field(default=(), repr=False)
    trouble: Trouble | None = None
    problem: str | None = None
    notes: tuple[str, ...] = ()
