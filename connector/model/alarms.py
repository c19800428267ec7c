"""When people are told of an alarm: when it begins, grows by a step, or ends. Values in, values out.

A reading is one build of the reconciliation: an alarm of the marts begins with the second reading that shows it, and
ends with the second that does not, so that one odd build tells nobody. That sending has stopped is a fact of the
ledger: it begins and ends at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from connector.model.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SENDING_STOPPED = "sending_stopped"
NAMES = {
    SENDING_STOPPED: "sending to Meta has stopped",
    "revenue_gap": "eligible revenue is lost",
    "loading_stopped": "a source brings nothing new",
    "id_match_fell": "browser and server share fewer ids",
    "key_coverage_drop": "fewer conversions carry an identifier",
    "pixel_told_of_suppressed": "the pixel told Meta of people who asked not to be shared",
    "figures_missing": "figures of Meta's were not read",
}
"""Alarms whose name in the ledger and in the mart is not what a person would call them."""
FOLLOW_FROM_STOP = frozenset({"nothing_sent", "about_to_expire", "figures_missing", "revenue_gap"})
"""Alarms that a stop may bring with it: while it lasts they are told under it, and by themselves if they outlive it."""
STEP = 2
"""How many times the money that was last told is worth another message."""
CLAIM_LASTS = timedelta(minutes=10)
"""After so long, whoever claimed a message without having told it is taken for dead: it is told again."""

Key = tuple[str, str]
"""Name and scope of an alarm: the dataset, blank for the default one or for none."""


def name_for_people(alarm: str) -> str:
    """What a person would call it."""
    return NAMES.get(alarm, alarm.replace("_", " "))


class Change(StrEnum):
    """What people are told of an alarm."""

    BEGIN = "begin"
    GROW = "grow"
    END = "end"


class Phase(StrEnum):
    """What a row of `alarm_notices` records."""

    SEEN = "seen"
    GONE = "gone"
    CLAIMED = "claimed"
    TOLD = "told"
    FAILED = "failed"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm that fires: what happened in each event name and currency, what is at stake, who must do what.

    `since`: when it began, where that is known. `cause`: the same alarm with another cause is told again. `at_once`:
    one reading is enough.
    """

    name: str
    scope: str
    severity: str
    happened: tuple[str, ...]
    what_to_do: str
    who: str
    events: int | None = None
    money: Money = field(default_factory=dict)
    since: datetime | None = None
    cause: str = ""

    @property
    def key(self) -> Key:
        return self.name, self.scope

    @property
    def at_once(self) -> bool:
        return self.name == SENDING_STOPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of `alarm_notices`."""

    phase: Phase
    alarm: str
    scope: str
    recorded_at: datetime
    change: Change | None = None
    reading: datetime | None = None
    since: datetime | None = None
    cause: str | None = None
    events: int | None = None
    money: Money = field(default_factory=dict)
    reason: str | None = None
    silent_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger remembers of one alarm. `seen_in`, `gone_in`: the first reading that showed it, or did not.

    `told`: the last begin or growth that people heard of; None where none is open. `causes`: those they heard of.
    """

    seen_in: datetime | None = None
    gone_in: datetime | None = None
    begun_at: datetime | None = None
    told: Entry | None = None
    causes: frozenset[str] = frozenset()
    claimed_at: datetime | None = None
    silenced: Entry | None = None

    @property
    def is_open(self) -> bool:
        return self.told is not None

    def is_silent(self, now: datetime) -> bool:
        """Whether a person has acknowledged it, until a time that is still to come."""
        return self.silenced is not None and (self.silenced.silent_until or now) > now

    def after(self, entry: Entry) -> Known:
        """What is known once this row is written."""
        match entry.phase:
            case Phase.SEEN:
                return replace(self, seen_in=self.seen_in or entry.reading, gone_in=None)
            case Phase.GONE:
                gone_in = entry.reading if self.is_open else None
                return replace(self, seen_in=self.seen_in if self.is_open else None, gone_in=gone_in)
            case Phase.CLAIMED:
                return replace(self, claimed_at=entry.recorded_at)
            case Phase.FAILED:
                return replace(self, claimed_at=None)
            case Phase.ACKNOWLEDGED:
                return replace(self, silenced=entry)
            case Phase.TOLD if entry.change is Change.END:
                return Known()
            case Phase.TOLD:
                begun_at, causes = self.begun_at or entry.recorded_at, self.causes | {entry.cause or ""}
                return replace(self, told=entry, begun_at=begun_at, causes=causes, claimed_at=None)


UNHEARD_OF = Known()


def fold(entries: Iterable[Entry]) -> dict[Key, Known]:
    """What is known of each alarm, from its rows in the order in which they were written."""
    known: dict[Key, Known] = {}
    for entry in entries:
        key = entry.alarm, entry.scope
        known[key] = known.get(key, UNHEARD_OF).after(entry)
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is to be written of an alarm: a note of this reading, or a change that people are to be told of."""

    key: Key
    phase: Phase
    change: Change | None = None
    alarm: Alarm | None = None
    since: datetime | None = None


def steps(
    firing: Mapping[Key, Alarm], known: Mapping[Key, Known], *, now: datetime, reading: datetime | None
) -> list[Step]:
    """What is due by now. `reading`: when the marts were built; None: they were not read, and only stops are judged."""
    keys = [key for key in {**firing, **known} if reading is not None or key[0] == SENDING_STOPPED]
    stopped = any(key[0] == SENDING_STOPPED for key in firing)
    found = []
    for key in keys:
        if stopped and key[0] in FOLLOW_FROM_STOP:
            continue
        step = _step(key, firing.get(key), known.get(key, UNHEARD_OF), now=now, reading=reading or now)
        if step is not None:
            found.append(step)
    return found


def _step(key: Key, alarm: Alarm | None, known: Known, *, now: datetime, reading: datetime) -> Step | None:
    if known.claimed_at is not None and now - known.claimed_at < CLAIM_LASTS:
        return None
    if alarm is None:
        return _step_down(key, known, now=now, reading=reading)
    since = alarm.since or known.seen_in or reading
    if known.is_open:
        if grown(alarm, known, now=now) and not known.is_silent(now):
            return Step(key=key, phase=Phase.CLAIMED, change=Change.GROW, alarm=alarm, since=since)
        return Step(key=key, phase=Phase.SEEN) if known.gone_in else None
    if known.seen_in is None and not alarm.at_once:
        return Step(key=key, phase=Phase.SEEN)
    if known.is_silent(now) or not (alarm.at_once or (known.seen_in or reading) < reading):
        return None
    return Step(key=key, phase=Phase.CLAIMED, change=Change.BEGIN, alarm=alarm, since=since)


def _step_down(key: Key, known: Known, *, now: datetime, reading: datetime) -> Step | None:
    if not known.is_open:
        return Step(key=key, phase=Phase.GONE) if known.seen_in else None
    if known.gone_in is None and key[0] != SENDING_STOPPED:
        return Step(key=key, phase=Phase.GONE)
    if key[0] != SENDING_STOPPED and (known.gone_in or reading) >= reading:
        return None
    # who has acknowledged an alarm is not waiting to hear of its end
    phase = Phase.TOLD if known.is_silent(now) else Phase.CLAIMED
    since = known.told.since if known.told else None
    return Step(key=key, phase=phase, change=Change.END, since=since)


def grown(alarm: Alarm, known: Known, *, now: datetime) -> bool:
    """Whether an open alarm is worth another message: twice the money, another day, or a cause not told yet."""
    told, begun_at = known.told, known.begun_at
    if told is None or begun_at is None:
        return False
    if alarm.cause not in known.causes:
        return True
    if not alarm.money and not alarm.events:
        return False
    if (now - begun_at).days > (told.recorded_at - begun_at).days:
        return True
    before = {currency: amount for currency, amount in told.money.items() if amount > 0}
    if before:
        return any(alarm.money.get(currency, Decimal(0)) >= STEP * amount for currency, amount in before.items())
    return bool(told.events) and (alarm.events or 0) >= STEP * (told.events or 0)
