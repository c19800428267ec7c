"""How the sending stands, in one sentence that stands first wherever a person looks: page, status, report, messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.app.session import looking, now_in_warehouse
from connector.destinations.meta import MetaDestination
from connector.insight import (
    read_as_of,
    read_at_stake,
    read_figures_as_of,
    read_last_run,
    read_stop,
    read_unexplained,
)
from connector.model.alarms import SENDING_STOPPED, Alarm
from connector.model.money import list_money, money_text
from connector.model.stop_reasons import ENGINEER, StopReason

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.insight import AtStake, LastRun, Stop
    from connector.settings import Settings
    from connector.warehouse.warehouse import Warehouse

NO_FIGURES = "Meta's own figures were never read (connector pull reads them)."
RENEW = "dbt build --select tag:meta_conversions_reconciliation"
NEVER_BUILT = "The reconciliation was not built yet."
MOST_CURRENCIES = 3
"""In the sentence that stands first; messages and JSON have all."""


def moment(when: datetime | None) -> str:
    return "an unknown time" if when is None else f"{when:%Y-%m-%d %H:%M} UTC"


def moment_of_page(when: datetime | None) -> str:
    """As the scripts of the page write every other time."""
    return "an unknown time" if when is None else f"{when.day} {when:%b, %H:%M} UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Whether sending works, what a stop costs, and of when the figures are. Times are UTC without zone.

    `adds_up`: whether every unit of money is explained; None where the reconciliation was never built.
    `swept_at`: as of when deletions are seen, where builds go by loading time; None where each build looks for them.
    `written`: how the words have their times.
    """

    last: LastRun | None
    stop: Stop | None
    at_stake: AtStake | None
    figures_as_of: datetime | None
    reconciled_as_of: datetime | None
    adds_up: bool | None
    swept_at: datetime | None = None
    written: Callable[[datetime | None], str] = moment

    @property
    def works(self) -> bool:
        if self.stop is not None or self.last is None:
            return self.stop is None
        return self.last.failing_since is None or (self._nothing_waits and self.last.reason is not StopReason.UNPROVEN)

    @property
    def _nothing_waits(self) -> bool:
        return self.at_stake is not None and not self.at_stake.events

    @property
    def headline(self) -> str:
        """Whether sending works; where it does not, since when, why, what it costs by when, who does what."""
        return " ".join(self.headlines)

    @property
    def headlines(self) -> tuple[str, ...]:
        """The parts of the headline: since when and why, what it costs, what to do."""
        if self.stop is not None:
            where = f" to {_datasets(self.stop)}" if self.stop.datasets else ""
            alarm = self.stop_alarm
            cost = stake_words(self.at_stake, written=self.written, most=MOST_CURRENCIES)
            return (
                f"SENDING{where.upper()} HAS STOPPED since {self.written(self.stop.since)}: {alarm.happened[0]}",
                *([" ".join(cost)] if cost else []),
                f"What to do ({alarm.who}): {alarm.what_to_do}",
            )
        if self.last is None:
            return ("Nothing was sent yet: connector sync sends what is owed.",)
        ended = f"the last sync ended {self.written(self.last.ended_at)}"
        if self.last.failing_since is None:
            became = f"{self.last.accepted:,} accepted" if self.last.claimed else "nothing was due"
            return (f"Sending works: {ended}, {became}.",)
        meaning, advice = _of_reason(self.last)
        if self.works:
            return (f"Nothing waits to be sent, but {ended} without success: {meaning}.",)
        return (
            f"NO SYNC HAS ENDED WELL since {self.written(self.last.failing_since)}: {ended}, {meaning}.",
            f"What to do ({ENGINEER}): {advice}.",
        )

    @property
    def as_of(self) -> str:
        """Of when Meta's own figures and the reconciliation are, and whether the money adds up."""
        figures = f"Meta's own figures are of {self.written(self.figures_as_of)}." if self.figures_as_of else NO_FIGURES
        if self.adds_up is None:
            return f"{figures} {NEVER_BUILT}"
        built = f" as of {self.written(self.reconciled_as_of)}"
        tied = "Every unit of money is explained" if self.adds_up else "MONEY IS UNEXPLAINED"
        swept = f" Deletions are seen as of {self.written(self.swept_at)}." if self.swept_at else ""
        return f"{figures} {tied}{built}.{swept}{self._renewal}"

    @property
    def _renewal(self) -> str:
        """How to bring the reconciliation up to the last sync and to Meta's own figures, where it is older."""
        if self.reconciled_as_of is None:
            return f" Renew them, so that they have a date: {RENEW}"
        ended_at = self.last.ended_at if self.last else None
        known = {"the last sync": ended_at, "Meta's newest figures": self.figures_as_of}
        newer = [name for name, when in known.items() if when is not None and when > self.reconciled_as_of]
        return f" Not in these figures yet: {' and '.join(newer)}. Renew them: {RENEW}" if newer else ""

    @property
    def sentence(self) -> str:
        return f"{self.headline} {self.as_of}"

    @property
    def waiting(self) -> str:
        """What waits to be sent and its next deadline, while sending works; blank where that was not asked."""
        if self.stop is not None or self.at_stake is None:
            return ""
        if not self.at_stake.events:
            return "Nothing waits to be sent."
        deadline = self.written(self.at_stake.first_deadline_at)
        return f"{_owed_words(self.at_stake, MOST_CURRENCIES)} Next deadline: {deadline}."

    @property
    def origin(self) -> str:
        """Who started the newest sync, from where and with which version, as far as the ledger knows; else blank."""
        last = self.last
        if last is None or not (last.started_by or last.started_on or last.airflow_run):
            return ""
        person = f" by {last.started_by}" if last.started_by else ""
        place = f" on {last.started_on}" if last.started_on else ""
        scheduled = f", Airflow run {last.airflow_run}" if last.airflow_run else ""
        version = f", with version {last.connector_version}" if last.connector_version else ""
        return f"The last sync ({last.sync_id}) was started{person}{place}{scheduled}{version}."

    @property
    def last_run(self) -> dict[str, Any] | None:
        """How the newest sync ended, as JSON values: its reason, what that means and what to do."""
        if self.last is None:
            return None
        meaning, advice = _of_reason(self.last)
        return {
            "sync_id": self.last.sync_id,
            "ended_at": _iso(self.last.ended_at),
            "reason": self.last.word,
            "accepted": self.last.accepted,
            "failing_since": _iso(self.last.failing_since),
            "meaning": meaning,
            "advice": advice,
            "started_by": self.last.started_by,
            "started_on": self.last.started_on,
            "airflow_run": self.last.airflow_run,
            "connector_version": self.last.connector_version,
        }

    @property
    def stop_alarm(self) -> Alarm:
        """The stop as an alarm. Raises ValueError where sending works."""
        if self.stop is None:
            raise ValueError("sending works")
        return alarm_of(self.stop, self.at_stake)

    def as_dict(self) -> dict[str, Any]:
        """The state as JSON values with stable keys."""
        stop, stake = self.stop, self.at_stake
        return {
            "works": self.works,
            "sentence": self.sentence,
            "stopped_since": stop and _iso(stop.since),
            "reason": stop and str(stop.reason),
            "what_to_do": self.stop_alarm.what_to_do if stop else None,
            "at_stake": stake
            and {
                "events": stake.events,
                "money": money_text(stake.revenue.money),
                "first_deadline_at": _iso(stake.first_deadline_at),
                "soon_until": _iso(stake.soon_until),
                "soon": money_text(stake.soon.money),
                "lost": money_text(stake.lost.money),
            },
            "figures_as_of": _iso(self.figures_as_of),
            "reconciled_as_of": _iso(self.reconciled_as_of),
            "swept_at": _iso(self.swept_at),
            "adds_up": self.adds_up,
        }


def alarm_of(stop: Stop, stake: AtStake | None) -> Alarm:
    """A stop as an alarm for people."""
    meaning, advice = _of_stop(stop)
    return Alarm(
        name=SENDING_STOPPED,
        scope="",
        severity="error",
        happened=(f"{meaning.rstrip('.')}.", *stake_words(stake)),
        what_to_do=f"{advice.rstrip('.')}.",
        who=ENGINEER,
        events=stake.events if stake else None,
        money=stake.revenue.money if stake else {},
        since=stop.since,
        cause=stop.cause,
    )


def read_stop_and_stake(
    warehouse: Warehouse, settings: Settings, *, with_waiting: bool = False
) -> tuple[Stop | None, AtStake | None]:
    """The stop that lasts and what it costs: of the ledger, and of the events relation where it can be read."""
    stop = read_stop(warehouse)
    if stop is None and not with_waiting:
        return None, None
    now = now_in_warehouse()
    return stop, read_at_stake(warehouse, stop, now=now, resend_unconfirmed=settings.resend_unconfirmed)


def read_state(warehouse: Warehouse, settings: Settings, *, with_waiting: bool = False) -> State:
    """Ask the ledger, and the marts where they are built. `with_waiting`: what is owed also while sending works."""
    last = read_last_run(warehouse)
    is_failing = last is not None and last.failing_since is not None
    stop, stake = read_stop_and_stake(warehouse, settings, with_waiting=with_waiting or is_failing)
    unexplained, as_of = read_unexplained(warehouse), read_as_of(warehouse)
    return State(
        last=last,
        stop=stop,
        at_stake=stake,
        figures_as_of=read_figures_as_of(warehouse),
        reconciled_as_of=as_of.reconciled,
        adds_up=None if unexplained is None else not unexplained,
        swept_at=as_of.swept,
    )


def state(settings: Settings, *, with_waiting: bool = False) -> State:
    """How the sending stands."""
    with looking(settings) as warehouse:
        return read_state(warehouse, settings, with_waiting=with_waiting)


def stake_words(
    stake: AtStake | None, *, written: Callable[[datetime | None], str] = moment, most: int | None = None
) -> tuple[str, ...]:
    """What a stop costs, by when: a sentence each; none where nothing is owed or nobody can say.

    `most`: of how many currencies an amount names at most.
    """
    if stake is None:
        return ()
    said = []
    if stake.events:
        said.append(_owed_words(stake, most))
    if stake.soon.events and (money := list_money(stake.soon.money, most=most)):
        by, first = written(stake.soon_until), written(stake.first_deadline_at)
        said.append(f"Of that, {money} is lost by {by}, the first at {first}.")
    elif stake.events and stake.first_deadline_at:
        said.append(f"The first of it is lost at {written(stake.first_deadline_at)}.")
    if stake.lost.events:
        said.append(f"Lost since it stopped: {_amount(stake.lost.events, list_money(stake.lost.money, most=most))}.")
    return tuple(said)


def _owed_words(stake: AtStake, most: int | None) -> str:
    counted = "1 other event" if stake.others == 1 else f"{stake.others:,} other events"
    others = f"{counted} without revenue" if stake.others else ""
    if not stake.revenue.events:
        return f"Waiting to be sent: {others}."
    revenue = _amount(stake.revenue.events, list_money(stake.revenue.money, most=most))
    return f"Waiting to be sent: {revenue}{f', and {others}' if others else ''}."


def _amount(events: int, money: str) -> str:
    counted = "1 purchase" if events == 1 else f"{events:,} purchases"
    return f"{counted} ({money})" if money else counted


def _of_stop(stop: Stop) -> tuple[str, str]:
    """What happened and what to do, as the newest run's answer says it, else as its reason does."""
    meaning, advice = MetaDestination.words().explain(stop.reason)
    answer = MetaDestination.explain_answer(stop.error_code, stop.error_subcode, stop.error_text)
    named = meaning[:1].upper() + meaning[1:]
    codes = (
        f" (code {stop.error_code}{f'/{stop.error_subcode}' if stop.error_subcode else ''})" if stop.error_code else ""
    )
    told = f"{answer.meaning.rstrip('.')}{codes}" if answer.meaning else named
    return told.replace("`", ""), (answer.advice or advice[:1].upper() + advice[1:]).replace("`", "")


def _of_reason(last: LastRun) -> tuple[str, str]:
    if last.reason is None:
        return last.word, "look at the log of that run"
    meaning, advice = MetaDestination.words().explain(last.reason)
    return meaning.replace("`", ""), advice.replace("`", "")


def _datasets(stop: Stop) -> str:
    return ", ".join(f"dataset {name}" if name else "the default dataset" for name in stop.datasets)


def _iso(when: datetime | None) -> str | None:
    return when.isoformat(timespec="seconds") if when else None
