"""What must be true of the ledger and of Meta's receipts, once trouble has ended: docs/simulation.md lists it.

Judged from what left for Meta and what was committed, each with its true time; the engine's own view is not asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations, groupby
from typing import TYPE_CHECKING, Any

from connector.model.outcomes import Outcome
from tests.simulation.database import ENDED, LEASE
from tests.simulation.meta import POISON
from tests.simulation.sender import TTL_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.simulation.database import Fact
    from tests.simulation.meta import Request
    from tests.simulation.world import World

MARKS = ("sending", "resending")
RELEASED = "released"
"""Said of a marked position whose request was surely not processed."""
META_WINDOW_S = 48 * 3600.0
META_ORDER_WINDOW_S = 7 * 24 * 3600.0
RESEND_WINDOW = timedelta(hours=47)
RESEND_ORDER_WINDOW = timedelta(days=7, hours=-1)
RECORDS = "select sync_id, batch_no, position, event_id from {ledger}.sync_records"
OUTCOMES = "select count(*) as written from {ledger}.sync_outcomes"
ENDS = "select * from {ledger}.sync_runs where phase = 'ended'"
STATES = "select event_id, state, payload_hash, uncertain_since, last_standing from {ledger}.conversion_states"
FIRST_SEEN = "select dataset_key, min(first_seen_at) as first_seen_at from {ledger}.sync_sources group by dataset_key"
EXPIRED = """
select expired.event_id, count(*) as times
from {ledger}.sync_expired as expired
inner join {ledger}.sync_runs as ended on expired.sync_id = ended.sync_id and ended.phase = 'ended'
where ended.reason not in ('failed', 'process_gone', 'lease_expired')
group by expired.event_id
"""


@dataclass
class Attempt:
    """One record: one conversion in one run."""

    key: str
    marks: list[Fact] = field(default_factory=list)
    finals: list[Fact] = field(default_factory=list)

    def is_marked_at(self, moment: float) -> bool:
        """Whether a request with it may leave at that moment: marked, and not released since."""
        said = [mark.outcome for mark in self.marks if mark.moment <= moment]
        return bool(said) and said[-1] in MARKS

    def final_at(self, moment: float) -> Fact | None:
        return next((final for final in self.finals if final.moment <= moment), None)


@dataclass
class Evidence:
    """What a world leaves behind."""

    attempts: dict[str, dict[str, Attempt]]
    """By run, then by key."""
    ended_at: dict[str, float]
    requests: list[Request]
    facts: list[Fact]
    ends: list[Any]
    written: int
    noted: int

    @classmethod
    def of(cls, world: World) -> Evidence:
        database = world.database
        attempts: dict[str, dict[str, Attempt]] = defaultdict(dict)
        places: dict[tuple[str, int], dict[int, Attempt]] = defaultdict(dict)
        for row in database.rows(RECORDS):
            attempt = attempts[row.sync_id][row.event_id] = Attempt(row.event_id)
            places[row.sync_id, row.batch_no][row.position] = attempt
        ended_at = {}
        for fact in database.facts:
            if fact.outcome == ENDED:
                ended_at[fact.sync_id] = fact.moment
            if fact.batch_no is None:
                continue
            for position in range(fact.first, fact.last + 1):
                attempt = places[fact.sync_id, fact.batch_no][position]
                if fact.outcome in (*MARKS, RELEASED):
                    attempt.marks.append(fact)
                else:
                    attempt.finals.append(fact)
        return cls(
            attempts=attempts,
            ended_at=ended_at,
            requests=world.meta.requests,
            facts=database.facts,
            ends=database.rows(ENDS),
            written=database.rows(OUTCOMES)[0].written,
            noted=sum(fact.batch_no is not None for fact in database.facts),
        )


def broken_promises(world: World) -> list[str]:
    """Every way in which this history breaks the promise; none if it holds."""
    evidence = Evidence.of(world)
    return [
        *_observed_everything(evidence),
        *_one_outcome_each(evidence),
        *_proofs_hold(evidence),
        *_marked_before_sent(evidence),
        *_marked_under_a_lease(evidence),
        *_never_after_acceptance(evidence),
        *_no_silent_duplicate(world, evidence),
        *_accepted_by_meta(evidence),
        *_heard_is_written(evidence),
        *_refused_rightly(world, evidence),
        *_nothing_lost(world, evidence),
        *_nobody_fell_over(world),
    ]


def _observed_everything(evidence: Evidence) -> Iterator[str]:
    if evidence.written != evidence.noted:
        yield f"blind: {evidence.written} outcomes are in the ledger, {evidence.noted} were seen to be committed"


def _one_outcome_each(evidence: Evidence) -> Iterator[str]:
    for sync_id, attempts in evidence.attempts.items():
        for attempt in attempts.values():
            if len(attempt.finals) > 1:
                told = ", ".join(final.outcome for final in attempt.finals)
                yield f"settled twice: {attempt.key} in {sync_id}: {told}"


def _proofs_hold(evidence: Evidence) -> Iterator[str]:
    for sync_id, times in Counter(end.sync_id for end in evidence.ends).items():
        if times > 1:
            yield f"ended twice: {sync_id}"
    for end in evidence.ends:
        if end.reason in ("failed", "lease_expired", "process_gone"):
            continue
        attempts = evidence.attempts[end.sync_id]
        counted = Counter(final.outcome for attempt in attempts.values() for final in attempt.finals)
        told = {str(outcome): getattr(end, outcome) for outcome in Outcome}
        if end.reason == "unproven" or +counted != +Counter(told) or sum(told.values()) != len(attempts):
            yield f"unproven: {end.sync_id} ({end.reason}) claimed {len(attempts)}, says {told}, has {dict(counted)}"


def _marked_before_sent(evidence: Evidence) -> Iterator[str]:
    for request in evidence.requests:
        for key in request.keys:
            attempt = evidence.attempts[request.sync_id].get(key)
            if attempt is None or not attempt.is_marked_at(request.sent_at):
                yield f"sent before it was marked: {key} in {request.sync_id}"


def _marked_under_a_lease(evidence: Evidence) -> Iterator[str]:
    """Whoever marks has a lease that had not expired when he began to, by the warehouse's clock."""
    expires: dict[str, datetime] = {}
    for began, facts in groupby(evidence.facts, key=lambda fact: (fact.sync_id, fact.began)):
        own = list(facts)
        sync_id = own[0].sync_id
        if any(fact.outcome in MARKS for fact in own) and expires[sync_id] <= own[0].shown:
            yield f"marked after its lease had expired: {sync_id} at {began[1]:.3f}"
        for fact in own:
            if fact.outcome == LEASE:
                expires[sync_id] = fact.shown + timedelta(seconds=TTL_S)


def _never_after_acceptance(evidence: Evidence) -> Iterator[str]:
    accepted = {}
    for attempts in evidence.attempts.values():
        for key, attempt in attempts.items():
            for final in attempt.finals:
                if final.outcome == Outcome.ACCEPTED:
                    accepted[key] = min(accepted.get(key, final.moment), final.moment)
    for request in evidence.requests:
        for key in request.keys:
            if accepted.get(key, request.sent_at) < request.sent_at:
                yield (
                    f"sent after its acceptance was recorded: {key} by {request.sync_id} at {request.sent_at:.3f}, "
                    f"recorded at {accepted[key]:.3f}"
                )


def _no_silent_duplicate(world: World, evidence: Evidence) -> Iterator[str]:
    """What may have been taken in goes again only when the ledger calls it unconfirmed, unchanged and in time."""
    sent: dict[str, list[tuple[Request, str]]] = defaultdict(list)
    for request in evidence.requests:
        for key, payload in zip(request.keys, request.payloads, strict=True):
            sent[key].append((request, payload))
    for key, copies in sent.items():
        for (first, payload), (again, payload_again) in combinations(copies, 2):
            unconfirmed = first.sync_id != again.sync_id and _is_unconfirmed(
                evidence, first.sync_id, key, again.sent_at
            )
            if first.processed_at is not None and not unconfirmed:
                yield f"silent duplicate: {key} by {first.sync_id} and by {again.sync_id} at {again.sent_at:.3f}"
            if not unconfirmed:
                continue
            if payload != payload_again:
                yield f"sent again though it had changed: {key} by {again.sync_id}"
            window = META_ORDER_WINDOW_S if world.is_store_sale(key) else META_WINDOW_S
            if again.sent_at - first.sent_at >= window:
                yield f"sent again outside Meta's window: {key} by {again.sync_id}"


def _is_unconfirmed(evidence: Evidence, sync_id: str, key: str, moment: float) -> bool:
    """Whether the ledger calls what this run did with the key unconfirmed, at that moment."""
    attempt = evidence.attempts[sync_id][key]
    final = attempt.final_at(moment)
    if final is not None:
        return final.outcome == Outcome.UNCONFIRMED
    return attempt.is_marked_at(moment) and evidence.ended_at.get(sync_id, moment + 1) <= moment


def _accepted_by_meta(evidence: Evidence) -> Iterator[str]:
    taken_in = {
        (request.sync_id, key): request.processed_at
        for request in evidence.requests
        if request.processed_at is not None
        for key in request.keys
    }
    for sync_id, attempts in evidence.attempts.items():
        for key, attempt in attempts.items():
            for final in attempt.finals:
                if final.outcome == Outcome.ACCEPTED and taken_in.get((sync_id, key), final.moment) >= final.moment:
                    yield f"accepted by nobody: {key} in {sync_id}"


def _heard_is_written(evidence: Evidence) -> Iterator[str]:
    """A run that ends by itself has waited for every answer, and what it was told to be accepted is in the ledger."""
    ended = {end.sync_id for end in evidence.ends if end.reason not in ("lease_expired", "process_gone")}
    for request in evidence.requests:
        if request.is_abandoned and request.sync_id in ended:
            yield f"given up before its answer was due: {' '.join(request.keys)} by {request.sync_id}"
        for key in request.keys if request.accepted_at is not None and request.sync_id in ended else ():
            if not evidence.attempts[request.sync_id][key].finals:
                yield f"heard and not written: {key} in {request.sync_id}"


def _refused_rightly(world: World, evidence: Evidence) -> Iterator[str]:
    reasons = {Outcome.REJECTED: f'"currency":"{POISON}"', Outcome.INVALID: "@"}
    for sync_id, attempts in evidence.attempts.items():
        for key, attempt in attempts.items():
            for final in attempt.finals:
                reason = reasons.get(Outcome(final.outcome))
                if reason is not None and not any(reason in payload for payload in world.payloads_of(key)):
                    yield f"a good event is {final.outcome}: {key} in {sync_id} ({final.error_text})"


def _nothing_lost(world: World, evidence: Evidence) -> Iterator[str]:
    for key, why in unsettled(world).items():
        yield f"{why}: {key}"
    for row in world.database.rows(EXPIRED):
        if row.times > 1:
            yield f"told to have expired {row.times} times: {row.event_id}"


def unsettled(world: World) -> dict[str, str]:
    """Of the rows that stand in the relation, those that are neither settled nor told, and what is wrong with each."""
    states = {row.event_id: row for row in world.database.rows(STATES)}
    expired = {row.event_id for row in world.database.rows(EXPIRED)}
    # what was late by then could never be sent
    first_seen = {row.dataset_key: row.first_seen_at for row in world.database.rows(FIRST_SEEN)}
    now = world.true_time().replace(tzinfo=None)  # the senders ask their own clocks, which are right by now
    found = {}
    for key, row in world.rows.items():
        known = states.get(key)
        state = known.state if known else None
        is_unchanged = known is not None and known.payload_hash == row["payload_hash"]
        is_past_deadline = row["deadline_at"] <= now
        # a sender whose clock was ahead may have sent what is not due yet; the last calm one sent what was due then
        is_due = row["event_time"] <= world.last_calm_at.replace(tzinfo=None)
        if state == "in_flight":
            found[key] = "stuck in a run that is gone"
        elif state in (None, "deferred") or (state in ("rejected", "invalid") and not is_unchanged):
            is_lost = row["deadline_at"] > first_seen.get(row["dataset_id"] or "", first_seen.get("", now))
            if is_past_deadline and is_lost and key not in expired:
                found[key] = f"lost: past its deadline, {state} and never told"
            elif not is_past_deadline and is_due:
                found[key] = f"stuck: {state} and owed"
        elif known is not None and state == "unconfirmed" and is_unchanged and is_due and not is_past_deadline:
            window = RESEND_ORDER_WINDOW if world.is_store_sale(key) else RESEND_WINDOW
            # Meta may have had it before and refuses it now: it is asked for until it goes beside others
            refused = known.last_standing in ("rejected", "invalid") or POISON in row["payload"]
            if not refused and now < known.uncertain_since + window:
                found[key] = "stuck: unconfirmed and to be sent again"
    return found


def _nobody_fell_over(world: World) -> Iterator[str]:
    for sender in world.senders:
        if sender.surprise is not None:
            yield f"a traceback: {sender.sync_id} ended with {sender.surprise!r}"
        if sender.ended is None and not sender.machine.is_dead:
            yield f"endless: {sender.sync_id} is still at work"
    for sender in world.calm_senders:
        if sender.report is None:
            yield f"no report without trouble: {sender.sync_id} ended with {sender.ended}"
