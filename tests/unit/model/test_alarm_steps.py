"""When people are told of an alarm: two readings to begin and to end, fixed steps, one cause at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from connector.model.alarms import CLAIM_LASTS, SENDING_STOPPED, Alarm, Change, Entry, Phase, fold, steps

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def alarm(name: str = "clock_skew", *, money: str | None = "10", cause: str = "") -> Alarm:
    amounts = {} if money is None else {"EUR": Decimal(money)}
    return Alarm(
        name=name,
        scope="",
        severity="warn",
        happened=("it happened",),
        what_to_do="look",
        who="somebody",
        events=None if money is None else 1,
        money=amounts,
        cause=cause,
    )


class Told:
    """A ledger in memory and its clock: what each reading makes it tell."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.now = START

    def reads(self, *firing: Alarm, after: timedelta = HOUR, takes: bool = True, is_new: bool = True) -> list[str]:
        """What is told when the marts show these alarms; `takes`: the channel does. Not `is_new`: the same build."""
        self.now += after
        if is_new:
            self.reading = self.now
        told = []
        by_key = {one.key: one for one in firing}
        for step in steps(by_key, fold(self.entries), now=self.now, reading=self.reading):
            self.write(step.phase, step.key[0], step.change, step.alarm)
            if step.phase is Phase.CLAIMED:
                told.append(f"{step.change} {step.key[0]}")
                if takes:
                    self.write(Phase.TOLD, step.key[0], step.change, step.alarm)
        return told

    def write(self, phase: Phase, name: str, change: Change | None = None, found: Alarm | None = None) -> None:
        self.entries.append(
            Entry(
                phase=phase,
                alarm=name,
                scope="",
                recorded_at=self.now,
                change=change,
                reading=self.reading,
                cause=found.cause if found else None,
                events=found.events if found else None,
                money=found.money if found else {},
            )
        )


def test_an_alarm_begins_with_its_second_reading_and_ends_with_the_second_without_it() -> None:
    told = Told()
    assert told.reads(alarm()) == []
    assert told.reads(alarm(), is_new=False) == []
    assert told.reads(alarm()) == ["begin clock_skew"]
    assert told.reads(alarm()) == []
    assert told.reads() == []
    assert told.reads(is_new=False) == []
    assert told.reads() == ["end clock_skew"]
    assert told.reads() == []


def test_one_odd_reading_tells_nobody() -> None:
    told = Told()
    assert [told.reads(alarm()), told.reads(), told.reads(alarm()), told.reads()] == [[], [], [], []]


def test_an_alarm_that_is_gone_for_one_reading_goes_on() -> None:
    told = Told()
    told.reads(alarm())
    told.reads(alarm())
    assert [told.reads(), told.reads(alarm()), told.reads(), told.reads(alarm())] == [[], [], [], []]


def test_twice_the_money_is_told_and_less_is_not() -> None:
    told = Told()
    told.reads(alarm(money="10"))
    told.reads(alarm(money="10"))
    assert told.reads(alarm(money="19.99")) == []
    assert told.reads(alarm(money="20")) == ["grow clock_skew"]
    assert told.reads(alarm(money="39")) == []


def test_another_day_is_told_once_if_anything_is_at_stake() -> None:
    told, without = Told(), Told()
    for one, found in ((told, alarm()), (without, alarm(money=None))):
        one.reads(found)
        one.reads(found)
    assert told.reads(alarm(), after=timedelta(days=1)) == ["grow clock_skew"]
    assert told.reads(alarm(), after=HOUR) == []
    assert without.reads(alarm(money=None), after=timedelta(days=9)) == []


def test_a_stop_begins_and_ends_at_once_and_another_cause_is_told_once() -> None:
    told = Told()
    token, network = alarm(SENDING_STOPPED, cause="token"), alarm(SENDING_STOPPED, cause="network")
    assert told.reads(token) == ["begin sending_stopped"]
    assert told.reads(network) == ["grow sending_stopped"]
    assert told.reads(token) == []
    assert told.reads() == ["end sending_stopped"]


def test_what_follows_from_a_stop_is_told_only_if_it_outlives_it() -> None:
    told = Told()
    stop, expiring = alarm(SENDING_STOPPED), alarm("about_to_expire")
    assert told.reads(stop, expiring) == ["begin sending_stopped"]
    assert told.reads(stop, expiring) == []
    assert told.reads(expiring) == ["end sending_stopped"]
    assert told.reads(expiring) == ["begin about_to_expire"]


def test_a_message_that_was_claimed_is_left_to_its_claimer_and_taken_over_when_that_one_is_gone() -> None:
    told = Told()
    assert told.reads(alarm(SENDING_STOPPED), takes=False) == ["begin sending_stopped"]
    assert told.reads(alarm(SENDING_STOPPED), after=CLAIM_LASTS - timedelta(seconds=1)) == []
    assert told.reads(alarm(SENDING_STOPPED), after=timedelta(seconds=1)) == ["begin sending_stopped"]


def test_a_message_that_no_channel_took_is_tried_by_the_next_reading() -> None:
    told = Told()
    told.reads(alarm(SENDING_STOPPED), takes=False)
    told.write(Phase.FAILED, SENDING_STOPPED)
    assert told.reads(alarm(SENDING_STOPPED), after=timedelta(seconds=1)) == ["begin sending_stopped"]


def test_an_acknowledged_alarm_is_silent_until_its_time_and_its_end_is_not_told() -> None:
    told = Told()
    told.reads(alarm(money="10"))
    told.reads(alarm(money="10"))
    until = told.now + timedelta(hours=3)
    told.entries.append(
        Entry(phase=Phase.ACKNOWLEDGED, alarm="clock_skew", scope="", recorded_at=told.now, silent_until=until)
    )
    assert told.reads(alarm(money="99")) == []
    assert told.reads(alarm(money="99"), after=timedelta(hours=2)) == ["grow clock_skew"]
    until = told.now + timedelta(days=9)
    told.entries.append(
        Entry(phase=Phase.ACKNOWLEDGED, alarm="clock_skew", scope="", recorded_at=told.now, silent_until=until)
    )
    assert [told.reads(), told.reads(), told.reads()] == [[], [], []]
    assert told.reads(alarm()) == []
    assert told.reads(alarm()) == ["begin clock_skew"]
