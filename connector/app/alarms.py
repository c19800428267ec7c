"""Alarms for people: what fires by cause, telling it once, and the answer that somebody knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from connector.app.origin import origin_of_run
from connector.app.session import looking, now_in_warehouse
from connector.app.state import alarm_of, moment, read_stop_and_stake
from connector.errors import ConnectorError, UsageError
from connector.insight import read_mart_alarms
from connector.ledger import acknowledge_alarm, claim_notices, create_ledger, read_known_alarms, record_told
from connector.model.alarms import FOLLOW_FROM_STOP, SENDING_STOPPED, Alarm, Change, Known, name_for_people
from connector.model.money import Money, list_money, money_text
from connector.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from connector.ledger import Claim
    from connector.model.alarms import Key
    from connector.settings import Settings

TITLES = {Change.BEGIN: "{name}", Change.GROW: "{name}: still, since {since}", Change.END: "over: {name}"}
WORKS_AGAIN = "sending to Meta works again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message about one cause, whatever follows from it. `money` is that of the cause, by currency."""

    title: str
    text: str
    change: Change
    alarm: str
    events: int | None = None
    money: Mapping[str, str] = field(default_factory=dict)


class Channel(Protocol):
    """What takes a message to people. `name` never holds an address: it is kept in the ledger."""

    @property
    def name(self) -> str: ...

    def deliver(self, message: Message) -> None:
        """Raises ConnectorError where nobody took it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """What fires now. `mart` is empty where dbt has built no alarms; `reading`: when it built them."""

    stop: Alarm | None
    mart: Sequence[Alarm] = ()
    reading: datetime | None = None
    known: Mapping[Key, Known] = field(default_factory=dict)

    @property
    def alarms(self) -> list[Alarm]:
        """The causes first: what follows from a stop stands after it."""
        return [*([self.stop] if self.stop else []), *self.mart]

    def follow(self, alarm: Alarm) -> list[Alarm]:
        """What follows from this one, and is told under it."""
        if alarm.name != SENDING_STOPPED:
            return []
        return [one for one in self.mart if one.name in FOLLOW_FROM_STOP]

    @property
    def causes(self) -> list[Alarm]:
        under = [one.key for alarm in self.alarms for one in self.follow(alarm)]
        return [alarm for alarm in self.alarms if alarm.key not in under]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was delivered, and whether the ledger says that sending has stopped: then whoever asks needs say no more."""

    messages: Sequence[Message]
    is_stopped: bool


def alarms(settings: Settings) -> Firing:
    """The alarms that fire, with what people were told of each."""
    with looking(settings) as warehouse:
        return _firing(warehouse, settings, with_marts=True)


def tell_alarms(settings: Settings, channel: Channel, *, with_marts: bool = True) -> Told:
    """Tell what began, grew or ended, once, whoever else tells too. `with_marts` False: only whether sending stopped.

    The warehouse is closed while messages go out. Raises ConnectorError where the channel took none.
    """
    told_by = _who()
    with Warehouse.open(settings) as warehouse:
        create_ledger(warehouse, host=settings.destination_host)
        firing = _firing(warehouse, settings, with_marts=with_marts)
        now = now_in_warehouse()
        by_key = {alarm.key: alarm for alarm in firing.alarms}
        claims = claim_notices(warehouse, by_key, now=now, reading=firing.reading, told_by=told_by)
    messages, failures = [], []
    for together in _by_cause(claims):
        message = _message(together, firing)
        try:
            channel.deliver(message)
        except ConnectorError as error:
            failures.append((message.title, error))
            _record(settings, together, told_to=None, told_by=told_by)
            continue
        _record(settings, together, told_to=channel.name, told_by=told_by)
        messages.append(message)
    if failures:
        titles, errors = zip(*failures, strict=True)
        raise type(errors[0])(f"{'; '.join(titles)}: {errors[0]}")
    return Told(messages=messages, is_stopped=firing.stop is not None)


def acknowledge(settings: Settings, name: str, *, reason: str, hours: float, dataset: str | None = None) -> list[Key]:
    """Silence an alarm that fires, for so many hours. Raises UsageError where it does not fire."""
    with Warehouse.open(settings) as warehouse:
        create_ledger(warehouse, host=settings.destination_host)
        firing = _firing(warehouse, settings, with_marts=True)
        keys = [one.key for one in firing.alarms if one.name == name and dataset in (None, one.scope)]
        if not keys:
            there = ", ".join(sorted({one.name for one in firing.alarms})) or "none"
            raise UsageError(
                f"{name} does not fire just now{f' for dataset {dataset}' if dataset else ''}; firing: {there}."
            )
        until = now_in_warehouse() + timedelta(hours=hours)
        acknowledge_alarm(warehouse, keys, reason=reason, silent_until=until, told_by=_who())
    return keys


def _firing(warehouse: Warehouse, settings: Settings, *, with_marts: bool) -> Firing:
    stop, stake = read_stop_and_stake(warehouse, settings)
    mart = read_mart_alarms(warehouse) if with_marts else None
    return Firing(
        stop=alarm_of(stop, stake) if stop else None,
        mart=mart.alarms if mart else (),
        reading=(mart.reading or now_in_warehouse()) if mart else None,
        known=read_known_alarms(warehouse),
    )


def _record(settings: Settings, claims: Sequence[Claim], *, told_to: str | None, told_by: str) -> None:
    with Warehouse.open(settings) as warehouse:
        record_told(warehouse, claims, told_to=told_to, told_by=told_by)


def _who() -> str:
    origin = origin_of_run()
    return origin["airflow_run"] or f"{origin['started_by']}@{origin['started_on']}"


def _by_cause(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Claims that one message tells: the same alarm, of whatever dataset, and the same change."""
    together: dict[Any, list[Claim]] = {}
    for claim in claims:
        together.setdefault((claim.step.key[0], claim.step.change), []).append(claim)
    return list(together.values())


def _message(claims: Sequence[Claim], firing: Firing) -> Message:
    name, change = claims[0].step.key[0], claims[0].step.change or Change.BEGIN
    since = moment(min(filter(None, (claim.step.since for claim in claims)), default=None))
    called = name_for_people(name)
    is_back = name == SENDING_STOPPED and change is Change.END
    title = WORKS_AGAIN if is_back else TITLES[change].format(name=called, since=since)
    found = [claim.step.alarm for claim in claims if claim.step.alarm is not None]
    text = f"It had lasted since {since}." if change is Change.END else "\n".join(_lines(found, since, firing))
    return Message(
        title=title[:1].upper() + title[1:],
        text=text,
        change=change,
        alarm=name,
        events=sum(one.events or 0 for one in found) or None,
        money=money_text(_sum(found)),
    )


def _sum(found: Sequence[Alarm]) -> Money:
    total: Money = {}
    for alarm in found:
        for currency, amount in alarm.money.items():
            total[currency] = total.get(currency, Decimal(0)) + amount
    return total


def _lines(found: Sequence[Alarm], since: str, firing: Firing) -> list[str]:
    lines = [f"Since {since}."]
    for alarm in found:
        place = f"Dataset {alarm.scope}: " if alarm.scope else ""
        lines += [f"{place}{one}" for one in alarm.happened]
    lines.append(f"What to do ({found[0].who}): {found[0].what_to_do}")
    under = [one for alarm in found for one in firing.follow(alarm)]
    lines += [f"May follow from it: {name_for_people(one.name)}{_money(one)}." for one in under]
    return lines


def _money(alarm: Alarm) -> str:
    amounts = list_money(alarm.money)
    return f" ({amounts})" if amounts else ""
