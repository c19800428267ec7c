"""What the next sync would send, in events and money, and what it is too late for: what `plan` says."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from connector.insight.status import read_standings
from connector.ledger import VanishedKeys, read_vanished_keys
from connector.model.amounts import Amount, Amounts, amounts_dict, collect
from connector.model.conversions import ALL_TIME, Window
from connector.model.standing import NOT_LEFT_TO_SEND, ON_ITS_WAY, Standing, State
from connector.warehouse.contract import has_conversions
from connector.warehouse.windows import bounds_of, which_times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.warehouse.warehouse import Warehouse

PAST_DEADLINE = (Standing.EXPIRED, Standing.COVERED_BY_PIXEL, Standing.BEFORE_FIRST_SYNC)
UNSENT = (State.NOT_SENT, State.DEFERRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What was never sent and is too late for its deadline, or for the pixel's window: the same one may be both.

    `outside_pixel_window`: of website events, sending would count them twice. None where no mart knows of the pixel.
    """

    past_deadline: Amount
    outside_pixel_window: Amount | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What would be sent: owed conversions by event name, the requests they take, and why the rest is not owed."""

    window: Window
    owed: Amounts
    would_be_sent: Amount
    requests: int
    pixel_overlap: int | None
    late: Late
    not_owed: Amounts
    not_eligible: Amounts | None
    payloads: list[dict[str, Any]]
    vanished_keys: Sequence[VanishedKeys] = ()
    refusal: str | None = None
    """Why a sync with these settings would be refused by the ledger, although something is owed."""

    def as_dict(self) -> dict[str, Any]:
        """The public form of a plan, without its payloads: stable keys, null where something is not known."""
        outside = self.late.outside_pixel_window
        return {
            "window": self.window.as_dict(),
            "refusal": self.refusal,
            "would_be_sent": self.would_be_sent.as_dict(),
            "past_deadline": self.late.past_deadline.as_dict(),
            "outside_pixel_window": None if outside is None else outside.as_dict(),
            "owed": self.would_be_sent.events,
            "requests": self.requests,
            "pixel_overlap": self.pixel_overlap,
            "by_event": amounts_dict(self.owed),
            "not_owed": amounts_dict(self.not_owed),
            "vanished_keys": [one.as_dict() for one in self.vanished_keys],
            "not_eligible": None if self.not_eligible is None else amounts_dict(self.not_eligible),
        }


def read_plan(
    warehouse: Warehouse,
    *,
    now: datetime,
    resend_unconfirmed: bool,
    batch_size: int,
    show: int,
    window: Window = ALL_TIME,
) -> Planned:
    """What the next sync of that window would send, without claiming anything."""
    bounds, times = bounds_of(window), which_times(window)
    terms = {"now": now, "resend_unconfirmed": resend_unconfirmed, "sync_id": ""} | bounds
    owed: Amounts = {}
    total = Amount()
    by_dataset: dict[str | None, int] = {}
    for row in warehouse.rows("owed_by_currency", terms, **times):
        owed.setdefault(str(row.event_name), Amount()).add(row)
        total.add(row)
        by_dataset[row.dataset_id] = by_dataset.get(row.dataset_id, 0) + row.events
    modelled = has_conversions(warehouse)
    standings = read_standings(warehouse, now=now, resend_unconfirmed=resend_unconfirmed, window=window)
    shown = warehouse.rows("owed_payloads", terms | {"show": show}, **times) if show else []
    return Planned(
        window=window,
        owed=owed,
        would_be_sent=total,
        requests=sum(ceil(events / batch_size) for events in by_dataset.values()),
        pixel_overlap=warehouse.rows("pixel_overlap", terms, **times)[0].events if modelled else None,
        late=_late(standings, pixel_is_known=modelled),
        not_owed=_rest(standings),
        not_eligible=_not_eligible(warehouse, window) if modelled else None,
        payloads=[dict(row._mapping) for row in shown],
        vanished_keys=read_vanished_keys(warehouse, now=now),
    )


def _rest(standings: Sequence[Any]) -> Amounts:
    """Why the rest is not owed; what the models hold back is told apart, by its reasons."""
    rest: Amounts = {}
    for row in standings:
        if row.standing not in NOT_LEFT_TO_SEND and row.standing != Standing.OWED:
            rest.setdefault(row.standing, Amount()).add(row)
    return rest


def _not_eligible(warehouse: Warehouse, window: Window) -> Amounts:
    found: Amounts = {}
    collect(found, warehouse.rows("ineligible_by_reason", bounds_of(window), **which_times(window)), "reason")
    return found


def _late(standings: Sequence[Any], *, pixel_is_known: bool) -> Late:
    past_deadline, outside = Amount(), Amount()
    for row in standings:
        if row.standing in PAST_DEADLINE:
            past_deadline.add(row)
        if row.is_outside_pixel_window and row.standing in (*PAST_DEADLINE, *ON_ITS_WAY) and row.state in UNSENT:
            outside.add(row)
    return Late(past_deadline=past_deadline, outside_pixel_window=outside if pixel_is_known else None)
