"""Conversions with every kind of life, each with the place in the waterfall that the design gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from tests.contract.reconciliation.reconciliation_ledger import Record, Run

FIRST = Run(run_no=1)
SECOND = Run(run_no=2)
LIVING = Run(run_no=3, living=True)
REHEARSAL = Run(run_no=4, mode="test")
DEAD = Run(run_no=5, died=True)
RUNS = (FIRST, SECOND, LIVING, REHEARSAL, DEAD)
SOURCES_SEEN = {"": 230, "shop": 230, "stores": 230, "new": 24}
"""Hours since the first sync that knew each source."""


@dataclass(frozen=True, kw_only=True)
class History:
    """One conversion: what the warehouse says of it, what the ledger remembers, and where it must stand.

    Times are hours from now: `happened` and `pixel` before it, `deadline` after it (negative when it has passed).
    """

    name: str
    standing: str
    reason: str | None = None
    state: str = "not_sent"
    happened: float = 30
    deadline: float = 100
    pixel: float | None = None
    source: str = "shop"
    value: Decimal | None = Decimal("10.01")
    currency: str | None = "EUR"
    order_id: str | None = "as the name"
    ineligible: str | None = None
    modelled: bool = True
    ready: bool = True
    payload_hash: str = "as it is"
    claimed_value: Decimal | None = None
    """What it was worth when it was claimed, if that was something else."""
    records: tuple[Record, ...] = field(default=())


def accepted(run: Run = FIRST) -> Record:
    return Record(run=run, marked=2, settled=1, outcome="accepted", http_status=200, fbtrace_id="trace-accepted")


def unconfirmed(run: Run = FIRST, *, hours_ago: float = 2) -> Record:
    return Record(run=run, marked=hours_ago, settled=hours_ago, outcome="unconfirmed", error_text="no_answer")


def rejected(run: Run = FIRST, *, subcode: int | None = 2804003) -> Record:
    return Record(
        run=run, marked=2, settled=1, outcome="rejected", http_status=400, error_code=100, error_subcode=subcode
    )


def invalid(run: Run = FIRST) -> Record:
    return Record(run=run, settled=1, outcome="invalid", error_text="plaintext_identifier")


def deferred(run: Run = FIRST, *, error_text: str | None = "rate_limited") -> Record:
    return Record(run=run, marked=2, settled=1, outcome="deferred", error_text=error_text)


NEVER_SENT = (
    History(name="waits", standing="owed", reason="never_sent"),
    History(name="in_the_future", standing="not_due", happened=-5),
    History(name="without_event", standing="not_built", ready=False),
    History(name="claimed_by_a_dead_run", standing="owed", reason="never_sent", records=(Record(run=DEAD),)),
    History(name="sent_with_a_test_code", standing="owed", reason="never_sent", records=(accepted(REHEARSAL),)),
    History(name="too_late", standing="expired", happened=170, deadline=-3),
    History(name="covered", standing="covered_by_pixel", happened=60, deadline=-13, pixel=60),
    # their events have left conversion_events
    History(name="covered_long_ago", standing="covered_by_pixel", happened=300, deadline=-253, pixel=300, ready=False),
    History(name="too_late_long_ago", standing="expired", happened=300, deadline=-133, ready=False),
    History(name="too_late_for_the_first_sync", standing="before_first_sync", happened=400, deadline=-233, ready=False),
    History(name="of_a_source_known_for_a_day", standing="before_first_sync", happened=195, deadline=-28, source="new"),
    History(name="of_a_known_source", standing="expired", happened=180, deadline=-13, source="new"),
    History(name="of_an_unknown_source", standing="before_first_sync", happened=180, deadline=-13, source="newest"),
    History(name="covered_in_time", standing="owed", reason="never_sent", pixel=30),
    History(name="early", standing="before_start", ineligible="before_start", ready=False),
    History(name="no_consent", standing="not_eligible", reason="no_consent", ineligible="no_consent", ready=False),
    History(
        name="no_value",
        standing="not_eligible",
        reason="missing_value",
        ineligible="missing_value",
        value=None,
        currency=None,
        ready=False,
    ),
    History(
        name="no_currency",
        standing="not_eligible",
        reason="missing_currency",
        ineligible="missing_currency",
        value=Decimal("7.7701"),
        currency=None,
        ready=False,
    ),
)

AT_META = (
    History(name="arrived", standing="accepted", state="accepted", records=(accepted(),)),
    History(name="arrived_from_both", standing="accepted", state="accepted", pixel=30, records=(accepted(),)),
    History(name="arrived_in_yen", standing="accepted", state="accepted", currency="JPY", records=(accepted(),)),
    History(
        name="arrived_long_ago",
        standing="accepted",
        state="accepted",
        deadline=-200,
        ready=False,
        records=(accepted(),),
    ),
    History(
        name="zombie_after_acceptance",
        standing="accepted",
        reason="may_be_counted_twice",
        state="accepted",
        records=(accepted(), unconfirmed(SECOND)),
    ),
    History(
        name="changed",
        standing="accepted",
        reason="changed_after_acceptance",
        state="accepted",
        value=Decimal("8.00"),
        claimed_value=Decimal("10.01"),
        payload_hash="another",
        records=(accepted(),),
    ),
    History(
        name="cancelled_later",
        standing="accepted",
        reason="withdrawn_after_acceptance",
        state="accepted",
        ineligible="not_paid",
        ready=False,
        records=(accepted(),),
    ),
    History(name="being_sent", standing="in_flight", state="in_flight", records=(Record(run=LIVING, marked=0.1),)),
    History(name="claimed", standing="in_flight", state="in_flight", records=(Record(run=LIVING),)),
    History(
        name="resent_now",
        standing="in_flight",
        state="in_flight",
        records=(unconfirmed(), Record(run=LIVING, marked=0.1)),
    ),
)

PERHAPS_AT_META = (
    History(
        name="no_answer", standing="owed", reason="unconfirmed_resend", state="unconfirmed", records=(unconfirmed(),)
    ),
    History(
        name="marked_by_a_dead_run",
        standing="owed",
        reason="unconfirmed_resend",
        state="unconfirmed",
        records=(Record(run=DEAD, marked=3),),
    ),
    History(
        name="deferred_after_no_answer",
        standing="owed",
        reason="unconfirmed_resend",
        state="unconfirmed",
        records=(unconfirmed(), deferred(SECOND)),
    ),
    History(
        name="no_answer_two_days_ago",
        standing="held",
        reason="deduplication_window_over",
        state="unconfirmed",
        happened=60,
        records=(unconfirmed(hours_ago=47.5), unconfirmed(SECOND)),
    ),
    History(
        name="store_no_answer_two_days_ago",
        standing="owed",
        reason="unconfirmed_resend",
        state="unconfirmed",
        source="stores",
        happened=200,
        records=(unconfirmed(hours_ago=47.5),),
    ),
    History(
        name="store_without_order",
        standing="held",
        reason="deduplication_window_over",
        state="unconfirmed",
        source="stores",
        order_id=None,
        happened=200,
        records=(unconfirmed(hours_ago=47.5),),
    ),
    History(
        name="store_no_answer_a_week_ago",
        standing="held",
        reason="deduplication_window_over",
        state="unconfirmed",
        source="stores",
        happened=200,
        records=(unconfirmed(hours_ago=167.5),),
    ),
    History(
        name="no_answer_then_refused",
        standing="held",
        reason="refused_since",
        state="unconfirmed",
        records=(unconfirmed(), rejected(SECOND)),
    ),
    History(
        name="no_answer_then_changed",
        standing="held",
        reason="changed",
        state="unconfirmed",
        payload_hash="another",
        records=(unconfirmed(),),
    ),
    History(
        name="no_answer_then_too_late",
        standing="held",
        reason="past_deadline",
        state="unconfirmed",
        deadline=-1,
        pixel=50,
        records=(unconfirmed(),),
    ),
    History(
        name="no_answer_then_cancelled",
        standing="held",
        reason="no_longer_eligible",
        state="unconfirmed",
        ineligible="not_paid",
        ready=False,
        records=(unconfirmed(),),
    ),
)

REFUSED = (
    History(name="refused", standing="rejected", reason="100/2804003", state="rejected", records=(rejected(),)),
    History(
        name="refused_plainly",
        standing="rejected",
        reason="100",
        state="rejected",
        records=(rejected(subcode=None),),
    ),
    History(
        name="refused_then_too_late",
        standing="rejected",
        reason="100/2804003",
        state="rejected",
        deadline=-1,
        payload_hash="another",
        records=(rejected(),),
    ),
    History(
        name="refused_then_corrected",
        standing="owed",
        reason="corrected",
        state="rejected",
        payload_hash="another",
        records=(rejected(),),
    ),
    History(
        name="refused_then_cancelled",
        standing="not_eligible",
        reason="not_paid",
        state="rejected",
        ineligible="not_paid",
        ready=False,
        records=(rejected(),),
    ),
    History(
        name="refused_long_ago",
        standing="rejected",
        reason="100/2804003",
        state="rejected",
        happened=300,
        deadline=-200,
        ready=False,
        records=(rejected(),),
    ),
    History(name="gated", standing="invalid", reason="plaintext_identifier", state="invalid", records=(invalid(),)),
    History(
        name="gated_then_too_late",
        standing="invalid",
        reason="plaintext_identifier",
        state="invalid",
        deadline=-1,
        records=(invalid(),),
    ),
    History(name="put_off", standing="owed", reason="deferred:rate_limited", state="deferred", records=(deferred(),)),
    History(
        name="put_off_silently",
        standing="owed",
        reason="deferred",
        state="deferred",
        records=(deferred(error_text=None),),
    ),
    History(name="put_off_too_long", standing="expired", state="deferred", deadline=-1, records=(deferred(),)),
    History(
        name="put_off_but_covered",
        standing="covered_by_pixel",
        state="deferred",
        deadline=-1,
        pixel=50,
        records=(deferred(),),
    ),
)

GONE = (
    History(
        name="arrived_then_deleted",
        standing="accepted",
        reason="withdrawn_after_acceptance",
        state="accepted",
        modelled=False,
        records=(accepted(),),
    ),
    History(
        name="no_answer_then_deleted",
        standing="held",
        reason="no_longer_modelled",
        state="unconfirmed",
        modelled=False,
        records=(unconfirmed(),),
    ),
    History(
        name="refused_then_deleted",
        standing="no_longer_modelled",
        state="rejected",
        modelled=False,
        records=(rejected(),),
    ),
)

LIVES = NEVER_SENT + AT_META + PERHAPS_AT_META + REFUSED + GONE
